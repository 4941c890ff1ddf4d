"""The keys of the trail: a text file with one key a line, the last of which is in use.

Who can write the database and not read this file can make no row that fits into the chain. A key that was in use stays in the
file after a rotation: the rows name it, and are verified by it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import SettingsError
from graph.secret_files import put_secret, read_secret

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
    if not path.exists():
        put_secret(path, _line().encode())
    try:
        lines = [line.partition(":") for line in read_secret(path).decode("ascii").split()]
        known = {name: bytes.fromhex(key) for name, _, key in lines}
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
    put_secret(path, read_secret(path) + _line().encode(), over=True)
    return read_audit_keys(path)


def _line() -> str:
    return f"{secrets.token_hex(_NAME_BYTES)}:{secrets.token_hex(KEY_BYTES)}\n"
