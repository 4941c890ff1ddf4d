"""The account that asks, and what it prefers."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from api.roles import scopes_of
from graph.elements import NodeId
from tests.api.conftest import sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES

PREFERENCES = "/v1/me/preferences"


@pytest.mark.parametrize("role", Role)
def test_each_account_sees_itself(
    client: FlaskClient, as_role: Callable[[Role], dict[str, str]], role: Role, own_id: NodeId
) -> None:
    patient = {"patient": own_id} if role is Role.USER else {}

    shown = client.get("/v1/me", headers=as_role(role)).get_json()

    assert shown == {"name": NAMES[role], "role": role, "scopes": sorted(scopes_of(role)), "code": False} | patient


def test_what_is_changed_is_kept_and_the_rest_stays(own_client: FlaskClient) -> None:
    headers, others = sign_in(own_client, "ana"), sign_in(own_client, "dr.ada")
    nothing = {"language": None, "reader": None, "top": None}
    assert own_client.get(PREFERENCES, headers=headers).get_json() == nothing

    own_client.patch(PREFERENCES, json={"reader": "analyst", "top": 5}, headers=headers)
    own_client.patch(PREFERENCES, json={"top": None, "language": "en"}, headers=headers)

    kept = {"language": "en", "reader": "analyst", "top": None}
    assert own_client.patch(PREFERENCES, json={}, headers=headers).get_json() == kept
    assert own_client.get(PREFERENCES, headers=headers).get_json() == kept
    assert own_client.get(PREFERENCES, headers=others).get_json() == nothing


@pytest.mark.parametrize("body", [{"top": 0}, {"top": "5"}, {"reader": "robot"}, {"language": "xx"}, {"colour": "blue"}])
def test_other_preferences_are_refused(own_client: FlaskClient, body: dict[str, object]) -> None:
    problem_of(own_client.patch(PREFERENCES, json=body, headers=sign_in(own_client, "ana")), 422)
