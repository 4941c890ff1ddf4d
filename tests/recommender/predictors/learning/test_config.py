"""The configuration is read whole, and refused by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from recommender.errors import PredictorError
from recommender.predictors.learning.config import CLASSIFIERS, TABLE, read_learning


def test_the_shipped_configuration_names_all_candidates() -> None:
    config = read_learning()
    assert config.candidates == CLASSIFIERS
    assert (config.folds, config.repeats) == (5, 5)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("folds = 5 ", "folds = 1 ", "folds"),
        ("folds = 5 ", 'folds = "5" ', "folds"),
        ("trials = 4", "trials = true", "trials"),
        ("minutes = 10.0", "minutes = 0", "minutes"),
        ("search_rows = 4000", "search_rows = 4000.5", "search_rows"),
        ("coverage = 0.9", "coverage = 1.0", "coverage"),
        ("seed =", "sed =", "sed"),
        ('"forest", "svm"', '"forest", "oracle"', "candidates"),
        ('["floor", "logistic", ', '["floor", ', "logistic"),
        ('regressors = ["floor", ', "regressors = [", "regressors"),
        ("repeats = 5", "repeats =", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "learning.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PredictorError, match=told):
        read_learning(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PredictorError, match=r"none\.toml cannot be read"):
        read_learning(tmp_path / "none.toml")


def test_numbers_are_checked_however_they_are_set() -> None:
    with pytest.raises(PredictorError, match="inner_folds"):
        replace(read_learning(), inner_folds=1)
