"""Recovery: the net competes by the rule of all others, serves without Keras, and the bundle answers the same."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.recovery.config import RecoveryConfig
from recommender.predictors.recovery.fitting import fit_recovery
from recommender.predictors.recovery.predictor import RecoveryPredictor
from recommender.predictors.tables.derived import with_derived
from tests.recommender.predictors.recovery.ward import LEARNING, PLAIN, TINY, stays_of, straight, ward

PROJECT = Path(__file__).resolve().parents[4]
DEEP = RecoveryConfig(LEARNING, TINY)
ASK = """
import sys
from pathlib import Path
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.recovery.predictor import RecoveryPredictor
stored = PredictorBundles(Path(sys.argv[1])).read("recovery")
predictor = RecoveryPredictor.of(stored.arrays, stored.notes, stored.tag)
print(predictor.predict({"age": 50.0, "oxygen": 0.1, "noise": 0.0}).chances[0].probability)
print(sorted({"keras", "jax", "sklearn", "xgboost", "optuna", "pandas"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def curved() -> tuple[RecoveryPredictor, Fitted]:
    """Fitted where a straight line tells nothing."""
    table = ward()
    return RecoveryPredictor.fit(table, DEEP, stays_of(table))


def test_a_net_that_is_better_is_promoted(curved: tuple[RecoveryPredictor, Fitted]) -> None:
    predictor, fitted = curved
    comparison = fitted.comparison

    assert comparison.promoted == "deep"
    assert comparison.winner.figures["roc_auc"].value > comparison.row("logistic").figures["roc_auc"].value + 0.1
    assert comparison.why.startswith("better than ")
    assert predictor.table.model.form.kind == "layers"
    assert predictor.card.promoted.startswith("deep: better than ")
    assert [row.name for row in comparison.rows] == ["floor", "logistic", "deep"]


def test_the_net_is_judged_on_the_folds_of_all_others(curved: tuple[RecoveryPredictor, Fitted]) -> None:
    _, fitted = curved

    assert np.array_equal(fitted.all_held_out["deep"].folds, fitted.all_held_out["logistic"].folds)
    assert fitted.held_out is fitted.all_held_out["deep"]


def test_it_tells_who_recovers(curved: tuple[RecoveryPredictor, Fitted]) -> None:
    predictor, _ = curved
    low, middle, high = (
        predictor.predict({"age": 50.0, "oxygen": oxygen, "noise": 0.0}).chances[0] for oxygen in (-2.0, 0.0, 2.0)
    )

    assert max(low.probability, high.probability) < 0.4 < 0.7 < middle.probability
    assert middle.target == "recovered"


def test_it_answers_the_same_from_its_bundle_without_any_library_that_fits(
    curved: tuple[RecoveryPredictor, Fitted], tmp_path: Path
) -> None:
    predictor, _ = curved
    bundles = PredictorBundles(tmp_path)
    bundles.write("recovery", predictor.arrays(), predictor.notes())
    done = subprocess.run([sys.executable, "-c", ASK, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    probability, libraries = done.stdout.splitlines()

    assert float(probability) == predictor.predict({"age": 50.0, "oxygen": 0.1, "noise": 0.0}).chances[0].probability
    assert libraries == "[]"
    stored = bundles.read("recovery")
    again = RecoveryPredictor.of(stored.arrays, stored.notes, stored.tag)
    assert again.stays is not None
    assert predictor.stays is not None
    assert np.array_equal(again.stays.bed, predictor.stays.bed)


def test_a_net_that_is_no_better_is_shown_as_losing() -> None:
    table = straight(200)
    fitted = fit_recovery(table, DEEP)

    assert fitted.comparison.promoted == "logistic"
    assert "deep is not better by more than one standard error" in fitted.comparison.why
    assert fitted.comparison.row("deep").figures["roc_auc"].value > 0.5
    assert fitted.model.form.kind == "linear"
    assert json.loads(json.dumps(fitted.comparison.payload()))["candidates"][-1]["candidate"] == "deep"


def test_without_the_net_it_is_the_plain_pipeline() -> None:
    table = straight(200)
    predictor, fitted = RecoveryPredictor.fit(table, PLAIN)

    assert [row.name for row in fitted.comparison.rows] == ["floor", "logistic"]
    assert predictor.stays is None
    assert predictor.name == predictor.card.name == "recovery"
    assert any("nobody who comes later" in limit for limit in predictor.card.limits)


def test_indices_that_are_computed_from_columns_are_left_out() -> None:
    table = straight(120)
    pressures = {"systolic": "LOINC:8480-6", "diastolic": "LOINC:8462-4"}
    columns = tuple(replace(table.columns[2], name=name, unit="mm[Hg]", node=node) for name, node in pressures.items())
    random = np.random.default_rng(1)
    values = {**table.values, "systolic": random.normal(130, 9, 120), "diastolic": random.normal(80, 5, 120)}
    whole = with_derived(replace(table, columns=(*table.columns, *columns), values=values))
    assert any(column.derived for column in whole.columns)

    predictor, _ = RecoveryPredictor.fit(whole, PLAIN)

    assert [column.name for column in predictor.table.model.columns] == ["age", "oxygen", "noise", "systolic", "diastolic"]


def test_with_too_few_values_it_abstains(curved: tuple[RecoveryPredictor, Fitted]) -> None:
    predictor, _ = curved

    told = predictor.predict({"age": 50.0, "oxygen": float("nan")})

    assert told.chances == ()
    assert told.abstained == "1 of 3 values are known: too few"
    assert told.notes == ("not measured: oxygen, noise",)
    assert predictor.predict({"age": 50.0, "oxygen": 0.1}).chances
