"""Properties as one text: equal ones alike, and back again unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import PropertyValue
from graph.property_text import properties_of, properties_text

TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = TEXTS | NUMBERS | st.booleans() | st.lists(TEXTS, max_size=3).map(tuple)


@given(values=st.dictionaries(TEXTS, VALUES, max_size=4))
def test_properties_come_back(values: dict[str, PropertyValue]) -> None:
    found = properties_of(properties_text(values))

    assert found == values
    assert [type(found[name]) for name in values] == [type(value) for value in values.values()]


@given(values=st.dictionaries(TEXTS, VALUES, min_size=2, max_size=4))
def test_their_order_does_not_show(values: dict[str, PropertyValue]) -> None:
    assert properties_text(dict(reversed(values.items()))) == properties_text(values)


def test_no_properties_are_an_empty_text() -> None:
    assert properties_text({}) == ""
    assert properties_of("") == {}


def test_the_text_is_plain_json() -> None:
    assert properties_text({"b": ("ä", '"'), "a": 1.0, "c": True}) == '{"a":1.0,"b":["ä","\\""],"c":true}'


def test_shared_properties_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        properties_of('{"a":1}')["a"] = 2  # type: ignore[index]
