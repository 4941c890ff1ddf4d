"""Rows of generated tables: each its own, of the distribution that was asked for, with a probability that is true."""

import math
from pathlib import Path
from statistics import fmean, stdev

import pytest

from loaders.synthetic.draws import Draws
from loaders.synthetic.table_rows import TableRows, drawn, total
from loaders.synthetic.table_settings import TableColumn, TableSettings, Term
from tests.loaders.synthetic.test_table_settings import SMALL, written

COUNT = 4_000
SURE = 4.5
"""Standard deviations that a figure may lie from what was asked for."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    settings = TableSettings.read(written(tmp_path_factory.mktemp("table")))
    maker = TableRows("small", settings, 5)
    return [dict(zip(settings.header, maker.row(number), strict=True)) for number in range(1, COUNT + 1)]


def numbers(rows: list[dict[str, str]], name: str) -> list[float]:
    return [float(row[name]) for row in rows if row[name]]


def test_a_row_is_the_same_whatever_else_is_made(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    settings = TableSettings.read(written(tmp_path))

    assert list(TableRows("small", settings, 5).row(17)) == list(rows[16].values())
    assert list(TableRows("small", settings, 6).row(17)) != list(rows[16].values())
    assert list(TableRows("other", settings, 5).row(17)) != list(rows[16].values())


def test_a_share_that_is_changed_moves_no_other_number(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    whole = TableSettings.read(written(tmp_path, SMALL.replace("missing = 0.25", "missing = 0")))
    maker = TableRows("small", whole, 5)

    for number in range(1, 40):
        row = dict(zip(whole.header, maker.row(number), strict=True))
        assert {name: cell for name, cell in row.items() if name != "sugar"} == {
            name: cell for name, cell in rows[number - 1].items() if name != "sugar"
        }
        assert rows[number - 1]["sugar"] in ("", row["sugar"])


def test_columns_have_the_mean_and_the_spread_that_were_asked_for(rows: list[dict[str, str]]) -> None:
    ages = numbers(rows, "age")
    women = [row for row in rows if row["sex"] == "female"]
    men = [row for row in rows if row["sex"] == "male"]

    assert fmean(ages) == pytest.approx(50, abs=SURE * 10 / math.sqrt(COUNT))
    assert stdev(ages) == pytest.approx(10, rel=0.08)
    # 100 at the age of 60, half a unit and a tenth for each year.
    assert fmean(numbers(women, "sugar")) == pytest.approx(100 + 0.5 * 50 - 0.1 * 10, abs=2.5)
    assert fmean(numbers(men, "sugar")) - fmean(numbers(women, "sugar")) == pytest.approx(
        4, abs=SURE * 21 * 2 / math.sqrt(COUNT)
    )
    assert sum(not row["sugar"] for row in rows) / COUNT == pytest.approx(0.25, abs=SURE * math.sqrt(0.1875 / COUNT))
    assert all(row["synthetic"] == "true" for row in rows)


def test_the_true_probability_is_what_happens(rows: list[dict[str, str]]) -> None:
    for low, high in ((0.0, 0.4), (0.4, 0.6), (0.6, 1.0)):
        part = [row for row in rows if low <= float(row["true_probability"]) < high]
        expected = fmean(float(row["true_probability"]) for row in part)
        assert fmean(float(row["ill"]) for row in part) == pytest.approx(expected, abs=SURE * 0.5 / math.sqrt(len(part)))


def test_the_true_probability_is_that_of_the_values_as_they_are_written(rows: list[dict[str, str]]) -> None:
    for row in rows[:200]:
        if row["sugar"]:
            margin = -1 + 0.8 * (float(row["sugar"]) - 100) / 20
            assert float(row["true_probability"]) == pytest.approx(1 / (1 + math.exp(-margin)), abs=1e-6)


def test_an_amount_has_the_mean_that_is_told(rows: list[dict[str, str]]) -> None:
    for ill, mean in (("0", math.exp(1.0)), ("1", math.exp(1.5))):
        part = [row for row in rows if row["ill"] == ill]
        assert {row["true_days"] for row in part} == {f"{mean:.3f}"}
        assert fmean(numbers(part, "days")) == pytest.approx(mean, rel=0.06)


@pytest.mark.parametrize(
    ("term", "value", "expected"),
    [
        (Term("linear", "x", 2, at=10, scale=5), 20, 4.0),
        (Term("linear", "x", 2, at=10, scale=5, most=1.5), 20, 3.0),
        (Term("linear", "x", 2, at=10, scale=5, most=1.5), 0, -3.0),
        (Term("above", "x", 2, at=10, scale=5), 20, 4.0),
        (Term("above", "x", 2, at=10, scale=5), 5, 0.0),
        (Term("below", "x", 2, at=10, scale=5), 5, 2.0),
        (Term("below", "x", 2, at=10, scale=5), 20, 0.0),
        (Term("square", "x", 2, at=10, scale=5), 0, 8.0),
        (Term("square", "x", 2, at=10, scale=5, most=1), 0, 2.0),
        (Term("step", "x", 2, at=10), 10, 2.0),
        (Term("step", "x", 2, at=10), 9.9, 0.0),
        (Term("product", "x", 2, at=10, scale=5, by="y", by_at=1, by_scale=1), 5, -2 * 2.0),
        (Term("both", "x", 2, at=10, scale=5, by="y", by_at=1, by_scale=1), 5, 0.0),
        (Term("both", "x", 2, at=10, scale=5, by="y", by_at=1, by_scale=1), 15, 4.0),
        (Term("logarithm", "x", 2), math.e, 2.0),
    ],
)
def test_a_term_is_what_the_file_says(term: Term, value: float, expected: float) -> None:
    assert total([term], {"x": value, "y": 3.0}) == pytest.approx(expected)


def test_a_column_in_logarithms_has_its_median_and_stays_within_its_ends() -> None:
    column = TableColumn("crp", 2.0, 1.0, 0.5, 30.0, 2, log=True, male=1.0)
    women = sorted(drawn(column, {"male": 0.0}, {}, Draws(str(i))) for i in range(2_000))
    men = sorted(drawn(column, {"male": 1.0}, {}, Draws(str(i))) for i in range(2_000))

    assert women[1_000] == pytest.approx(2.0, rel=0.12)
    assert men[1_000] == pytest.approx(2.0 * math.e, rel=0.12)
    assert women[0] == 0.5
    assert men[-1] == 30.0
