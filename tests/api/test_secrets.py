"""Keys are made once, never written over, and what can be guessed does not serve."""

from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.__main__ import main
from api.keys.quality import weakness
from api.settings import Settings
from api.wiring import wire
from graph.errors import SettingsError

NAMES = {"jwt.key", "patient.key", "identity.keys", "identity-index.key", "audit.key"}


@pytest.fixture
def shell_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    for name in ("RXPATH_GRAPH", "RXPATH_DATABASE", "RXPATH_JWT_KEY", "RXPATH_IDENTITY_KEY", "RXPATH_IDENTITY_INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


def test_keys_are_made_once_and_are_their_owners_alone(shell_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["secrets", "check"]) == 2
    assert capsys.readouterr().out.count("missing") == len(NAMES)

    assert main(["secrets", "init"]) == 0
    first = {path.name: path.read_bytes() for path in shell_home.iterdir()}
    assert main(["secrets", "init"]) == 0

    assert set(first) == NAMES
    assert {path.name: path.read_bytes() for path in shell_home.iterdir()} == first
    assert {path.stat().st_mode & 0o777 for path in shell_home.iterdir()} == {0o600}
    assert main(["secrets", "check"]) == 0
    shown = capsys.readouterr().out
    assert not any(content.hex() in shown or content.decode("latin-1").strip() in shown for content in first.values())


def test_what_is_wrong_is_told_without_the_key(shell_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["secrets", "init"])
    (shell_home / "jwt.key").write_bytes(b"a-string-secret-at-least-256-bits-long")
    (shell_home / "identity-index.key").write_bytes(b"x" * 32)
    (shell_home / "identity.keys").write_text("broken")
    (shell_home / "patient.key").chmod(0o644)
    capsys.readouterr()

    assert main(["secrets", "check"]) == 2

    shown = capsys.readouterr().out
    assert [line.split("\t")[:2] for line in shown.splitlines()] == [
        ["jwt", "known from examples"],
        ["patient", "readable by others"],
        ["identity", "damaged"],
        ["identity-index", "not random"],
    ]
    assert "256-bits" not in shown


@pytest.mark.parametrize(
    "setting",
    [
        {"RXPATH_JWT_KEY": "k" * 40},
        {"RXPATH_JWT_KEY": "change-me-please-change-me-please-1234"},
        {"RXPATH_JWT_KEY": "0123456789abcdef" * 4},
        {"RXPATH_IDENTITY_KEY": "a:" + "00" * 32},
        {"RXPATH_IDENTITY_KEY": "a:short"},
        {"RXPATH_IDENTITY_INDEX_KEY": "ab" * 32},
        {"RXPATH_IDENTITY_INDEX_KEY": "no hexadecimal digits"},
    ],
)
def test_the_service_does_not_start_with_a_weak_key(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], setting: dict[str, str]
) -> None:
    copied = copytree(home, tmp_path / "home")
    environment = {"RXPATH_HOME": str(copied)} | setting

    with pytest.raises(SettingsError, match=next(iter(setting))) as refused:
        wire(Settings.from_environment(environment))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2

    assert next(iter(setting.values())) not in str(refused.value)
    assert next(iter(setting)) in capsys.readouterr().err


@given(st.binary(min_size=32, max_size=32).filter(lambda key: len(set(key)) >= 20))
def test_a_random_key_passes_raw_and_as_digits(key: bytes) -> None:
    assert weakness(key) in ("", "known from examples")


@pytest.mark.parametrize(
    "key", [b"", b"a" * 31, bytes(range(32)), bytes(range(0, 128, 4)), b"\x00\xff" * 16, b"secret-key-" * 5]
)
def test_what_is_no_random_text_is_weak(key: bytes) -> None:
    assert weakness(key)
