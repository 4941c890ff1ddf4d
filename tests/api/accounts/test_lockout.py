from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.accounts import Account, AccountStore, Passwords, Role
from api.accounts.lockout import LONGEST, MAX_TRIES, WINDOW, count_try, forget_tries
from api.database import Database
from api.errors import TooManyTriesError, UnauthenticatedError


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


def test_who_uses_up_every_window_waits_ever_longer_up_to_an_hour(database: Database) -> None:
    now, waits = 1000.0, []
    for _ in range(4):
        while let_through(database, "ada", now):
            pass
        with pytest.raises(TooManyTriesError) as caught:
            count_try(database, "ada", now)
        waits.append(caught.value.retry_after)
        now += waits[-1]

    assert waits == [WINDOW, 2 * WINDOW, LONGEST, LONGEST]

    # A window that was not used up makes the next one short again.
    count_try(database, "ada", now)
    now += LONGEST
    assert sum(let_through(database, "ada", now) for _ in range(30)) == MAX_TRIES
    assert let_through(database, "ada", now + WINDOW)


def test_one_address_does_not_try_many_names(database: Database) -> None:
    store = AccountStore(database, Passwords(memory=64, passes=1), lambda: 1000.0)
    store.add(Account("ada", Role.ANALYST), "correct horse battery")

    def one_try(name: str, password: str, address: str) -> type[Exception] | None:
        try:
            store.sign_in(name, password, address, address_tries=20)
        except (TooManyTriesError, UnauthenticatedError) as error:
            return type(error)
        return None

    # Those who sign in are no failures, however many share the address.
    assert {one_try("ada", "correct horse battery", "10.0.0.1") for _ in range(30)} == {None}
    said = [one_try(f"name{i}", "wrong", "10.0.0.1") for i in range(30)]

    assert said == [UnauthenticatedError] * 20 + [TooManyTriesError] * 10
    assert one_try("ada", "correct horse battery", "10.0.0.1") is TooManyTriesError
    assert one_try("ada", "correct horse battery", "10.0.0.2") is None


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
