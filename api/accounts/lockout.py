"""Counts sign-ins in SQL, so that every process of the service counts the same ones.

A try is counted before the password is looked at, by one statement that no other can come between: however many come at once,
no more than the limit get through. A name that nobody has is counted like any other.
"""

import hashlib
from math import ceil

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.accounts.tables import SignInTries
from api.database import Database
from api.errors import TooManyTriesError

MAX_TRIES = 10
WINDOW = 15 * 60.0
"""Seconds from the first failure after which the count begins anew."""


def name_hash(name: str) -> str:
    """What a name is counted under."""
    return hashlib.sha256(name.encode()).hexdigest()


def count_try(database: Database, name: str, now: float) -> None:
    """Count one more try under a name.

    Args:
        database: where tries are counted.
        name: the name that was given, folded.
        now: seconds since 1970.

    Raises:
        TooManyTriesError: when there were too many; this one is then not counted.
    """
    key = name_hash(name)
    # The second round is for whoever lost the race to count the first try.
    if not any(_counted_on(database, key, now) or _counted_first(database, key, now) for _ in range(2)):
        with database.transaction() as connection:
            since = connection.execute(select(SignInTries.since).where(SignInTries.name_hash == key)).scalar()
        raise TooManyTriesError(max(ceil((since or now) + WINDOW - now), 1))


def _counted_on(database: Database, key: str, now: float) -> bool:
    more = update(SignInTries).where(SignInTries.name_hash == key, SignInTries.tries < MAX_TRIES)
    with database.transaction() as connection:
        connection.execute(delete(SignInTries).where(SignInTries.since <= now - WINDOW))
        return bool(connection.execute(more.values(tries=SignInTries.tries + 1)).rowcount)


def _counted_first(database: Database, key: str, now: float) -> bool:
    try:
        with database.transaction() as connection:
            connection.execute(insert(SignInTries).values(name_hash=key, since=now, tries=1))
    except IntegrityError:
        return False
    return True


def forget_tries(database: Database, name: str) -> None:
    """Begin anew after a sign-in that succeeded."""
    with database.transaction() as connection:
        connection.execute(delete(SignInTries).where(SignInTries.name_hash == name_hash(name)))
