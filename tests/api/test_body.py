import io
import json
import math
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException

from api.body import MAX_BYTES, READERS, StrictRequest, read_object
from api.errors import BodyError, BodySizeError, BusyError, InputError
from api.json_limits import MAX_DEPTH, escaped

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(texts, values, max_size=5))
def test_every_object_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert read_object(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{]",
        b"nothing",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": "\x00"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": [{"b": 1, "b": 1}]}',
        b'{"a": 1} {"a": 1}',
        b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a": ' + b"[" * 990 + b"]" * 990 + b"}",
        b'{"a": ' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}",
        b'{"a": ' + b"1" * 5000 + b"}",
        "{'a': 1}".encode("utf-16"),
    ],
    ids=repr,
)
def test_what_two_readers_could_read_differently_is_refused_without_repeating_it(data: bytes) -> None:
    with pytest.raises(BodyError) as caught:
        read_object(data)
    assert len(str(caught.value)) < 80


@pytest.mark.parametrize("data", [b"[]", b"1", b"null", b'"{}"', b"true"])
def test_anything_but_an_object_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_object(data)
    assert [f.pointer for f in caught.value.fields] == [""]


def test_nul_is_refused_with_a_pointer_to_each_text() -> None:
    with pytest.raises(InputError) as caught:
        read_object(b'{"a/b": ["x", "y\\u0000"], "c": {"d~": "\\u0000"}, "e": {"\\u0000": 1}}')
    assert [f.pointer for f in caught.value.fields] == ["/a~1b/1", "/c/d~0", "/e"]


def test_of_a_large_body_no_more_is_read_than_the_limit() -> None:
    sent = io.BytesIO(b" " * 10 * MAX_BYTES)
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": sent,
        "wsgi.input_terminated": True,
    }

    with pytest.raises(BodySizeError):
        StrictRequest(environ).get_json()

    assert sent.tell() <= MAX_BYTES + 65536


def test_pointers_are_escaped() -> None:
    assert escaped("a~/b") == "a~0~1b"


class _Slow(io.RawIOBase):
    """A body of which the rest does not come for a while."""

    def __init__(self) -> None:
        self.comes = threading.Event()

        self.begun = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.begun += 1
        self.comes.wait(60)
        return 0


def test_slow_bodies_do_not_take_every_thread() -> None:
    slow = _Slow()
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "2"}

    def read() -> None:
        with suppress(HTTPException):
            StrictRequest({**environ, "wsgi.input": slow}).get_json()

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    while slow.begun < READERS:
        time.sleep(0.001)
    late = StrictRequest({**environ, "wsgi.input": io.BytesIO(b"{}")})
    with pytest.raises(BusyError):
        late.get_json()
    slow.comes.set()
    for reader in readers:
        reader.join()

    assert StrictRequest({**environ, "wsgi.input": io.BytesIO(b"{}")}).get_json() == {}


def test_a_body_whose_client_went_away_is_an_error_of_the_request() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(b"{"),
        "CONTENT_LENGTH": "9",
    }

    with pytest.raises(HTTPException) as caught:
        StrictRequest(environ).get_json()

    assert caught.value.code == 400


def test_large_numbers_stay_numbers() -> None:
    found = read_object(b'{"a": 18446744073709551616, "b": 1e308}')

    assert found == {"a": 2.0**64, "b": 1e308}
    assert all(math.isfinite(v) for v in found.values())
