"""How often the true condition is among the first."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.figures import brief, conditions_figures, hits_of, interval_of
from recommender.predictors.conditions.fitting import FittedConditions
from recommender.predictors.conditions.learned import Case
from recommender.predictors.conditions.scores import Findings, Scorer
from tests.recommender.conftest import Graph


def test_what_was_learned_is_better_than_the_start_on_hidden_people(village: Graph, config: ConditionsConfig) -> None:
    found = conditions_figures(village.store, village.snapshot, config)

    for view in ("whole", "first_complaint"):
        start, learned = found["knowledge"][view], found["learned"][view]
        assert learned["top_1"][0] > start["top_1"][0]
        for part in (start, learned):
            assert part["top_1"][0] <= part["top_3"][0] <= part["top_5"][0]
            assert all(low <= value <= high for value, low, high in part.values())
    assert found["learned"]["calibration_error"] < found["knowledge"]["calibration_error"]
    asked = found["learned"]["asked"]
    assert len(asked["proposed"]) == 4
    assert asked["proposed"][0] == asked["random"][0]
    assert asked["proposed"][-1][0] >= asked["random"][-1][0]
    json.dumps(found)
    assert all("top 1/3/5" in line for line in brief(found))


def test_too_few_episodes_say_so(clinic: Graph, config: ConditionsConfig) -> None:
    found = conditions_figures(clinic.store, clinic.snapshot, config)

    assert "too few" in brief(found)[0]


def test_equal_shares_share_their_places(fitted: FittedConditions) -> None:
    # Without a prior and without a word every condition is as likely as any other.
    known = fitted.knowledge
    flat = Scorer(replace(known, prior=np.zeros_like(known.prior), silence=0.0))
    nothing = Findings((), (), (), 0, {})

    assert hits_of(flat, Case(0, (1,), nothing), nothing) == pytest.approx(
        [min(n / len(known.conditions), 1) for n in (1, 3, 5)]
    )


def test_an_interval_holds_its_mean() -> None:
    value, low, high = interval_of(np.array([1.0, 0.0, 1.0, 1.0]), np.array([0, 0, 1, 2]), 0)

    assert value == 0.75
    assert 0.5 <= low <= value <= high <= 1
