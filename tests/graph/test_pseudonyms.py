"""The key of a site and the ids that it makes of identifiers."""

import re
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import SettingsError
from graph.pseudonyms import KEY_BYTES, patient_id, read_patient_key
from graph.schema import check_id

KEY = bytes(range(KEY_BYTES))


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "patient.key"

    key = read_patient_key(path)

    assert len(key) == KEY_BYTES
    assert read_patient_key(path) == key == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["patient.key"]


def test_two_sites_have_two_keys(tmp_path: Path) -> None:
    assert read_patient_key(tmp_path / "one") != read_patient_key(tmp_path / "two")


def test_all_who_come_first_get_the_same_key(tmp_path: Path) -> None:
    for attempt in range(20):
        keys: list[bytes] = []
        barrier = threading.Barrier(8)

        def read(path: Path = tmp_path / str(attempt), found: list[bytes] = keys, start: threading.Barrier = barrier) -> None:
            start.wait()
            found.append(read_patient_key(path))

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(keys) == 8
        assert len(set(keys)) == 1


@pytest.mark.parametrize("size", [0, KEY_BYTES - 1, KEY_BYTES + 1])
def test_a_key_of_another_length_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "patient.key"
    path.write_bytes(bytes(size))

    with pytest.raises(SettingsError, match="32 bytes"):
        read_patient_key(path)

    assert path.read_bytes() == bytes(size)


def test_a_key_that_cannot_be_read_or_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for path in (tmp_path, tmp_path / "file" / "patient.key"):
        with pytest.raises(SettingsError, match="cannot be used"):
            read_patient_key(path)


def test_an_id_is_a_keyed_hash() -> None:
    # hmac_sha256(key = 32 zero bytes, "P-1"), first 96 bits
    assert patient_id("P-1", bytes(KEY_BYTES)) == "patient:beb32a0c78d0da84de443deb"
    assert patient_id("P-1", KEY) != patient_id("P-1", bytes(KEY_BYTES))
    assert patient_id("P-1", KEY) != patient_id("P-2", KEY)


def test_blanks_around_an_identifier_do_not_matter() -> None:
    assert patient_id(" P-1\n", KEY) == patient_id("P-1", KEY)


@given(identifier=st.text())
def test_any_identifier_has_an_id_and_an_id_is_its_own(identifier: str) -> None:
    found = patient_id(identifier, KEY)

    check_id(found)
    assert re.fullmatch("patient:[0-9a-f]{24}", found)
    assert patient_id(found, KEY) == found


@pytest.mark.parametrize(
    "identifier", ["patient:Jane", "patient:", "patient:BEB32A0C78D0DA84DE443DEB", "patient:beb32a0c78d0da84de443deb0"]
)
def test_what_only_looks_like_an_id_is_hashed(identifier: str) -> None:
    """A record number that happens to begin like our ids must not enter the graph as it is."""
    assert patient_id(identifier, KEY) != identifier


def test_bytes_that_are_no_text_are_hashed_too() -> None:
    assert patient_id("P-\udcff", KEY) != patient_id("P-\udcfe", KEY)
