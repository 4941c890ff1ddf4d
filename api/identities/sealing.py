"""Encrypts one value at a time: AES-256-GCM, a random nonce for each, bound to its patient and its column.

A sealed value moved to another row or column does not open. Values are padded to a multiple of 32 bytes, so that a file tells
no lengths of names.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.errors import IdentityKeyError
from api.keys import KeyRing
from graph.elements import NodeId

NONCE_BYTES = 12
BLOCK = 32


def seal(text: str, ring: KeyRing, patient: NodeId, column: str) -> bytes:
    """A value under the ring's newest key: nonce, then what is encrypted with its tag.

    Args:
        text: the value; it holds no NUL.
        ring: the keys.
        patient: whose it is.
        column: what it is.
    """
    plain = text.encode()
    nonce = os.urandom(NONCE_BYTES)
    padded = plain + b"\0" * (-len(plain) % BLOCK)
    return nonce + AESGCM(ring.keys[ring.newest]).encrypt(nonce, padded, _bound(patient, column))


def unseal(sealed: bytes, key: str, ring: KeyRing, patient: NodeId, column: str) -> str:
    """The value.

    Args:
        sealed: what :func:`seal` answered.
        key: id of the key that it was sealed with.
        ring: the keys.
        patient: whose it is.
        column: what it is.

    Raises:
        IdentityKeyError: when the ring has no such key, or the value is not what was sealed for this place.
    """
    if key not in ring.keys:
        raise IdentityKeyError("the key that identities are encrypted with is not in the ring")
    try:
        plain = AESGCM(ring.keys[key]).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(patient, column))
    except (InvalidTag, ValueError):
        raise IdentityKeyError("an identity was changed from outside, or its key is another") from None
    return plain.rstrip(b"\0").decode()


def _bound(patient: NodeId, column: str) -> bytes:
    return f"{patient}\0{column}".encode()
