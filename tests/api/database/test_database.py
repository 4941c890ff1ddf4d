from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from api.database import Database
from api.errors import DatabaseUnavailableError


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'deep' / 'accounts.sqlite'}")

    assert (tmp_path / "deep" / "accounts.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_transaction_that_raises_leaves_nothing(database_url: str) -> None:
    database = Database(database_url)

    def break_off() -> None:
        with database.transaction() as connection:
            connection.execute(text("INSERT INTO sign_in_tries (name_hash, since, tries) VALUES ('x', 1, 1)"))
            raise KeyError

    with pytest.raises(KeyError):
        break_off()

    with database.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM sign_in_tries")).scalar() == 0


def test_tables_of_an_unknown_version_are_refused(database_url: str) -> None:
    with Database(database_url).transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnavailableError, match="version 9999, which a newer program made"):
        Database(database_url)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/none/a.sqlite", "mysterious://x/y", "oracle://x/y"])
def test_what_cannot_be_opened_is_our_error(url: str) -> None:
    with pytest.raises(DatabaseUnavailableError):
        Database(url)


def test_a_file_that_is_no_database_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"no database at all, but long enough to look like one" * 10)

    with pytest.raises(DatabaseUnavailableError) as caught:
        Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    assert "no database at all" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("waits", "level"), [(True, 2), (False, 1)])
def test_a_commit_waits_for_the_disk_unless_it_need_not(tmp_path: Path, waits: bool, level: int) -> None:
    with Database(f"sqlite:///{tmp_path / 'a.sqlite'}", waits=waits).transaction() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == level


def test_who_writes_reads_what_nobody_changes_meanwhile(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    with databases[0].transaction() as connection:
        connection.execute(text("INSERT INTO sign_in_tries (name_hash, since, tries) VALUES ('x', 1, 0)"))

    def count(database: Database) -> None:
        for _ in range(20):
            with database.writing() as connection:
                tries = connection.execute(text("SELECT tries FROM sign_in_tries")).scalar_one()
                connection.execute(text("UPDATE sign_in_tries SET tries = :tries"), {"tries": tries + 1})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, databases))

    with databases[0].transaction() as connection:
        assert connection.execute(text("SELECT tries FROM sign_in_tries")).scalar_one() == 80


def test_processes_that_open_an_empty_database_at_once_all_find_its_tables(new_postgres: Callable[..., str]) -> None:
    url = new_postgres("template0")

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Database, [url] * 4))

    for database in opened:
        database.check()


def test_a_server_that_is_not_there_is_our_error_without_its_password(new_postgres: Callable[..., str]) -> None:
    url = make_url(new_postgres("today"))

    with pytest.raises(DatabaseUnavailableError) as caught:
        Database(url.set(password="of-somebody-else").render_as_string(hide_password=False))
    assert "of-somebody-else" not in str(caught.value)


def test_connections_that_the_server_ended_are_made_anew(new_postgres: Callable[..., str]) -> None:
    database = Database(new_postgres("today"))
    with database.transaction() as connection:
        mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with other.transaction() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})

    database.check()
    database.check()
