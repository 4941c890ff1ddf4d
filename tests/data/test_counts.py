"""How much there is, how much of it was checked, and that ``data/README.md`` says so."""

import re

import pytest

from loaders.agreement import counts, counts_text
from tests.data.reading import COLUMNS, DATA, rows

AT_LEAST = {
    "medicine": 450,
    "condition": 250,
    "symptom": 150,
    "indication": 1200,
    "contraindication": 600,
    "interaction": 800,
    "side_effect": 800,
    "lab_test": 60,
    "pharmacogenomics": 60,
    "care_action": 200,
    "additive_effect": 400,
}
CHECKED_SHARE = {"indication": 0.7, "contraindication": 0.7, "interaction": 0.7}
LIMIT_KINDS = ("age", "pregnancy", "breast feeding", "renal", "hepatic", "sex", "result")
README = DATA / "README.md"


@pytest.mark.parametrize(("table", "least"), AT_LEAST.items(), ids=str)
def test_there_is_enough(table: str, least: int) -> None:
    assert len(rows(table)) >= least


@pytest.mark.parametrize(("table", "share"), CHECKED_SHARE.items(), ids=str)
def test_enough_of_it_was_checked(table: str, share: float) -> None:
    checked = sum(row["level"] == "checked" for row in rows(table))

    assert checked / len(rows(table)) >= share


def test_symptoms_and_tests_and_care_are_connected() -> None:
    assert len({row["symptom"] for row in rows("presentation")}) >= 150
    assert len({row["test"] for row in rows("reference_range")}) >= 60
    assert {row["care_action"] for row in rows("care_help")} == {row["id"] for row in rows("care_action")}


def test_every_kind_of_limit_is_there() -> None:
    assert {row["kind"] for row in rows("limit")} == set(LIMIT_KINDS)


def test_counts_are_those_of_the_files() -> None:
    counted = counts(DATA)

    assert {table: (one.rows, one.checked) for table, one in counted.items()} == {
        table: (len(rows(table)), sum(row["level"] == "checked" for row in rows(table))) for table in counted
    }
    assert counted.keys() == COLUMNS.keys()


def test_the_readme_counts_what_is_there() -> None:
    found = re.search(r"<!-- counts -->\n(.*?)\n<!-- /counts -->", README.read_text(encoding="utf-8"), re.DOTALL)

    assert found
    assert found[1] == counts_text(DATA)


def test_the_readme_describes_every_file() -> None:
    text = README.read_text(encoding="utf-8")

    described = {path.name for path in DATA.rglob("*.csv")}
    assert not {name for name in described if f"`{name}`" not in text}
