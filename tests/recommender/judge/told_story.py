"""A small table's story, told once for all tests that look at it."""

from dataclasses import replace
from functools import cache
from typing import Any

from recommender.judge.predictor_story import Story, story_of
from recommender.predictors.tables.table import Table
from tests.recommender.predictors.explaining.models import patients
from tests.recommender.predictors.learning.conftest import QUICK, made

HOSTILE = "<script>alert('x')</script> & $y$"
READ: dict[str, Any] = {
    "quarantined": 2,
    "refused_values": 3,
    "left_out": [{"column": "time", "reason": HOSTILE}],
    "notes": ["glucose in mg/dL"],
}


@cache
def told(*, regression: bool = False) -> Story:
    table: Table = made(160, regression=True) if regression else patients(160)
    quick = replace(QUICK, candidates=("floor", "logistic", "xgboost"), regressors=("floor", "ridge"))
    steps: list[str] = []
    story = story_of(replace(table, target_name=HOSTILE), READ, quick, lambda step, share: steps.append(step))
    assert steps[0] == f"fitting {table.name}"
    assert steps[-1] == f"explaining {table.name}"
    return story
