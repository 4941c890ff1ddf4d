"""How recovery is predicted; the settings in use stand in ``recovery.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from recommender.errors import PredictorError
from recommender.predictors.learning.config import LearningConfig, read_learning
from recommender.predictors.learning.deep import DEFAULTS

TABLE = Path(__file__).with_name("recovery.toml")


@dataclass(frozen=True, slots=True)
class RecoveryConfig:
    """Settings of the recovery predictor.

    Attributes:
        learning: how candidates are fitted and judged.
        deep: settings of the deep net; see :data:`recommender.predictors.learning.deep.DEFAULTS`.
        with_deep: whether the net competes; without it nothing waits for Keras.
    """

    learning: LearningConfig
    deep: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    with_deep: bool = True

    def changed(self, settings: Mapping[str, Any]) -> "RecoveryConfig":
        """The same with some settings changed: those of learning by their names, and ``deep`` (false, or a table of its own).

        Raises:
            PredictorError: when one is unknown or beyond its range.
        """
        own = dict(settings)
        deep = own.pop("deep", {})
        if not isinstance(deep, (bool, Mapping)):
            raise PredictorError("settings: deep: false, or a table of the net's settings, is expected")
        net = deep if isinstance(deep, Mapping) else {}
        _refuse(net, DEFAULTS, "deep")
        return RecoveryConfig(learning_with(self.learning, own), {**self.deep, **net}, with_deep=deep is not False)


def learning_with(usual: LearningConfig, settings: Mapping[str, Any]) -> LearningConfig:
    """The same with some settings changed.

    Raises:
        PredictorError: when one is unknown, beyond its range or of another type.
    """
    _refuse(settings, [one.name for one in fields(LearningConfig)], "learning")
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    try:
        return replace(usual, **given)
    except TypeError as error:
        raise PredictorError("settings: a value is of another type than in learning.toml") from error


def _refuse(given: Mapping[str, Any], known: Any, section: str) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise PredictorError(f"settings: {section}: {unknown[0]} is none; there are {', '.join(known)}")


def read_recovery(path: Path = TABLE) -> RecoveryConfig:
    """The settings in a file.

    Raises:
        PredictorError: when the file is unusable; the message names the key.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PredictorError(f"{path.name} cannot be read: {error}") from error
    _refuse(content, ("learning", "deep"), path.name)
    usual = RecoveryConfig(read_learning())
    return usual.changed({**content.get("learning", {}), "deep": content.get("deep", {})})
