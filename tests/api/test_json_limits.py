import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import BodyError
from api.json_limits import MAX_DEPTH, MAX_NUMBER, MAX_VALUES, check_limits, escaped

DEEP = "[" * MAX_DEPTH + "]" * MAX_DEPTH
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"a": {"b": 1, "b": 2}}', "/a/b"),
        ('{"a": [{"x": 1}, {"x/y": 1, "x\\/y": 2}]}', "/a/1/x~1y"),
        ('{"a": [1, 2, NaN]}', "/a/2"),
        ('{"a": -Infinity}', "/a"),
        ('{"a": 1e400}', "/a"),
        ('{"a": [[], {}, "\x00"]}', "/a/2"),
        ('{"a": ["x", "\\ud800"]}', "/a/1"),
        ('{"a": {"b": ' + "1" * (MAX_NUMBER + 1) + "}}", "/a/b"),
        ('{"a": ' + "[" * 100_000, "/a" + "/0" * (MAX_DEPTH - 1)),
        ('{"a": [' + "0," * MAX_VALUES, f"/a/{MAX_VALUES - 3}"),
        ('["' + '","' * MAX_VALUES + '"]', f"/{MAX_VALUES - 1}"),
    ],
)
def test_what_breaks_a_limit_is_pointed_at(text: str, pointer: str) -> None:
    with pytest.raises(BodyError) as caught:
        check_limits(text)

    assert [field.pointer for field in caught.value.fields] == [pointer]


@pytest.mark.parametrize(
    "text", [DEEP, '{"a": 1, "b": {"a": 1}}', '"NaN"', '{"a": "b", "c": "a"}', '"\\ud83d\\ude00"', "", "]", "}{:,", '"']
)
def test_what_breaks_none_is_let_through(text: str) -> None:
    check_limits(text)


@given(values)
def test_no_value_that_json_can_hold_breaks_a_limit(value: Any) -> None:
    check_limits(json.dumps(value))
    check_limits(json.dumps(value, ensure_ascii=False))


@given(st.text(max_size=200))
def test_no_text_breaks_the_pass_itself(text: str) -> None:
    with suppress(BodyError):
        check_limits(text)


def test_pointers_are_escaped() -> None:
    assert escaped("a~/b") == "a~0~1b"
