"""What an account prefers to see when a request does not say."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update

from api.accounts.tables import PreferenceRow
from api.database import Database


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an account prefers; None where it never said.

    Attributes:
        language: of texts for people, as a tag such as ``en``.
        reader: whom sentences are for.
        top: how many suggestions.
    """

    language: str | None = None
    reader: str | None = None
    top: int | None = None


class PreferenceStore:
    """Keeps preferences; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: str) -> Preferences:
        """What an account prefers."""
        columns = select(PreferenceRow.language, PreferenceRow.reader, PreferenceRow.top)
        with self._database.transaction() as connection:
            row = connection.execute(columns.where(PreferenceRow.account == account)).one_or_none()
        return Preferences(*row) if row else Preferences()

    def change(self, account: str, changed: Mapping[str, str | int | None]) -> Preferences:
        """Change what is named and nothing else; answers what is preferred now.

        Args:
            account: whose; there is one of this name.
            changed: by the name of a field, its value; None forgets it.
        """
        own = PreferenceRow.account == account
        with self._database.writing() as connection:
            if connection.execute(select(PreferenceRow.account).where(own)).first() is None:
                connection.execute(insert(PreferenceRow).values(asdict(Preferences()) | {"account": account}))
            if changed:
                connection.execute(update(PreferenceRow).where(own).values(dict(changed)))
        return self.of(account)
