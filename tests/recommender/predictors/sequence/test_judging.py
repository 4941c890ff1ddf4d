"""Recall and NDCG by hand, people apart, and a net that serves only where it wins."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.sequence.counting import steps_of
from recommender.predictors.sequence.judging import chosen, judge, sequence_figures
from recommender.predictors.sequence.ranking import mean_figure, merit, person_figures, told, truth_of
from recommender.predictors.sequence.visits import Code, CodeKind, Population, Vocabulary
from tests.recommender.predictors.sequence.wards import CODES, COUNTED, QUICK, chance, cycle, visit

MANY = {f"C:{i:02d}": Code(f"C:{i:02d}", CodeKind.CONDITION) for i in range(14)}
ALL = Vocabulary(tuple(MANY.values()))
DESCENDING = -np.arange(14.0)


def figures_of(histories: list, margins: np.ndarray, codes: dict = MANY, vocabulary: Vocabulary = ALL) -> dict:  # type: ignore[type-arg]
    steps = steps_of(histories, vocabulary)
    return person_figures(margins, truth_of(histories, steps, codes), vocabulary)


def test_recall_and_ndcg_by_hand() -> None:
    """First and third of the ranking came, and the twelfth: 2 of 3; (1 + 1/2) / (1 + 1/log2 3 + 1/2)."""
    history = (visit(0), visit(1, "C:00", "C:02", "C:11"))

    found = figures_of([history], DESCENDING[None])

    assert found["condition", "all", "recall_at_10"] == pytest.approx(2 / 3)
    assert found["condition", "all", "ndcg_at_10"] == pytest.approx(1.5 / (1.5 + 1 / np.log2(3)))
    assert np.isnan(found["medicine", "all", "recall_at_10"]).all()


def test_what_a_model_does_not_know_is_missed() -> None:
    known = Vocabulary((MANY["C:00"],))

    found = figures_of([(visit(0), visit(1, "C:00", "C:01"))], np.zeros((1, 1)), vocabulary=known)

    assert found["condition", "all", "recall_at_10"] == pytest.approx(0.5)


def test_new_is_what_was_never_had() -> None:
    """Of 00 and 11 only 11 is new; without 00, which was had, 11 stands eleventh: missed. With 01 had, too, it is tenth."""
    first = (visit(0, "C:00"), visit(1, "C:00", "C:11"))
    second = (visit(0, "C:00", "C:01"), visit(1, "C:11"))

    found = figures_of([first, second], np.stack([DESCENDING, DESCENDING]))

    assert found["condition", "new", "recall_at_10"].tolist() == [0, 1]
    assert found["condition", "new", "ndcg_at_10"][1] == pytest.approx(1 / np.log2(11))


def test_a_person_counts_once_however_often_they_came() -> None:
    """One came three times and was told once of two; the other came twice and was not told: (1/2 + 0) / 2."""
    often = (visit(0), visit(1, "C:00"), visit(2, "C:13"))
    seldom = (visit(0), visit(1, "C:13"))
    nobody = (visit(0, "C:00"),)

    found = figures_of([often, seldom, nobody], np.tile(DESCENDING, (3, 1)))

    recall = found["condition", "all", "recall_at_10"]
    assert recall[:2].tolist() == [0.5, 0]
    assert np.isnan(recall[2])
    assert mean_figure(recall, 50, 0).value == pytest.approx(0.25)
    assert merit(found)[:2] == pytest.approx(found["condition", "all", "ndcg_at_10"][:2])
    assert told(found, 50, 0)["condition"]["all"]["people"] == 2


def test_an_interval_grows_as_people_get_fewer() -> None:
    values = np.random.default_rng(0).random(400)
    few, many = mean_figure(values[:20], 500, 0), mean_figure(values, 500, 0)

    assert few.high - few.low > 2 * (many.high - many.low)
    assert few.low < few.value < few.high
    assert np.isnan(mean_figure(np.full(3, np.nan), 50, 0).value)


def test_what_goes_round_is_told_by_counts_and_not_by_popularity() -> None:
    codes = {**CODES, **MANY}
    # Enough of what is popular that ten places do not hold everything.
    noise = [tuple(MANY)[(i * 3) % 14] for i in range(60)]
    histories = tuple(
        tuple(replace(one, codes=one.codes | {noise[i], noise[i + 5]}) for one in history)
        for i, history in enumerate(cycle().histories)
    )

    found = sequence_figures(Population("ward", histories, codes, synthetic=True), COUNTED)

    gain = found["differences"]["counts - popularity"]["mean_ndcg_at_10"]
    assert gain[1] > 0
    assert [row["model"] for row in found["models"]] == ["popularity", "carried", "counts"]
    assert found["data"]["people_who_came_twice"] == 40
    assert any("40 people who came twice are few" in note for note in found["notes"])


@pytest.mark.slow
def test_a_net_that_is_not_surely_better_stays_off() -> None:
    found = judge(chance(people=24, visits=3), replace(QUICK, epochs=1))

    assert found.promoted == "counts"
    assert "stays off" in found.payload["why"]
    assert {"net - counts", "net - popularity"} <= set(found.payload["differences"])


def merits(level: float) -> dict[tuple[str, str, str], np.ndarray]:  # type: ignore[type-arg]
    """Figures of fifty people around a level, the same noise for all models."""
    values = level + np.random.default_rng(0).normal(0, 0.01, 50)
    return {(kind.value, "all", "ndcg_at_10"): values for kind in CodeKind}


@pytest.mark.parametrize(
    ("popularity", "carried", "counts", "net", "winner"),
    [
        (0.2, 0.3, 0.4, 0.5, "net"),
        (0.2, 0.3, 0.5, 0.4, "counts"),
        (0.5, 0.3, 0.3, 0.4, "counts"),
        (0.2, 0.5, 0.3, 0.4, "counts"),
        (0.2, 0.3, 0.4, 0.4, "counts"),
    ],
)
def test_a_net_serves_only_where_it_beats_all_others(
    popularity: float, carried: float, counts: float, net: float, winner: str
) -> None:
    levels = {"popularity": popularity, "carried": carried, "counts": counts, "net": net}

    assert chosen({name: merits(level) for name, level in levels.items()}, QUICK)[0] == winner


def test_equal_seeds_give_equal_figures() -> None:
    assert sequence_figures(cycle(), COUNTED) == sequence_figures(cycle(), COUNTED)


def test_too_few_people_cannot_be_judged() -> None:
    with pytest.raises(PredictorError, match="4 people or more who came twice"):
        judge(cycle(people=3), COUNTED)
