"""Whether a secret can be guessed: what is short, known from examples, or no random text."""

from itertools import pairwise

LEAST_BYTES = 32
LEAST_DISTINCT = 10
"""Fewest different bytes: 64 random hexadecimal digits have 16 of 16 nearly always, and 32 random bytes about 30."""
LONGEST_UNIT = 16
"""Longest text whose repetition counts as none."""
# Parts of the keys that stand in manuals and templates; random text holds none of them by chance.
KNOWN = (
    "changeme",
    "changethis",
    "yoursecret",
    "yourkey",
    "your256bit",
    "secretkey",
    "mysecret",
    "supersecret",
    "stringsecret",
    "jwtsecret",
    "password",
    "passphrase",
    "insecure",
    "examplekey",
    "defaultkey",
    "qwertyui",
    "letmein",
    "rxpath",
)


def weakness(secret: bytes) -> str:
    """Why a secret is too weak, in words that tell nothing of it; empty for one that is not."""
    if len(secret) < LEAST_BYTES:
        return f"shorter than {LEAST_BYTES} bytes"
    plain = "".join(c for c in secret.decode("latin-1").lower() if c.isascii() and c.isalnum())
    if any(word in plain for word in KNOWN):
        return "known from examples"
    if _repeats(secret) or len(set(secret)) < LEAST_DISTINCT or _counts(secret):
        return "not random"
    return ""


def _repeats(secret: bytes) -> bool:
    return any(secret == (secret[:n] * (len(secret) // n + 1))[: len(secret)] for n in range(1, LONGEST_UNIT + 1))


def _counts(secret: bytes) -> bool:
    """Whether each byte lies as far from the one before as all others do."""
    return len({(b - a) % 256 for a, b in pairwise(secret)}) == 1
