"""Invites: how someone whom an admin let in, or who lost a password, chooses one that no admin ever saw."""

import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from api.accounts.tables import AccountRow, InviteRow
from api.accounts.tokens import hash_of, new_token
from api.database import Database

PREFIX = "rxi_"
SECONDS = 7 * 24 * 3600.0
"""How long an invite counts."""


class Invites:
    """Keeps invites; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def make(self, account: str) -> str:
        """A token that lets its bearer choose the account's password, once; an earlier one counts no more."""
        token = new_token(PREFIX)
        with self._database.transaction() as connection:
            connection.execute(delete(InviteRow).where(InviteRow.account == account))
            values = {"account": account, "hash": hash_of(token), "until": self._clock() + SECONDS}
            connection.execute(insert(InviteRow).values(values))
        return token

    def whose(self, token: str) -> str | None:
        """The account that an invite is for; nothing when it does not count."""
        wanted = (
            select(InviteRow.account)
            .join(AccountRow, AccountRow.name == InviteRow.account)
            .where(InviteRow.hash == hash_of(token), InviteRow.until > self._clock(), AccountRow.disabled.is_(False))
        )
        with self._database.transaction() as connection:
            return connection.execute(wanted).scalar()


def spend_invite(connection: Connection, token: str) -> bool:
    """Let an invite count no more, within a transaction; answers whether it was still there."""
    return connection.execute(delete(InviteRow).where(InviteRow.hash == hash_of(token))).rowcount > 0
