"""One kit over all predictors that are fitted here: answers and cards are JSON, add up, and tell of nobody."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from recommender.predictors.learning.config import read_learning
from recommender.predictors.sequence.fitting import fit_sequence
from recommender.predictors.sequence.predictor import SequencePredictor
from recommender.predictors.shape import Predictor
from recommender.predictors.stay.fitting import fit_stay
from recommender.predictors.stay.predictor import StayPredictor
from recommender.predictors.tabular import TabularConfig, TabularPredictor
from tests.recommender.predictors.sequence.wards import COUNTED, cycle, visit
from tests.recommender.predictors.stay.lengths import QUICK, lengths

PATIENT = ("patient:", "SYN-", "subject_id", "patient_id")


@dataclass(frozen=True)
class Asked:
    """A predictor, and what it is asked.

    Attributes:
        predictor: fitted.
        given: what it answers.
        nothing: what it has to abstain from.
    """

    predictor: Predictor
    given: Any
    nothing: Any


def _sequence() -> Asked:
    return Asked(SequencePredictor(fit_sequence(cycle(), COUNTED), "tag"), (visit(0, "C:a"),), ())


def _stay() -> Asked:
    return Asked(StayPredictor.from_fit(fit_stay(lengths(120), QUICK), QUICK), {"severity": 2.0, "age": 50.0}, {})


def _tabular() -> Asked:
    table = lengths(120)
    grave = replace(table, target=(table.target > 6).astype(float), target_name="long")
    learning = replace(
        read_learning(), folds=3, repeats=1, inner_folds=2, trials=1, bootstraps=40, candidates=("floor", "logistic")
    )
    return Asked(TabularPredictor.fit(grave, TabularConfig(learning))[0], {"severity": 2.0, "age": 50.0}, {})


@pytest.fixture(scope="module", params=[_sequence, _stay, _tabular], ids=["sequence", "stay", "tabular"])
def asked(request: pytest.FixtureRequest) -> Asked:
    made: Callable[[], Asked] = request.param
    return made()


def test_an_answer_is_json_and_names_nobody(asked: Asked) -> None:
    text = json.dumps(asked.predictor.predict(asked.given).payload(), allow_nan=False)

    assert not any(word in text for word in PATIENT)
    assert json.loads(text)["predictor"] == asked.predictor.name


def test_a_card_is_json_and_names_nobody(asked: Asked) -> None:
    text = json.dumps(asked.predictor.card.payload(), allow_nan=False)

    assert not any(word in text for word in PATIENT)
    assert {"purpose", "promoted", "limits"} <= set(json.loads(text))


def test_a_chance_lies_within_its_interval_and_the_first_is_the_largest(asked: Asked) -> None:
    chances = asked.predictor.predict(asked.given).chances

    assert chances
    assert all(chance.low <= chance.probability <= chance.high for chance in chances)
    assert chances[0].probability == max(chance.probability for chance in chances)


def test_nothing_known_is_an_abstention_with_a_reason(asked: Asked) -> None:
    found = asked.predictor.predict(asked.nothing)

    assert found.abstained
    assert found.chances == ()


def test_an_explanation_adds_up_and_is_json(asked: Asked) -> None:
    found = asked.predictor.explain(asked.given)

    assert found.base + sum(c.amount for c in found.contributions) == pytest.approx(found.total)
    assert found.contributions[0].amount ** 2 == max(c.amount**2 for c in found.contributions)
    json.dumps(found.payload(), allow_nan=False)
