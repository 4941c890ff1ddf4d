"""One-time codes as a second factor (TOTP, RFC 6238): six digits that change every 30 seconds.

A code counts once: a time step that was used, and every step before it, is refused. The secret lies sealed in the database
(AES-GCM, bound to its account's name): whoever copies the database alone cannot make codes.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Callable

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select, update

from api.accounts.tables import CodeRow
from api.database import Database
from api.errors import ConflictError, DatabaseUnavailableError

ISSUER = "Rxpath"
STEP = 30
"""Seconds that a code is shown."""
_NONCE = 12


def sealed(secret: str, account: str, key: bytes) -> str:
    """A secret as it lies in the database.

    Args:
        secret: of the codes.
        account: whose it is; it opens for no other.
        key: 32 bytes.
    """
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, secret.encode(), account.encode())).decode()


def opened(text: str, account: str, key: bytes) -> str:
    """The secret that :func:`sealed` was given.

    Raises:
        DatabaseUnavailableError: when it was sealed with another key or for another account.
    """
    data = base64.b64decode(text)
    try:
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], account.encode()).decode()
    except InvalidTag:
        raise DatabaseUnavailableError("the secret of the one-time codes cannot be opened: the key is another") from None


class Codes:
    """Keeps secrets of one-time codes; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, account: str, key: bytes) -> tuple[str, str]:
        """A new secret, and the address that an authenticator app reads as a picture; it counts once it is confirmed.

        Raises:
            ConflictError: when codes are set up already.
        """
        secret = pyotp.random_base32()
        row = {"account": account, "secret": sealed(secret, account, key), "confirmed": False, "last_step": 0}
        with self._database.writing() as connection:
            if connection.execute(select(CodeRow.confirmed).where(CodeRow.account == account)).scalar():
                raise ConflictError("one-time codes are set up already; remove them first")
            connection.execute(delete(CodeRow).where(CodeRow.account == account))
            connection.execute(insert(CodeRow).values(row))
        return secret, pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)

    def confirm(self, account: str, code: str, key: bytes) -> bool:
        """Let the codes count from now on, when this is one of them; answers whether it is."""
        if not self._spend(account, code, key):
            return False
        with self._database.transaction() as connection:
            connection.execute(update(CodeRow).where(CodeRow.account == account).values(confirmed=True))
        return True

    def on(self, account: str) -> bool:
        """Whether an account signs in with a code."""
        with self._database.transaction() as connection:
            return bool(connection.execute(select(CodeRow.confirmed).where(CodeRow.account == account)).scalar())

    def fits(self, account: str, code: str | None, key: Callable[[], bytes]) -> bool:
        """Whether an account needs no code, or this is one that counts; it then counts no more."""
        if not self.on(account):
            return True
        return code is not None and self._spend(account, code, key())

    def remove(self, account: str) -> bool:
        """Let an account sign in without codes; answers whether it had any."""
        with self._database.transaction() as connection:
            return connection.execute(delete(CodeRow).where(CodeRow.account == account)).rowcount > 0

    def _spend(self, account: str, code: str, key: bytes) -> bool:
        """Whether the code is that of this time step or one beside it, and no such step was used before."""
        with self._database.transaction() as connection:
            text = connection.execute(select(CodeRow.secret).where(CodeRow.account == account)).scalar()
        if text is None:
            return False
        totp, now = pyotp.TOTP(opened(text, account, key)), int(self._clock()) // STEP
        # A clock may go half a minute wrong.
        step = next((s for s in (now, now - 1, now + 1) if hmac.compare_digest(totp.generate_otp(s), code)), None)
        if step is None:
            return False
        spent = update(CodeRow).where(CodeRow.account == account, CodeRow.last_step < step).values(last_step=step)
        with self._database.transaction() as connection:
            return connection.execute(spent).rowcount > 0
