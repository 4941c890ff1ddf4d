"""Ailments as the table of rates gives them, and their order."""

import pytest

from loaders.synthetic.ailments import Ailment, Course, causes_first
from loaders.synthetic.tables import CohortError, Row
from tests.loaders.synthetic.building import ailment

CELLS = {
    "condition": "ICD10CM:M10",
    "said": "gout",
    "course": "chronic",
    "days": "",
    "female": "0.5",
    "male": "1.5",
    "requires": "",
    "treated": "0.75",
    "medicines": "2",
    "resolved": "0",
    "age_0": "0",
    "age_18": "4",
}
BANDS = (0, 18)


def _read(**changes: str) -> Ailment:
    return Ailment.from_row(Row("prevalence.csv", 2, CELLS | changes), BANDS)


def test_rates_are_percentages_times_the_factor_of_the_sex() -> None:
    female, male = _read().rates

    assert list(female) == pytest.approx([0, 0.02])
    assert list(male) == pytest.approx([0, 0.06])


def test_the_other_columns_are_kept() -> None:
    read = _read(course="acute", days="12", requires="ICD10CM:E11;ICD10CM:E10")

    assert (read.condition, read.said, read.course, read.days) == ("ICD10CM:M10", "gout", Course.ACUTE, 12)
    assert (read.requires, read.treated, read.medicines) == (("ICD10CM:E11", "ICD10CM:E10"), 0.75, 2)


def test_a_condition_that_everybody_has_is_refused() -> None:
    with pytest.raises(CohortError, match="line 2: everybody of one sex"):
        _read(age_18="70")


def test_an_unknown_course_is_refused() -> None:
    with pytest.raises(CohortError, match="chronic, acute, state is expected"):
        _read(course="sudden")


def test_causes_come_before_what_they_cause() -> None:
    ailments = [ailment("C", requires=("B",)), ailment("B"), ailment("A")]

    order = [one.condition for one in causes_first(ailments, {("A", "B"): 2.0})]

    assert order == ["A", "B", "C"]


def test_links_in_a_circle_are_refused() -> None:
    with pytest.raises(CohortError, match="run in a circle: "):
        causes_first([ailment("A"), ailment("B")], {("A", "B"): 2.0, ("B", "A"): 2.0})


def test_a_link_to_nowhere_is_named() -> None:
    with pytest.raises(CohortError, match="no line for X, Y"):
        causes_first([ailment("A", requires=("Y",))], {("X", "A"): 2.0})


def test_a_condition_with_two_lines_is_refused() -> None:
    with pytest.raises(CohortError, match="two lines"):
        causes_first([ailment("A"), ailment("A")], {})
