"""Levels of therapies: from what all share to what few do."""

import pytest

from recommender.predictors.outcome.design import BLOCKS, OF_MEDICINE, Asked, Design, Level
from recommender.predictors.population.courses import NO_CONDITION
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES
from tests.recommender.conftest import Graph


def names(graph: Graph, medicine: str, condition: str, design: Design, **features: float) -> dict[str, str]:
    number = graph.number(condition) if condition else NO_CONDITION
    found = design.levels(Asked(graph.number(medicine), number, features))
    assert set(found.values()) <= {1.0}
    return {level.block: level.name for level in found}


def test_a_therapy_has_a_level_of_every_block(known: Graph) -> None:
    design = Design(known.snapshot, group_of=lambda features: 1)

    assert names(known, "M:pril", "C:pressure", design, **{AGE: 50.0, FEMALE: 1.0, MEDICINES: 2.0}) == {
        "chapter": "ICD10CM:I00-I99",
        "condition": "C:pressure",
        "class": "ATC:C09AA",
        "medicine": "M:pril",
        "pair": "M:pril C:pressure",
        "group": "2",
        "medicine in group": "M:pril 2",
        "age": "40 to 64",
        "sex": "female",
        "taken": "1 or 2",
    }


def test_what_is_not_known_has_no_level(known: Graph) -> None:
    found = names(known, "M:pril", "", Design(known.snapshot))

    assert found == {"medicine": "M:pril", "class": "ATC:C09AA", "taken": "none"}


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under 18"),
        (17, "under 18"),
        (18, "18 to 39"),
        (39, "18 to 39"),
        (64, "40 to 64"),
        (79, "65 to 79"),
        (80, "80 and more"),
    ],
)
def test_ages_are_bands(known: Graph, age: float, band: str) -> None:
    assert names(known, "M:pril", "", Design(known.snapshot), age=float(age))["age"] == band


@pytest.mark.parametrize(
    ("taken", "band"), [(0, "none"), (1, "1 or 2"), (2, "1 or 2"), (3, "3 to 5"), (5, "3 to 5"), (6, "6 and more")]
)
def test_numbers_of_medicines_are_bands(known: Graph, taken: float, band: str) -> None:
    assert names(known, "M:pril", "", Design(known.snapshot), medicines=float(taken))["taken"] == band


def test_genes_speak_of_the_medicine_that_they_are_about(known: Graph) -> None:
    design, slow = Design(known.snapshot), frozenset({known.number("P:slow")})

    about, not_about = (design.levels(Asked(known.number(m), NO_CONDITION, {}, slow)) for m in ("M:olol", "M:pril"))

    assert Level("genes", "avoid") in about
    assert not any(level.block == "genes" for level in not_about)


def test_classes_of_a_medicine_share_one_weight(graph_of: object) -> None:
    assert callable(graph_of)
    graph = graph_of([("M:a", "IN_CLASS", f"ATC:{code}") for code in ("A01AD", "B01AC", "N02BA", "N02")])

    found = Design(graph.snapshot).levels(Asked(graph.number("M:a"), NO_CONDITION, {}))

    assert {level.name: weight for level, weight in found.items() if level.block == "class"} == pytest.approx(
        dict.fromkeys(["ATC:A01AD", "ATC:B01AC", "ATC:N02BA"], 1 / 3)
    )


def test_what_tells_medicines_apart_is_among_the_blocks() -> None:
    assert set(BLOCKS) > OF_MEDICINE
    assert not OF_MEDICINE & {"condition", "chapter", "age", "sex", "group", "taken"}
