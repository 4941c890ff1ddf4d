"""The tables of the accounts' database. Rows of these classes do not leave this package."""

from sqlalchemy import String
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


class SignInTries(Base):
    """Sign-ins under one name that did not succeed since the first of them.

    The name stands as a hash: people type passwords into the field for the name.
    """

    __tablename__ = "sign_in_tries"

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[float]
    tries: Mapped[int]
