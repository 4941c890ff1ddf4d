"""Keys in a backup: encrypted by a passphrase (scrypt, AES-256-GCM), or not in it at all."""

import base64
import os
from collections.abc import Mapping

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from api.errors import BackupError

MARK = b"rxpath keys 1\n"
SALT_BYTES, NONCE_BYTES = 16, 12
COST = 1 << 17
"""128 MB and some tenths of a second a try (RFC 7914; OWASP's first choice of parameters)."""
LEAST_PASSPHRASE = 12


def seal_keys(keys: Mapping[str, bytes], passphrase: str) -> bytes:
    """Files of keys by their names, encrypted.

    Raises:
        BackupError: when the passphrase is shorter than 12 characters.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupError(f"a passphrase of {LEAST_PASSPHRASE} characters or more is expected")
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    plain = orjson.dumps({name: base64.b64encode(key).decode() for name, key in keys.items()})
    return MARK + salt + nonce + _cipher(passphrase, salt).encrypt(nonce, plain, MARK)


def unseal_keys(sealed: bytes, passphrase: str) -> Mapping[str, bytes]:
    """The files of keys.

    Raises:
        BackupError: when the passphrase does not fit.
    """
    body = sealed.removeprefix(MARK)
    salt, nonce, rest = body[:SALT_BYTES], body[SALT_BYTES:][:NONCE_BYTES], body[SALT_BYTES + NONCE_BYTES :]
    try:
        plain = _cipher(passphrase, salt).decrypt(nonce, rest, MARK)
    except (InvalidTag, ValueError):
        raise BackupError("the passphrase does not fit the keys of this backup") from None
    return {name: base64.b64decode(key) for name, key in orjson.loads(plain).items()}


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt, 32, COST, 8, 1).derive(passphrase.encode()))
