from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


def test_a_name_finds_its_medicine_with_its_codes(client: FlaskClient, as_role: AsRole) -> None:
    assert client.get("/v1/medicines?q=zestr", headers=as_role(Role.USER)).get_json() == {
        "items": [
            {
                "id": "RxNorm:29046",
                "name": "Lisinopril",
                "codes": {"atc": ["C09AA03"], "rxcui": "29046"},
                "matched": "Zestril",
            }
        ],
        "nearest": [],
    }


def test_codes_that_are_not_known_are_left_out(client: FlaskClient, as_role: AsRole) -> None:
    items = client.get("/v1/medicines?q=losartan", headers=as_role(Role.ADMIN)).get_json()["items"]

    assert items == [{"id": "RxNorm:52175", "name": "Losartan", "codes": {}, "matched": "Losartan"}]


def test_what_nothing_is_called_is_answered_with_the_nearest(client: FlaskClient, as_role: AsRole) -> None:
    answer = client.get("/v1/medicines?q=amoxicilin+x", headers=as_role(Role.ANALYST))

    assert answer.get_json() == {"items": [], "nearest": ["Amoxicillin"]}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/q"),
        ("q=", "/q"),
        (f"q={'x' * 101}", "/q"),
        ("q=a&limit=0", "/limit"),
        ("q=a&limit=101", "/limit"),
        ("q=a&x=1", "/x"),
    ],
)
def test_wrong_parameters_are_pointed_at(client: FlaskClient, as_role: AsRole, query: str, pointer: str) -> None:
    found = problem_of(client.get(f"/v1/medicines?{query}", headers=as_role(Role.USER)), 422)

    assert [e["pointer"] for e in found["errors"]] == [pointer]
