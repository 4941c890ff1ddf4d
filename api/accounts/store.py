"""The one door to the accounts."""

import time
from collections.abc import Callable

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.accounts.account import Account, Role, folded
from api.accounts.codes import Codes
from api.accounts.invites import Invites, spend_invite
from api.accounts.keys import ApiKeys
from api.accounts.lockout import MAX_ADDRESS_TRIES, count_address, count_try, forget_tries, take_back
from api.accounts.passwords import Passwords, check_password
from api.accounts.preferences import PreferenceStore
from api.accounts.rows import ACCOUNT, account_of
from api.accounts.sessions import Sessions, end_sessions
from api.accounts.tables import AccountRow, SessionRow
from api.database import Database
from api.errors import AccountError, ConflictError, ForbiddenError, UnauthenticatedError
from graph.elements import NodeId

NO_PASSWORD = ""
"""Stands for the hash of an account that has no password (yet)."""

# Made once: building a statement takes longer than the database needs for it, and every request asks for an account.
_COLUMNS = select(*ACCOUNT)
_ALL = _COLUMNS.order_by(AccountRow.name)
_BY_NAME = _COLUMNS.where(AccountRow.name == bindparam("wanted"))
_OF_SESSION = (
    _BY_NAME.join(SessionRow, SessionRow.account == AccountRow.name)
    .where(SessionRow.id == bindparam("session"), SessionRow.ended.is_(None), SessionRow.until > bindparam("now"))
    .where(AccountRow.disabled.is_(False))
)
_ADMINS = (
    select(func.count())
    .select_from(AccountRow)
    .where(AccountRow.role == str(Role.ADMIN), AccountRow.disabled.is_(False), AccountRow.password_hash != NO_PASSWORD)
)


def _nothing_more(account: Account) -> bool:
    return True


class AccountStore:
    """Keeps accounts; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        passwords: how their passwords are hashed.
        clock: seconds since 1970.

    Attributes:
        sessions: what sign-ins opened.
        keys: how programs ask.
        codes: second factors.
        invites: for accounts without a password.
        preferences: what each account prefers.
    """

    def __init__(self, database: Database, passwords: Passwords, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self.sessions = Sessions(database, clock)
        self.keys = ApiKeys(database, clock)
        self.codes = Codes(database, clock)
        self.invites = Invites(database, clock)
        self.preferences = PreferenceStore(database)

    def add(self, account: Account, password: str | None) -> None:
        """Make an account; without a password nobody signs in to it until an invite is accepted.

        Raises:
            AccountError: when the name is taken or the password unusable.
        """
        if password is not None:
            check_password(password, account.name)
        values = {
            "name": account.name,
            "role": str(account.role),
            "patient": account.patient,
            "password_hash": NO_PASSWORD if password is None else self._passwords.hash(password),
            "disabled": account.disabled,
            "service": account.service,
        }
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(AccountRow).values(values))
        except IntegrityError:
            raise AccountError("there is an account of this name already") from None

    def all(self) -> tuple[Account, ...]:
        """All accounts, by name."""
        with self._database.transaction() as connection:
            return tuple(account_of(*row) for row in connection.execute(_ALL))

    def page(self, after: str, limit: int) -> tuple[Account, ...]:
        """So many accounts behind a name, by name."""
        with self._database.transaction() as connection:
            rows = connection.execute(_ALL.where(AccountRow.name > after).limit(limit))
            return tuple(account_of(*row) for row in rows)

    def find(self, name: str) -> Account | None:
        """The account of this name, or nothing."""
        with self._database.transaction() as connection:
            row = connection.execute(_BY_NAME, {"wanted": folded(name)}).one_or_none()
        return account_of(*row) if row else None

    def of_session(self, name: str, session: str) -> Account | None:
        """The account of this name when this session of it goes on and it is not disabled; nothing otherwise."""
        with self._database.transaction() as connection:
            row = connection.execute(_OF_SESSION, {"wanted": name, "session": session, "now": self._clock()}).one_or_none()
        return account_of(*row) if row else None

    def disable(self, name: str) -> None:
        """Shut an account out, at once; errors are those of :meth:`change`."""
        self.change(name, disabled=True)

    def change(
        self, name: str, *, role: Role | None = None, patient: NodeId | None = None, disabled: bool | None = None
    ) -> Account:
        """Give an account another role, or shut it out or let it in again; its next request is answered accordingly.

        Args:
            name: of the account.
            role: the new one; None leaves role and patient as they are.
            patient: whom an account of the role user is.
            disabled: whether it is shut out; its sessions then end. None leaves it as it is.

        Raises:
            AccountError: when there is none, or the role does not go with the patient.
            ConflictError: when no admin would be left that can sign in.
        """
        # Two admins who disable each other: the second must see what the first has done.
        with self._database.writing() as connection:
            row = connection.execute(_BY_NAME, {"wanted": folded(name)}).one_or_none()
            if row is None:
                raise AccountError("there is no such account")
            old = account_of(*row)
            bound = (old.role, old.patient) if role is None else (role, patient)
            new = Account(old.name, *bound, old.disabled if disabled is None else disabled, old.service)
            before = connection.execute(_ADMINS).scalar_one()
            values = {"role": str(new.role), "patient": new.patient, "disabled": new.disabled}
            connection.execute(update(AccountRow).where(AccountRow.name == old.name).values(values))
            if before and not connection.execute(_ADMINS).scalar_one():
                raise ConflictError("no admin would be left; make another one first")
            if new.disabled:
                end_sessions(connection, new.name, SessionRow.id != "", self._clock())
        return new

    def forget_patient(self, patient: NodeId) -> int:
        """Delete the accounts that are bound to a patient, with all that hangs on them, and say how many those were."""
        with self._database.transaction() as connection:
            return int(connection.execute(delete(AccountRow).where(AccountRow.patient == patient)).rowcount)

    def sign_in(
        self,
        name: str,
        password: str,
        address: str = "",
        also: Callable[[Account], bool] = _nothing_more,
        address_tries: int = MAX_ADDRESS_TRIES,
    ) -> Account:
        """The account of this name and password.

        Args:
            name: in any spelling.
            password: that goes with it.
            address: where the try comes from; failures are counted under it as well. Empty for none.
            also: what else has to be so for an account whose password fits, such as a code.
            address_tries: failures from one address within a window.

        Raises:
            UnauthenticatedError: when there is none, or it is disabled: the same answer after the same time.
            TooManyTriesError: after too many failures under this name, whether or not anyone has it, or from this address.
        """
        name = folded(name)
        # Counted before the hash is checked: tries that come at once cannot all be the tenth.
        if address:
            count_address(self._database, address, self._clock(), address_tries)
        count_try(self._database, name, self._clock())
        with self._database.transaction() as connection:
            known = connection.execute(select(AccountRow.password_hash).where(AccountRow.name == name)).scalar()
        fits = self._passwords.fits(password, known or None)
        account = self.find(name)
        if not fits or account is None or account.disabled or not known or not also(account):
            raise UnauthenticatedError("name, password and code do not fit", token_given=False)
        forget_tries(self._database, name)
        if address:
            take_back(self._database, address)
        # Only here is the password at hand, so parameters change account by account as people sign in.
        if self._passwords.outdated(known):
            self._rehash(name, password)
        return account

    def confirm(self, name: str, password: str, address: str = "", address_tries: int = MAX_ADDRESS_TRIES) -> None:
        """Ask someone who has signed in for the password once more; failures are counted like those of :meth:`sign_in`.

        Raises:
            ForbiddenError: when it is another.
            TooManyTriesError: after too many failures.
        """
        try:
            self.sign_in(name, password, address, address_tries=address_tries)
        except UnauthenticatedError:
            raise ForbiddenError("the password does not fit") from None

    def _rehash(self, name: str, password: str) -> None:
        with self._database.transaction() as connection:
            _keep_hash(connection, name, self._passwords.hash(password))

    def set_password(self, name: str, password: str, session: str = "") -> None:
        """Give an account another password; its sessions end, but perhaps one.

        Raises:
            AccountError: when the password is unusable.
        """
        check_password(password, name)
        hashed = self._passwords.hash(password)
        with self._database.writing() as connection:
            _keep_hash(connection, name, hashed)
            end_sessions(connection, name, SessionRow.id != session, self._clock())

    def accept_invite(self, token: str, password: str) -> Account:
        """Let the bearer of an invite choose the account's password; the invite counts no more and all sessions end.

        Raises:
            UnauthenticatedError: when the invite does not count.
            AccountError: when the password is unusable; the invite then still counts.
        """
        name = self.invites.whose(token)
        account = self.find(name) if name else None
        if account is None:
            raise UnauthenticatedError("the invite does not count", token_given=False)
        check_password(password, account.name)
        hashed = self._passwords.hash(password)
        with self._database.writing() as connection:
            if not spend_invite(connection, token):
                raise UnauthenticatedError("the invite does not count", token_given=False)
            _keep_hash(connection, account.name, hashed)
            end_sessions(connection, account.name, SessionRow.id != "", self._clock())
        forget_tries(self._database, account.name)
        return account

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


def _keep_hash(connection: Connection, name: str, hashed: str) -> None:
    connection.execute(update(AccountRow).where(AccountRow.name == name).values(password_hash=hashed))
