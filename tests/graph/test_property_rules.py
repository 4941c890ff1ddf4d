import math
from typing import Any

import pytest

from graph.property_rules import MAX_TEXT, PropertyRule, is_date

TEXT = PropertyRule(str)


@pytest.mark.parametrize(
    ("rule", "value", "reason"),
    [
        (TEXT, 1, "a str is expected"),
        (PropertyRule(bool), 1, "a bool is expected"),
        (PropertyRule(str, values=("a", "b")), "c", "one of a, b is expected"),
        (PropertyRule(str, date=True), "today", "an ISO date is expected"),
        (PropertyRule(int, low=1, high=10), 11, "a number from 1 to 10 is expected"),
        (PropertyRule(float), math.inf, "a finite number is expected"),
        (PropertyRule(tuple), (1,), "a list of texts is expected"),
        (TEXT, "\x00", f"a text of at most {MAX_TEXT} characters without NUL is expected"),
        (TEXT, "fine", ""),
    ],
)
def test_a_rule_says_what_it_expects(rule: PropertyRule, value: Any, reason: str) -> None:
    assert rule.reason_against(value) == reason


def test_bounds_are_allowed() -> None:
    rule = PropertyRule(float, low=0, high=1)

    assert [rule.reason_against(value) for value in (0, 0.0, 1, 1.0)] == [""] * 4


@pytest.mark.parametrize("text", ["0001-01-01", "1999-12-31", "2024-02-29", "9999-12-31"])
def test_a_day_of_the_calendar_is_a_date(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize(
    "text", ["", "0000-01-01", "2023-02-29", "2023-04-31", "2020-W01-1", "2020-001", "2020-01-01 ", "٢٠٢٠-01-01"]
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_date(text)
