"""A list of medicines, and what they do to each other."""

from pydantic import ConfigDict, Field, JsonValue

from api.schemas.base import Answer, Body
from api.schemas.finding import FindingShown, MedicineShown, NodeShown
from api.schemas.recommendation import UnresolvedShown

EXAMPLE: dict[str, JsonValue] = {"medicines": ["lisinopril", "losartan", "amlodipine"]}


class MedicineList(Body):
    """Medicines that are meant to be used together."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": EXAMPLE})

    medicines: list[str] = Field(min_length=2, max_length=50, description="names, synonyms, codes or ids")


class MedicineGiven(Answer):
    """A medicine of the list."""

    pointer: str = Field(description="where it stands in the list")
    medicine: MedicineShown = Field(description="what it was understood as")


class RepeatedShown(Answer):
    """A medicine that the list names more than once."""

    medicine: NodeShown = Field(description="the medicine")
    pointers: list[str] = Field(description="where it stands in the list")


class PairShown(Answer):
    """What two medicines of the list do to each other."""

    medicines: list[NodeShown] = Field(min_length=2, max_length=2, description="the two")
    findings: list[FindingShown] = Field(description="interaction, duplicate or additive; the most severe first")


class AddedUpShown(FindingShown):
    """What several medicines of the list add up to."""

    medicines: list[NodeShown] = Field(description="those that add to it")


class InteractionsShown(Answer):
    """What the medicines of a list do to each other, for no patient."""

    medicines: list[MedicineGiven] = Field(description="those that are known")
    repeated: list[RepeatedShown] = Field(description="named more than once")
    pairs: list[PairShown] = Field(description="only those with a finding, the most severe first")
    together: list[AddedUpShown] = Field(description="effects to which three medicines or more add")
    unresolved: list[UnresolvedShown] = Field(description="what no medicine is called; nothing is known of it here")
    complete: bool = Field(description="whether every medicine given could be checked")
    snapshot: str = Field(description="checksum of the knowledge that answered")
    rules: str = Field(description="version of the safety rules")
    notice: str
