import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role
from api.accounts.lockout import MAX_TRIES
from tests.api.reading import problem_of
from tests.api.small import NAMES, PASSWORD

ADDRESS = "/v1/auth/token"


@pytest.mark.parametrize("role", Role)
def test_a_name_and_its_password_give_a_token(client: FlaskClient, role: Role) -> None:
    answer = client.post(ADDRESS, json={"username": NAMES[role], "password": PASSWORD})

    assert answer.status_code == 200
    body = answer.get_json()
    tokens = {name: body.pop(name) for name in ("access_token", "refresh_token")}
    assert body == {"token_type": "Bearer", "expires_in": 900, "role": role}
    assert len(set(tokens.values())) == 2
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_look_alike(
    own_client: FlaskClient, accounts: AccountStore
) -> None:
    accounts.disable("ana")
    tries = [("dr.ada", "wrong password"), ("nobody", PASSWORD), ("ana", PASSWORD)]

    answers = [own_client.post(ADDRESS, json={"username": name, "password": password}) for name, password in tries]

    bodies = [problem_of(answer, 401) | {"request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}


@pytest.mark.parametrize("name", ["dr.ada", "nobody"])
def test_a_name_is_locked_after_ten_failures(own_client: FlaskClient, name: str) -> None:
    for _ in range(MAX_TRIES):
        problem_of(own_client.post(ADDRESS, json={"username": name, "password": "wrong"}), 401)

    answer = own_client.post(ADDRESS, json={"username": name, "password": PASSWORD})

    problem_of(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 900


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/username", "/password"]),
        ({"username": "ada"}, ["/password"]),
        ({"username": "", "password": "Geheim!"}, ["/username"]),
        ({"username": 7, "password": "Geheim!"}, ["/username"]),
        ({"username": "ada", "password": ["Geheim!"]}, ["/password"]),
        ({"username": "ada", "password": "Geheim!" * 200}, ["/password"]),
        ({"username": "ada", "password": "Geheim!", "role": "admin"}, ["/role"]),
        ({"username": "ada", "password": "Geheim!\x00"}, ["/password"]),
    ],
)
def test_wrong_fields_are_pointed_at_and_not_repeated(
    client: FlaskClient, body: dict[str, object], pointers: list[str]
) -> None:
    answer = client.post(ADDRESS, json=body)

    assert [e["pointer"] for e in problem_of(answer, 422)["errors"]] == pointers
    assert b"Geheim" not in answer.data
