"""The verifier's own JSON is the engine's, byte for byte; else no hash would be right."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.request import canonical
from recommender.verify.canonical import digest, written
from recommender.verify.verdict import NotProvedError

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20
)


@given(VALUES)
@example({"é": 1, "z": 2, "\U0001f600": 3, "\uffff": 4})
@example(['\x7f\u2028\x1f\b\f\n\r\t/"\\', -0.0, 5e-324, 1.7976931348623157e308])
def test_it_is_the_engines_json(value: object) -> None:
    assert written(value).encode() == canonical(value)
    assert written(json.loads(json.dumps(value))).encode() == canonical(value), "also after a file"


@pytest.mark.parametrize("exponent", range(-30, 31))
@pytest.mark.parametrize("digits", ["1", "-1", "1.25", "-9.999999999999999", "1.2345678901234567"])
def test_numbers_of_every_size(digits: str, exponent: int) -> None:
    number = float(f"{digits}e{exponent}")

    assert written(number).encode() == canonical(number)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"a": [math.nan]}, object()])
def test_what_json_cannot_hold_is_told(value: object) -> None:
    with pytest.raises(NotProvedError):
        written(value)


def test_the_hash_leaves_out_itself_and_the_cypher() -> None:
    assert digest({"a": 1, "hash": "x", "cypher": None}) == digest({"a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
