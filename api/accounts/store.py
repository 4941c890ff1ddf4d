"""The one door to the accounts."""

import time
from collections.abc import Callable

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.accounts.account import Account, Role, folded
from api.accounts.lockout import count_try, forget_tries
from api.accounts.passwords import Passwords, check_password
from api.accounts.tables import AccountRow
from api.database import Database
from api.errors import AccountError, UnauthenticatedError
from graph.elements import NodeId

# Made once: building a statement takes longer than the database needs for it, and every request asks for an account.
_COLUMNS = select(AccountRow.name, AccountRow.role, AccountRow.patient, AccountRow.disabled)
_ALL = _COLUMNS.order_by(AccountRow.name)
_BY_NAME = _COLUMNS.where(AccountRow.name == bindparam("wanted"))


class AccountStore:
    """Keeps accounts; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        passwords: how their passwords are hashed.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, passwords: Passwords, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock

    def add(self, account: Account, password: str) -> None:
        """Make an account.

        Raises:
            AccountError: when the name is taken or the password unusable.
        """
        check_password(password, account.name)
        values = {
            "name": account.name,
            "role": str(account.role),
            "patient": account.patient,
            "password_hash": self._passwords.hash(password),
            "disabled": account.disabled,
        }
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(AccountRow).values(values))
        except IntegrityError:
            raise AccountError(f"there is an account {account.name!r} already") from None

    def all(self) -> tuple[Account, ...]:
        """All accounts, by name."""
        with self._database.transaction() as connection:
            return tuple(_account(*row) for row in connection.execute(_ALL))

    def find(self, name: str) -> Account | None:
        """The account of this name, or nothing."""
        with self._database.transaction() as connection:
            row = connection.execute(_BY_NAME, {"wanted": folded(name)}).one_or_none()
        return _account(*row) if row else None

    def disable(self, name: str) -> None:
        """Shut an account out; its tokens stop to count with the next request.

        Raises:
            AccountError: when there is none.
        """
        with self._database.transaction() as connection:
            changed = connection.execute(update(AccountRow).where(AccountRow.name == folded(name)).values(disabled=True))
        if not changed.rowcount:
            raise AccountError("there is no such account")

    def forget_patient(self, patient: NodeId) -> int:
        """Delete the accounts that are bound to a patient, and say how many those were."""
        with self._database.transaction() as connection:
            return int(connection.execute(delete(AccountRow).where(AccountRow.patient == patient)).rowcount)

    def sign_in(self, name: str, password: str) -> Account:
        """The account of this name and password.

        Raises:
            UnauthenticatedError: when there is none, or it is disabled: the same answer after the same time.
            TooManyTriesError: after too many failures under this name, whether or not anyone has it.
        """
        name = folded(name)
        # Counted before the hash is checked: tries that come at once cannot all be the tenth.
        count_try(self._database, name, self._clock())
        with self._database.transaction() as connection:
            known = connection.execute(select(AccountRow.password_hash).where(AccountRow.name == name)).scalar()
        fits = self._passwords.fits(password, known)
        account = self.find(name)
        if not fits or account is None or account.disabled or known is None:
            raise UnauthenticatedError("name and password do not fit", token_given=False)
        forget_tries(self._database, name)
        # Only here is the password at hand, so parameters change account by account as people sign in.
        if self._passwords.outdated(known):
            self._rehash(name, password)
        return account

    def _rehash(self, name: str, password: str) -> None:
        renewed = update(AccountRow).where(AccountRow.name == name).values(password_hash=self._passwords.hash(password))
        with self._database.transaction() as connection:
            connection.execute(renewed)

    def check(self) -> None:
        """Raise DatabaseUnavailableError when accounts cannot be read now."""
        with self._database.transaction() as connection:
            connection.execute(select(AccountRow.name).limit(1)).first()

    def close(self) -> None:
        """Let go of all connections."""
        self._database.close()


def open_accounts(url: str, passwords: Passwords | None = None) -> AccountStore:
    """The accounts in the database of this URL, made when it holds none yet.

    Args:
        url: a SQLAlchemy URL.
        passwords: how passwords are hashed; with today's parameters when not given.

    Raises:
        DatabaseUnavailableError: when it cannot be opened.
    """
    return AccountStore(Database(url), passwords or Passwords())


def _account(name: str, role: str, patient: str | None, disabled: bool) -> Account:
    return Account(name, Role(role), NodeId(patient) if patient else None, disabled)
