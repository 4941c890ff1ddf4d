"""The tables of the accounts' database. Rows of these classes do not leave this package."""

from sqlalchemy import BigInteger, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class AccountRow(Base):
    """One account."""

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    patient: Mapped[str | None] = mapped_column(String(256))
    password_hash: Mapped[str] = mapped_column(String(256))
    disabled: Mapped[bool] = mapped_column(default=False)
    service: Mapped[bool] = mapped_column(default=False, server_default=false())


class SignInTries(Base):
    """Sign-ins under one name that did not succeed since the first of them.

    The name stands as a hash: people type passwords into the field for the name.
    """

    __tablename__ = "sign_in_tries"

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[float]
    tries: Mapped[int]
    seconds: Mapped[float] = mapped_column(server_default="900")


def _account() -> ForeignKey:
    """Whose a row is; it goes with the account."""
    return ForeignKey("account.name", ondelete="CASCADE")


class SessionRow(Base):
    """One sign-in and what follows from it: the family of its refresh tokens. Times are seconds since 1970."""

    __tablename__ = "account_session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(_account(), index=True)
    begun: Mapped[float]
    used: Mapped[float]
    until: Mapped[float]
    ended: Mapped[float | None]
    address: Mapped[str] = mapped_column(String(64))


class RefreshRow(Base):
    """One refresh token, by its SHA-256, and when it was exchanged for the next."""

    __tablename__ = "refresh_token"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("account_session.id", ondelete="CASCADE"), index=True)
    spent: Mapped[float | None]


class KeyRow(Base):
    """One API key, by its SHA-256."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    account: Mapped[str] = mapped_column(_account(), index=True)
    label: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(256))
    created: Mapped[float]
    expires: Mapped[float]


class CodeRow(Base):
    """The sealed secret of an account's one-time codes, and the time step of the last code that counted."""

    __tablename__ = "one_time_code"

    account: Mapped[str] = mapped_column(_account(), primary_key=True)
    secret: Mapped[str] = mapped_column(String(256))
    confirmed: Mapped[bool]
    last_step: Mapped[int] = mapped_column(BigInteger)


class InviteRow(Base):
    """The invite of an account that is to choose a password, by its SHA-256."""

    __tablename__ = "invite"

    account: Mapped[str] = mapped_column(_account(), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    until: Mapped[float]


class PreferenceRow(Base):
    """What an account prefers; what it never said is NULL."""

    __tablename__ = "preference"

    account: Mapped[str] = mapped_column(_account(), primary_key=True)
    language: Mapped[str | None] = mapped_column(String(8))
    reader: Mapped[str | None] = mapped_column(String(16))
    top: Mapped[int | None]
