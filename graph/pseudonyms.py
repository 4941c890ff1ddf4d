"""Turns a source's patient identifier into the patient's id by a keyed hash.

Record numbers never enter the graph; whoever knows a record number and may use the key finds the patient, nobody else does.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from graph.elements import NodeId
from graph.errors import SettingsError

PREFIX = "patient:"
KEY_BYTES = 32


def read_patient_key(path: Path) -> bytes:
    """The site's key, made on first use (32 random bytes, readable by its owner alone).

    Raises:
        SettingsError: when the file holds no such key.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return read_patient_key(path)
    else:
        key = secrets.token_bytes(KEY_BYTES)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
    if len(key) != KEY_BYTES:
        raise SettingsError("RXPATH_HOME", f"{path} holds no key of {KEY_BYTES} bytes; patients cannot be recognised")
    return key


def patient_id(identifier: str, key: bytes) -> NodeId:
    """The id of the patient whom a source calls by this identifier; an id is answered as it is.

    >>> patient_id("P-1", bytes(32))
    'patient:beb32a0c78d0da84de443deb'
    """
    if identifier.startswith(PREFIX):
        return NodeId(identifier)
    return NodeId(PREFIX + hmac.digest(key, identifier.strip().encode(), hashlib.sha256).hex()[:24])
