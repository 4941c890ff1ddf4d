"""The ring of signing keys: rotation reaches running processes, and a dropped key verifies no more."""

from pathlib import Path
from shutil import copytree

import jwt
import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.errors import NotFoundError
from api.key_ring import LOOK_SECONDS, KeyRing, drop, kid_of, rotate
from api.settings import Settings
from api.wiring import wire
from graph.errors import SettingsError
from tests.api.conftest import settings_of, sign_in
from tests.api.reading import problem_of


class Clock:
    """Seconds that a test moves on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


def test_the_newest_signs_older_ones_verify_until_they_are_dropped(own_settings: Settings) -> None:
    clock = Clock()
    ring = KeyRing(own_settings, clock)
    first = ring.newest[0]

    second = rotate(own_settings.graph.home)
    third = rotate(own_settings.graph.home)
    clock.now += LOOK_SECONDS
    assert ring.newest[0] == third
    assert set(ring.keys) == {first, second, third}

    drop(own_settings.graph.home, first)
    clock.now += LOOK_SECONDS
    assert set(ring.keys) == {second, third}
    assert {p.stat().st_mode & 0o777 for p in own_settings.graph.home.glob("jwt*.key")} == {0o600}


@pytest.mark.parametrize("kid", ["", "0" * 16, "../jwt", "*"])
def test_only_an_older_key_is_dropped(own_settings: Settings, kid: str) -> None:
    newest = rotate(own_settings.graph.home)

    for name in (kid, newest):
        with pytest.raises(NotFoundError):
            drop(own_settings.graph.home, name)


def test_a_key_of_the_environment_is_the_only_one(own_settings: Settings, tmp_path: Path) -> None:
    rotate(tmp_path)
    key = "Zq8vN2xR5tB7yM1kL4wJ9cD3fG6hS0pA"
    ring = KeyRing(Settings.from_environment({"RXPATH_HOME": str(tmp_path), "RXPATH_JWT_KEY": key}))

    assert dict(ring.keys) == {kid_of(key.encode()): key.encode()}


@pytest.mark.parametrize("name", ["jwt.key", "jwt.0123456789abcdef.key"])
def test_a_weak_key_in_a_file_is_refused(own_settings: Settings, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"ab" * 16)

    with pytest.raises(SettingsError, match="guessed"):
        KeyRing(own_settings)


def test_a_running_service_takes_both_keys_and_then_one(
    home: Path, tmp_path: Path, accounts: AccountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.key_ring.LOOK_SECONDS", 0.0)
    own = Path(copytree(home, tmp_path / "home", ignore=lambda folder, names: [n for n in names if n.startswith("accounts")]))
    client: FlaskClient = wire(settings_of(own), accounts).test_client()
    old = sign_in(client, "ana")

    rotate(own)
    new = sign_in(client, "ana")
    assert client.get("/v1/me", headers=old).status_code == client.get("/v1/me", headers=new).status_code == 200
    kid = jwt.get_unverified_header(old["Authorization"].removeprefix("Bearer "))["kid"]
    drop(own, kid)

    problem_of(client.get("/v1/me", headers=old), 401)
    assert client.get("/v1/me", headers=new).status_code == 200
