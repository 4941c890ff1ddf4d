"""Probabilities from held-out scores: by numbers worked out by hand, and by laws."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.array_file import Array
from recommender import calibration as module
from recommender.calibration import FEWEST, METHODS, Calibration
from recommender.calibration_curves import LEAST_PAIRS, fit_isotonic, fit_platt
from recommender.errors import BundleError, TrainingError

SHARES = {1.0: 0.1, 2.0: 0.3, 3.0: 0.2, 4.0: 0.5, 6.0: 0.4, 7.0: 0.9}
"""Share of positives among 20 pairs of each score; pooling violators gives .1, .25, .25, .45, .45, .9."""

Rows = tuple[Array, Array, Array, Array]


def rows_of(shares: dict[float, float], pairs: int = 20, folds: int = 2) -> Rows:
    """Scores, classes, folds and weights of as many pairs of each score in each fold."""
    scores = np.repeat(list(shares), pairs * folds)
    hits = [[i < round(share * pairs) for i in range(pairs)] * folds for share in shares.values()]
    return scores, np.concatenate(hits), np.tile(np.repeat(np.arange(folds), pairs), len(shares)), np.ones(len(scores))


def cells(scores: list[float], unknown: list[float], positive: list[float]) -> tuple[Array, Array, Array, Array, Array]:
    at, counts = np.array(scores), np.array([unknown, positive], float)
    return at, at, at, counts, counts


def drawn(count: int, seed: int = 3, top: float = 1.0) -> Rows:
    """Pairs whose log-odds are their score, at most those of ``top``."""
    random = np.random.default_rng(seed)
    scores = random.normal(-1, 1.5, count)
    positive = random.random(count) < np.minimum(1 / (1 + np.exp(-scores)), top)
    return scores, positive, random.integers(0, 5, count), np.ones(count)


def test_pooling_violators_by_hand() -> None:
    hits = [2.0, 6.0, 4.0, 10.0, 8.0, 18.0]
    curve = fit_isotonic(*cells(list(SHARES), [20 - h for h in hits], hits))

    # The two pools are level between their scores, and straight lines join the levels.
    assert curve.scores.tolist() == list(SHARES)
    assert curve.values == pytest.approx([0.1, 0.25, 0.25, 0.45, 0.45, 0.9], abs=1e-15)
    assert curve(np.array([0.0, 1.5, 2.5, 5.0, 6.5, 9.0])) == pytest.approx([0.1, 0.175, 0.25, 0.45, 0.675, 0.9], abs=1e-15)


def test_weights_count_in_shares_and_pairs_in_how_much_a_level_rests_on() -> None:
    at = np.array([1.0, 2.0])
    pairs, weights = np.array([[20.0, 10.0], [5.0, 10.0]]), np.array([[60.0, 10.0], [20.0, 30.0]])

    curve = fit_isotonic(at, at, at, pairs, weights)

    assert curve.values == pytest.approx([0.25, 0.75])


def test_two_positives_on_top_are_no_certainty() -> None:
    # Scores 8 and 9 hold 2 and 3 pairs, all positive: they are pooled with the 20 below, 9 + 5 of 25.
    curve = fit_isotonic(*cells([1, 7, 8, 9], [20, 11, 0, 0], [0, 9, 2, 3]))

    assert curve.scores.tolist() == [1, 7, 9]
    assert curve.values == pytest.approx([0, 14 / 25, 14 / 25])


def test_a_level_without_a_surprise_has_an_interval_all_the_same() -> None:
    # Wilson for 0 of 20: from 0 to z²/(20 + z²), and the other way round for 20 of 20.
    curve = fit_isotonic(*cells([1, 2], [20, 0], [0, 20]))

    far = 1.959963984540054**2 / (20 + 1.959963984540054**2)
    assert curve.low == pytest.approx([0, 1 - far])
    assert curve.high == pytest.approx([far, 1])


def test_the_sigmoid_goes_through_two_shares() -> None:
    # With Platt's targets the shares at scores 0 and 2 are (30·t₊ + 70·t₋)/100 and (70·t₊ + 30·t₋)/100.
    curve = fit_platt(*cells([0.0, 2.0], [70, 30], [30, 70]))

    high, low = 101 / 102, 1 / 102
    shares = (30 * high + 70 * low) / 100, (70 * high + 30 * low) / 100
    slope = (math.log(shares[1] / (1 - shares[1])) - math.log(shares[0] / (1 - shares[0]))) / 2
    assert curve.values[[0, -1]] == pytest.approx(shares, rel=1e-9)
    assert curve(np.array([1.0])) == pytest.approx([0.5], abs=1e-9)
    assert curve(np.array([1.5])) == pytest.approx([1 / (1 + math.exp(-slope / 2))], abs=1e-5)


def test_a_sigmoid_that_would_fall_is_level_at_the_share_of_positives() -> None:
    curve = fit_platt(*cells([0.0, 2.0], [30, 70], [70, 30]))

    assert curve.values == pytest.approx(np.full(200, 0.5), abs=1e-9)


def test_the_sigmoid_of_one_far_pair_among_a_million() -> None:
    curve = fit_platt(*cells([0.0, 1.0, 1e3], [1e6, 10, 0], [5, 0, 1]))

    # The gain at the far pair is all that the slope is good for: the share at 0 is that of its own pairs, with Platt's targets.
    assert curve.values[0] == pytest.approx((5 * 7 / 8 + 1) / 1_000_005, rel=0.01)
    assert curve.values[-1] == pytest.approx(7 / 8, rel=0.01)


@pytest.mark.parametrize("gap", [1e-9, 1.0, 1e9])
def test_the_sigmoid_stays_finite_on_separable_pairs(gap: float) -> None:
    curve = fit_platt(*cells([0.0, gap], [50, 0], [0, 50]))

    assert 0 < curve.values[0] < 0.05
    assert 0.95 < curve.values[-1] < 1


def test_probabilities_by_hand() -> None:
    scores, positive, folds, weights = rows_of(SHARES, 200)

    fitted = Calibration.fit(scores, positive, folds, weights)

    value, low, high, supported = fitted.probability(np.array([0.9, 1.0, 1.5, 2.0, 4.0, 7.0, 7.1]))
    assert fitted.reliability()["method"] == "isotonic"
    assert value == pytest.approx([0.1, 0.1, 0.175, 0.25, 0.45, 0.9, 0.9], abs=1e-12)
    # Nothing was seen below 1, above 7, or within a twentieth of the range, .3, around 1.5.
    assert supported.tolist() == [False, True, False, True, True, True, False]
    # 400 pairs a score: a share of .1 is known to about 1.96·(.1·.9/400)^½ = .03.
    assert high[1] - low[1] == pytest.approx(0.06, abs=0.02)


def test_held_out_figures_by_hand() -> None:
    # The folds are alike, so that what is fitted to one is right of the other: Brier is the mean of share·(1 - share).
    rows = rows_of({1.0: 0.1, 2.0: 0.25, 3.0: 0.45, 4.0: 0.9}, 200, 3)

    figures = Calibration.fit(*rows, bootstraps=5).reliability()

    shares = np.array([0.1, 0.25, 0.45, 0.9])
    base = float(shares.mean())
    brier = float((shares * (1 - shares)).mean())
    assert (figures["pairs"], figures["positives"]) == (2400, 1020)
    assert figures["base_rate"] == pytest.approx(base)
    assert figures["brier"] == pytest.approx(brier, abs=1e-12)
    assert figures["brier_base"] == pytest.approx(base * (1 - base))
    assert figures["brier_skill"] == pytest.approx(1 - brier / (base * (1 - base)))
    assert figures["ece"] == pytest.approx(0, abs=1e-12)
    loss = -(shares * np.log(shares) + (1 - shares) * np.log(1 - shares)).mean()
    assert figures["log_loss"] == pytest.approx(loss)
    curve = np.array(figures["curve"])
    assert curve[:, 0] == pytest.approx(curve[:, 1])
    assert curve[:, 2].sum() == 2400


def test_figures_are_of_folds_that_the_curve_did_not_see() -> None:
    # In either fold alone the score tells the classes; each says the opposite of the other. Of the first fold, the second's
    # falling shares say ½ of all; of the second, the first's sigmoid is wrong by all but Platt's 1/62.
    scores = np.tile([0.0] * 60 + [1.0] * 60, 2)
    positive = np.concatenate(([0] * 60 + [1] * 60, [1] * 60 + [0] * 60)).astype(bool)
    folds = np.repeat([0, 1], 120)

    figures = Calibration.fit(scores, positive, folds, bootstraps=5).reliability()

    assert figures["brier"] == pytest.approx((0.25 + (61 / 62) ** 2) / 2, abs=1e-6)
    assert figures["ece"] > 0.4


def test_few_positives_take_the_sigmoid_and_many_what_fits_better() -> None:
    scores, positive, folds, _ = drawn(4_000)
    step = np.where(scores > 0, 0.9, 0.1) > np.random.default_rng(5).random(len(scores))
    few = np.cumsum(step) < FEWEST

    methods = [
        Calibration.fit(*columns, bootstraps=2).reliability()["method"]
        for columns in ((scores[few], step[few], folds[few]), (scores, positive, folds), (scores, step, folds))
    ]

    assert methods == ["platt", "platt", "isotonic"]


def test_the_interval_covers_what_is_true() -> None:
    at = np.array([-2.0, -1.0, 0.0, 1.0])
    truth = 1 / (1 + np.exp(-at))
    covered = []
    for seed in range(12):
        _, low, high, supported = Calibration.fit(*drawn(1_000, seed), bootstraps=40).probability(at)
        covered.append((low <= truth) & (truth <= high))
        assert supported.all()

    assert 0.85 <= np.mean(covered) <= 1


def test_a_weight_stands_for_as_many_pairs() -> None:
    scores, positive, folds, _ = drawn(3_000)
    scores = np.round(scores, 1)
    once = Calibration.fit(scores, positive, folds, bootstraps=20)
    double = Calibration.fit(scores, positive, folds, np.where(positive, 1.0, 2.0), bootstraps=20)
    repeated = [np.concatenate((column, column[~positive])) for column in (scores, positive, folds)]
    thrice = Calibration.fit(*repeated, bootstraps=20)

    at = np.linspace(-2, 1, 7)
    assert double.probability(at)[0] == pytest.approx(thrice.probability(at)[0], abs=1e-12)
    assert (double.probability(at)[0] < once.probability(at)[0]).all()


def test_a_pair_that_is_shared_out_counts_once_for_support() -> None:
    scores, positive, folds, _ = rows_of({0.0: 0.5, 10.0: 0.5}, LEAST_PAIRS // 2)
    halves = np.where(scores == 0.0, 0.5, 1.0)

    assert Calibration.fit(scores, positive, folds).probability(np.array([0.0, 10.0]))[3].tolist() == [True, True]
    assert Calibration.fit(scores, positive, folds, halves).probability(np.array([0.0, 10.0]))[3].tolist() == [False, True]


def test_what_stands_for_many_pairs_is_one_pair_for_support() -> None:
    scores, positive, folds, weights = rows_of({0.0: 0.5, 10.0: 0.5}, LEAST_PAIRS // 2)
    fewer = np.arange(len(scores)) != 0

    fitted = Calibration.fit(*(column[fewer] for column in (scores, positive, folds, 50 * weights)))

    assert fitted.probability(np.array([0.0, 10.0]))[3].tolist() == [False, True]


def test_many_scores_make_cells_without_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    # A block of an isotonic regression begins with a positive: cells that begin there are as good as the rows themselves.
    scores, positive, folds, weights = drawn(6_000, top=0.6)
    monkeypatch.setattr(module, "_choose", lambda *_: "isotonic")
    monkeypatch.setattr(module, "CELLS", 10_000)
    whole = Calibration.fit(scores, positive, folds, weights, bootstraps=2)
    monkeypatch.setattr(module, "CELLS", 5_000)
    cells = Calibration.fit(scores, positive, folds, weights, bootstraps=2)

    at = np.sort(scores[positive])
    assert cells.probability(at)[0] == pytest.approx(whole.probability(at)[0], abs=1e-12)


SCORES = st.sampled_from([-3.0, -1.5, -1.0, -0.25, 0.0, 0.25, 0.5, 2.0, 7.5])
PAIRS = st.lists(
    st.tuples(SCORES, st.booleans(), st.integers(0, 3), st.sampled_from([0.1, 1 / 3, 0.7, 1.0, 3.0])), min_size=2, max_size=80
)


@settings(max_examples=25)
@given(PAIRS, st.randoms(use_true_random=False), st.sampled_from(METHODS))
def test_laws_of_a_calibration(pairs: list[tuple[float, bool, int, float]], random: Any, method: str) -> None:
    rows = [*pairs, (-3.0, False, 0, 1.0), (7.5, True, 1, 1.0)]
    shuffled = random.sample(rows, len(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_choose", lambda *_: method)
        fitted, again = (
            Calibration.fit(*(np.array(c) for c in zip(*some, strict=True)), bootstraps=10, seed=4) for some in (rows, shuffled)
        )

    assert {k: v.tobytes() for k, v in fitted.arrays().items()} == {k: v.tobytes() for k, v in again.arrays().items()}
    at = np.linspace(-5, 10, 61)
    value, low, high, supported = fitted.probability(at)
    assert ((low >= 0) & (low <= value) & (value <= high) & (high <= 1)).all()
    assert all((np.diff(line) >= -1e-15).all() for line in (value, low, high))
    assert not supported[(at < -3.0) | (at > 7.5)].any()
    assert np.isfinite(list(fitted.figures)).all()
    amounts = np.array([[row[0], min(row[3], 1.0)] for row in rows])
    near = np.array([amounts[np.abs(amounts[:, 0] - s) <= 0.05 * 10.5, 1].sum() for s in at])
    assert (near[supported] >= LEAST_PAIRS - 1e-6).all()


def test_sums_of_weights_do_not_depend_on_the_order_of_rows() -> None:
    scores, positive, folds, _ = drawn(1_000)
    weights = np.random.default_rng(8).random(1_000)
    rows = np.round(scores), positive, folds, weights
    order = np.random.default_rng(9).permutation(1_000)

    fitted, again = (Calibration.fit(*some, bootstraps=5).arrays() for some in (rows, [column[order] for column in rows]))

    assert all(fitted[name].tobytes() == again[name].tobytes() for name in fitted)


def test_another_seed_is_another_interval_and_the_same_seed_the_same_bytes() -> None:
    rows = drawn(500)
    one, same, other = (Calibration.fit(*rows, bootstraps=20, seed=seed).arrays() for seed in (1, 1, 2))

    assert all(one[name].tobytes() == same[name].tobytes() for name in one)
    assert one["low"].tobytes() != other["low"].tobytes()
    assert one["value"].tobytes() == other["value"].tobytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s, p, f, w: (np.where(s > 6, np.nan, s), p, f, w), "finite scores"),
        (lambda s, p, f, w: (np.where(s > 6, np.inf, s), p, f, w), "finite scores"),
        (lambda s, p, f, w: (s, p, f, w * np.nan), "finite weights"),
        (lambda s, p, f, w: (s, p, f, -w), "finite weights"),
        (lambda s, p, f, w: (s, p & False, f, w), "both classes"),
        (lambda s, p, f, w: (s, p | True, f, w), "both classes"),
        (lambda s, p, f, w: (s, p, f, np.where(p, 0, w)), "both classes"),
        (lambda s, p, f, w: (s[:0], p[:0], f[:0], w[:0]), "both classes"),
        (lambda s, p, f, w: (s, p, f * 0, w), "two folds"),
        (lambda s, p, f, w: (s, p[1:], f, w), "for each score"),
    ],
)
def test_what_cannot_be_calibrated_on(change: Callable[..., Rows], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        Calibration.fit(*change(*rows_of(SHARES)))


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_none_has_no_probability(score: float) -> None:
    fitted = Calibration.fit(*rows_of(SHARES), bootstraps=2)

    with pytest.raises(BundleError, match="no finite number"):
        fitted.probability(np.array([1.0, score]))


def test_all_scores_alike_say_the_share_of_positives() -> None:
    fitted = Calibration.fit(*rows_of({2.0: 0.3}, 100), bootstraps=20)

    value, low, high, supported = fitted.probability(np.array([2.0, 3.0]))
    assert value == pytest.approx([0.3, 0.3], abs=0.01)
    assert (low < high).all()
    assert supported.tolist() == [True, False]


def test_arrays_there_and_back() -> None:
    fitted = Calibration.fit(*drawn(800), bootstraps=10)

    back = Calibration.of(fitted.arrays())

    at = np.linspace(-6, 4, 50)
    assert [c.tolist() for c in back.probability(at)] == [c.tolist() for c in fitted.probability(at)]
    assert back.reliability() == fitted.reliability()
    assert sum(array.nbytes for array in fitted.arrays().values()) < 10_000


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("scores", lambda a: a[::-1]),
        ("scores", lambda a: a * np.nan),
        ("scores", lambda a: a[:-1]),
        ("value", lambda a: a + 1),
        ("value", lambda a: a[::-1]),
        ("low", lambda a: a + 0.5),
        ("high", lambda a: a * np.nan),
        ("low", lambda a: a[:-1]),
        ("supported", lambda a: a[:, ::-1]),
        ("supported", lambda a: a.ravel()),
        ("figures", lambda a: a[1:]),
        ("figures", lambda a: a * np.nan),
        ("method", lambda a: a + 7),
        ("curve", lambda a: a[:, :2]),
    ],
)
def test_damaged_arrays_are_refused(name: str, change: Callable[[Array], Array]) -> None:
    arrays = Calibration.fit(*drawn(800), bootstraps=10).arrays()

    with pytest.raises(BundleError, match="damaged"):
        Calibration.of(arrays | {name: change(arrays[name])})


def test_a_part_that_is_not_there() -> None:
    arrays = Calibration.fit(*drawn(800), bootstraps=10).arrays()

    with pytest.raises(BundleError, match="lacks a part"):
        Calibration.of({name: array for name, array in arrays.items() if name != "low"})
