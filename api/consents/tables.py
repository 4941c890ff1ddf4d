"""The table of consent's history. Rows of this class do not leave this package."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class ConsentRow(Base):
    """One purpose, given or withdrawn."""

    __tablename__ = "consent_change"

    patient: Mapped[str] = mapped_column(String(256), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    given: Mapped[bool]
    at: Mapped[float]
    by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
