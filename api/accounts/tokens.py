"""Random tokens that are shown once and kept as their SHA-256: what lies in the database opens nothing."""

import hashlib
import secrets

BYTES = 32


def new_token(prefix: str = "") -> str:
    """A token that nobody can guess: a prefix and 43 letters, digits, ``-`` and ``_``."""
    return prefix + secrets.token_urlsafe(BYTES)


def hash_of(token: str) -> str:
    """What is kept of a token. It is random, so that a quick hash without salt gives nothing away."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
