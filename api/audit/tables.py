"""The tables of the trail. Rows of these classes do not leave this package."""

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class EntryRow(Base):
    """One request, or one event."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject"), Index("ix_audit_entry_account", "account"))

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(String(128))
    role: Mapped[str] = mapped_column(String(16))
    via: Mapped[str] = mapped_column(String(128))
    address: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(128))
    method: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str | None] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    status: Mapped[int]
    request_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(16))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class HeadRow(Base):
    """How many rows there are, and the hash of the last: one row."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(16))
    seal: Mapped[str] = mapped_column(String(64))


class SubjectRow(Base):
    """What leads from a patient to the name that the trail has for them; deleted when the patient is erased."""

    __tablename__ = "audit_subject"

    patient: Mapped[str] = mapped_column(String(256), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64), unique=True)
