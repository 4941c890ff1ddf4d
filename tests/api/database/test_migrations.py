"""The versions of the tables lead forwards and back, on data, and from databases that are older than the notes."""

import sqlite3
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from api.database import Base, Database
from api.database.migrations import FOLDER, HEAD, move


def versions() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config)


def test_the_head_is_the_newest_file() -> None:
    assert versions().get_heads() == [HEAD]


def test_the_tables_are_those_of_the_classes(database_url: str) -> None:
    database = Database(database_url)

    with database.transaction() as connection:
        odd = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), Base.metadata)

    # What stands beside them is the log of answers, which the recommender owns.
    assert [change for change in odd if "answer" not in str(change)] == []


def test_every_step_goes_back_and_forth_and_keeps_the_accounts(database_url: str) -> None:
    database = Database(database_url)
    add = "INSERT INTO account (name, role, password_hash, disabled) VALUES ('ada', 'clinician', 'x', false)"
    with database.transaction() as connection:
        connection.execute(text(add))

    for version in [v.revision for v in versions().walk_revisions()][1:]:
        with database.transaction() as connection:
            move(connection, version)
        with database.transaction() as connection:
            move(connection, "head")
    with database.transaction() as connection:
        assert connection.execute(text("SELECT name, role FROM account")).all() == [("ada", "clinician")]
        move(connection, "base")
        left = inspect(connection).get_table_names()
    assert set(left) <= {"alembic_version"}


def test_accounts_from_before_the_notes_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(
            """
            CREATE TABLE schema_version (version VARCHAR(16) PRIMARY KEY);
            INSERT INTO schema_version VALUES ('1');
            CREATE TABLE account (name VARCHAR(64) PRIMARY KEY, role VARCHAR(16) NOT NULL, patient VARCHAR(256),
                password_hash VARCHAR(256) NOT NULL, disabled BOOLEAN NOT NULL);
            INSERT INTO account VALUES ('ada', 'clinician', NULL, 'x', 0);
            CREATE TABLE sign_in_tries (name_hash VARCHAR(64) PRIMARY KEY, since FLOAT NOT NULL, tries INTEGER NOT NULL);
            """
        )
    old.close()

    with Database(f"sqlite:///{path}").transaction() as connection:
        assert connection.execute(text("SELECT name FROM account")).scalars().all() == ["ada"]
        assert MigrationContext.configure(connection).get_current_revision() == HEAD
