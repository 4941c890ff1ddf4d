"""A set of medicines that is safe to be used together, for the OpenAPI document."""

from pydantic import Field

from api.schemas.base import Answer
from api.schemas.finding import AlertShown, FindingShown, MedicineShown, NodeShown


class CoverShown(Answer):
    """A condition that a medicine of a set is for."""

    condition: NodeShown
    support: float


class SetMedicineShown(Answer):
    """A medicine of a set."""

    medicine: MedicineShown
    rank: int
    score: float
    covers: list[CoverShown]
    cautions: list[FindingShown]


class UncoveredShown(Answer):
    """A condition that no medicine of a set is for, and why."""

    condition: NodeShown
    sentence: str
    findings: list[FindingShown]


class SetCautionShown(FindingShown):
    """Something to be minded with medicines of a set."""

    medicines: list[NodeShown]


class SetShown(Answer):
    """Medicines to be used together."""

    exact: bool = Field(description="whether it is proved that there is no better set")
    covered: int = Field(description="how many conditions have a medicine")
    value: float
    medicines: list[SetMedicineShown]
    uncovered: list[UncoveredShown]
    cautions: list[SetCautionShown] = Field(description="between the medicines of the set")
    alerts: list[AlertShown] = Field(description="what its medicines share")


class SetConditionShown(Answer):
    """A condition that a set may cover."""

    condition: NodeShown
    in_use: list[NodeShown] = Field(description="medicines that are taken for it already")
    candidates: int = Field(description="how many medicines may be chosen for it")


class GapShown(Answer):
    """By how much the chosen set is better than the greedy one."""

    conditions: int
    value: float


class TogetherShown(Answer):
    """A set for the conditions on file, safe to be used together and with current therapy."""

    objective: str
    penalty: float
    conditions: list[SetConditionShown]
    chosen: SetShown
    greedy: SetShown
    gap: GapShown
