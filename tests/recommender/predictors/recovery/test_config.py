"""Settings of recovery: what the file says, what may differ, and what is refused."""

from pathlib import Path

import pytest

from recommender.errors import PredictorError
from recommender.predictors.learning.config import learning_with, read_learning
from recommender.predictors.learning.deep import DEFAULTS
from recommender.predictors.recovery.config import TABLE, read_recovery


def test_the_file_differs_from_the_usual_settings_where_it_says_so() -> None:
    config = read_recovery()

    assert config.learning.repeats == 1
    assert config.learning.folds == read_learning().folds
    assert config.with_deep
    assert set(config.deep) == set(DEFAULTS)
    assert config.deep["widths"] == [64, 32]


def test_settings_of_both_kinds_can_be_changed() -> None:
    config = read_recovery().changed({"folds": 3, "candidates": ["floor", "logistic"], "deep": {"epochs": 2}})

    assert (config.learning.folds, config.learning.candidates) == (3, ("floor", "logistic"))
    assert (config.deep["epochs"], config.deep["widths"]) == (2, [64, 32])
    assert config.with_deep
    assert not read_recovery().changed({"deep": False}).with_deep


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"colour": 1}, "learning: colour is none"),
        ({"deep": {"colour": 1}}, "deep: colour is none"),
        ({"deep": 3}, "deep: false, or a table"),
        ({"folds": 1}, "folds: a number from 2"),
        ({"folds": "many"}, "folds: a whole number"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(PredictorError, match=said):
        read_recovery().changed(settings)


def test_learning_alone_can_be_changed() -> None:
    assert learning_with(read_learning(), {"trials": 2}, "settings").trials == 2


@pytest.mark.parametrize(("old", "new"), [("[deep]", "[shallow]"), ("repeats = 1", "repeats =")])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TABLE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(PredictorError, match=r"mine\.toml"):
        read_recovery(path)
