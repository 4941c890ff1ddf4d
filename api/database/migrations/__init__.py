"""The versions of the tables (Alembic): each file of ``versions`` leads from one to the next, and back."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from api.errors import DatabaseUnavailableError

FOLDER = Path(__file__).parent
HEAD = "0008"
"""Today's version; a test holds it against the newest file. Named here, so that opening a current database reads no file."""
BEFORE = "0001"
"""The version of a database that has accounts and no note of Alembic's: it is older than the notes."""


def upgrade(engine: Engine) -> None:
    """Bring a database's tables to today's version; several processes may ask at once, one of them does it.

    Raises:
        DatabaseUnavailableError: when the tables are of a version that is not known here.
    """
    with engine.connect() as connection:
        found = _version(connection)
        connection.rollback()
    if found == HEAD:
        return
    with engine.begin() as connection:
        _lock(connection)
        move(connection, "head")


def move(connection: Connection, to: str) -> None:
    """Bring the tables to a version, forwards or back, within the connection's transaction.

    Args:
        connection: of the database, in a transaction.
        to: a version, ``head`` or ``base``.

    Raises:
        DatabaseUnavailableError: when the tables are of a version that is not known here.
    """
    # Imported here: a database that is of today is opened without it, with every command.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    versions = ScriptDirectory.from_config(config)
    found = _version(connection)
    known = {version.revision: i for i, version in enumerate(versions.walk_revisions())}
    if found is not None and found not in known:
        raise DatabaseUnavailableError(f"the tables are of version {found}, which a newer program made")
    if found is None and inspect(connection).has_table("account"):
        command.stamp(config, BEFORE)
        found = BEFORE
    back = to == "base" or (to in known and found is not None and known[to] > known[found])
    (command.downgrade if back else command.upgrade)(config, to)


def _version(connection: Connection) -> str | None:
    """The version that Alembic noted; None where it noted none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _lock(connection: Connection) -> None:
    """Let one process at a time change tables."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7240)")
