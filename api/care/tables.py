"""The tables of care. Rows of these classes do not leave this package."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class CareRow(Base):
    """One care relation."""

    __tablename__ = "care_relation"
    __table_args__ = (Index("ix_care_relation_account_patient", "account", "patient"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    patient: Mapped[str] = mapped_column(String(256), index=True)
    begins: Mapped[str] = mapped_column(String(10))
    ends: Mapped[str | None] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(64))
    ended: Mapped[float | None]


class GlassRow(Base):
    """One glass that was broken."""

    __tablename__ = "broken_glass"
    __table_args__ = (Index("ix_broken_glass_account_patient", "account", "patient"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    patient: Mapped[str] = mapped_column(String(256), index=True)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[float]
    until: Mapped[float]
