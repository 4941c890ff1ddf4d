"""Turns a source's patient identifier into the patient's id by a keyed hash.

Record numbers never enter the graph; whoever knows a record number and may use the key finds the patient, nobody else does.
"""

import hashlib
import hmac
import re
import secrets
from pathlib import Path

from graph.elements import PATIENT_PREFIX, NodeId
from graph.errors import SettingsError
from graph.secret_files import put_secret, read_secret

PREFIX = PATIENT_PREFIX
KEY_BYTES = 32
_ID = re.compile(PREFIX + "[0-9a-f]{24}")


def read_patient_key(path: Path) -> bytes:
    """The site's key, made on first use (32 random bytes, readable by its owner alone).

    Raises:
        SettingsError: when the file holds no such key, or cannot be read or made.
    """
    if not path.exists():
        put_secret(path, secrets.token_bytes(KEY_BYTES))
    key = read_secret(path)
    if len(key) != KEY_BYTES:
        raise SettingsError("RXPATH_HOME", f"{path} holds no key of {KEY_BYTES} bytes; patients cannot be recognised")
    return key


def patient_id(identifier: str, key: bytes) -> NodeId:
    """The id of the patient whom a source calls by this identifier; such an id is answered as it is.

    >>> patient_id("P-1", bytes(32))
    'patient:beb32a0c78d0da84de443deb'
    """
    if _ID.fullmatch(identifier):
        return NodeId(identifier)
    # An argument of a command line may hold bytes that are no UTF-8.
    text = identifier.strip().encode(errors="surrogatepass")
    return NodeId(PREFIX + hmac.digest(key, text, hashlib.sha256).hex()[:24])
