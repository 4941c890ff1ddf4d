"""The plain predictor: any table, the same answer before and after its bundle, and honest about what it lacks."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.shape import Contribution, Explanation, Predictor
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tabular import TabularConfig, TabularPredictor
from tests.recommender.predictors.learning.conftest import QUICK, made
from tests.shared_data import shared_data

CONFIG = TabularConfig(replace(QUICK, candidates=("floor", "logistic", "xgboost")))


@pytest.fixture(scope="module")
def fitted() -> tuple[TabularPredictor, Fitted]:
    return TabularPredictor.fit(made(300), CONFIG)


def test_it_predicts_what_happens(fitted: tuple[TabularPredictor, Fitted]) -> None:
    predictor, _ = fitted
    table = made(300)
    (high,) = predictor.predict({**table.row(1), "tells": 3.0}).chances
    (low,) = predictor.predict({**table.row(1), "tells": -3.0}).chances
    assert low.probability < 0.3 < 0.7 < high.probability
    assert high.low <= high.probability <= high.high
    assert (high.target, high.ruled_in) == ("it happens", True)
    assert low.ruled_in is False


def test_what_is_missing_is_said(fitted: tuple[TabularPredictor, Fitted]) -> None:
    predictor, _ = fitted
    told = predictor.predict({"tells": 1.0, "flag": 0.0, "age": 40.0, "sex": -1.0})
    assert "not measured: noise, sex" in told.notes
    assert "learned from synthetic patients" in told.notes
    assert predictor.predict({}).abstained
    assert predictor.predict({"tells": np.nan, "sex": -1.0}).chances == ()


def test_an_unseen_category_is_said() -> None:
    table = made(200)
    columns = tuple(replace(c, categories=("female", "male", "other")) if c.name == "sex" else c for c in table.columns)
    predictor, _ = TabularPredictor.fit(
        replace(table, columns=columns), replace(CONFIG, learning=replace(QUICK, candidates=("floor", "logistic")))
    )
    assert any("nobody had" in note and "sex" in note for note in predictor.predict({"tells": 0.0, "sex": 2.0}).notes)


def test_an_unknown_column_is_refused(fitted: tuple[TabularPredictor, Fitted]) -> None:
    with pytest.raises(PredictorError, match="knows no column weight"):
        fitted[0].predict({"tells": 1.0, "weight": 80.0})


def test_the_card_tells_figures_subgroups_and_limits(fitted: tuple[TabularPredictor, Fitted]) -> None:
    predictor, told = fitted
    card = json.loads(json.dumps(predictor.card.payload()))
    assert card["promoted"].startswith(told.comparison.promoted)
    assert len(card["figures"]["roc_auc"]) == 3
    assert card["figures"]["conformal"]["covered"] == pytest.approx(0.9, abs=0.06)
    assert {row["by"] for row in card["subgroups"]} == {"sex", "age"}
    assert any("300 people are few" in limit for limit in card["limits"])
    assert card["data"]["synthetic"] is True


def test_it_answers_the_same_from_its_bundle(fitted: tuple[TabularPredictor, Fitted], tmp_path: Path) -> None:
    predictor, _ = fitted
    bundles = PredictorBundles(tmp_path)
    tag = bundles.write("tabular", predictor.arrays(), predictor.notes())
    stored = bundles.read("tabular")
    again = TabularPredictor.of(stored.arrays, stored.notes, stored.tag)
    row = made(300).row(7)
    assert again.predict(row).chances == predictor.predict(row).chances
    assert again.predict(row).bundle == tag
    assert again.explain(row) == predictor.explain(row)
    assert again.drifted(made(300)) == predictor.drifted(made(300))


def test_a_bundle_without_a_part_is_refused(fitted: tuple[TabularPredictor, Fitted]) -> None:
    predictor, _ = fitted
    for name in predictor.notes():
        notes = {key: value for key, value in predictor.notes().items() if key != name}
        with pytest.raises(PredictorError):
            TabularPredictor.of(predictor.arrays(), notes, "x")


def test_drift_is_told(fitted: tuple[TabularPredictor, Fitted]) -> None:
    table = made(300, seed=4)
    moved = replace(table, values={**table.values, "age": table.values["age"] + 40})
    assert fitted[0].drifted(moved)[0].name == "age"
    assert fitted[0].drifted(moved)[0].level == "strong"


def test_a_regression_has_an_interval_and_no_set() -> None:
    predictor, told = TabularPredictor.fit(made(200, regression=True), TabularConfig(QUICK))
    (chance,) = predictor.predict({"tells": 2.0, "flag": 1.0}).chances
    assert chance.ruled_in is None
    assert chance.low < chance.probability < chance.high
    assert chance.probability == pytest.approx(3 * (1.5 * 2 + 0.5), abs=2)
    assert "r_squared" in predictor.card.figures
    assert not told.comparison.classes


def test_a_real_table_goes_through() -> None:
    table, _ = read_table(shared_data("uci-heart-failure/heart_failure_clinical_records_dataset.csv"))
    assert "time" not in table.values
    quick = replace(QUICK, folds=5, candidates=("floor", "logistic", "xgboost"))
    predictor, told = TabularPredictor.fit(table, TabularConfig(quick))
    assert told.comparison.winner.figures["roc_auc"].value > 0.72
    assert told.comparison.winner.figures["roc_auc"].value >= told.comparison.row("logistic").figures["roc_auc"].value
    assert told.comparison.winner.coverage.covered == pytest.approx(0.9, abs=0.04)
    assert "egfr" in predictor.model.encoder.names
    assert predictor.predict({"age": 60.0, "ejection_fraction": 20.0, "serum_creatinine": 3.0}).chances[0].probability > 0.4


def added_up(model: FittedModel, row: Mapping[str, float], background: np.ndarray) -> Explanation:
    """An explainer that gives the whole difference to one column."""
    base, total = float(model.form.margins(background).mean()), float(model.margins(row)[0])
    return Explanation("", base, (Contribution("tells", "tells", "1", total - base),), total)


def test_it_explains_with_what_it_was_given(fitted: tuple[TabularPredictor, Fitted]) -> None:
    predictor: Predictor = replace(fitted[0], explainer=added_up)
    told = predictor.explain(made(300).row(0))
    assert told.target == "it happens"
    assert told.base + told.contributions[0].amount == pytest.approx(told.total)


def test_it_explains_by_itself_what_each_value_adds(fitted: tuple[TabularPredictor, Fitted]) -> None:
    told = fitted[0].explain(made(300).row(0))

    assert (told.target, told.unit) == ("it happens", "log-odds")
    assert told.base + sum(part.amount for part in told.contributions) == pytest.approx(told.total)


def test_it_tells_of_people_alike_and_keeps_none(fitted: tuple[TabularPredictor, Fitted]) -> None:
    predictor, table = fitted[0], made(300)
    assert re.fullmatch(
        r"of the \d+ people most alike (\d+ \(\d+ %\)|(fewer|more) than \d+): it happens", predictor.explain(table.row(0)).alike
    )
    assert predictor.alike is not None
    assert predictor.alike.people.min() >= 5
    encoded = predictor.model.encode(table.values)
    assert not any((np.abs(encoded - centre).max(axis=1) < 1e-9).any() for centre in predictor.alike.centres)
    without = {name: array for name, array in predictor.arrays().items() if not name.startswith("alike.")}
    assert TabularPredictor.of(without, predictor.notes(), "x").explain(table.row(0)).alike == ""


def test_a_change_that_is_told_is_of_what_can_change() -> None:
    table = made(300)
    columns = tuple(replace(column, changeable=column.name == "tells") for column in table.columns)
    quick = TabularConfig(replace(QUICK, candidates=("floor", "logistic")))
    predictor, _ = TabularPredictor.fit(replace(table, columns=columns), quick)
    told = predictor.explain({**table.row(0), "tells": 2.0}).counterfactual
    assert re.fullmatch(r"with tells -?[\d.]+ instead of 2 the model would say \d+ % instead of \d+ %", told)
    nothing, _ = TabularPredictor.fit(table, quick)
    assert nothing.explain({**table.row(0), "tells": 2.0}).counterfactual == ""
