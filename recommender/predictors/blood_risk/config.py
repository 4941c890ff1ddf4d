"""How blood values become advice; the settings in use stand in ``blood_risk.toml``."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import PredictorError
from recommender.predictors.blood_risk.tiers import Tier

TABLE = Path(__file__).with_name("blood_risk.toml")


@dataclass(frozen=True, slots=True)
class BloodRiskConfig:
    """Settings of the advice.

    Attributes:
        lifestyle: least calibrated probability that calls for lifestyle changes (above 0, at most ``consult``).
        consult: least one that calls for a professional (at most 1).
        reason: where the two come from.
        far: how far outside its range, as a share of the range's width, a value is for a professional (0 or more), where the
            table of signs says nothing of that side of the test. Of a range with one end its end counts as the width.
        days: results older than so many days are not judged (1 or more).
        known: least share of the columns that have a value before the learned risk is asked (0 to 1).
        shown: most actions of care (1 or more).
    """

    lifestyle: float
    consult: float
    reason: str
    far: float
    days: int
    known: float
    shown: int

    def __post_init__(self) -> None:
        """Refuse numbers beyond their ranges.

        Raises:
            PredictorError: when one is.
        """
        rules = self.far >= 0 and self.days >= 1 and 0 <= self.known <= 1 and self.shown >= 1
        if not (0 < self.lifestyle <= self.consult <= 1 and rules and self.reason):
            raise PredictorError("blood_risk.toml: a number is out of range, or the reason of the thresholds is missing")

    def tier(self, probability: float) -> Tier:
        """What a calibrated probability calls for."""
        if probability >= self.consult:
            return Tier.CONSULT
        return Tier.LIFESTYLE if probability >= self.lifestyle else Tier.NONE


def read_blood_risk(path: Path = TABLE) -> BloodRiskConfig:
    """The settings in a file.

    Raises:
        PredictorError: when the file is unusable.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        if set(content) != {"thresholds", "rules"}:
            raise PredictorError(f"{path.name}: the sections thresholds and rules are expected")
        return BloodRiskConfig(**content["thresholds"], **content["rules"])
    except (OSError, TypeError, ValueError) as error:
        raise PredictorError(f"{path.name} cannot be read: {error}") from error
