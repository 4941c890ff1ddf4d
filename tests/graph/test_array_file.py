"""Array files: what goes in comes out, mapped and read-only; what is damaged is refused."""

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from graph.array_file import ALIGNMENT, MAGIC, Array, ArrayFile, TextColumn, write_arrays
from graph.errors import SnapshotError

ARRAYS: Mapping[str, Array] = {
    "numbers": np.arange(10, dtype=np.int64),
    "table": np.arange(6, dtype=np.float32).reshape(2, 3),
    "empty": np.empty(0, np.uint16),
    "bytes": np.frombuffer(b"text", np.uint8),
    "strided": np.arange(10, dtype=np.int32)[::2],
}
DTYPES = st.sampled_from([np.int64, np.int32, np.uint32, np.uint8, np.float64, np.bool_])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_arrays(tmp_path, ".arrays", ARRAYS, {"note": ["ä", 1]})


def test_arrays_and_notes_come_back(path: Path) -> None:
    file = ArrayFile(path)

    assert file.notes == {"note": ["ä", 1]}
    for name, array in ARRAYS.items():
        assert name in file
        assert file[name].dtype == array.dtype
        np.testing.assert_array_equal(file[name], array)


@given(
    content=st.dictionaries(
        st.text(max_size=5), arrays_of.arrays(DTYPES, arrays_of.array_shapes(min_dims=1, max_dims=2, min_side=0)), max_size=4
    )
)
@settings(max_examples=30)
def test_any_arrays_come_back(tmp_path: Path, content: dict[str, Array]) -> None:
    file = ArrayFile(write_arrays(tmp_path, ".arrays", content, {}))

    for name, array in content.items():
        np.testing.assert_array_equal(file[name], array)


def test_the_name_is_the_hash_of_the_content(path: Path, tmp_path: Path) -> None:
    again = write_arrays(tmp_path / "other" / "folder", ".arrays", ARRAYS, {"note": ["ä", 1]})
    other = write_arrays(tmp_path, ".arrays", ARRAYS, {"note": ["ä", 2]})

    assert path.stem == again.stem == hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() == ArrayFile(path).digest()
    assert path.suffix == ".arrays"
    assert other.stem != path.stem
    assert sorted(item.name for item in tmp_path.iterdir()) == sorted([path.name, other.name, "other"])


def test_arrays_are_views_of_the_mapped_file_and_read_only(path: Path) -> None:
    array = ArrayFile(path)["numbers"]

    base: Any = array
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    assert type(base).__name__ in ("memmap", "mmap")
    assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.flags.writeable = True


def test_arrays_are_aligned(path: Path) -> None:
    file = ArrayFile(path)

    assert all(file[name].ctypes.data % ALIGNMENT == 0 for name in ARRAYS if len(file[name]))


def test_an_unknown_array_is_refused(path: Path) -> None:
    assert "none" not in ArrayFile(path)
    with pytest.raises(SnapshotError, match="none"):
        ArrayFile(path)["none"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be read"):
        ArrayFile(tmp_path / "none.arrays")


def test_a_file_that_is_cut_short_anywhere_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    data = len(whole) - ALIGNMENT + 20  # the last array fills twenty bytes of its block
    for size in [*range(0, data, 7), data - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(SnapshotError, match="compile it again"):
            ArrayFile(path)


def head_of(directory: object) -> bytes:
    text = json.dumps(directory).encode()
    return MAGIC + len(text).to_bytes(8, "little") + text + bytes(ALIGNMENT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"PK\x03\x04" + bytes(100),
        MAGIC,
        MAGIC + b"\xff" * 8 + b"{}",
        MAGIC + (0).to_bytes(8, "little"),
        head_of([]),
        head_of("text"),
        head_of({}),
        head_of({"notes": {}}),
        head_of({"notes": {}, "arrays": []}),
        head_of({"notes": {}, "arrays": {"a": []}}),
        head_of({"notes": {}, "arrays": {"a": ["<i4", ["x"], 0]}}),
        head_of({"notes": {}, "arrays": {"a": ["<nonsense", [1], 0]}}),
        head_of({"notes": {}, "arrays": {"a": ["<i8", [10**9], 0]}}),
    ],
    ids=lambda data: repr(bytes(data[16:60])),
)
def test_what_is_no_array_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.arrays"
    path.write_bytes(data)

    with pytest.raises(SnapshotError, match="compile it again"):
        ArrayFile(path)


def test_damage_within_an_array_shows_in_the_digest(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-ALIGNMENT] ^= 1
    path.write_bytes(data)

    assert ArrayFile(path).digest() != path.stem


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    with pytest.raises(SnapshotError, match="no snapshot can be written"):
        write_arrays(blocked, ".arrays", ARRAYS, {})

    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_threads_that_write_at_once_do_not_mix(tmp_path: Path) -> None:
    def write(number: int) -> bool:
        path = write_arrays(tmp_path, ".arrays", {"a": np.full(300_000, number)}, {})
        return ArrayFile(path).digest() == path.stem and int(ArrayFile(path)["a"][-1]) == number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(24))) == [True] * 24


def test_an_error_while_writing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_arrays(tmp_path, ".arrays", ARRAYS, {"note": object()})

    assert list(tmp_path.iterdir()) == []


@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=9), max_size=9))
def test_a_text_column_is_a_list_of_texts(texts: list[str]) -> None:
    column = TextColumn(*TextColumn.arrays(texts))

    assert len(column) == len(texts)
    assert [column[i] for i in range(len(texts))] == texts
