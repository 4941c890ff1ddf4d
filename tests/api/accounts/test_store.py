from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import text

from api.accounts import Account, AccountStore, Passwords, Role
from api.accounts.lockout import MAX_TRIES
from api.database import Database
from api.errors import AccountError, TooManyTriesError, UnauthenticatedError
from tests.api.small import PASSWORD


def test_accounts_are_found_in_any_spelling_and_listed_by_name(accounts: AccountStore) -> None:
    assert [a.name for a in accounts.all()] == ["ana", "dr.ada", "pat", "root"]
    assert accounts.find("DR.ada") == Account("dr.ada", Role.CLINICIAN)
    assert accounts.find("nobody") is None


def test_a_name_is_given_once(accounts: AccountStore) -> None:
    with pytest.raises(AccountError, match="already"):
        accounts.add(Account("ana", Role.ADMIN), PASSWORD)
    assert accounts.find("ana") == Account("ana", Role.ANALYST)


def test_sign_in_wants_the_password_of_an_account_that_is_not_disabled(accounts: AccountStore) -> None:
    assert accounts.sign_in("Ana", PASSWORD).role is Role.ANALYST
    accounts.disable("ana")

    reasons = set()
    for name, password in (("ana", PASSWORD), ("ana", "wrong"), ("nobody", PASSWORD), ("dr.ada", "wrong")):
        with pytest.raises(UnauthenticatedError) as caught:
            accounts.sign_in(name, password)
        reasons.add(str(caught.value))
    assert len(reasons) == 1


def test_only_what_exists_is_disabled(accounts: AccountStore) -> None:
    with pytest.raises(AccountError, match="no such account"):
        accounts.disable("nobody")


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_failures_lock_a_name_whether_or_not_anyone_has_it(accounts: AccountStore, name: str) -> None:
    for _ in range(MAX_TRIES):
        with pytest.raises(UnauthenticatedError):
            accounts.sign_in(name, "wrong")

    with pytest.raises(TooManyTriesError):
        accounts.sign_in(name, PASSWORD)
    assert accounts.sign_in("dr.ada", PASSWORD)


def test_a_success_forgets_the_failures(accounts: AccountStore) -> None:
    for _ in range(3):
        for _ in range(MAX_TRIES - 1):
            with pytest.raises(UnauthenticatedError):
                accounts.sign_in("ana", "wrong")
        accounts.sign_in("ana", PASSWORD)


def test_a_hash_of_other_parameters_is_renewed_at_sign_in(database_url: str) -> None:
    before, after = Passwords(memory=64, passes=1), Passwords(memory=64, passes=2)
    AccountStore(Database(database_url), before).add(Account("ana", Role.ANALYST), PASSWORD)
    renewing = AccountStore(Database(database_url), after)

    renewing.sign_in("ana", PASSWORD)

    with Database(database_url).transaction() as connection:
        assert "m=64,t=2,p=1" in connection.execute(text("SELECT password_hash FROM account")).scalar_one()
    assert renewing.sign_in("ana", PASSWORD)


def test_a_known_and_an_unknown_name_take_about_the_same_time(tmp_path: Path) -> None:
    store = AccountStore(Database(f"sqlite:///{tmp_path / 'a.sqlite'}"), Passwords())
    store.add(Account("ana", Role.ANALYST), PASSWORD)
    times: dict[str, list[float]] = {"ana": [], "nobody": []}

    for _ in range(8):
        for name, taken in times.items():
            begun = perf_counter()
            with pytest.raises(UnauthenticatedError):
                store.sign_in(name, "wrong password")
            taken.append(perf_counter() - begun)

    known, unknown = median(times["ana"]), median(times["nobody"])
    assert 0.5 < known / unknown < 2
