from collections.abc import Callable

from flask.testing import FlaskClient

from api.accounts import Role
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


def test_a_care_action_is_found_as_someone_types(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/care-actions?q=eat+less", headers=as_role(Role.USER)).get_json()

    assert [(item["id"], item["matched"]) for item in found["items"]] == [("rx:less-salt", "Eat less salt")]


def test_what_is_misspelled_is_offered(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/care-actions?q=eatt les salt", headers=as_role(Role.USER)).get_json()

    assert found == {"items": [], "nearest": ["Eat less salt"]}


def test_a_care_action_is_shown_with_what_stands_next_to_it(client: FlaskClient, as_role: AsRole) -> None:
    found = client.get("/v1/care-actions/rx:less-salt", headers=as_role(Role.CLINICIAN)).get_json()

    assert (found["id"], found["kind"]) == ("rx:less-salt", "CareAction")
    assert [(g["kind"], g["way"], g["node_kind"], g["count"]) for g in found["neighbourhood"]] == [
        ("HELPS", "out", "Condition", 1)
    ]


def test_a_medicine_is_no_care_action(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get("/v1/care-actions/lisinopril", headers=as_role(Role.USER)), 404)
