"""A suggestion as it stands in an answer: its standing, its probability, and what degree alone would say."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.answer import RESEARCH, Probability, Suggestion, degree_prior
from recommender.safety.finding import Grounds
from tests.recommender.conftest import TODAY, Graph

CHANCE = Probability(0.5, 0.25, 0.75, supported=True)


@pytest.fixture
def payload(graph_of: Callable[..., Graph]) -> Callable[..., dict[str, Any]]:
    graph = graph_of([("M:a", "TREATS", "C:x")])

    def shown(
        *, established: bool = True, probability: Probability | None = None, prior: float | None = None
    ) -> dict[str, Any]:
        medicine = graph.number("M:a")
        found = Suggestion(medicine, established, 1.5, 0.1, (), 0.25, (), probability, prior)
        return found.payload(3, Grounds(graph.snapshot, None, TODAY))

    return shown


def test_a_suggestion_without_a_calibration(payload: Callable[..., dict[str, Any]]) -> None:
    assert payload() == {
        "rank": 3,
        "medicine": {"id": "M:a", "name": "a", "codes": {}},
        "list": "established",
        "research": None,
        "score": 1.5,
        "probability": None,
        "prior": None,
        "lift": None,
        "degree": 0.1,
        "paths": [],
        "remainder": 0.25,
        "cautions": [],
    }


def test_an_exploratory_suggestion_says_that_it_is_research_and_why(payload: Callable[..., dict[str, Any]]) -> None:
    item = payload(established=False)

    assert (item["list"], item["research"]) == ("exploratory", RESEARCH)


def test_a_probability_has_its_interval_and_its_support(payload: Callable[..., dict[str, Any]]) -> None:
    item = payload(probability=CHANCE, prior=0.125)

    assert item["probability"] == {"of": "treatment", "value": 0.5, "low": 0.25, "high": 0.75, "support": "calibrated"}
    assert (item["prior"], item["lift"]) == (0.125, 4.0)
    assert Probability(0.5, 0.25, 0.75, supported=False).payload()["support"] == "low"


@pytest.mark.parametrize(("probability", "prior"), [(CHANCE, 0.0), (CHANCE, None), (None, 0.5)])
def test_there_is_no_lift_over_nothing(
    payload: Callable[..., dict[str, Any]], probability: Probability | None, prior: float | None
) -> None:
    assert payload(probability=probability, prior=prior)["lift"] is None


@pytest.mark.parametrize(("expected", "prior"), [(0.0, 0.0), (1.0, 0.6321205588285577), (1e-12, 1e-12), (1e9, 1.0)])
def test_the_prior_of_degree_is_a_probability(expected: float, prior: float) -> None:
    assert degree_prior(expected) == pytest.approx(prior, rel=1e-9)
