"""What groups took: nothing of fewer than five people, nor what subtraction would tell, and shares pulled to the whole."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.outcomes import BOUND, LEAST_PEOPLE
from recommender.predictors.groups.therapies import WHOLE, Therapies, shown_cells, therapies_of
from recommender.predictors.population.courses import Course
from tests.recommender.predictors.groups.crowd import course

PRIL, PRESSURE, FEVER = 7, 1, 2


def cells(found: Therapies) -> dict[tuple[int, int, int], int]:
    columns = (found.group, found.medicine, found.condition, found.people)
    return {(g, m, c): n for g, m, c, n in zip(*(column.tolist() for column in columns), strict=True)}


def taken(group: int, people: int, *, good: int | None = None, condition: int = PRESSURE, first: int = 0) -> list[Course]:
    """Courses of people whose number tells their group."""
    start = group * 1000 + first
    well = people if good is None else good
    return [course(start + i, PRIL, condition, good=i < well) for i in range(people)]


def of_groups(courses: list[Course]) -> Therapies:
    return therapies_of(courses, {one.person: one.person // 1000 for one in courses})


@pytest.mark.parametrize("people", range(3, 8))
def test_a_cell_of_fewer_than_five_people_is_dropped(people: int) -> None:
    found = cells(of_groups(taken(0, people) + taken(1, 20)))

    shown = {(0, PRIL, PRESSURE): people, (0, PRIL, WHOLE): people} if people >= 5 else {}
    # What one group lacks cannot be told from everyone's number, so that the other one goes with it.
    assert found == (shown | {(1, PRIL, PRESSURE): 20, (1, PRIL, WHOLE): 20} if shown else {})


def test_the_smallest_other_cell_goes_with_a_dropped_one() -> None:
    found = cells(of_groups(taken(0, 4) + taken(1, 6) + taken(2, 9)))

    assert found == {(2, PRIL, PRESSURE): 9, (2, PRIL, WHOLE): 9}


def test_dropped_cells_that_hold_enough_people_together_tell_nothing() -> None:
    found = cells(of_groups(taken(0, 4) + taken(1, 4) + taken(2, 9)))

    assert found == {(2, PRIL, PRESSURE): 9, (2, PRIL, WHOLE): 9}


def test_a_sum_over_conditions_goes_where_it_would_tell_the_dropped_one() -> None:
    other = taken(1, 30, condition=FEVER) + taken(1, 30, first=500)
    found = cells(of_groups(taken(0, 9) + taken(0, 3, condition=FEVER, first=500) + other + taken(2, 3, condition=FEVER)))

    assert (0, PRIL, PRESSURE) in found
    assert (0, PRIL, WHOLE) not in found


def test_removing_one_of_five_removes_the_cell_and_not_one() -> None:
    five, four = (of_groups(taken(0, n) + taken(1, 9) + taken(2, 9)) for n in (5, 4))

    assert (0, PRIL, PRESSURE) in cells(five)
    assert not any(group == 0 for group, _, _ in cells(four))


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_nothing_of_fewer_than_five_people_can_be_subtracted(counts: list[int]) -> None:
    counted, everyone = Counter[tuple[int, int, int]](), Counter[tuple[int, int, int]]()
    for i, people in enumerate(counts):
        for condition in (i % 2, WHOLE):
            counted[i // 2, PRIL, condition] += people
            everyone[0, PRIL, condition] += people

    shown = shown_cells(counted, everyone)

    assert all(counted[cell] >= LEAST_PEOPLE for cell in shown)
    for condition in (0, 1, WHOLE):
        seen = [counted[cell] for cell in shown if cell[2] == condition]
        left = everyone[0, PRIL, condition] - sum(seen)
        assert not seen or left == 0 or left >= LEAST_PEOPLE
    for group in range(3):
        left = counted[group, PRIL, WHOLE] - sum(counted[cell] for cell in shown if cell[0] == group and cell[2] != WHOLE)
        parts = [cell for cell in shown if cell[0] == group and cell[2] != WHOLE]
        assert (group, PRIL, WHOLE) not in shown or not parts or left == 0 or left >= LEAST_PEOPLE


def test_a_share_is_pulled_to_the_whole_by_hand() -> None:
    found = of_groups(taken(0, 20, good=18) + taken(1, 20, good=2))

    # All people: 20 of 40. Groups differ so much that the whole weighs as much as two people, the least: (2 · .5 + 18) / 22.
    assert found.share[found.group == 0].tolist() == pytest.approx([19 / 22] * 2)
    assert found.share[found.group == 1].tolist() == pytest.approx([3 / 22] * 2)
    assert found.shift.tolist() == pytest.approx([BOUND] * 2 + [-BOUND] * 2)


def test_groups_that_do_not_differ_have_the_share_of_the_whole_and_no_shift() -> None:
    found = of_groups(taken(0, 20, good=11) + taken(1, 20, good=9))

    assert set(found.share.tolist()) == {0.5}
    assert set(found.shift.tolist()) == {0.0}


def test_people_in_no_group_count_for_the_whole_alone() -> None:
    courses = taken(0, 10, good=9) + taken(1, 10, good=9) + taken(2, 20, good=2)

    found = therapies_of(courses, {one.person: one.person // 1000 for one in courses if one.person < 2000})

    assert set(found.group.tolist()) == {0, 1}
    # Both groups are alike, so that each is taken as the whole: 20 of 40.
    assert set(found.share.tolist()) == {0.5}


@given(st.permutations(range(30)))
def test_the_order_of_courses_changes_nothing(order: list[int]) -> None:
    courses = taken(0, 15, good=9) + taken(1, 15, good=4)

    one, other = of_groups(courses), of_groups([courses[i] for i in order])

    assert {name: array.tolist() for name, array in one.arrays().items()} == {
        name: array.tolist() for name, array in other.arrays().items()
    }


def test_nothing_is_found_of_nothing() -> None:
    found = therapies_of([], {})

    assert all(array.shape == (0,) for array in found.arrays().values())
    assert Therapies.of(found.arrays()).people.dtype == np.int64
