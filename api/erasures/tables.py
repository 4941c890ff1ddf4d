"""The table of what patients ask. Rows of this class do not leave this package."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class ErasureRequestRow(Base):
    """One request; once it is carried out it says no more whose it was."""

    __tablename__ = "erasure_request"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient: Mapped[str | None] = mapped_column(String(256), index=True, unique=True)
    asked: Mapped[str] = mapped_column(String(32))
    done: Mapped[str | None] = mapped_column(String(32))
