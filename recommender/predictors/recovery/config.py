"""How recovery is predicted; the settings in use stand in ``recovery.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recommender.errors import PredictorError
from recommender.predictors.learning.config import LearningConfig, learning_with, read_learning, refuse_unknown
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
        refuse_unknown(net, DEFAULTS, "settings: deep")
        return RecoveryConfig(
            learning_with(self.learning, own, "settings: learning"), {**self.deep, **net}, with_deep=deep is not False
        )


def read_recovery(path: Path = TABLE) -> RecoveryConfig:
    """The settings in a file.

    Raises:
        PredictorError: when the file is unusable; the message names the key.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PredictorError(f"{path.name} cannot be read: {error}") from error
    refuse_unknown(content, ("learning", "deep"), f"settings: {path.name}")
    usual = RecoveryConfig(read_learning())
    return usual.changed({**content.get("learning", {}), "deep": content.get("deep", {})})
