"""The tables of identities. Rows of these classes do not leave this package."""

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class IdentityRow(Base):
    """Who one patient is: each column sealed alone; None for what is not known."""

    __tablename__ = "identity"

    patient: Mapped[str] = mapped_column(String(256), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), index=True)
    family: Mapped[bytes | None] = mapped_column(LargeBinary)
    given: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_date: Mapped[bytes | None] = mapped_column(LargeBinary)
    numbers: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    mail: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[bytes | None] = mapped_column(LargeBinary)


class IdentityTermRow(Base):
    """By which term a patient is found."""

    __tablename__ = "identity_term"
    __table_args__ = (Index("ix_identity_term_patient", "patient"),)

    term: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient: Mapped[str] = mapped_column(String(256), primary_key=True)
