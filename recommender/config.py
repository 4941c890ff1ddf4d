"""The numbers of the score that are set by hand, each with its range and effect, read from ``scoring.toml``."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from recommender.errors import MetapathError

TABLE = Path(__file__).with_name("scoring.toml")


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

    symptom: float
    """Weight (0 to 1) of a symptom as evidence; an active diagnosis weighs 1."""

    resolved: float
    """Weight (0 to 1) of a condition on the day it was resolved."""

    resolved_half_life: float
    """Years after which the weight of a resolved condition has halved."""

    paths: int
    """How many paths an answer shows for each medicine (1 to 50); the others are the remainder."""

    care_actions: int
    """How many care actions an answer shows at most."""

    @property
    def digest(self) -> str:
        """A hash of all values: part of an answer's id."""
        text = repr([(f.name, getattr(self, f.name)) for f in fields(self)])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_scoring(path: Path = TABLE) -> ScoringConfig:
    """The configuration in a file.

    Raises:
        MetapathError: when the file is unusable, or a key is unknown, missing or out of range.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise MetapathError(f"{path.name} cannot be read: {error}") from error
    return scoring_from(values)


def scoring_from(values: Mapping[str, object]) -> ScoringConfig:
    """The configuration of these values.

    Raises:
        MetapathError: when a key is unknown or missing, or a value is no number of its range.
    """
    types = {f.name: f.type for f in fields(ScoringConfig)}
    if wrong := set(values) ^ set(types):
        raise MetapathError(f"scoring: {', '.join(sorted(wrong))} unknown or missing")
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise MetapathError(f"scoring: {name}: a number is expected")
        if name in ("damping", "unreviewed", "ancestor", "symptom", "resolved") and not 0 <= value <= 1:
            raise MetapathError(f"scoring: {name}: a number from 0 to 1 is expected")
        if name == "paths" and not (isinstance(value, int) and 1 <= value <= 50):
            raise MetapathError("scoring: paths: a whole number from 1 to 50 is expected")
        if name == "resolved_half_life" and value <= 0:
            raise MetapathError("scoring: resolved_half_life: years above 0 are expected")
    return ScoringConfig(**values)  # type: ignore[arg-type]  # checked above, key by key
