"""Renal function: the published equation, units, and which result counts."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.kidney import ckd_epi_2021, latest_egfr
from tests.recommender.conftest import Graph

EGFR, CREATININE = "LOINC:98979-8", "LOINC:2160-0"
TESTS = {
    EGFR: {"unit": "mL/min/{1.73_m2}", "other_units": ("mL/s/{1.73_m2}=60",)},
    CREATININE: {"unit": "mg/dL", "other_units": ("umol/L=0.01131", "mmol/L=11.31")},
}
PERSON = {"patient:p": {"birth_year": 1974, "sex": "male"}}


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "egfr"),
    [
        # 142 · (1.0/0.9)^-1.2 · 0.9938^50 = 142 · 0.88124 · 0.73274
        (1.0, 50, False, 91.69),
        # 142 · (1.0/0.7)^-1.2 · 0.9938^50 · 1.012 = 142 · 0.65180 · 0.73274 · 1.012
        (1.0, 50, True, 68.63),
        # 142 · (2.0/0.9)^-1.2 · 0.9938^70 = 142 · 0.38358 · 0.64706
        (2.0, 70, False, 35.24),
        # Below κ the other exponent holds: 142 · (0.5/0.7)^-0.241 · 0.9938^30 · 1.012 = 142 · 1.08446 · 0.82980 · 1.012
        (0.5, 30, True, 129.32),
        # 142 · (0.6/0.9)^-0.302 · 0.9938^30 = 142 · 1.13026 · 0.82980
        (0.6, 30, False, 133.18),
        # At κ both factors are 1: 142 · 0.9938^40 · 1.012 = 142 · 0.77977 · 1.012
        (0.7, 40, True, 112.06),
    ],
)
def test_ckd_epi_2021(creatinine: float, age: int, female: bool, egfr: float) -> None:
    assert ckd_epi_2021(creatinine, age, female=female) == pytest.approx(egfr, abs=0.01)


def test_the_equation_has_no_step_at_kappa_and_falls_with_creatinine_and_age() -> None:
    for female, kappa in ((True, 0.7), (False, 0.9)):
        below, above = (ckd_epi_2021(kappa * f, 60, female=female) for f in (1 - 1e-9, 1 + 1e-9))
        assert math.isclose(below, above, rel_tol=1e-7)
        values = [ckd_epi_2021(c / 10, 60, female=female) for c in range(2, 60)]
        assert values == sorted(values, reverse=True)
        assert ckd_epi_2021(1.0, 61, female=female) < ckd_epi_2021(1.0, 60, female=female)


def result(test: str, value: float, **more: Any) -> tuple[Any, ...]:
    return ("patient:p", "HAS_RESULT", test, {"value": value} | more)


def egfr_of(graph_of: Callable[..., Graph], *results: tuple[Any, ...], person: Any = None) -> float | None:
    graph = graph_of(results, TESTS | (PERSON if person is None else {"patient:p": person}))
    found = latest_egfr(graph.snapshot, graph.record())
    return None if found is None else found[0]


def test_nothing_on_file_tells_nothing(graph_of: Callable[..., Graph]) -> None:
    assert egfr_of(graph_of, result("L:other", 5.0)) is None


@pytest.mark.parametrize("value", [1.0, 3.2])
def test_creatinine_is_turned_into_egfr(graph_of: Callable[..., Graph], value: float) -> None:
    assert egfr_of(graph_of, result(CREATININE, value)) == ckd_epi_2021(value, 50, female=False)


@pytest.mark.parametrize(
    ("value", "unit"),
    [(88.42, "umol/L"), (88.42, "µmol/L"), (88.42, "μmol / L"), (0.08842, "mmol/L"), (1.0, "MG/DL"), (1.0, "")],
)
def test_units_are_converted(graph_of: Callable[..., Graph], value: float, unit: str) -> None:
    more = {"unit": unit} if unit else {}

    assert egfr_of(graph_of, result(CREATININE, value, **more)) == pytest.approx(91.69, abs=0.01)


def test_an_egfr_in_another_unit_is_converted(graph_of: Callable[..., Graph]) -> None:
    assert egfr_of(graph_of, result(EGFR, 0.5, unit="mL/s/{1.73_m2}")) == 30.0
    assert egfr_of(graph_of, result(EGFR, 30, unit="mL/min/1.73m²")) == 30.0


@pytest.mark.parametrize("unit", ["stone", "g/L"])
def test_creatinine_in_an_unknown_unit_tells_nothing(graph_of: Callable[..., Graph], unit: str) -> None:
    assert egfr_of(graph_of, result(CREATININE, 1.0, unit=unit)) is None


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_no_creatinine_is_no_creatinine(graph_of: Callable[..., Graph], value: float) -> None:
    assert egfr_of(graph_of, result(CREATININE, value)) is None


@pytest.mark.parametrize(
    "person",
    [{"birth_year": 1974}, {"birth_year": 1974, "sex": "other"}, {"sex": "male"}, {"birth_year": 2007, "sex": "male"}],
    ids=["no sex", "other sex", "no age", "a child"],
)
def test_the_equation_is_for_adults_of_known_sex(graph_of: Callable[..., Graph], person: dict[str, Any]) -> None:
    assert egfr_of(graph_of, result(CREATININE, 1.0), person=person) is None
    assert egfr_of(graph_of, result(EGFR, 25), person=person) == 25.0


def test_the_equation_is_for_those_who_are_just_adult(graph_of: Callable[..., Graph]) -> None:
    person = {"birth_year": 2006, "sex": "female"}

    assert egfr_of(graph_of, result(CREATININE, 0.7), person=person) == ckd_epi_2021(0.7, 18, female=True)


def test_the_newest_result_counts(graph_of: Callable[..., Graph]) -> None:
    old, new = {"record": "1", "date": "2023-01-01"}, {"record": "2", "date": "2024-01-01"}
    undated, later = {"record": "3"}, {"record": "4", "date": "2024-07-01"}

    assert egfr_of(graph_of, result(EGFR, 90, **old), result(EGFR, 25, **new)) == 25.0
    assert egfr_of(graph_of, result(EGFR, 25, **old), result(EGFR, 90, **new)) == 90.0
    assert egfr_of(graph_of, result(EGFR, 25, **old), result(EGFR, 90, **undated), result(EGFR, 80, **later)) == 25.0
    assert egfr_of(graph_of, result(EGFR, 25, **old), result(CREATININE, 1.0, **new)) == pytest.approx(91.69, abs=0.01)


def test_the_fact_is_the_result_that_it_rests_on(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([result(CREATININE, 1.0, record="r1")], TESTS | PERSON)

    found = latest_egfr(graph.snapshot, graph.record())

    assert found is not None
    assert (found[1]["record"], found[1]["node"]["id"], found[1]["egfr"]) == ("r1", CREATININE, found[0])
