"""A table's story: honest about what was held out, and its plots say what they show."""

import numpy as np
import pytest

from recommender.judge.model_plots import model_plots
from recommender.judge.plots.canvas import as_svg
from recommender.judge.predictor_story import places
from recommender.judge.table_plots import components, spearman, table_plots
from tests.recommender.judge.told_story import told

ALWAYS = ("distributions", "boxes", "missing", "correlations", "plane", "radar", "candidates", "learning", "importance", "shap")
OF_CLASSES = ("curves", "confusion", "reliability", "decision", "subgroups")


def names(*, regression: bool) -> set[str]:
    story = told(regression=regression)
    return {plot.name.removeprefix("made-") for plot in (*table_plots(story, {}), *model_plots(story))}


def test_a_classification_has_every_plot() -> None:
    assert {*ALWAYS, *OF_CLASSES, "example"} <= names(regression=False)


def test_a_regression_has_those_that_make_sense_of_it() -> None:
    found = names(regression=True)
    assert {*ALWAYS, "example"} <= found
    assert not found & set(OF_CLASSES)


@pytest.mark.parametrize("regression", [False, True])
def test_every_plot_can_be_drawn_and_says_what_it_shows(regression: bool) -> None:
    story = told(regression=regression)
    plots = [*table_plots(story, {"age": (40.0, 60.0)}), *model_plots(story)]
    assert len({plot.name for plot in plots}) == len(plots)
    for plot in plots:
        drawn = as_svg(plot)
        assert "<script" not in drawn
        assert plot.question.endswith("?")
        assert plot.said.endswith(".")
        assert "nan" not in plot.said


def test_what_the_model_rests_on_was_computed_without_the_rows_it_learned_from() -> None:
    story = told()
    assert story.rests.amounts.shape == story.rests.ranks.shape == (150, len(story.rests.names))
    assert story.rests.importance[0].name == "systolic"
    assert set(story.rests.names[:2]) == {"systolic pressure", "smoking"}
    assert np.nanmin(story.rests.ranks) >= 0
    assert np.nanmax(story.rests.ranks) <= 1
    assert np.isnan(story.rests.ranks).any()


def test_the_example_has_the_highest_held_out_answer() -> None:
    story = told()
    highest = int(np.argmax(story.fitted.held_out.probabilities.mean(axis=0)))
    np.testing.assert_equal(story.example.values, story.table.row(highest))
    assert story.explanation.base + sum(p.amount for p in story.explanation.contributions) == pytest.approx(
        story.explanation.total
    )
    assert "people most alike" in story.explanation.alike


def test_learning_curves_are_of_the_promoted_and_the_plain() -> None:
    labels = [curve.name for curve in told().learning]
    assert labels[0] == told().fitted.comparison.winner.label
    assert "logistic regression" in labels
    assert told(regression=True).optimism is None
    assert told().optimism is not None


def test_places_are_shares_of_lower_values() -> None:
    values = np.array([1.0, 2.0, 2.0, 3.0, np.nan])
    np.testing.assert_allclose(places(values, np.array([0.0, 1.0, 2.0, 3.0, 9.0])), [0, 0.125, 0.5, 0.875, 1])
    assert np.isnan(places(values, np.array([np.nan]))).all()
    assert np.isnan(places(np.array([np.nan]), np.array([1.0]))).all()


def test_rank_correlation_by_hand() -> None:
    one = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    other = np.array([10.0, 100.0, 1000.0, 1e4, 3.0])
    matrix = spearman([one, other, -other, np.ones(5)])
    np.testing.assert_allclose(matrix[:3, :3], [[1, 1, -1], [1, 1, -1], [-1, -1, 1]])
    assert np.isnan(matrix[3]).all()
    # Spearman's rho of 1 2 3 4 against 2 1 4 3: 1 - 6 · 4 / (4 · 15) = 0.6.
    assert spearman([one[:4], np.array([2.0, 1.0, 4.0, 3.0])])[0, 1] == pytest.approx(0.6)


def test_the_plane_keeps_the_directions_of_greatest_variance() -> None:
    random = np.random.default_rng(0)
    matrix = np.column_stack([random.normal(0, 5, 400), random.normal(0, 2, 400), random.normal(0, 0.1, 400)])
    scores, shares, directions = components(matrix)
    assert shares[0] == pytest.approx(25 / 29, abs=0.05)
    assert np.abs(directions[0]).argmax() == 0
    assert np.abs(directions[1]).argmax() == 1
    assert scores.std(axis=0) == pytest.approx(matrix.std(axis=0)[:2], rel=0.05)
