from pathlib import Path

import pytest

from api.audit import read_audit_keys, rotate_audit_key
from graph.errors import SettingsError


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "audit.key"

    first = read_audit_keys(path)

    assert read_audit_keys(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(first.known[first.current]) == 32
    assert first.known[first.current].hex() not in repr(first)
    assert [file.name for file in path.parent.iterdir()] == ["audit.key"]


def test_a_rotation_keeps_what_was(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    first = read_audit_keys(path)

    second = rotate_audit_key(path)

    assert second.current != first.current
    assert second.known == {**first.known, second.current: second.known[second.current]}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "nonsense", "a:00", ":" + "00" * 32, "a:" + "zz" * 32])
def test_a_file_without_keys_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "audit.key"
    path.write_text(content, encoding="ascii")

    with pytest.raises(SettingsError, match="32 bytes"):
        read_audit_keys(path)


def test_a_place_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit.key").mkdir()

    with pytest.raises(SettingsError, match="cannot be used"):
        read_audit_keys(tmp_path / "audit.key")
