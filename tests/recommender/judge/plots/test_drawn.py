"""What is drawn is what was given: bars, boxes, points and lines at their places, with words on every axis."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from recommender.judge.plots.curves import (
    Band,
    draw_confidence,
    draw_confusion,
    draw_precision,
    draw_reliability,
    draw_roc,
)
from recommender.judge.plots.distributions import (
    draw_boxes,
    draw_correlations,
    draw_histogram,
    draw_missing,
    draw_shares,
)
from recommender.judge.plots.flow import FIT, SERVE, draw_flow
from recommender.judge.plots.judged import draw_candidates, draw_decision, draw_learning, draw_subgroups
from recommender.judge.plots.moved import draw_contributions, draw_dependence, draw_importance, draw_swarm
from recommender.judge.plots.people import draw_components, draw_radar
from recommender.predictors.explaining.importance import Dependence, Importance
from recommender.predictors.shape import Contribution
from recommender.predictors.tables.table import Column, ColumnKind

VALUES = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan, 6.0, 7.0, 8.0, 9.0, 10.0])
HAPPENED = np.repeat([0.0, 1.0], [5, 6])


@pytest.fixture
def figure() -> Iterator[Any]:
    from matplotlib.figure import Figure

    made = Figure(layout="constrained")
    yield made
    made.canvas.draw()


@pytest.fixture
def axes(figure: Any) -> Any:
    return figure.subplots()


def labels(axis: Any) -> list[str]:
    return [text.get_text() for text in axis.get_ticklabels()]


def texts(axes: Any) -> str:
    return " | ".join(text.get_text() for text in axes.texts)


def test_a_histogram_has_shares_of_each_part(axes: Any) -> None:
    draw_histogram(axes, VALUES, HAPPENED, "creatinine", "mg/dL")
    parts = [patch.get_data() for patch in axes.patches]
    assert len(parts) == 4
    for values, edges, _ in parts:
        # Between the quarters 3.25 and 7.75 lie 3 to 8, in bars of two whole numbers each. A part has five rows: one bar.
        assert (edges[0], edges[-1]) == (2.5, 8.5)
        assert np.count_nonzero(values) == 1
        assert values @ np.diff(edges) == pytest.approx(100 * 2)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left") or axes.get_title()) == (
        "mg/dL",
        "% of them",
        "creatinine",
    )


def test_bars_of_broken_numbers_are_of_equal_width(axes: Any) -> None:
    draw_histogram(axes, np.linspace(0.05, 9.95, 100), np.empty(0), "glucose", "mmol/L")
    values, edges, _ = axes.patches[0].get_data()
    np.testing.assert_allclose(np.diff(edges), (edges[-1] - edges[0]) / 10)
    assert values.sum() == pytest.approx(100)
    assert (edges[0], edges[-1]) == (pytest.approx(0.545), pytest.approx(9.455))


def test_a_column_without_values_or_outcome_is_drawn_too(figure: Any) -> None:
    first, second = figure.subplots(1, 2)
    draw_histogram(first, np.full(3, np.nan), np.empty(0), "empty", "")
    draw_histogram(second, np.full(3, 2.0), np.empty(0), "level", "")
    assert len(second.patches) == 2


def test_shares_of_a_category(axes: Any) -> None:
    places = np.repeat([0.0, 1.0, np.nan, 0.0, 1.0, -1.0], [6, 12, 1, 10, 4, 2])
    draw_shares(axes, places, ("low", "high"), np.repeat([0.0, 1.0], [19, 16]), "kind")
    assert labels(axes.yaxis) == ["low", "high"]
    widths = [patch.get_width() for patch in axes.patches]
    # Four of those with the outcome are too few to be told.
    np.testing.assert_allclose(widths, [100 / 3, 200 / 3, 1000 / 14, 0])


def test_boxes_stand_before_the_reference_range(axes: Any) -> None:
    draw_boxes(axes, VALUES, HAPPENED, "glucose", "mmol/L", (2.0, 5.0))
    assert labels(axes.xaxis) == ["no", "yes"]
    band = axes.patches[-1]
    assert (band.get_y(), band.get_y() + band.get_height()) == (2.0, 5.0)
    medians = [line.get_ydata()[0] for line in axes.lines if line.get_color() == "#1b2733"]
    assert medians == [3.0, 8.0]


def test_fewer_than_five_have_no_box(axes: Any) -> None:
    draw_boxes(axes, VALUES, np.repeat([0.0, 1.0], [4, 7]), "glucose", "mmol/L", None)
    assert labels(axes.xaxis) == ["yes"]
    assert len(axes.patches) == 1


def test_an_open_range_reaches_to_the_end(axes: Any) -> None:
    draw_boxes(axes, VALUES, np.empty(0), "ratio", "", (-np.inf, 3.0))
    low, high = axes.get_ylim()
    assert np.isfinite([low, high]).all()
    assert low < 3 < 7.75 < high
    band = axes.patches[-1]
    assert (band.get_y(), band.get_y() + band.get_height()) == (low, 3.0)


def test_a_range_far_away_leaves_the_boxes_their_room(axes: Any) -> None:
    draw_boxes(axes, VALUES, HAPPENED, "glucose", "mmol/L", (500.0, 900.0))
    assert axes.get_ylim()[1] < 20
    assert len(axes.patches) == 2


def test_missing_values_come_in_the_order_of_their_share(axes: Any) -> None:
    draw_missing(axes, ["none", "half", "few", "all"], np.array([0.0, 0.5, 0.004, 1.0]), 2000)
    assert labels(axes.yaxis) == ["all", "half", "few", "none"]
    assert texts(axes) == "100 % | 50 % | < 1 % | 0 %"


def test_how_few_values_are_missing_is_not_told(axes: Any) -> None:
    draw_missing(axes, ["one", "five"], np.array([0.01, 0.05]), 100)
    assert texts(axes) == "5 % | < 5 rows"


def test_correlations_are_a_triangle(figure: Any) -> None:
    axes = figure.subplots()
    draw_correlations(figure, axes, ["a", "b", "c"], np.array([[1, 0.5, np.nan], [0.5, 1, -0.8], [np.nan, -0.8, 1]]))
    assert labels(axes.xaxis) == ["a", "b"]
    assert labels(axes.yaxis) == ["b", "c"]
    assert texts(axes) == "0.5 | -0.8"


def test_the_plane_names_its_groups_and_marks_their_means(axes: Any) -> None:
    scores = np.repeat([[0.0, 0.0], [2.0, 2.0], [5.0, 1.0], [9.0, 9.0]], [5, 5, 6, 4], axis=0)
    draw_components(axes, scores, np.repeat([0, 1, 2], [10, 6, 4]), ("well", "ill", "nobody"), (0.5, 0.25))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["well", "ill", "nobody"]
    assert "50 %" in axes.get_xlabel()
    means = [tuple(c.get_offsets()[0]) for c in axes.collections if c.get_sizes()[0] == 90]
    assert means == [(1.0, 1.0), (5.0, 1.0)]
    # Four people have neither a point nor a mean.
    points = [tuple(point) for c in axes.collections if c.get_sizes()[0] == 20 for point in c.get_offsets()]
    assert points == [(0.0, 0.0), (2.0, 2.0), (5.0, 1.0)]


def test_the_radar_closes_and_tells_the_values(figure: Any) -> None:
    axes = figure.subplots(subplot_kw={"projection": "polar"})
    draw_radar(axes, ["age", "pressure", "sugar"], np.array([0.5, 0.9, 0.1]), ["61 years", "150 mmHg", "4 mmol/L"], "this one")
    patient = axes.lines[1]
    np.testing.assert_allclose(patient.get_ydata(), [50, 90, 10, 50])
    assert labels(axes.xaxis) == ["age\n61 years", "pressure\n150 mmHg", "sugar\n4 mmol/L"]


BANDS = [
    Band("model", np.linspace(0, 1, 3), np.array([0, 0.8, 1]), np.array([0, 0.7, 1]), np.array([0, 0.9, 1]), ".8", ours=True),
    Band("plain", np.linspace(0, 1, 3), np.array([0, 0.6, 1]), np.zeros(3), np.ones(3), ".6"),
]


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_curves_are_named_and_only_the_one_that_serves_has_a_band(figure: Any, share: float) -> None:
    left, right = figure.subplots(1, 2)
    draw_roc(left, BANDS)
    draw_precision(right, BANDS, share)
    for axes in (left, right):
        assert {text.get_text() for text in axes.get_legend().get_texts()} == {"model .8", "plain .6"}
        assert len(axes.collections) == 1
        assert axes.get_xlabel()
        assert axes.get_ylabel()
    assert f"{share:.2f}" in texts(right)


def test_reliability_has_its_intervals(axes: Any) -> None:
    said, seen = np.array([0.2, 0.7]), np.array([0.3, 0.6])
    draw_reliability(axes, said, seen, seen - 0.1, seen + 0.2, np.array([10.0, 40.0]))
    points = axes.collections[-1].get_offsets()
    np.testing.assert_allclose(points, [[0.2, 0.3], [0.7, 0.6]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted probability", "share that had it")


def test_confidence_counts_rows(axes: Any) -> None:
    draw_confidence(axes, np.repeat([0.1, 0.9, 0.5], [5, 6, 3]), np.repeat([0.0, 1.0], [5, 9]))
    areas = [float(values @ np.diff(edges)) / 0.04 for values, edges, _ in (patch.get_data() for patch in axes.patches)]
    np.testing.assert_allclose(areas, [5, 5, 9, 9])
    assert axes.get_ylabel() == "rows for each 4 %"


def test_confusion_tells_counts_and_shares_of_each_line(axes: Any) -> None:
    draw_confusion(axes, np.array([[90.0, 10.0], [5.0, 15.0]]), "model")
    assert texts(axes) == "90\n90 % | 10\n10 % | 5\n25 % | 15\n75 %"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("said", "was")


def test_small_counts_of_a_confusion_are_not_told(axes: Any) -> None:
    draw_confusion(axes, np.array([[90.0, 10.0], [2.0, 18.0]]), "model")
    assert texts(axes) == "90\n90 % | 10\n10 % | < 5 | > 15"


def test_candidates_stand_in_their_order_and_one_serves(axes: Any) -> None:
    draw_candidates(axes, [("floor", 0.5, 0.5, 0.5), ("forest", 0.8, 0.7, 0.9)], "forest", "ROC-AUC")
    assert labels(axes.yaxis) == ["floor", "forest (serves)"]
    assert texts(axes) == "0.500 | 0.800"
    low, high = axes.get_ylim()
    assert low > high


def test_learning_decision_and_subgroups(figure: Any) -> None:
    learning, decision, subgroups = figure.subplots(1, 3)
    draw_learning(learning, np.array([10.0, 20.0]), [("model", np.array([0.6, 0.7]), np.array([0.1, 0.1]))], "ROC-AUC")
    assert learning.lines[0].get_ydata().tolist() == [0.6, 0.7]
    draw_decision(decision, np.array([0.1, 0.5]), np.array([0.2, 0.05]), np.array([0.2, -0.4]))
    assert decision.get_legend().get_texts()[0].get_text() == "acting on nobody"
    assert decision.get_ylim()[0] > -40
    draw_subgroups(subgroups, [("sex female", 30, ("f", 0.7, 0.6, 0.8)), ("sex male", 3, None)], "ROC-AUC", 0.75)
    assert labels(subgroups.yaxis) == ["sex female (30)", "sex male (< 5)"]
    assert "too few" in texts(subgroups)


def test_importance_and_dependence(figure: Any) -> None:
    first, second, third = figure.subplots(1, 3)
    draw_importance(first, [Importance("a", "age", 0.2, 0.1, 0.3), Importance("b", "sex", 0.0, -0.1, 0.1)], "ROC-AUC")
    assert labels(first.yaxis) == ["age", "sex"]
    assert first.patches[0].get_facecolor() != first.patches[1].get_facecolor()
    number = Column("age", ColumnKind.NUMBER)
    curve = np.array([0.1, 0.4])
    draw_dependence(second, Dependence(number, np.array([20.0, 80.0]), curve, curve - 0.05, curve + 0.05, 1, 0), "age", "years")
    assert second.lines[0].get_ydata().tolist() == [10, 40]
    flag = Column("smokes", ColumnKind.FLAG)
    draw_dependence(third, Dependence(flag, np.array([0.0, 1.0]), curve, curve, curve, 1, 0), "smoking", "")
    assert labels(third.xaxis) == ["no", "yes"]


def test_the_swarm_has_a_point_for_five_people_and_keeps_them_apart(figure: Any) -> None:
    axes = figure.subplots()
    amounts = np.column_stack([np.zeros(60), np.linspace(-1, 1, 60)])
    ranks = np.column_stack([np.linspace(0, 1, 60), np.linspace(0, 1, 60)])
    ranks[:7, 1] = np.nan
    draw_swarm(figure, axes, ["level", "rising"], amounts, ranks, "log-odds")
    points = np.concatenate([c.get_offsets() for c in axes.collections])
    level, rising = points[points[:, 1] < 0.5], points[points[:, 1] >= 0.5]
    assert len(np.unique(level[:, 1])) == len(level) == 8
    assert np.abs(level[:, 1]).max() <= 0.37
    # The seven without a value are one grey point; the others are halved until fewer than ten are left.
    assert len(rising) == 1 + 8
    assert rising[:, 0].min() == pytest.approx(amounts[:7, 1].mean())
    assert rising[:, 0].max() == pytest.approx(amounts[-7:, 1].mean())
    assert axes.get_xlabel() == "adds to the answer (log-odds)"


def test_neighbours_in_a_swarm_are_those_to_whom_the_same_is_added(figure: Any) -> None:
    axes = figure.subplots()
    # Those with high and with low values take turns: each point has as many of both.
    draw_swarm(figure, axes, ["a"], np.linspace(-0.1, 0.1, 48)[:, None], np.tile([[0.0], [1.0]], (24, 1)), "log-odds")
    np.testing.assert_allclose(axes.collections[-1].get_array(), 0.5)


def test_a_swarm_of_four_is_empty(figure: Any) -> None:
    draw_swarm(figure, figure.subplots(), ["a"], np.ones((4, 1)), np.ones((4, 1)), "log-odds")
    assert not sum(len(c.get_offsets()) for axes in figure.axes[:1] for c in axes.collections)


def test_contributions_lead_from_anybody_to_this_one(axes: Any) -> None:
    parts = [Contribution("a", "age", "71 years", 1.5), Contribution("b", "pressure", "", -0.5)]
    draw_contributions(axes, -1.0, parts, 0.0, "log-odds")
    assert [(bar.get_x(), bar.get_width()) for bar in axes.patches] == [(-1.0, 1.5), (0.5, -0.5)]
    assert labels(axes.yaxis) == ["age = 71 years", "pressure"]
    assert "+1.50" in texts(axes)
    assert "anybody -1.00" in texts(axes)
    low, high = axes.get_xlim()
    assert low < -1 < 0.5 < high


def test_the_flow_has_all_steps_in_order(axes: Any) -> None:
    draw_flow(axes)
    for place, (_, _, title, text) in enumerate((*FIT, *SERVE), start=1):
        assert f"{place}  {title}" in texts(axes)
        assert text in texts(axes)
