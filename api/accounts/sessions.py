"""Sessions: what a sign-in opens, and what its refresh tokens carry on.

A refresh token counts once: using it gives the next. One that comes a second time was stolen, or its successor was, and nobody
can tell which: the whole session ends. A session ends by itself after :data:`LONGEST`, or when it was not refreshed for
:data:`IDLE`.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from api.accounts.tables import RefreshRow, SessionRow
from api.accounts.tokens import hash_of, new_token
from api.database import Database
from api.errors import UnauthenticatedError

LONGEST = 12 * 3600.0
"""Seconds that a session lasts at most: one long shift."""
IDLE = 2 * 3600.0
"""Seconds after which a session that was not refreshed ends."""
PREFIX = "rxr_"
"""How a refresh token begins, so that one that leaked is recognised for what it is."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as whoever opened or refreshed it gets it.

    Attributes:
        id: of the session.
        account: whose it is.
        refresh: the token that carries it on, once.
    """

    id: str
    account: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session as a list shows it; times are seconds since 1970.

    Attributes:
        id: of the session.
        begun: when it was opened.
        used: when it was refreshed last.
        until: when it ends at the latest.
        address: where it was opened from.
    """

    id: str
    begun: float
    used: float
    until: float
    address: str


class Sessions:
    """Keeps sessions; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, account: str, address: str) -> Opened:
        """Open a session for an account that has just signed in, from an address."""
        now, opened = self._clock(), Opened(secrets.token_hex(16), account, new_token(PREFIX))
        values = {
            "id": opened.id,
            "account": account,
            "begun": now,
            "used": now,
            "until": now + LONGEST,
            "address": address[:64],
        }
        with self._database.transaction() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.account == account, SessionRow.until <= now))
            connection.execute(insert(SessionRow).values(values))
            connection.execute(insert(RefreshRow).values(hash=hash_of(opened.refresh), session=opened.id))
        return opened

    def carry_on(self, refresh: str) -> Opened:
        """The session of a refresh token, with its next one.

        Raises:
            UnauthenticatedError: when the token is unknown, or its session over; one that was used before ends its session.
        """
        # Two requests with one token: the second must see that the first has spent it.
        with self._database.writing() as connection:
            opened = self._exchanged(connection, hash_of(refresh))
        # Raised here: within the transaction it would undo that the session ended.
        if opened is None:
            raise UnauthenticatedError("the refresh token does not count", token_given=True)
        return opened

    def _exchanged(self, connection: Connection, known: str) -> Opened | None:
        columns = (SessionRow.id, SessionRow.account, SessionRow.used, SessionRow.until, SessionRow.ended, RefreshRow.spent)
        joined = select(*columns).join(SessionRow, SessionRow.id == RefreshRow.session)
        row = connection.execute(joined.where(RefreshRow.hash == known)).one_or_none()
        if row is None:
            return None
        now = self._clock()
        the_session = update(SessionRow).where(SessionRow.id == row.id)
        if row.spent is not None:
            connection.execute(the_session.where(SessionRow.ended.is_(None)).values(ended=now))
            return None
        if row.ended is not None or now >= min(row.until, row.used + IDLE):
            return None
        opened = Opened(row.id, row.account, new_token(PREFIX))
        connection.execute(update(RefreshRow).where(RefreshRow.hash == known).values(spent=now))
        connection.execute(insert(RefreshRow).values(hash=hash_of(opened.refresh), session=row.id))
        connection.execute(the_session.values(used=now))
        return opened

    def session_of(self, refresh: str) -> str:
        """The id of a refresh token's session, whether or not it counts; empty for a token that nobody was given."""
        with self._database.transaction() as connection:
            return connection.execute(select(RefreshRow.session).where(RefreshRow.hash == hash_of(refresh))).scalar() or ""

    def of(self, account: str) -> tuple[Session, ...]:
        """The sessions of an account that go on, the newest first."""
        now = self._clock()
        columns = select(SessionRow.id, SessionRow.begun, SessionRow.used, SessionRow.until, SessionRow.address)
        going = (SessionRow.account == account, SessionRow.ended.is_(None), SessionRow.until > now)
        wanted = columns.where(*going, SessionRow.used > now - IDLE)
        with self._database.transaction() as connection:
            return tuple(Session(*row) for row in connection.execute(wanted.order_by(SessionRow.begun.desc(), SessionRow.id)))

    def end(self, account: str, session: str) -> bool:
        """End one session of an account, at once; answers whether there was one that went on."""
        return self._end(account, SessionRow.id == session) > 0

    def end_all(self, account: str, but: str = "") -> int:
        """End all sessions of an account, at once, but perhaps one; answers how many."""
        return self._end(account, SessionRow.id != but)

    def _end(self, account: str, which: object) -> int:
        with self._database.transaction() as connection:
            return end_sessions(connection, account, which, self._clock())


def end_sessions(connection: Connection, account: str, which: object, now: float) -> int:
    """End those sessions of an account that a condition picks, within a transaction; answers how many."""
    ending = update(SessionRow).where(SessionRow.account == account, SessionRow.ended.is_(None), which)  # type: ignore[arg-type]
    return connection.execute(ending.values(ended=now)).rowcount
