from collections.abc import Callable

from flask.testing import FlaskClient

from api.accounts import Role
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


def test_a_condition_is_found_as_someone_types(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/conditions?q=high blood", headers=as_role(Role.USER)).get_json()

    assert [(item["id"], item["matched"]) for item in found["items"]] == [("ICD10CM:I10", "high blood pressure")]


def test_what_is_misspelled_is_offered(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/conditions?q=hypertensoin", headers=as_role(Role.USER)).get_json()

    assert found == {"items": [], "nearest": ["Hypertension"]}


def test_a_condition_is_shown_with_what_stands_next_to_it(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/conditions/hypertension", headers=as_role(Role.CLINICIAN)).get_json()

    assert (found["id"], found["kind"]) == ("ICD10CM:I10", "Condition")
    assert [(g["kind"], g["way"], g["node_kind"], g["count"]) for g in found["neighbourhood"]] == [
        ("HELPS", "in", "CareAction", 1),
        ("PRESENTS", "out", "Symptom", 1),
        ("TREATS", "in", "Medicine", 4),
    ]


def test_a_medicine_is_no_condition(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get("/v1/conditions/lisinopril", headers=as_role(Role.USER)), 404)
