"""The numbers that steer fitting and judging, each with its range and effect, read from ``learning.toml``."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from recommender.errors import PredictorError

TABLE = Path(__file__).with_name("learning.toml")
CLASSIFIERS = ("floor", "logistic", "tree", "forest", "svm", "boosting", "xgboost", "net", "stack")
"""The simplest first: by how much can be read off the fitted model, and how many numbers it has."""
REGRESSORS = ("floor", "linear", "ridge", "forest", "boosting")


@dataclass(frozen=True, slots=True)
class LearningConfig:
    """How fitting goes; see ``learning.toml`` for the values in use."""

    seed: int
    """Of folds, searches, fits and draws (0 or more)."""

    folds: int
    """Outer folds (2 to 20)."""

    repeats: int
    """Of the outer folds (1 to 100)."""

    inner_folds: int
    """Folds within the training part, by which settings and the winner are chosen (2 to 20)."""

    trials: int
    """Settings that a candidate is tried with in each search, its defaults first (1 to 1,000)."""

    seconds: float
    """After which no new trial of a search begins (above 0); a search that is cut short depends on the machine."""

    rows: int
    """Rows that a model is fitted on at most; more are drawn from, person by person (1,000 to 10,000,000)."""

    search_rows: int
    """Rows that settings are searched and winners chosen on at most, within a training part (200 to 10,000,000)."""

    minutes: float
    """The budget: no further repeat of the outer folds begins that would end beyond it (above 0); the first is always made, on
    fewer rows where it would take longer."""

    bootstraps: int
    """Draws of groups behind an interval (20 to 10,000)."""

    coverage: float
    """Share of truths that conformal sets are to hold (.5 to .99)."""

    centres: int
    """Most centres of the background that explanations compare with (1 to 100)."""

    candidates: tuple[str, ...] = CLASSIFIERS
    """Of a classification; ``floor`` and ``logistic`` are always among them."""

    regressors: tuple[str, ...] = REGRESSORS
    """Of a regression; ``floor`` is always among them."""

    def __post_init__(self) -> None:
        """Refuse numbers beyond their ranges.

        Raises:
            PredictorError: names the number.
        """
        for name, (low, high) in _RANGES.items():
            value, kinds = getattr(self, name), (int, float) if name in _MEASURED else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds):
                raise PredictorError(f"learning: {name}: a {'number' if name in _MEASURED else 'whole number'} is expected")
            if not low <= value <= high:
                raise PredictorError(f"learning: {name}: a number from {low:g} to {high:g} is expected")
        for name, known in (("candidates", CLASSIFIERS), ("regressors", REGRESSORS)):
            if not isinstance(getattr(self, name), tuple):
                raise PredictorError(f"learning: {name}: a list of names is expected")
            asked = set(getattr(self, name))
            needed = {"floor", "logistic"} & set(known)
            if asked - set(known) or needed - asked:
                raise PredictorError(
                    f"learning: {name}: some of {', '.join(known)} are expected, {', '.join(needed)} among them"
                )


_MEASURED = ("seconds", "minutes", "coverage")
"""Numbers that need not be whole."""
_RANGES = {
    "seed": (0, 2**31),
    "folds": (2, 20),
    "repeats": (1, 100),
    "inner_folds": (2, 20),
    "trials": (1, 1000),
    "seconds": (1e-3, 1e6),
    "rows": (1_000, 10_000_000),
    "search_rows": (200, 10_000_000),
    "minutes": (1e-3, 1e6),
    "bootstraps": (20, 10_000),
    "coverage": (0.5, 0.99),
    "centres": (1, 100),
}


def read_learning(path: Path = TABLE) -> LearningConfig:
    """The configuration in a file.

    Raises:
        PredictorError: when the file is unusable; the message names the key.
    """
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PredictorError(f"{path.name} cannot be read: {error}") from error
    if wrong := set(values) ^ {field.name for field in fields(LearningConfig)}:
        raise PredictorError(f"{path.name}: {', '.join(sorted(wrong))} unknown or missing")
    for name in ("candidates", "regressors"):
        if not isinstance(values[name], list):
            raise PredictorError(f"{path.name}: {name}: a list of names is expected")
        values[name] = tuple(str(one) for one in values[name])
    return LearningConfig(**values)


def learning_with(usual: LearningConfig, settings: Mapping[str, Any], where: str, also: Sequence[str] = ()) -> LearningConfig:
    """The same with some settings changed.

    Args:
        usual: what stands where nothing is said.
        settings: by name; a list is as good as a tuple.
        where: they were given, for messages.
        also: further names that are settings there, for messages.

    Raises:
        PredictorError: when one is unknown, beyond its range or of another type.
    """
    refuse_unknown(settings, (*also, *(one.name for one in fields(LearningConfig))), where)
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    try:
        return replace(usual, **given)
    except TypeError as error:
        raise PredictorError("settings: a value is of another type than in learning.toml") from error


def refuse_unknown(given: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse names of settings that are none.

    Raises:
        PredictorError: names the first, and those that there are.
    """
    names = tuple(known)
    if unknown := sorted(set(given) - set(names)):
        raise PredictorError(f"{where}: {unknown[0]} is none; there are {', '.join(names)}")
