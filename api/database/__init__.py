"""The SQL database behind the service: transactions on it, and the versions of its tables."""

from api.database.database import Database
from api.database.tables import Base

__all__ = ["Base", "Database"]
