"""Names: whoever writes one means one thing, and the thing is called what people call it."""

from collections import defaultdict

import pytest

from graph.terms import normalise
from tests.data.reading import DATA, NODE_TABLES, items, lines, names, rows, shown

TABLES = [table for table in NODE_TABLES if table != "sources"]


@pytest.mark.parametrize("table", TABLES)
def test_a_name_or_synonym_means_one_row_of_its_table(table: str) -> None:
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows(table):
        for text in (row["name"], *items(row.get("synonyms", ""))):
            meant[normalise(text)].add(row["id"])

    assert not shown((text, found) for text, found in meant.items() if len(found) > 1)


@pytest.mark.parametrize("table", TABLES)
def test_synonyms_add_something_to_the_name(table: str) -> None:
    for row in rows(table):
        spelled = [normalise(text) for text in (row["name"], *items(row.get("synonyms", "")))]
        assert len(spelled) == len(set(spelled)), row["id"]
        assert all(spelled), row["id"]


@pytest.mark.parametrize(
    ("table", "word", "node"),
    [
        ("condition", "hypertension", "ICD10CM:I10"),
        ("condition", "high blood pressure", "ICD10CM:I10"),
        ("condition", "type 2 diabetes", "ICD10CM:E11"),
        ("condition", "asthma", "ICD10CM:J45"),
        ("condition", "heart attack", "ICD10CM:I21"),
        ("condition", "COPD", "ICD10CM:J44"),
        ("medicine", "aspirin", "DrugBank:DB00945"),
        ("medicine", "paracetamol", "DrugBank:DB00316"),
        ("medicine", "albuterol", "DrugBank:DB01001"),
        ("allergy_class", "penicillin", "rx:class-penicillins"),
        ("substance", "peanuts", "rx:substance-peanut"),
        ("lab_test", "creatinine", "LOINC:2160-0"),
    ],
)
def test_people_words_resolve(table: str, word: str, node: str) -> None:
    found = {
        row["id"] for row in rows(table) for text in (row["name"], *items(row["synonyms"])) if normalise(text) == word.lower()
    }

    assert found == {node}


def test_a_side_effect_may_share_its_words_with_a_symptom_but_not_its_id() -> None:
    assert not set(names("side_effect_name")) & set(names("symptom"))


def test_every_id_is_described_by_one_table_alone() -> None:
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for table in TABLES:
        for row in rows(table):
            if table != "reference_range":
                owners[row["id"]].append(table)

    assert not shown((node, tables) for node, tables in owners.items() if len(tables) > 1)


def test_sources_are_named_once() -> None:
    keys = [cells[0] for cells in lines(DATA / "sources.csv")]

    assert len(keys) == len(set(keys))
