"""The keys of the trail: a text file with one key a line, the last of which is in use.

Who can write the database and not read this file can make no row that fits into the chain. A key that was in use stays in the
file after a rotation: the rows name it, and are verified by it.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import SettingsError

KEY_BYTES = 32
_NAME_BYTES = 4


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """The keys by their names.

    Attributes:
        current: the name of the one in use.
        known: all of them.
    """

    current: str
    known: Mapping[str, bytes] = field(repr=False)


def read_audit_keys(path: Path) -> AuditKeys:
    """The keys in a file, made with one key on first use, readable by its owner alone.

    Raises:
        SettingsError: when the file holds none, or cannot be read or made.
    """
    try:
        if not path.exists():
            _put(path, _line(), over=False)
        lines = [line.partition(":") for line in path.read_text(encoding="ascii").split()]
        known = {name: bytes.fromhex(key) for name, _, key in lines}
    except OSError as error:
        raise SettingsError("RXPATH_HOME", f"{path} cannot be used: {error.strerror}") from error
    except ValueError:
        known = {}
    if not known or not all(name and len(key) == KEY_BYTES for name, key in known.items()):
        raise SettingsError("RXPATH_HOME", f"{path} holds no keys of {KEY_BYTES} bytes; the audit trail cannot be kept")
    return AuditKeys(lines[-1][0], known)


def rotate_audit_key(path: Path) -> AuditKeys:
    """Make a new key, which rows are made with from the next start of a process on; those before it stay known.

    Raises:
        SettingsError: as :func:`read_audit_keys`.
    """
    read_audit_keys(path)
    try:
        _put(path, path.read_text(encoding="ascii") + _line(), over=True)
    except OSError as error:
        raise SettingsError("RXPATH_HOME", f"{path} cannot be used: {error.strerror}") from error
    return read_audit_keys(path)


def _line() -> str:
    return f"{secrets.token_hex(_NAME_BYTES)}:{secrets.token_hex(KEY_BYTES)}\n"


def _put(path: Path, text: str, *, over: bool) -> None:
    """Put a whole file in place at once: over the one that is there, or only where none is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if over:
            made.replace(path)
        else:
            with suppress(FileExistsError):
                os.link(made, path)
    finally:
        made.unlink(missing_ok=True)
