"""The table of jobs. Its rows do not leave this package."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class JobRow(Base):
    """One job; see :class:`api.jobs.job.Job`."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    asked_by: Mapped[str] = mapped_column(String(64))
    order: Mapped[str] = mapped_column("asked", Text)
    queued_at: Mapped[float] = mapped_column(index=True)
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    heartbeat: Mapped[float | None]
    step: Mapped[str] = mapped_column(String(200))
    progress: Mapped[float]
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str] = mapped_column(String(500))
    attempt: Mapped[int]
    cancelling: Mapped[bool]
    owner: Mapped[str] = mapped_column(String(32))
