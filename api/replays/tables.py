"""The table of requests that carry an idempotency key. Its rows do not leave this package."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class ReplayRow(Base):
    """A request under a key, and its answer once there is one."""

    __tablename__ = "idempotent_request"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    since: Mapped[float]
    status: Mapped[int]
    headers: Mapped[str] = mapped_column(String(2048))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    patient: Mapped[str | None] = mapped_column(String(256), index=True)
