"""The settings of the service, read once from the environment, and the key that signs its tokens."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from api.keys.ring import KeySource
from graph.config import PROJECT, GraphSettings
from graph.errors import SettingsError
from graph.secret_files import put_secret, read_key, read_secret

KEY_BYTES = 32
"""Least length of a signing key: the output of HS256's hash (RFC 7518, 3.2)."""
DISTINCT = 12
"""Least number of different bytes in a signing key: 32 random ones have fewer once in 10²⁰ keys."""
DEFAULTS = (b"secret", b"changeme", b"change-me", b"change_me", b"default", b"password", b"example", b"rxpath", b"12345678")
"""What stands in keys that were copied from a page."""
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service is told at its start.

    Attributes:
        graph: where graph, snapshots, keys, accounts and answers live.
        jwt_key: signs tokens. Setting ``RXPATH_JWT_KEY``, at least 32 bytes; None reads or makes ``jwt.key`` under the home.
        issuer: ``iss`` of tokens. Setting ``RXPATH_JWT_ISSUER``; default ``rxpath``.
        audience: ``aud`` of tokens. Setting ``RXPATH_JWT_AUDIENCE``; default ``rxpath-api``.
        token_life: how long a token counts. Setting ``RXPATH_JWT_MINUTES``, 1 to 15; default 15.
        browser_origin: scheme, host and port of the Neo4j Browser that may read the guide. Setting ``RXPATH_BROWSER_ORIGIN``;
            empty by default: no guide is served.
        glass_life: how long a clinician sees a record whose glass they broke. Setting ``RXPATH_BREAK_GLASS_MINUTES``, 1 to
            1440; default 60.
        upload_bytes: how large an upload may be. Setting ``RXPATH_UPLOAD_MB``, 1 to 10000; default 200.
        shared: folder of the reference data that evaluations compare with. Setting ``RXPATH_SHARED``; default ``shared``
            beside the project.
        behind_tls: whether clients reach the service by HTTPS alone, so that cookies go no other way. Setting
            ``RXPATH_BEHIND_TLS``, 1 or 0; default 0.
        proxies: how many proxies stand before the service and add to ``X-Forwarded-For``. Setting ``RXPATH_PROXIES``, 0 to 9;
            default 0: the address of a client is that of the connection.
        address_tries: failed sign-ins from one address within 15 minutes. Setting ``RXPATH_ADDRESS_TRIES``, 1 to 99999;
            default 100.
        identity_keys: encrypt what names patients, ``id:key`` a key, the newest last, commas between. Setting
            ``RXPATH_IDENTITY_KEY``; empty reads or makes ``identity.keys`` under the home.
        identity_index_key: finds patients by what names them, 64 hexadecimal digits. Setting ``RXPATH_IDENTITY_INDEX_KEY``;
            empty reads or makes ``identity-index.key`` under the home.
    """

    graph: GraphSettings
    jwt_key: bytes | None = field(default=None, repr=False)
    issuer: str = "rxpath"
    audience: str = "rxpath-api"
    token_life: timedelta = timedelta(minutes=15)
    browser_origin: str = ""
    glass_life: timedelta = timedelta(minutes=60)
    upload_bytes: int = 200_000_000
    shared: Path = PROJECT.parent / "shared"
    behind_tls: bool = False
    proxies: int = 0
    address_tries: int = 100
    identity_keys: str = field(default="", repr=False)
    identity_index_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            SettingsError: when one has an unusable value.
        """
        graph = GraphSettings.from_environment(environment)
        key = environment.get("RXPATH_JWT_KEY", "").encode() or None
        if key is not None:
            _check_given_key(key)
        return cls(
            graph,
            key,
            environment.get("RXPATH_JWT_ISSUER") or "rxpath",
            environment.get("RXPATH_JWT_AUDIENCE") or "rxpath-api",
            timedelta(minutes=_whole(environment, "RXPATH_JWT_MINUTES", 15, least=1, most=15)),
            _origin(environment.get("RXPATH_BROWSER_ORIGIN", "")),
            timedelta(minutes=_whole(environment, "RXPATH_BREAK_GLASS_MINUTES", 60, least=1, most=1440)),
            _whole(environment, "RXPATH_UPLOAD_MB", 200, least=1, most=10_000) * 1_000_000,
            Path(environment.get("RXPATH_SHARED") or PROJECT.parent / "shared"),
            _whole(environment, "RXPATH_BEHIND_TLS", 0, least=0, most=1) == 1,
            _whole(environment, "RXPATH_PROXIES", 0, least=0, most=9),
            _whole(environment, "RXPATH_ADDRESS_TRIES", 100, least=1, most=99_999),
            environment.get("RXPATH_IDENTITY_KEY", ""),
            environment.get("RXPATH_IDENTITY_INDEX_KEY", ""),
        )

    @property
    def audit_key(self) -> Path:
        """File of the keys that chain the audit trail."""
        return self.graph.home / "audit.key"

    def signing_key(self) -> bytes:
        """The key that signs tokens.

        Raises:
            SettingsError: when the key's file holds none.
        """
        return self.jwt_key or read_signing_key(self.graph.home / "jwt.key")

    def totp_key(self) -> bytes:
        """The key that seals the secrets of one-time codes: 32 bytes in ``totp.key`` under the home, made on first use.

        Raises:
            SettingsError: when the key's file holds none.
        """
        return read_signing_key(self.graph.home / "totp.key")[:KEY_BYTES]

    def identity_ring(self) -> KeySource:
        """Where the keys are that encrypt identities."""
        return KeySource(self.graph.home / "identity.keys", "RXPATH_IDENTITY_KEY", self.identity_keys)

    def identity_index(self) -> bytes:
        """The key that makes the terms by which patients are found.

        Raises:
            SettingsError: when the setting or the file holds none.
        """
        if not self.identity_index_key:
            return read_key(self.graph.home / "identity-index.key")
        if not re.fullmatch("[0-9a-fA-F]{64}", self.identity_index_key):
            raise SettingsError("RXPATH_IDENTITY_INDEX_KEY", "64 hexadecimal digits are expected")
        return bytes.fromhex(self.identity_index_key)


def _origin(text: str) -> str:
    # As a browser writes it: * would let in every page that a person of this network opens.
    if text and not _ORIGIN.fullmatch(text):
        raise SettingsError("RXPATH_BROWSER_ORIGIN", "an origin such as http://127.0.0.1:7474 is expected, without a path")
    return text


def _whole(environment: Mapping[str, str], setting: str, usual: int, *, least: int, most: int) -> int:
    text = environment.get(setting) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise SettingsError(setting, f"a whole number from {least} to {most} is expected")
    return int(text)


def _check_given_key(key: bytes) -> None:
    if len(key) < KEY_BYTES:
        raise SettingsError("RXPATH_JWT_KEY", f"at least {KEY_BYTES} bytes are expected; unset it to have a key made")
    if len(set(key)) < DISTINCT or any(word in key.lower() for word in DEFAULTS):
        raise SettingsError("RXPATH_JWT_KEY", "it can be guessed; give random bytes, or unset it to have a key made")


def check_key(key: bytes, path: str) -> bytes:
    """The key of a file.

    Raises:
        SettingsError: when it is none, or a weak one.
    """
    if len(key) < KEY_BYTES:
        raise SettingsError("RXPATH_HOME", f"{path} holds no key of {KEY_BYTES} bytes; remove it to have one made")
    if len(set(key)) < DISTINCT:
        raise SettingsError("RXPATH_HOME", f"{path} holds a key that can be guessed; remove it to have one made")
    return key


def read_signing_key(path: Path) -> bytes:
    """The key in a file, made on first use (32 random bytes, readable by its owner alone).

    Several processes that start at once agree on one key: it is linked in whole or not at all.

    Raises:
        SettingsError: when the file holds no such key.
    """
    if not path.exists():
        put_secret(path, secrets.token_bytes(KEY_BYTES))
    return check_key(read_secret(path), str(path))
