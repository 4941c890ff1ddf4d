from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from api.settings import Settings, read_signing_key
from graph.errors import SettingsError

KEY = "Zq8vN2xR5tB7yM1kL4wJ9cD3fG6hS0pA"


def test_defaults_lie_under_the_home(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RXPATH_HOME": str(tmp_path)})

    assert settings.graph.database == f"sqlite:///{tmp_path / 'accounts.sqlite'}"
    assert settings.token_life == timedelta(minutes=15)
    assert (settings.issuer, settings.audience) == ("rxpath", "rxpath-api")


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RXPATH_HOME": str(tmp_path / "home")})

    key = settings.signing_key()

    assert len(key) == 32
    assert settings.signing_key() == key
    assert (tmp_path / "home" / "jwt.key").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["jwt.key"]


def test_many_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_signing_key(tmp_path / "jwt.key"), range(32)))

    assert len(keys) == 1


def test_a_key_of_the_environment_goes_first_and_is_not_shown(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RXPATH_HOME": str(tmp_path), "RXPATH_JWT_KEY": KEY})

    assert settings.signing_key() == KEY.encode()
    assert KEY not in repr(settings)
    assert not (tmp_path / "jwt.key").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RXPATH_JWT_KEY", "short"),
        ("RXPATH_JWT_KEY", "k" * 32),
        ("RXPATH_JWT_KEY", "abcabcabcabcabcabcabcabcabcabcabc"),
        ("RXPATH_JWT_KEY", "your-256-bit-Secret-0123456789abcdef"),
        ("RXPATH_BEHIND_TLS", "yes"),
        ("RXPATH_PROXIES", "10"),
        ("RXPATH_ADDRESS_TRIES", "0"),
        ("RXPATH_ADDRESS_TRIES", "9" * 5000),
        ("RXPATH_JWT_MINUTES", "0"),
        ("RXPATH_JWT_MINUTES", "16"),
        ("RXPATH_JWT_MINUTES", "-1"),
        ("RXPATH_JWT_MINUTES", "ten"),
        ("RXPATH_BREAK_GLASS_MINUTES", "0"),
        ("RXPATH_BREAK_GLASS_MINUTES", "1441"),
        ("RXPATH_UPLOAD_MB", "0"),
        ("RXPATH_UPLOAD_MB", "10001"),
        ("RXPATH_UPLOAD_MB", "all"),
        ("RXPATH_BROWSER_ORIGIN", "*"),
        ("RXPATH_BROWSER_ORIGIN", "null"),
        ("RXPATH_BROWSER_ORIGIN", "127.0.0.1:7474"),
        ("RXPATH_BROWSER_ORIGIN", "http://127.0.0.1:7474/"),
        ("RXPATH_BROWSER_ORIGIN", "http://a\nb:7474"),
        ("RXPATH_BROWSER_ORIGIN", "http://a http://b"),
        ("RXPATH_BROWSER_ORIGIN", "http://Host:7474"),
    ],
)
def test_an_unusable_value_is_refused_by_the_settings_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({"RXPATH_HOME": str(tmp_path), name: value})


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "jwt.key").write_bytes(b"short")

    with pytest.raises(SettingsError, match="no key of 32 bytes"):
        read_signing_key(tmp_path / "jwt.key")
