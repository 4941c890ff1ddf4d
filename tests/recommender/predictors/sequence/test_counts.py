"""The count-based model: its formulas by hand, what is not told of few people, and sums that are exact."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.counting import count, fit_counts, person_folds, steps_of
from recommender.predictors.sequence.counts import EARLIER, LAST, NEVER, Counts, last_and_ever, states
from recommender.predictors.sequence.visits import Vocabulary
from tests.recommender.predictors.sequence.wards import CODES, cycle, visit

PAIR = Vocabulary((CODES["C:a"], CODES["C:b"]))
EVERYONE = SequenceConfig(people=1, prior=2.0)


def logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def test_steps_are_visits_that_another_one_follows() -> None:
    steps = steps_of(
        [(visit(0, "C:a"), visit(1, "C:b"), visit(2, "C:a")), (visit(0, "C:b"),), (visit(0), visit(1, "C:a"))], PAIR
    )

    assert steps.last.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert steps.ever.tolist() == [[1, 0], [1, 1], [0, 0]]
    assert steps.following.tolist() == [[0, 1], [1, 0], [1, 0]]
    assert steps.person.tolist() == [0, 0, 2]


def test_popularity_is_the_share_of_next_visits() -> None:
    """Two of three next visits have a: (2 + .5) / (3 + 1) = .625."""
    counts = count([(visit(0), visit(1, "C:a")), (visit(0), visit(1, "C:a")), (visit(0), visit(1, "C:b"))], PAIR, EVERYONE)

    assert counts.popularity.tolist() == pytest.approx([logit(0.625), logit(0.375)])


def test_what_follows_a_code_is_pulled_to_what_is_expected_of_all() -> None:
    """After a, b came in two of two visits, in two of four of all: p = 2.5 / 5 = .5, (2 + 2 · .5) / (2 + 2) = .75."""
    after_a = [(visit(0, "C:a"), visit(1, "C:b"))] * 2
    others = [(visit(0), visit(1, "C:a"))] * 2

    counts = count([*after_a, *others], PAIR, EVERYONE)

    assert counts.after_last[0, 1] == pytest.approx(logit(0.75) - logit(0.5))
    assert counts.after_any[0, 1] == pytest.approx(logit(0.75) - logit(0.5))
    assert np.diag(counts.after_last).tolist() == [0, 0]


def test_ones_own_state_is_pulled_to_that_of_its_kind() -> None:
    """One code, had in the last visit before 3 of 4 next visits, in which it came twice; it never came without.

    p = 2.5 / 5 = .5. Of the kind it is .5 expected in 3, and seen in 2: pooled (2 + .5) / 4 = .625, which is what is usual
    here. Pulled to it: (2 + 2 · .625) / (3 + 2) = .65.
    """
    one = Vocabulary((CODES["C:a"],))
    again = [(visit(0, "C:a"), visit(1, "C:a"))] * 2
    rest = [(visit(0, "C:a"), visit(1)), (visit(0), visit(1))]

    counts = count([*again, *rest], one, EVERYONE)

    assert 1 / (1 + np.exp(-counts.popularity[0])) == pytest.approx(2.5 / 5)
    assert counts.own[LAST, 0] == pytest.approx(logit(0.65) - logit(0.5))
    assert counts.own[EARLIER, 0] == 0, "nobody was in that state"
    assert counts.own[NEVER, 0] < 0
    assert counts.after_last.item() == counts.after_any.item() == 0, "what follows itself is told by the own state alone"


def test_a_pair_that_few_people_had_is_not_told() -> None:
    one_person = [tuple(visit(float(i), ("C:a", "C:b")[i % 2]) for i in range(20))]
    others = [(visit(0), visit(1, "C:a", "C:b"))] * 6

    few = count([*one_person, *others], PAIR, replace(EVERYONE, people=2))
    all_told = count([*one_person, *others], PAIR, EVERYONE)

    assert not few.after_last.any()
    assert all_told.after_last[0, 1] != 0


def test_a_state_that_few_people_were_in_says_what_its_kind_says() -> None:
    """Of the two codes, b was in the last visit of one person only, and never came again; a's share stands for both."""
    histories = [(visit(0, "C:a"), visit(1, "C:a"))] * 5 + [(visit(0, "C:b"), visit(1, "C:a"))]

    few = count(histories, PAIR, replace(EVERYONE, people=2))
    told = count(histories, PAIR, EVERYONE)

    assert told.own[LAST, 1] < few.own[LAST, 1]


def test_states_of_a_history() -> None:
    last, ever = np.array([[1.0, 0.0, 0.0]]), np.array([[1.0, 1.0, 0.0]])

    assert states(last, ever).tolist() == [[LAST, EARLIER, NEVER]]
    assert [part.tolist() for part in last_and_ever(np.zeros((0, 2)))] == [[[0, 0]], [[0, 0]]]


@given(st.integers(0, 2**32 - 1))
def test_the_margin_is_the_weighted_sum_of_its_parts(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = Counts(
        random.normal(size=4),
        random.normal(size=(3, 4)),
        random.normal(size=(4, 4)),
        random.normal(size=(4, 4)),
        random.normal(size=5),
    )
    visits = (random.random((3, 4)) < 0.5).astype(float)
    last, ever = last_and_ever(visits)

    parts = counts.parts(last, ever)[:, 0]

    assert counts.margins(last, ever)[0] == pytest.approx(counts.weights[0] + counts.weights[1:] @ parts)
    had = max(last.sum(), 1.0)
    assert parts[2] == pytest.approx(sum(counts.after_last[i] * last[0, i] for i in range(4)) / had)
    assert parts[0] == pytest.approx(counts.popularity)


def test_weights_make_pairs_count_where_pairs_tell() -> None:
    population = cycle()
    vocabulary = Vocabulary.of(population.histories, CODES, 5)

    counts = fit_counts(population.histories, vocabulary, SequenceConfig(folds=2))

    assert counts.weights[3:].sum() > 0.5
    last, ever = last_and_ever(vocabulary.matrix((visit(0, "C:a"),)))
    margins = dict(zip([c.name for c in vocabulary.codes], counts.margins(last, ever)[0], strict=True))
    assert max(margins, key=margins.__getitem__) in ("C:b", "M:b")


def test_folds_part_people_evenly() -> None:
    assert np.bincount(person_folds(11, 3, 0)).tolist() == [4, 4, 3]
    assert person_folds(11, 3, 0).tolist() == person_folds(11, 3, 0).tolist()


@pytest.mark.parametrize("histories", [[], [(visit(0, "C:a"),)]])
def test_nobody_who_came_twice_is_nothing_to_count(histories: list) -> None:  # type: ignore[type-arg]
    with pytest.raises(PredictorError, match="two visits or more"):
        count(histories, PAIR, EVERYONE)


def test_counts_come_back_from_their_arrays_and_damaged_ones_do_not() -> None:
    counts = count(cycle(10).histories, PAIR, EVERYONE)

    again = Counts.of(counts.arrays())

    assert np.array_equal(again.after_any, counts.after_any)
    with pytest.raises(PredictorError, match="missing"):
        Counts.of({name: array for name, array in counts.arrays().items() if name != "own"})
    with pytest.raises(PredictorError, match="damaged"):
        replace(counts, popularity=counts.popularity[:1])
    with pytest.raises(PredictorError, match="damaged"):
        replace(counts, popularity=np.full(2, np.nan))
