"""The settings of the service, read once from the environment, and the key that signs its tokens."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from api.keys.files import read_key
from api.keys.ring import KeySource
from graph.config import GraphSettings
from graph.errors import SettingsError

KEY_BYTES = 32
"""Least length of a signing key: the output of HS256's hash (RFC 7518, 3.2)."""
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
        if key is not None and len(key) < KEY_BYTES:
            raise SettingsError("RXPATH_JWT_KEY", f"at least {KEY_BYTES} bytes are expected; unset it to have a key made")
        return cls(
            graph,
            key,
            environment.get("RXPATH_JWT_ISSUER") or "rxpath",
            environment.get("RXPATH_JWT_AUDIENCE") or "rxpath-api",
            timedelta(minutes=_minutes(environment.get("RXPATH_JWT_MINUTES") or "15")),
            _origin(environment.get("RXPATH_BROWSER_ORIGIN", "")),
            environment.get("RXPATH_IDENTITY_KEY", ""),
            environment.get("RXPATH_IDENTITY_INDEX_KEY", ""),
        )

    def signing_key(self) -> bytes:
        """The key that signs tokens.

        Raises:
            SettingsError: when the key's file holds none.
        """
        return self.jwt_key or read_signing_key(self.graph.home / "jwt.key")

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


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 15):
        raise SettingsError("RXPATH_JWT_MINUTES", "a whole number from 1 to 15 is expected")
    return int(text)


def read_signing_key(path: Path) -> bytes:
    """The key in a file, made on first use (32 random bytes, readable by its owner alone).

    Several processes that start at once agree on one key: it is linked in whole or not at all.

    Raises:
        SettingsError: when the file holds no such key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            # A link puts the whole key in place at once, and never over the key of a process that was faster.
            with suppress(FileExistsError):
                os.link(file.name, path)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise SettingsError("RXPATH_HOME", f"{path} holds no key of {KEY_BYTES} bytes; remove it to have one made")
    return key
