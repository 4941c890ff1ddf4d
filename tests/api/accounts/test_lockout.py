from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.accounts.lockout import MAX_TRIES, WINDOW, count_try, forget_tries
from api.database import Database
from api.errors import TooManyTriesError


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def let_through(database: Database, name: str, now: float) -> bool:
    try:
        count_try(database, name, now)
    except TooManyTriesError:
        return False
    return True


def test_ten_tries_pass_and_the_eleventh_waits_for_the_rest_of_the_window(database: Database) -> None:
    for i in range(MAX_TRIES):
        count_try(database, "ada", 1000.0 + i)

    with pytest.raises(TooManyTriesError) as caught:
        count_try(database, "ada", 1060.0)

    assert caught.value.retry_after == WINDOW - 60
    assert let_through(database, "someone else", 1060.0)


def test_the_count_begins_anew_after_the_window_or_a_success(database: Database) -> None:
    for _ in range(MAX_TRIES):
        count_try(database, "ada", 1000.0)
    assert not let_through(database, "ada", 1000.0 + WINDOW - 1)
    assert let_through(database, "ada", 1000.0 + WINDOW)

    forget_tries(database, "ada")

    assert sum(let_through(database, "ada", 2000.0) for _ in range(30)) == MAX_TRIES


def test_many_at_once_get_no_more_through(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: let_through(database, "ada", 1000.0), range(80)))

    assert sum(passed) == MAX_TRIES


@pytest.mark.parametrize("name", "abcde")
def test_few_at_once_all_get_through(database: Database, name: str) -> None:
    together = Barrier(8)

    def one_try(_: int) -> bool:
        together.wait()
        return let_through(database, name, 1000.0)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one_try, range(8)))


def test_two_processes_count_the_same_tries(database_url: str) -> None:
    databases = [Database(database_url), Database(database_url)]

    passed = sum(let_through(databases[i % 2], "ada", 1000.0) for i in range(40))

    assert passed == MAX_TRIES


def test_no_name_lies_in_the_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'accounts.sqlite'}")
    count_try(database, "my-secret-password-typed-as-name", 1000.0)
    database.close()

    assert all(b"my-secret" not in file.read_bytes() for file in tmp_path.iterdir())


@given(st.lists(st.floats(0, 3 * WINDOW), min_size=1, max_size=60).map(sorted))
def test_no_more_than_the_limit_pass_within_a_window_of_the_first(times: list[float]) -> None:
    database = Database("sqlite://")

    passed = [now for now in times if let_through(database, "ada", now)]

    assert sum(now < passed[0] + WINDOW for now in passed) <= MAX_TRIES
    database.close()
