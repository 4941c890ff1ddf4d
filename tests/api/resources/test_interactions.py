from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from api.schemas.interaction import InteractionsShown
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


def test_an_interaction_of_a_list_is_told_with_its_proof(client: FlaskClient, as_role: AsRole) -> None:
    body = {"medicines": ["Zestril", "RxNorm:52175", "amlodipine"]}

    found = client.post("/v1/interactions", json=body, headers=as_role(Role.USER)).get_json()

    InteractionsShown.model_validate(found)
    (pair,) = found["pairs"]
    assert {medicine["name"] for medicine in pair["medicines"]} == {"Lisinopril", "Losartan"}
    (finding,) = pair["findings"]
    assert (finding["rule"], finding["severity"]) == ("interaction", "exclude")
    assert "dual blockade" in finding["sentence"]
    assert finding["proof"]["patient"] is None
    assert [edge["kind"] for edge in finding["proof"]["edges"]] == ["INTERACTS_WITH"]
    assert finding["proof"]["edges"][0]["source"] == "test"
    assert found["complete"] is True


def test_the_order_of_a_list_changes_no_finding(client: FlaskClient, as_role: AsRole) -> None:
    names = ["lisinopril", "losartan", "metformin"]
    one, other = (
        client.post("/v1/interactions", json={"medicines": order}, headers=as_role(Role.USER)).get_json()["pairs"]
        for order in (names, names[::-1])
    )

    assert [{m["id"] for m in pair["medicines"]} for pair in one] == [{m["id"] for m in pair["medicines"]} for pair in other]
    assert [[f["severity"] for f in p["findings"]] for p in one] == [[f["severity"] for f in p["findings"]] for p in other]


def test_one_medicine_under_two_names_is_told(client: FlaskClient, as_role: AsRole) -> None:
    body = {"medicines": ["Zestril", "amlodipine", "Prinivil"]}

    found = client.post("/v1/interactions", json=body, headers=as_role(Role.USER)).get_json()

    (repeated,) = found["repeated"]
    assert (repeated["medicine"]["name"], repeated["pointers"]) == ("Lisinopril", ["/medicines/0", "/medicines/2"])


def test_a_name_that_is_not_known_leaves_the_check_incomplete(client: FlaskClient, as_role: AsRole) -> None:
    body = {"medicines": ["lisinoprl", "losartan"]}

    found = client.post("/v1/interactions", json=body, headers=as_role(Role.USER)).get_json()

    (unresolved,) = found["unresolved"]
    assert (unresolved["pointer"], unresolved["nearest"]) == ("/medicines/0", ["Lisinopril"])
    assert found["complete"] is False
    assert found["pairs"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/medicines"),
        ({"medicines": []}, "/medicines"),
        ({"medicines": ["lisinopril"]}, "/medicines"),
        ({"medicines": ["a"] * 51}, "/medicines"),
        ({"medicines": "lisinopril"}, "/medicines"),
        ({"medicines": ["lisinopril", 1]}, "/medicines/1"),
        ({"medicines": ["lisinopril", " "]}, "/medicines/1"),
        ({"medicines": ["lisinopril", "x" * 501]}, "/medicines/1"),
        ({"medicines": ["lisinopril", "losartan"], "patient": "x"}, "/patient"),
    ],
)
def test_a_wrong_list_is_pointed_at(client: FlaskClient, as_role: AsRole, body: object, pointer: str) -> None:
    found = problem_of(client.post("/v1/interactions", json=body, headers=as_role(Role.USER)), 422)

    assert [error["pointer"] for error in found["errors"]] == [pointer]
