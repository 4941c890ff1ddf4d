"""The numbers that steer the prediction of conditions, read from ``conditions.toml``."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from recommender.errors import PredictorError

TABLE = Path(__file__).with_name("conditions.toml")
T = TypeVar("T")
FREQUENCIES = ("very common", "common", "occasional")
LIFESTYLE: Mapping[str, tuple[str, ...]] = {
    "diet": ("poor", "mixed", "healthy"),
    "exercise": ("none", "low", "moderate", "high"),
    "smoking": ("never", "former", "current"),
    "alcohol": ("none", "light", "moderate", "heavy"),
    "sleep": ("short", "normal", "long"),
}
"""What may be told of a way of life; sleep is told in hours, short below 6 and long above 9."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What a way of life does to the odds of a condition and of those below it."""

    factor: str
    """Of ``LIFESTYLE``."""

    value: str
    """One of its values."""

    condition: str
    """Id of the condition."""

    ratio: float
    """Odds ratio, above 0."""

    source: str
    """Where the ratio is from."""


@dataclass(frozen=True, slots=True)
class Only:
    """Whom a range of ICD-10-CM categories is for."""

    first: str
    """First category, three characters."""

    last: str
    """Last category."""

    sex: str = ""
    """female, male, or empty for both."""

    youngest: int = 0
    """Least age in years."""

    oldest: int = 200
    """Greatest age in years."""

    pregnant: bool = False
    """Whether they are for pregnancies alone."""


@dataclass(frozen=True, slots=True)
class ConditionsConfig:
    """Settings of the predictor; see ``conditions.toml`` for the values in use."""

    frequency: Mapping[str, float]
    """Share of patients with the condition who have a symptom, by the word of the graph. The middles of the bands of the Human
    Phenotype Ontology (very frequent 80-99 %, frequent 30-79 %, occasional 5-29 %; Koehler et al. 2019,
    doi:10.1093/nar/gky1105). That the graph's words mean those bands is an assumption."""

    leak: float
    """Share of people who have a symptom for a reason that is not in the graph, in (0, 1): an assumption."""

    silence: float
    """How much of an absent symptom one counts that is not spoken of, in [0, 1]: 0 nothing, 1 as if denied."""

    nothing: float
    """Prior share of presentations that no condition of the graph explains, in (0, 1)."""

    unfit: float
    """Factor on the odds of a condition that is for another sex or age, in (0, 1]."""

    told: float
    """Odds ratio of a condition that an imaging report names, 1 or more; a denied one has its inverse. A ratio of 10 is what
    Jaeschke et al. 1994 (JAMA 271:703) call conclusive."""

    family: float
    """Odds ratio of a condition that runs in the family, 1 or more: an assumption of the usual size."""

    fewest: int
    """Cases from which on a condition's own symptoms are learned, 20 or more."""

    people: int
    """Fewest people that a learned number rests on, 5 or more."""

    own: float
    """How many cases the knowledge weighs as much as, above 0."""

    window: int
    """Days before a diagnosis from which a symptom may belong to it."""

    grace: int
    """Days after it up to which it may be written down; 0 for what was known on the day, so that nothing is told by
    hindsight."""

    folds: int
    """Parts of the patients that are hidden in turn, 2 or more."""

    seed: int
    """Of the folds and of the intervals."""

    least: int
    """Fewest episodes to learn from."""

    shown: int
    """Conditions of an answer at most."""

    asked: int
    """Proposed questions of an answer at most."""

    stop: float
    """Probability of the first condition from which on nothing more is asked, in (0, 1]."""

    risk: tuple[Risk, ...]
    """Ways of life."""

    only: tuple[Only, ...]
    """Whom conditions are for."""

    one_sex: Mapping[str, tuple[str, ...]]
    """Ids of symptoms that only one sex is asked for, by female and male."""

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            PredictorError: names the setting.
        """
        if set(self.frequency) != set(FREQUENCIES) or not all(0 < share < 1 for share in self.frequency.values()):
            raise PredictorError("conditions.toml, frequency: a share between 0 and 1 is expected for each word")
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise PredictorError(f"conditions.toml, {name}: a number from {low:g} to {high:g} is expected")
        if not set(self.one_sex) <= {"female", "male"}:
            raise PredictorError("conditions.toml, one_sex: lists for female and male are expected")
        for risk in self.risk:
            if risk.value not in LIFESTYLE.get(risk.factor, ()) or not 0 < risk.ratio < math.inf or not risk.source:
                raise PredictorError("conditions.toml, risk: a known factor and value, a ratio and a source are expected")


_RANGES = (
    ("leak", 1e-6, 0.5),
    ("silence", 0, 1),
    ("nothing", 1e-6, 0.999),
    ("unfit", 1e-9, 1),
    ("told", 1, 1e6),
    ("family", 1, 100),
    ("fewest", 20, 1e6),
    ("people", 5, 1e6),
    ("own", 1e-3, 1e6),
    ("window", 0, 3650),
    ("grace", 0, 365),
    ("folds", 2, 20),
    ("seed", 0, 2**31),
    ("least", 20, 1e9),
    ("shown", 1, 100),
    ("asked", 0, 20),
    ("stop", 1e-6, 1),
)


def read_config(path: Path = TABLE) -> ConditionsConfig:
    """The settings in a file.

    Raises:
        PredictorError: when it is unusable, or a setting is unknown, missing or out of range.
    """
    try:
        return config_from(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PredictorError(f"{path.name} cannot be read: {error}") from error


def config_from(values: Mapping[str, Any]) -> ConditionsConfig:
    """The settings in tables as ``conditions.toml`` has them.

    Raises:
        PredictorError: see :func:`read_config`.
    """
    flat: dict[str, Any] = {"frequency": values.get("frequency", {})}
    for table in ("start", "learning", "answer"):
        flat |= values.get(table, {})
    known = {field.name for field in fields(ConditionsConfig)}
    given = set(flat) | (set(values) - {"start", "learning", "answer"})
    if wrong := sorted(given ^ known):
        raise PredictorError(f"conditions.toml: unknown or missing: {', '.join(wrong)}")
    try:
        one_sex = {str(sex): tuple(ids) for sex, ids in values["one_sex"].items()}
        return ConditionsConfig(**flat, risk=_rows(Risk, values["risk"]), only=_rows(Only, values["only"]), one_sex=one_sex)
    except (AttributeError, TypeError) as error:
        raise PredictorError(f"conditions.toml: {error}") from error


def _rows(kind: type[T], rows: Sequence[Mapping[str, Any]]) -> tuple[T, ...]:
    return tuple(kind(**row) for row in rows)
