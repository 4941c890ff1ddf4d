from pathlib import Path

import pytest
from sqlalchemy import text

from api.database import Database
from api.errors import DatabaseUnavailableError


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'deep' / 'accounts.sqlite'}")

    assert (tmp_path / "deep" / "accounts.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")

    def break_off() -> None:
        with database.transaction() as connection:
            connection.execute(text("INSERT INTO sign_in_tries (name_hash, since, tries) VALUES ('x', 1, 1)"))
            raise KeyError

    with pytest.raises(KeyError):
        break_off()

    with database.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM sign_in_tries")).scalar() == 0


def test_tables_of_an_unknown_version_are_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    with Database(url).transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnavailableError, match="version 9999, which a newer program made"):
        Database(url)


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
