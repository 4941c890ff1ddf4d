"""A ring of keys: the newest encrypts, the older ones decrypt what is not encrypted anew yet.

A ring is text: ``id:key`` a line, the key as 64 hexadecimal digits, the newest last. The environment may hold it instead of a
file, with commas between; then whoever sets it rotates it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import SettingsError
from graph.secret_files import put_secret, read_secret

KEY_BYTES = 32
ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by their ids.

    Attributes:
        newest: id of the key that encrypts.
        keys: all of them, 32 bytes each, the newest last.
    """

    newest: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str, origin: str) -> "KeyRing":
        """The ring that a text holds.

        Args:
            text: of a file or a setting.
            origin: names the file or setting in the error.

        Raises:
            SettingsError: when it holds none.
        """
        lines = [line.partition(":") for line in text.replace(",", "\n").split()]
        try:
            keys = {name: bytes.fromhex(key) for name, _, key in lines}
        except ValueError:
            keys = {}
        if len(keys) != len(lines) or not keys or any(not i or len(i) > 16 or len(k) != KEY_BYTES for i, k in keys.items()):
            raise SettingsError(origin, f"ids and keys of {2 * KEY_BYTES} hexadecimal digits are expected, as id:key")
        return cls(next(reversed(keys)), keys)

    def text(self) -> str:
        """The ring as a file holds it."""
        return "".join(f"{name}:{key.hex()}\n" for name, key in self.keys.items())


def new_ring() -> KeyRing:
    """A ring with one random key."""
    name = secrets.token_hex(ID_BYTES)
    return KeyRing(name, {name: secrets.token_bytes(KEY_BYTES)})


class KeySource:
    """Where a ring is kept. It is read each time it is asked for: another process may have rotated it.

    Args:
        path: its file, made on first use.
        setting: name of the setting that goes first.
        given: what the setting holds; empty without one.
    """

    def __init__(self, path: Path, setting: str, given: str = "") -> None:
        self._path = path
        self._setting = setting
        self._given = given

    def ring(self) -> KeyRing:
        """The ring as it is now.

        Raises:
            SettingsError: when there is no usable one.
        """
        if self._given:
            return KeyRing.parse(self._given, self._setting)
        if not self._path.exists():
            put_secret(self._path, new_ring().text().encode())
        return KeyRing.parse(read_secret(self._path).decode("latin-1"), str(self._path))

    def begin_rotation(self) -> KeyRing:
        """Add a newest key, unless a rotation was begun and not ended.

        Raises:
            SettingsError: when the setting holds one key alone: a process cannot change its environment.
        """
        ring = self.ring()
        if len(ring.keys) > 1:
            return ring
        if self._given:
            raise SettingsError(
                self._setting, "set the old and a new key, as old-id:key,new-id:key, and give the command again"
            )
        made = new_ring()
        ring = KeyRing(made.newest, {**ring.keys, **made.keys})
        put_secret(self._path, ring.text().encode(), over=True)
        return ring

    def end_rotation(self) -> bool:
        """Keep the newest key alone.

        Returns:
            Whether that was done; the one of a setting is for whoever set it.
        """
        if self._given:
            return False
        ring = self.ring()
        put_secret(self._path, KeyRing(ring.newest, {ring.newest: ring.keys[ring.newest]}).text().encode(), over=True)
        return True
