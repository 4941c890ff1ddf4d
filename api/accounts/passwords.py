"""Password hashes: argon2id with the parameters of OWASP's cheat sheet (19 MiB, 2 passes, 1 lane).

Checking a password takes the same time whether or not the account exists, so that time tells nobody which names do.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from api.errors import AccountError

MIN_LENGTH = 12
MAX_LENGTH = 1024
LEAST_GUESSES = 1e8
"""Guesses that a password has to withstand, as zxcvbn estimates them from 30,000 common passwords, words, names, keyboard rows,
repetitions, sequences and dates (Wheeler, USENIX Security 2016): its score 3."""
LOOKED_AT = 72
"""Characters that are looked at for being common; the time for it grows with them."""


def check_password(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, the account's name or easily guessed.

    Raises:
        AccountError: says which; never the password.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise AccountError(f"a password of {MIN_LENGTH} to {MAX_LENGTH} characters is expected")
    if password.casefold() == name.casefold():
        raise AccountError("the name is no password")
    # Imported here: its lists take 60 ms to read, and few processes ever see a new password.
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:LOOKED_AT], user_inputs=[name, "rxpath"])
    if float(found["guesses"]) < LEAST_GUESSES:
        raise AccountError("the password is among those that are tried first: common ones, names, sequences, repetitions")


class Passwords:
    """Makes and checks hashes.

    Args:
        memory: KiB that one hash takes.
        passes: how often the memory is gone over.
    """

    def __init__(self, memory: int = 19 * 1024, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)
        self._dummy = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """A salted hash that also says its parameters."""
        return self._hasher.hash(password)

    def fits(self, password: str, known: str | None) -> bool:
        """Whether the password is that of the hash; of no hash it never is, and finding out takes as long."""
        try:
            return self._hasher.verify(known or self._dummy, password) and known is not None
        except VerifyMismatchError:
            return False

    def outdated(self, known: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)
