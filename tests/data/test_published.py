"""The formulary beside the published references: codes that exist, pairs that must agree, rows that can be made again."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from loaders.agreement import Figure, agreement
from loaders.derive import derive
from tests.data.reading import DATA, rows
from tests.shared_data import shared_data

NO_TREATMENT = "PharmacotherapyDB: pairs called no treatment that the formulary calls none"


@pytest.fixture(scope="module")
def shared() -> Path:
    """The folder of the reference data; where it is absent the test is skipped, but in CI it fails."""
    return shared_data().parent


@pytest.fixture(scope="module")
def figures(shared: Path) -> Mapping[str, Figure]:
    """All figures of agreement."""
    return agreement(shared, DATA)


def test_nothing_is_called_a_treatment_that_physicians_called_none(figures: Mapping[str, Figure]) -> None:
    figure = figures[NO_TREATMENT]

    assert figure.of > 150
    assert figure.at_odds == ()


def test_exceptions_to_that_are_few_and_say_why(figures: Mapping[str, Figure]) -> None:
    notes = [row["note"] for row in rows("indication") if row["note"].startswith("NOT-exception")]

    assert 0 < len(figures[NO_TREATMENT].excepted) <= len(notes) <= 5
    assert all(len(note) > len("NOT-exception: ") + 20 for note in notes)


def test_most_of_what_physicians_called_a_treatment_is_one(figures: Mapping[str, Figure]) -> None:
    figure = figures["PharmacotherapyDB: treatments that the formulary has"]

    assert figure.agree / figure.of > 0.7


def test_every_high_priority_interaction_is_severe(figures: Mapping[str, Figure]) -> None:
    figure = figures["ONC high priority: pairs that are severe"]

    assert figure.of > 500
    assert figure.at_odds == ()


def test_no_pharmacogenomic_rule_is_contradicted(figures: Mapping[str, Figure]) -> None:
    figure = figures["CPIC: rules not contradicted"]

    assert figure.of > 120
    assert figure.at_odds == ()


def test_every_code_exists(figures: Mapping[str, Figure]) -> None:
    codes = {name: figure for name, figure in figures.items() if name.startswith("Codes that exist")}

    assert len(codes) == 11
    assert all(figure.of for figure in codes.values())
    assert {name: figure.at_odds for name, figure in codes.items() if figure.at_odds} == {}


def test_derived_rows_come_out_byte_for_byte(shared: Path) -> None:
    assert derive(shared, DATA, check=True) == []
