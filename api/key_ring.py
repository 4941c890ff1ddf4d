"""The keys that sign tokens: the newest signs, older ones verify until they are dropped.

The newest lies in ``jwt.key`` under the home, an older one in ``jwt.KID.key``. A token's header names its key (``kid``), and
only the name of a key of this ring counts; a name is looked up among those that were read, and never becomes a path. Processes
look at the files once a second, so that a rotation reaches all of them without a restart.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from api.errors import NotFoundError
from api.settings import KEY_BYTES, Settings, check_key, read_signing_key
from graph.errors import SettingsError
from graph.secret_files import put_secret

LOOK_SECONDS = 1.0
"""How often the files are looked at."""
NEWEST = "jwt.key"
OLDER = "jwt.*.key"


def kid_of(key: bytes) -> str:
    """How a key is called in tokens: 16 digits of its SHA-256."""
    return hashlib.sha256(b"rxpath kid " + key).hexdigest()[:16]


class KeyRing:
    """The keys of one process, read anew when their files change.

    Args:
        settings: where the keys are; a key of the environment is the only one.
        clock: seconds, ever rising.

    Raises:
        SettingsError: when a key is weak or its file damaged.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._read()

    @property
    def newest(self) -> tuple[str, bytes]:
        """The name of the key that signs, and the key."""
        self._look()
        return self._newest, self._keys[self._newest]

    @property
    def keys(self) -> Mapping[str, bytes]:
        """All keys that verify, by their names."""
        self._look()
        return self._keys

    def _look(self) -> None:
        if self._settings.jwt_key is None and self._clock() >= self._next_look:
            # A file that cannot be read, or is damaged, takes no key away from a service that runs.
            with suppress(OSError, SettingsError):
                self._read()

    def _read(self) -> None:
        self._next_look = self._clock() + LOOK_SECONDS
        newest = self._settings.signing_key()
        keys = {kid_of(newest): newest}
        if self._settings.jwt_key is None:
            keys |= {kid_of(key): key for key in _older(self._settings.graph.home)}
        # One reference each: a request between the two finds both keys in either ring.
        self._keys, self._newest = keys, kid_of(newest)


def _older(home: Path) -> list[bytes]:
    return [check_key(path.read_bytes(), str(path)) for path in sorted(home.glob(OLDER))]


def rotate(home: Path) -> str:
    """Make a new key that signs from now on; the one before still verifies. Answers the new key's name.

    Raises:
        SettingsError: when the key that signs is damaged.
    """
    newest = home / NEWEST
    old = read_signing_key(newest)
    with suppress(FileExistsError):
        os.link(newest, home / f"jwt.{kid_of(old)}.key")
    key = secrets.token_bytes(KEY_BYTES)
    put_secret(newest, key, over=True)
    return kid_of(key)


def drop(home: Path, kid: str) -> None:
    """Let an older key verify no more: the tokens that it signed stop to count within a second.

    Raises:
        NotFoundError: when no older key has this name.
    """
    found = next((path for path in home.glob(OLDER) if kid_of(path.read_bytes()) == kid), None)
    if found is None:
        raise NotFoundError("no older key has this name; the newest is dropped by rotating first")
    found.unlink()
