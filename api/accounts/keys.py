"""API keys: how a program asks, with its account's role and never more than the key's scopes."""

import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select

from api.accounts.account import Account
from api.accounts.rows import ACCOUNT, account_of
from api.accounts.tables import AccountRow, KeyRow
from api.accounts.tokens import hash_of, new_token
from api.database import Database
from api.errors import ConflictError

PREFIX = "rxp_"
"""How a key begins: the service tells it from a token by this, and a scanner finds one that leaked."""
LONGEST_DAYS = 365
MOST_KEYS = 20
"""Keys that one account may have."""
_DAY = 24 * 3600.0

_FOUND = (
    select(*ACCOUNT, KeyRow.id, KeyRow.scopes)
    .join(AccountRow, AccountRow.name == KeyRow.account)
    .where(KeyRow.hash == bindparam("known"), KeyRow.expires > bindparam("now"), AccountRow.disabled.is_(False))
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as a list shows it, without the key itself; times are seconds since 1970.

    Attributes:
        id: names the key.
        label: what its owner calls it.
        scopes: what it may be used for.
        created: when it was made.
        expires: when it stops to count.
    """

    id: str
    label: str
    scopes: frozenset[str]
    created: float
    expires: float


class ApiKeys:
    """Keeps keys; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def make(self, account: str, label: str, scopes: Collection[str], days: int) -> tuple[ApiKey, str]:
        """A new key, and what is sent: shown now and never again.

        Args:
            account: whose it is; there is one of this name.
            label: what its owner calls it.
            scopes: what it may be used for.
            days: that it counts, 1 to 365.

        Raises:
            ConflictError: when the account has as many keys as it may.
        """
        now, token = self._clock(), new_token(PREFIX)
        key = ApiKey(secrets.token_hex(8), label, frozenset(scopes), now, now + min(days, LONGEST_DAYS) * _DAY)
        values = {"id": key.id, "account": account, "label": label, "hash": hash_of(token), "scopes": " ".join(sorted(scopes))}
        with self._database.writing() as connection:
            connection.execute(delete(KeyRow).where(KeyRow.account == account, KeyRow.expires <= now))
            count = select(func.count()).select_from(KeyRow).where(KeyRow.account == account)
            if connection.execute(count).scalar_one() >= MOST_KEYS:
                raise ConflictError(f"an account has at most {MOST_KEYS} keys; remove one first")
            connection.execute(insert(KeyRow).values(values | {"created": key.created, "expires": key.expires}))
        return key, token

    def of(self, account: str) -> tuple[ApiKey, ...]:
        """The keys of an account that have not expired, the oldest first."""
        columns = select(KeyRow.id, KeyRow.label, KeyRow.scopes, KeyRow.created, KeyRow.expires)
        wanted = columns.where(KeyRow.account == account, KeyRow.expires > self._clock()).order_by(KeyRow.created, KeyRow.id)
        with self._database.transaction() as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            ApiKey(i, label, frozenset(scopes.split()), created, expires) for i, label, scopes, created, expires in rows
        )

    def remove(self, account: str, key: str) -> bool:
        """Let a key of an account count no more, at once; answers whether there was one."""
        gone = delete(KeyRow).where(KeyRow.account == account, KeyRow.id == key)
        with self._database.transaction() as connection:
            return connection.execute(gone).rowcount > 0

    def find(self, token: str) -> tuple[Account, str, frozenset[str]] | None:
        """Whose key this is, its id and its scopes; nothing when it does not count or the account is disabled."""
        with self._database.transaction() as connection:
            row = connection.execute(_FOUND, {"known": hash_of(token), "now": self._clock()}).one_or_none()
        return (account_of(*row[:-2]), row[-2], frozenset(row[-1].split())) if row else None
