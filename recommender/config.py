"""The numbers of the score that are set by hand, each with its range and effect, read from ``scoring.toml``."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from recommender.errors import MetapathError

TABLE = Path(__file__).with_name("scoring.toml")
WHOLE = ("paths", "care_actions")
"""Keys that count something."""
RANGES: Mapping[str, tuple[float, float]] = {
    "damping": (0, 1),
    "intercept": (-100, 100),
    "treats_first": (0, 100),
    "treats": (0, 100),
    "treats_later": (0, 100),
    "palliates": (0, 100),
    "unreviewed": (0, 1),
    "ancestor": (0, 1),
    "kind_below": (0, 1),
    "symptom": (0, 1),
    "resolved": (0, 1),
    "resolved_half_life": (0.01, 100),
    "paths": (1, 50),
    "care_actions": (0, 50),
    "predicted": (0, 1),
    "predicted_floor": (0, 1),
    "group": (0, 1),
    "personal": (0, 1),
}
"""The least and the greatest value of every key."""
OF_PREDICTIONS = ("predicted", "predicted_floor", "group", "personal")
"""Keys that count only where predictors are asked: what they made of a prediction is kept with the answer itself."""


@dataclass(frozen=True, slots=True)
class ScoringConfig:
    """How a score is made of evidence and paths."""

    damping: float
    """w of the degree-weighted path count (0 to 1): how much a node of many edges counts for less; 0.4 in Himmelstein 2017."""

    intercept: float
    """b: the score of a medicine that nothing speaks for."""

    treats_first: float
    """Direct support of a TREATS edge that is a first line of therapy."""

    treats: float
    """Direct support of a TREATS edge of a line that is not stated."""

    treats_later: float
    """Direct support of a TREATS edge that is a later line."""

    palliates: float
    """Direct support of a PALLIATES edge."""

    unreviewed: float
    """Factor (0 to 1) on the direct support of an edge that nobody reviewed."""

    ancestor: float
    """Factor (0 to 1) on evidence for every step up the condition tree."""

    kind_below: float
    """Factor (0 to 1) on evidence for a kind of a diagnosed condition that nothing treats as such."""

    symptom: float
    """Weight (0 to 1) of a symptom as evidence; an active diagnosis weighs 1."""

    resolved: float
    """Weight (0 to 1) of a condition on the day it was resolved."""

    resolved_half_life: float
    """Years (0.01 to 100) after which the weight of a resolved condition has halved."""

    paths: int
    """How many paths an answer shows for each medicine (1 to 50); the others are the remainder."""

    care_actions: int
    """How many care actions an answer shows at most (0 to 50)."""

    predicted: float
    """Factor (0 to 1) on the probability of a predicted condition, which gives its weight as evidence; 0 leaves them out."""

    predicted_floor: float
    """Least probability (0 to 1) of a predicted condition that is evidence, or that care actions are shown for."""

    group: float
    """Factor (0 to 1) on the probability that a patient is like a group, which gives the group's weight; 0 leaves it out."""

    personal: float
    """Factor (0 to 1) on what outcomes of people like this one add to direct support; 0 leaves it out."""

    @property
    def digest(self) -> str:
        """A hash of all values that every answer depends on: part of an answer's id."""
        text = repr([(f.name, getattr(self, f.name)) for f in fields(self) if f.name not in OF_PREDICTIONS])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_scoring(path: Path = TABLE) -> ScoringConfig:
    """The configuration in a file.

    Raises:
        MetapathError: when the file is unusable, or a key is unknown, missing or out of range.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MetapathError(f"{path.name} cannot be read: {error}") from error
    return scoring_from(values)


def scoring_from(values: Mapping[str, object]) -> ScoringConfig:
    """The configuration of these values.

    Raises:
        MetapathError: when a key is unknown or missing, or a value is no number of its range.
    """
    if wrong := set(values) ^ set(RANGES):
        raise MetapathError(f"scoring: {', '.join(sorted(wrong))} unknown or missing")
    for name, value in values.items():
        low, high = RANGES[name]
        numbers = int if name in WHOLE else (int, float)
        if isinstance(value, bool) or not isinstance(value, numbers) or not low <= value <= high:
            what = "whole number" if name in WHOLE else "number"
            raise MetapathError(f"scoring: {name}: a {what} from {low:g} to {high:g} is expected")
    return ScoringConfig(**values)  # type: ignore[arg-type]  # checked above, key by key
