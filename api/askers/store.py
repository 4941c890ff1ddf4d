"""The one door to the askers."""

from contextlib import suppress

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from api.askers.tables import AskerRow
from api.database import Database

# Made once: building a statement takes longer than the database needs for it.
_NOTE = insert(AskerRow)
_ASKED = select(AskerRow.answer).where(AskerRow.answer == bindparam("wanted"), AskerRow.account == bindparam("by"))


class AskerStore:
    """Notes who asked what; every method may raise DatabaseUnavailableError.

    Args:
        database: where it is noted.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, answer: str, account: str) -> None:
        """Note that an account was given an answer; once more changes nothing."""
        with suppress(IntegrityError), self._database.transaction() as connection:
            connection.execute(_NOTE, {"answer": answer, "account": account})

    def asked(self, answer: str, account: str) -> bool:
        """Whether an account was given an answer."""
        with self._database.transaction() as connection:
            return connection.execute(_ASKED, {"wanted": answer, "by": account}).first() is not None
