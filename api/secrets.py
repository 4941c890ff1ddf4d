"""All secrets of the service: where each is kept, whether it is there, and what is wrong with it."""

import secrets as random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.keys.quality import weakness
from api.keys.ring import KeyRing, new_ring
from api.settings import Settings
from graph.errors import SettingsError
from graph.secret_files import put_secret, read_secret

SERIOUS = ("shorter than 32 bytes", "known from examples", "not random", "damaged")
"""With which of these nothing is served."""


def _new_raw() -> bytes:
    return random.token_bytes(32)


def _new_lines() -> bytes:
    return new_ring().text().encode()


def _whole(content: bytes) -> Sequence[bytes]:
    return (content,)


def _of_ring(content: bytes) -> Sequence[bytes]:
    return tuple(KeyRing.parse(content.decode("latin-1"), "key ring").keys.values())


def _of_hex(content: bytes) -> Sequence[bytes]:
    try:
        return (bytes.fromhex(content.decode("ascii").strip()),)
    except ValueError:
        raise SettingsError("key", "hexadecimal digits are expected") from None


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret.

    Attributes:
        name: what it is for.
        path: its file.
        setting: the setting that goes before the file; empty when none does.
        given: what the setting holds.
        make: content for a new file.
        keys: the keys in the file's content.
        keys_given: the keys in the setting.
    """

    name: str
    path: Path
    setting: str
    given: bytes = field(repr=False)
    make: Callable[[], bytes]
    keys: Callable[[bytes], Sequence[bytes]]
    keys_given: Callable[[bytes], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a secret: ``missing``, ``readable by others``, or one of ``SERIOUS``."""

    name: str
    where: str
    what: str


def secrets_of(settings: Settings) -> tuple[Secret, ...]:
    """Every secret that the service uses."""
    home = settings.graph.home
    jwt, ring, index = (settings.jwt_key or b""), settings.identity_keys.encode(), settings.identity_index_key.encode()
    return (
        Secret("jwt", home / "jwt.key", "RXPATH_JWT_KEY", jwt, _new_raw, _whole, _whole),
        Secret("patient", settings.graph.patient_key, "", b"", _new_raw, _whole, _whole),
        Secret("identity", home / "identity.keys", "RXPATH_IDENTITY_KEY", ring, _new_lines, _of_ring, _of_ring),
        Secret("identity-index", home / "identity-index.key", "RXPATH_IDENTITY_INDEX_KEY", index, _new_raw, _whole, _of_hex),
        Secret("audit", home / "audit.key", "", b"", _new_lines, _of_ring, _of_ring),
    )


def make_secrets(settings: Settings) -> Mapping[str, bool]:
    """Make every secret that is not there; one that is stays as it is.

    Returns:
        By the name of each, whether it was made.

    Raises:
        SettingsError: when one cannot be written.
    """
    made = {}
    for secret in secrets_of(settings):
        made[secret.name] = not secret.given and not secret.path.exists()
        if made[secret.name]:
            put_secret(secret.path, secret.make())
    return made


def check_secrets(settings: Settings) -> tuple[Finding, ...]:
    """What is wrong with the secrets; the words tell nothing of them."""
    return tuple(finding for secret in secrets_of(settings) for finding in _found(secret))


def refuse_weak(settings: Settings) -> None:
    """Refuse to serve with a secret that can be guessed; one that is missing is made when it is needed.

    Raises:
        SettingsError: names it and says what is wrong.
    """
    for finding in check_secrets(settings):
        if finding.what in SERIOUS:
            words = f"the {finding.name} key is {finding.what}; unset or move it, and have one made: python -m api secrets init"
            raise SettingsError(finding.where, words)


def _found(secret: Secret) -> Sequence[Finding]:
    if secret.given:
        return _weak(secret, secret.setting, secret.given, secret.keys_given)
    if not secret.path.exists():
        return (Finding(secret.name, str(secret.path), "missing"),)
    found = list(_weak(secret, str(secret.path), read_secret(secret.path), secret.keys))
    if secret.path.stat().st_mode & 0o077:
        found.append(Finding(secret.name, str(secret.path), "readable by others"))
    return found


def _weak(secret: Secret, where: str, content: bytes, keys: Callable[[bytes], Sequence[bytes]]) -> Sequence[Finding]:
    try:
        reasons = {weakness(key) for key in keys(content)} - {""}
    except SettingsError:
        reasons = {"damaged"}
    return [Finding(secret.name, where, reason) for reason in sorted(reasons)]
