from collections.abc import Callable

from flask.testing import FlaskClient

from api.accounts import Role
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


def test_a_symptom_is_found_as_someone_types(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/symptoms?q=head", headers=as_role(Role.USER)).get_json()

    assert [(item["id"], item["matched"]) for item in found["items"]] == [("rx:headache", "Headache")]


def test_what_is_misspelled_is_offered(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/symptoms?q=hedache", headers=as_role(Role.USER)).get_json()

    assert found == {"items": [], "nearest": ["Headache"]}


def test_a_symptom_is_shown_with_what_stands_next_to_it(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/symptoms/headache", headers=as_role(Role.CLINICIAN)).get_json()

    assert (found["id"], found["kind"]) == ("rx:headache", "Symptom")
    assert [(g["kind"], g["way"], g["node_kind"], g["count"]) for g in found["neighbourhood"]] == [
        ("PRESENTS", "in", "Condition", 1)
    ]


def test_a_medicine_is_no_symptom(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get("/v1/symptoms/lisinopril", headers=as_role(Role.USER)), 404)
