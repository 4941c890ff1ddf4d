"""The explanation of a row: it adds up, speaks of the clinician's columns, and brings no library of modelling."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.predictors.explaining.row import explain_row
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.shape import Explanation
from tests.recommender.predictors.explaining.models import FORMS, fitted, patients, regression

TABLE = patients()
MODELS = {kind: fitted(kind) for kind in (*FORMS, "mixed")}
UNITS = {"forest": "probability", "kernel": "margin"}


def said(model: FittedModel, row: dict[str, float]) -> float:
    """What the model says of a row, in the unit of its explanation."""
    margin = float(model.margins(row)[0])
    return 1 / (1 + np.exp(-margin)) if model is MODELS["forest"] else margin


def amount(told: Explanation, name: str) -> float:
    return next(part.amount for part in told.contributions if part.feature == name)


@pytest.mark.parametrize("kind", FORMS)
@settings(max_examples=6)
@given(place=st.integers(0, 239))
def test_base_and_contributions_are_the_total(kind: str, place: int) -> None:
    model, row = MODELS[kind], TABLE.row(place)
    told = explain_row(model, row, target="event")
    assert told.base + sum(part.amount for part in told.contributions) == pytest.approx(told.total, abs=1e-9)
    assert told.total == pytest.approx(said(model, row), abs=1e-6 if kind == "forest" else 1e-9)
    assert told.unit == UNITS.get(kind, "log-odds")
    assert told.method == ("sampled" if told.error else "exact")
    sizes = [abs(part.amount) for part in told.contributions]
    assert sizes == sorted(sizes, reverse=True)
    json.dumps(told.payload(), allow_nan=False)


@pytest.mark.parametrize(("kind", "method"), [("linear", "exact"), ("boosted", "exact"), ("forest", "exact"), ("mixed", "any")])
def test_a_column_has_one_contribution(kind: str, method: str) -> None:
    told = explain_row(MODELS[kind], TABLE.row(0))
    names = [part.feature for part in told.contributions]
    assert len(names) == len(set(names))
    assert {"weight", "sex", "diet"} <= set(names)
    assert not any(" = " in name or name.endswith("missing") for name in names)
    assert method in (told.method, "any")


def test_values_are_said_as_a_clinician_reads_them() -> None:
    row = {**TABLE.row(1), "systolic": 161.04, "smokes": 1.0, "sex": 1.0, "age": 71.0}
    told = {part.feature: (part.label, part.value) for part in explain_row(MODELS["linear"], row).contributions}
    assert told["systolic"] == ("systolic pressure", "161 mmHg")
    assert told["smokes"] == ("smoking", "yes")
    assert told["sex"] == ("sex", "male")
    assert told["age"] == ("age", "71 years")
    del row["weight"], row["sex"]
    told = {part.feature: (part.label, part.value) for part in explain_row(MODELS["linear"], row).contributions}
    assert told["weight"][1] == told["sex"][1] == "not measured"


def test_what_raises_the_risk_has_a_positive_sign() -> None:
    row = {**TABLE.row(1), "systolic": 175.0, "smokes": 1.0, "age": 40.0}
    for kind in ("linear", "boosted", "forest", "stack"):
        told = explain_row(MODELS[kind], row)
        assert amount(told, "systolic") > 0
        assert amount(told, "age") < 0
        low = explain_row(MODELS[kind], {**row, "systolic": 100.0})
        assert amount(low, "systolic") < 0


def test_the_background_can_be_another() -> None:
    model = MODELS["linear"]
    row = TABLE.row(3)
    own = model.encode(row)
    told = explain_row(model, row, own)
    assert told.base == pytest.approx(told.total)
    assert all(part.amount == pytest.approx(0, abs=1e-12) for part in told.contributions)
    assert explain_row(model, row, model.background).base == explain_row(model, row).base
    mean = float(model.form.margins(model.background) @ model.shares)
    assert explain_row(model, row).base == pytest.approx(mean)


def test_a_regression_is_explained_in_its_unit() -> None:
    told = explain_row(regression(), TABLE.row(0))
    assert (told.unit, told.counterfactual) == ("the target's unit", "")


def test_a_sampled_explanation_is_the_same_twice_and_tells_its_error() -> None:
    told = explain_row(MODELS["mixed"], TABLE.row(5), seed=4)
    assert told == explain_row(MODELS["mixed"], TABLE.row(5), seed=4)
    if told.method == "sampled":
        assert 0 < told.error < 0.2


def test_explaining_imports_nothing_that_fits() -> None:
    script = (
        "import sys; import recommender.predictors.explaining.row\n"
        "print([m for m in ('sklearn', 'xgboost', 'keras', 'jax', 'shap', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[4])
    assert done.stdout.strip() == "[]", done.stderr
