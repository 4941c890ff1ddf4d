"""One-time codes as a second factor."""

import time
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.accounts.codes import STEP, opened, sealed
from api.accounts.lockout import MAX_TRIES
from api.errors import DatabaseUnavailableError
from tests.api.conftest import sign_in
from tests.api.reading import problem_of
from tests.api.small import PASSWORD

CODES = "/v1/auth/totp"


def set_up(client: FlaskClient) -> tuple[pyotp.TOTP, dict[str, str]]:
    headers = sign_in(client, "ana")
    made = client.post(CODES, headers=headers)
    assert made.status_code == 201
    totp = pyotp.parse_uri(made.get_json()["uri"])
    assert isinstance(totp, pyotp.TOTP)
    assert totp.secret == made.get_json()["secret"]
    # The code of the step before, so that the one of now is still to be used.
    code = totp.at(time.time() - STEP)
    assert client.post(f"{CODES}/confirmation", json={"code": code}, headers=headers).status_code == 204
    return totp, headers


def token(client: FlaskClient, code: str | None, password: str = PASSWORD) -> int:
    body = {"username": "ana", "password": password} | ({} if code is None else {"code": code})
    return client.post("/v1/auth/token", json=body).status_code


def test_once_confirmed_a_code_is_needed_and_counts_once(own_client: FlaskClient) -> None:
    totp, headers = set_up(own_client)
    assert own_client.get("/v1/me", headers=headers).get_json()["code"] is True
    code = totp.now()

    assert token(own_client, None) == 401
    assert token(own_client, f"{(int(code) + 1) % 10**6:06}") == 401
    assert token(own_client, code, "wrong password") == 401
    assert token(own_client, code) == 200
    assert token(own_client, code) == 401
    assert token(own_client, totp.at(time.time() - STEP)) == 401
    assert token(own_client, totp.at(time.time() + STEP)) == 200


def test_a_missing_and_a_wrong_code_look_like_a_wrong_password(own_client: FlaskClient) -> None:
    set_up(own_client)
    bodies = [{"password": PASSWORD}, {"password": PASSWORD, "code": "000000"}, {"password": "wrong"}]

    answers = [own_client.post("/v1/auth/token", json={"username": "ana"} | body) for body in bodies]

    assert len({problem_of(answer, 401)["detail"] for answer in answers}) == 1


def test_codes_are_not_found_by_trying(own_client: FlaskClient) -> None:
    totp, _ = set_up(own_client)

    tries = [token(own_client, f"{n:06}") for n in range(MAX_TRIES + 3)]

    assert tries.count(401) == MAX_TRIES
    assert token(own_client, totp.now()) == 429


def test_what_is_not_confirmed_is_not_needed(own_client: FlaskClient) -> None:
    headers = sign_in(own_client, "ana")
    own_client.post(CODES, headers=headers)

    problem_of(own_client.post(f"{CODES}/confirmation", json={"code": "000000"}, headers=headers), 422)

    assert token(own_client, None) == 200


def test_codes_are_removed_with_the_password_alone(own_client: FlaskClient) -> None:
    _, headers = set_up(own_client)
    problem_of(own_client.post(CODES, headers=headers), 409)

    problem_of(own_client.post(f"{CODES}/removal", json={"password": "wrong"}, headers=headers), 403)
    assert own_client.post(f"{CODES}/removal", json={"password": PASSWORD}, headers=headers).status_code == 204

    assert token(own_client, None) == 200
    problem_of(own_client.post(f"{CODES}/removal", json={"password": PASSWORD}, headers=headers), 404)


def test_the_secret_lies_sealed(own_client: FlaskClient, accounts: AccountStore, tmp_path: Path) -> None:
    totp, _ = set_up(own_client)
    accounts.close()

    assert all(totp.secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_sealed_secret_opens_for_its_account_and_key_alone() -> None:
    key, other = b"a" * 32, b"b" * 32
    text = sealed("JBSWY3DPEHPK3PXP", "ana", key)

    assert opened(text, "ana", key) == "JBSWY3DPEHPK3PXP"
    assert sealed("JBSWY3DPEHPK3PXP", "ana", key) != text
    for account, wrong in (("eve", key), ("ana", other)):
        with pytest.raises(DatabaseUnavailableError):
            opened(text, account, wrong)
