"""What a file of a generated table may say, and how it is refused."""

from pathlib import Path

import pytest

from graph.config import PROJECT
from loaders.synthetic.table_file import TABLES
from loaders.synthetic.table_settings import TableSettings
from loaders.synthetic.tables import CohortError

SMALL = """
latents = ["illness"]
women = 0.5
[[column]]
name = "age"
mean = 50
deviation = 10
low = 18
high = 90
decimals = 0
[[column]]
name = "sugar"
mean = 100
deviation = 20
low = 50
high = 200
decimals = 1
male = 4
per_year = 0.1
loads = { illness = 0.6 }
of = { age = 0.5 }
missing = 0.25
[outcome]
name = "ill"
truth = "true_probability"
intercept = -1.0
[[outcome.term]]
kind = "linear"
column = "sugar"
at = 100
scale = 20
weight = 0.8
[[amount]]
name = "days"
truth = "true_days"
intercept = 1.0
deviation = 0.3
decimals = 0
low = 1
high = 20
[[amount.term]]
kind = "linear"
column = "ill"
weight = 0.5
"""


def written(folder: Path, text: str = SMALL) -> Path:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_columns_outcome_and_amounts(tmp_path: Path) -> None:
    settings = TableSettings.read(written(tmp_path))

    assert settings.header == ("sex", "age", "sugar", "ill", "true_probability", "days", "true_days", "synthetic")
    sugar = settings.columns[1]
    assert (sugar.male, sugar.per_year, sugar.of, sugar.missing) == (4, 0.1, {"age": 0.5}, 0.25)
    assert sugar.own == pytest.approx(0.8)
    assert settings.label.terms[0].kind == "linear"
    assert settings.amounts[0].terms[0].column == "ill"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("illness = 0.6", "wealth = 0.6", "sugar: wealth is none of illness"),
        ("illness = 0.6", "illness = 1.1", "sugar: the squares of its loads add up to more than 1"),
        ("age = 0.5", "height = 0.5", "sugar: height is none of male, age"),
        ('kind = "linear"', 'kind = "wild"', "ill: wild is none of linear, above"),
        ('column = "sugar"', 'column = "salt"', "ill: salt is none of male, age, sugar"),
        ('column = "ill"', 'column = "well"', "days: well is none of"),
        ("missing = 0.25", "missing = 1.0", "sugar: low, high, missing or mean is out of range"),
        ("missing = 0.25", "absent = 0.25", "absent"),
        ('name = "age"', 'name = "years"', "years"),
        ('truth = "true_probability"\n', "", "truth"),
        ("women = 0.5", "women = ", "small.toml"),
        ("high = 20\n", 'high = 20\nwithin = "week"\n', "days: week is none of"),
    ],
)
def test_what_it_cannot_say_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(CohortError, match=r"small\.toml") as caught:
        TableSettings.read(written(tmp_path, SMALL.replace(old, new, 1)))

    assert said in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"none\.toml"):
        TableSettings.read(tmp_path / "none.toml")


@pytest.mark.parametrize("table", TABLES)
def test_the_shipped_files_can_be_read(table: str) -> None:
    settings = TableSettings.read(PROJECT / "data" / "synthetic" / f"{table}.toml")

    assert len(set(settings.header)) == len(settings.header)


def test_recovery_has_fifteen_numbers_and_blood_has_a_sex() -> None:
    recovery, blood = (TableSettings.read(PROJECT / "data" / "synthetic" / f"{table}.toml") for table in ("recovery", "blood"))

    assert len(recovery.columns) == 15
    assert recovery.women is None
    assert [amount.name for amount in recovery.amounts] == ["stay_days", "icu_days", "cost"]
    assert blood.header[:2] == ("sex", "age")
