"""The one pipeline: it finds what is there, finds nothing where nothing is, and keeps nobody's row."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.candidates import CANDIDATES
from recommender.predictors.learning.config import CLASSIFIERS, REGRESSORS, LearningConfig
from recommender.predictors.learning.fitting import Fitted, fit_model
from recommender.predictors.learning.outer import run_outer
from recommender.predictors.learning.search import search
from recommender.predictors.learning.splitting import inner_splits, rank_features, split
from recommender.predictors.tables.table import Column, ColumnKind, Table
from tests.recommender.predictors.learning.conftest import QUICK, made


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """The table of the fixture, fitted once."""
    return fit_model(made(), QUICK)


def test_what_is_there_is_found(fitted: Fitted, quick: LearningConfig) -> None:
    rows = {row.name: row for row in fitted.comparison.rows}
    assert list(rows) == list(quick.candidates)
    assert rows["floor"].figures["roc_auc"].value == 0.5
    assert fitted.comparison.winner.figures["roc_auc"].value > 0.7
    assert fitted.comparison.winner.figures["roc_auc"].value >= rows["logistic"].figures["roc_auc"].value
    assert fitted.held_out.probabilities.shape == (1, 200)
    assert fitted.comparison.winner.coverage.covered == pytest.approx(0.9, abs=0.06)


def test_the_comparison_is_json_with_a_row_a_candidate(fitted: Fitted) -> None:
    told = json.loads(json.dumps(fitted.comparison.payload(), allow_nan=False))
    row = next(row for row in told["candidates"] if row["promoted"])
    assert row["candidate"] == told["promoted"]
    low, high = row["roc_auc_interval"]
    assert low < row["roc_auc"] < high
    assert {"brier", "brier_interval", "calibration_error", "conformal"} <= set(row)


def test_noise_is_never_called_better_than_the_base_rate(quick: LearningConfig) -> None:
    fitted = fit_model(made(200, strength=0.0, seed=3), replace(quick, candidates=("floor", "logistic", "tree")))
    assert abs(fitted.comparison.procedure["roc_auc"].value - 0.5) < 0.15


def test_the_same_seed_gives_the_same_model(table: Table, quick: LearningConfig) -> None:
    config = replace(quick, candidates=("floor", "logistic", "xgboost"), trials=3)
    one, again = fit_model(table, config), fit_model(table, config)
    assert one.model.notes() == again.model.notes()
    for name, array in one.model.arrays().items():
        np.testing.assert_array_equal(array, again.model.arrays()[name])


def test_a_budget_that_does_not_last_makes_fewer_repeats_and_says_so(table: Table, quick: LearningConfig) -> None:
    config = replace(quick, candidates=("floor", "logistic"), repeats=4, minutes=1e-3)
    fitted = fit_model(table, replace(config, minutes=1e-3))
    whole = fit_model(table, replace(config, minutes=10.0))

    assert fitted.comparison.payload()["repeats"] == len(fitted.held_out.margins) < 4
    assert whole.comparison.payload()["repeats"] == len(whole.held_out.margins) == 4
    np.testing.assert_array_equal(fitted.held_out.margins[0], whole.held_out.margins[0])
    (note,) = fitted.comparison.payload()["notes"]
    # How many a machine makes in this time is its own affair.
    assert f"0.001 minutes did not last: {len(fitted.held_out.margins)} of 4 repeats" in note
    assert whole.comparison.notes == ()


def test_a_budget_that_does_not_last_for_one_repeat_fits_on_fewer_rows_and_says_so(quick: LearningConfig) -> None:
    config = replace(quick, candidates=("floor", "logistic", "xgboost"), minutes=1e-3)
    fitted = fit_model(made(2_400), config).comparison.payload()

    assert fitted["fitted_rows"] == 1_000
    assert "folds were fitted on 1,000 instead of 1,600 rows in the end, and searched on 200" in fitted["notes"][0]


def test_a_large_table_is_judged_whole_and_fitted_on_a_part(quick: LearningConfig) -> None:
    large = made(4_000)
    config = replace(quick, candidates=("floor", "logistic"), search_rows=200)
    some, whole = fit_model(large, replace(config, rows=1_000)), fit_model(large, config)

    assert some.held_out.margins.shape == (1, 4_000)
    assert np.isfinite(some.held_out.margins).all()
    assert some.comparison.winner.figures["roc_auc"].value == pytest.approx(
        whole.comparison.winner.figures["roc_auc"].value, abs=0.01
    )
    assert not all(np.array_equal(array, whole.model.arrays()[name]) for name, array in some.model.arrays().items())


def test_the_model_serves_what_was_judged(fitted: Fitted, table: Table) -> None:
    model = fitted.model
    again = FittedModel.of(model.arrays(), json.loads(json.dumps(model.notes())))
    value, low, high = again.probabilities(table.values)
    assert ((low <= value) & (value <= high)).all()
    assert value[table.target == 1].mean() > value[table.target == 0].mean() + 0.1
    row = table.row(3)
    assert again.probabilities(row)[0][0] == pytest.approx(value[3])


def test_held_out_rows_change_nothing_of_their_own_fold(table: Table, quick: LearningConfig) -> None:
    """Leakage: what is answered for a row must not depend on values of the rows that are held out with it."""
    candidates = [CANDIDATES[name] for name in ("logistic", "svm", "xgboost")]
    before = run_outer(table, candidates, quick, classes=True)
    others = (before.folds[0] == before.folds[0, 0]) & (np.arange(200) != 0)
    changed = {name: np.where(others, array * 50 + 7, array) for name, array in table.values.items() if name != "sex"}
    after = run_outer(replace(table, values={**table.values, **changed}), candidates, quick, classes=True)
    np.testing.assert_array_equal(before.folds, after.folds)
    for candidate in candidates:
        assert before.margins[candidate.name][0, 0] == after.margins[candidate.name][0, 0]


def test_no_row_is_kept_in_the_model(table: Table, quick: LearningConfig) -> None:
    fitted = fit_model(table, replace(quick, candidates=("floor", "logistic", "svm")))
    matrix = fitted.model.encode(table.values)
    for name, array in fitted.model.arrays().items():
        if array.ndim == 2 and array.shape[1] == matrix.shape[1]:
            distance = np.abs(matrix[:, None] - array).max(axis=2)
            assert distance.min() > 1e-6, name
    assert len(fitted.model.background) <= quick.centres
    assert fitted.model.shares.sum() == pytest.approx(1)


def test_a_number_is_a_regression(quick: LearningConfig) -> None:
    fitted = fit_model(made(300, regression=True), quick)
    assert not fitted.comparison.classes
    assert fitted.comparison.row("floor").figures["r_squared"].value < 0.02
    assert fitted.comparison.winner.figures["r_squared"].value > 0.9
    assert fitted.comparison.winner.coverage.covered == pytest.approx(0.9, abs=0.05)
    value, low, high = fitted.model.probabilities(made(300, regression=True, seed=9).values)
    truth = made(300, regression=True, seed=9).target
    assert ((low <= truth) & (truth <= high)).mean() == pytest.approx(0.9, abs=0.06)
    assert (low < value).all()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_answers_a_finite_margin(name: str, table: Table) -> None:
    part = split(table, np.arange(150), np.arange(150, 200))
    candidate = CANDIDATES[name]
    form = candidate.fit(part.fitted, part.target, candidate.defaults, 0, True)
    margins = form.margins(part.held_out)
    assert margins.shape == (50,)
    assert np.isfinite(margins).all()
    assert name == "floor" or margins[part.truth == 1].mean() > margins[part.truth == 0].mean()


@pytest.mark.parametrize("name", REGRESSORS)
def test_every_regressor_answers_in_the_targets_unit(name: str) -> None:
    table = made(200, regression=True)
    part = split(table, np.arange(150), np.arange(150, 200))
    candidate = CANDIDATES[name]
    answer = candidate.fit(part.fitted, part.target, candidate.defaults, 0, False).margins(part.held_out)
    assert answer.mean() == pytest.approx(part.target.mean(), abs=2)


def test_a_search_stays_within_its_budget_and_space(table: Table, quick: LearningConfig) -> None:
    splits = inner_splits(table, np.arange(200), 2, 0)
    found = search(CANDIDATES["tree"], splits, replace(quick, trials=4), 0, classes=True)
    assert found.trials == 4
    assert 2 <= found.settings["depth"] <= 6
    assert len(found.merits) == 200
    assert search(CANDIDATES["floor"], splits, replace(quick, trials=4), 0, classes=True).trials == 1


def test_a_search_that_gains_nothing_keeps_the_defaults(quick: LearningConfig) -> None:
    splits = inner_splits(made(200, strength=0.0, seed=1), np.arange(200), 3, 0)
    found = search(CANDIDATES["logistic"], splits, replace(quick, trials=3), 0, classes=True)
    assert found.settings == CANDIDATES["logistic"].defaults


def test_features_are_ranked_by_how_they_go_with_the_target() -> None:
    matrix = np.column_stack((np.zeros(6), np.array([1, 0, 1, 0, 1, 0]), np.array([1, 1, 1, 0, 0, 0]), -np.arange(6)))
    ranked = rank_features(matrix.astype(float), np.array([1.0, 1, 1, 0, 0, 0]))
    assert ranked.tolist() == [2, 3, 1, 0]


def test_progress_is_told(table: Table, quick: LearningConfig) -> None:
    told: list[tuple[int, int]] = []
    fit_model(table, replace(quick, candidates=("floor", "logistic")), progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("none", "no target"),
        ("missing", "missing in some rows"),
        ("one class", "the same in every row"),
        ("few", "30 or more"),
        ("level", "no column"),
        ("rare", "each class"),
    ],
)
def test_bad_tables_are_refused(table: Table, quick: LearningConfig, wrong: str, told: str) -> None:
    column = Column("level", ColumnKind.NUMBER)
    bad = {
        "none": replace(table, target=np.empty(0)),
        "missing": replace(table, target=np.where(np.arange(200) == 3, np.nan, table.target)),
        "one class": replace(table, target=np.ones(200)),
        "few": table.take(np.arange(20)),
        "level": replace(table, columns=(column,), values={"level": np.full(200, 7.0)}),
        "rare": replace(table, target=np.where(np.arange(200) < 2, 1.0, 0.0)),
    }[wrong]
    with pytest.raises(PredictorError, match=told):
        fit_model(bad, quick)
