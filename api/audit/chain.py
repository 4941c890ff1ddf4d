"""The hashes that chain the rows, and the seal of the head."""

import hashlib
import hmac
from collections.abc import Mapping

import orjson

from api.audit.keys import AuditKeys
from api.audit.tables import EntryRow

START = "0" * 64
"""What the first row has in place of a hash before it."""
COLUMNS = tuple(column.name for column in EntryRow.__table__.columns if column.name != "hash")
"""What the hash of a row covers: every column but itself, in this order."""


def row_hash(values: Mapping[str, object], keys: AuditKeys) -> str:
    """The hash of a row, by the key that it names; empty when there is no such key.

    Args:
        values: the row, by column.
        keys: the keys.
    """
    return _digest(keys, str(values["key"]), [values[name] for name in COLUMNS])


def head_seal(number: int, last: str, key: str, keys: AuditKeys) -> str:
    """The seal of a head, by the key that it names; empty when there is no such key.

    Args:
        number: how many rows there are.
        last: the hash of the last.
        key: the name of the key.
        keys: the keys.
    """
    return _digest(keys, key, ["head", number, last, key])


def _digest(keys: AuditKeys, name: str, values: list[object]) -> str:
    # As a JSON list, values cannot run into each other; what is no text or number was never written here.
    said = orjson.dumps(values, default=repr)
    return hmac.digest(keys.known[name], said, hashlib.sha256).hex() if name in keys.known else ""


def same(one: str, other: object) -> bool:
    """Whether two hashes are the same, told in a time that says nothing of where they differ."""
    return hmac.compare_digest(one.encode(), str(other).encode(errors="replace"))
