"""Counts sign-ins in SQL, so that every process of the service counts the same ones.

A try is counted before the password is looked at, by one statement that no other can come between: however many come at once,
no more than the limit get through. A name that nobody has is counted like any other. Tries are counted under their name, and
under the address that they come from, so that one address cannot try many names. Who used up a window's tries waits twice as
long when the next is used up as well, up to an hour.
"""

import hashlib
from math import ceil

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.accounts.tables import SignInTries
from api.database import Database
from api.errors import TooManyTriesError

MAX_TRIES = 10
"""Failures under one name within a window."""
MAX_ADDRESS_TRIES = 100
"""Failures from one address within a window: a ward shares one."""
WINDOW = 15 * 60.0
"""Seconds from the first failure after which the count begins anew; the shortest window."""
LONGEST = 4 * WINDOW
"""The longest window, in seconds."""
KEPT = 24 * 3600.0
"""Seconds after which a count is forgotten, and with it how long the last window was."""
_ADDRESS = "\x00address "  # no name holds NUL


def name_hash(name: str) -> str:
    """What a name is counted under."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()


def count_try(database: Database, name: str, now: float, limit: int = MAX_TRIES) -> None:
    """Count one more try under a name.

    Args:
        database: where tries are counted.
        name: the name that was given, folded.
        now: seconds since 1970.
        limit: tries within a window.

    Raises:
        TooManyTriesError: when there were too many; this one is then not counted.
    """
    key = name_hash(name)
    # The second round is for whoever lost the race to count the first try.
    if not any(_counted_on(database, key, now, limit) or _counted_first(database, key, now) for _ in range(2)):
        with database.transaction() as connection:
            until = select(SignInTries.since + SignInTries.seconds).where(SignInTries.name_hash == key)
            found = connection.execute(until).scalar()
        raise TooManyTriesError(max(ceil((found or now) - now), 1))


def count_address(database: Database, address: str, now: float, limit: int = MAX_ADDRESS_TRIES) -> None:
    """Count one more try from an address; arguments and errors are those of :func:`count_try`."""
    count_try(database, _ADDRESS + address, now, limit)


def _counted_on(database: Database, key: str, now: float, limit: int) -> bool:
    longer = case((SignInTries.seconds * 2 > LONGEST, LONGEST), else_=SignInTries.seconds * 2)
    over = update(SignInTries).where(SignInTries.name_hash == key, SignInTries.since + SignInTries.seconds <= now)
    anew = over.values(since=now, seconds=case((SignInTries.tries >= limit, longer), else_=WINDOW), tries=1)
    more = update(SignInTries).where(SignInTries.name_hash == key, SignInTries.tries < limit)
    with database.transaction() as connection:
        connection.execute(delete(SignInTries).where(SignInTries.since <= now - KEPT))
        if connection.execute(anew).rowcount:
            return True
        return bool(connection.execute(more.values(tries=SignInTries.tries + 1)).rowcount)


def _counted_first(database: Database, key: str, now: float) -> bool:
    try:
        with database.transaction() as connection:
            connection.execute(insert(SignInTries).values(name_hash=key, since=now, tries=1, seconds=WINDOW))
    except IntegrityError:
        return False
    return True


def forget_tries(database: Database, name: str) -> None:
    """Begin anew after a sign-in that succeeded."""
    with database.transaction() as connection:
        connection.execute(delete(SignInTries).where(SignInTries.name_hash == name_hash(name)))


def take_back(database: Database, address: str) -> None:
    """Count one try from an address less: it was no failure. Other failures from there stay counted."""
    less = update(SignInTries).where(SignInTries.name_hash == name_hash(_ADDRESS + address), SignInTries.tries > 0)
    with database.transaction() as connection:
        connection.execute(less.values(tries=SignInTries.tries - 1))
