import pytest

from api.accounts import Passwords
from api.accounts.passwords import check_password
from api.errors import AccountError


def test_a_password_fits_its_own_hash_alone() -> None:
    passwords = Passwords(memory=64, passes=1)
    known = passwords.hash("correct horse battery")

    assert passwords.fits("correct horse battery", known)
    assert not passwords.fits("correct horse batterY", known)
    assert not passwords.fits("correct horse battery", None)


def test_hashes_are_argon2id_at_19_mib_and_salted() -> None:
    passwords = Passwords()

    first, second = passwords.hash("correct horse battery"), passwords.hash("correct horse battery")

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


def test_other_parameters_make_a_hash_outdated() -> None:
    known = Passwords(memory=64, passes=1).hash("correct horse battery")

    assert Passwords(memory=128, passes=1).outdated(known)
    assert not Passwords(memory=64, passes=1).outdated(known)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1025])
def test_a_password_of_another_length_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(AccountError) as caught:
        check_password(password, "ada")
    assert not password or password not in str(caught.value)


def test_the_name_is_no_password() -> None:
    with pytest.raises(AccountError, match="no password"):
        check_password("Somebody.Long", "somebody.long")


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "123456789012",
        "abcdefghijkl",
        "passwordpassword",
        "Password1234!",
        "qwertyuiopas",
        "123qweasdzxc",  # stands in the list of common ones
        "dr.adalovelace1",
        "rxpathrxpath",
        "x" * 1024,
    ],
)
def test_a_password_that_is_tried_first_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(AccountError, match="tried first") as caught:
        check_password(password, "dr.adalovelace")
    assert password not in str(caught.value)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "green paper umbrella", "kV9x#mQ2vLp7", "Übermäßig viele Nächte"]
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    check_password(password, "ada")
