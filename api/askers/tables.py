"""The table of askers. Its rows do not leave this package."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class AskerRow(Base):
    """An account that was given an answer about nobody on file."""

    __tablename__ = "asker"

    answer: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
