"""The root of all tables; each table stands in the package that owns its rows."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The root of all tables."""
