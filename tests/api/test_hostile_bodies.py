"""Bodies that are sent to do harm are refused by one clear answer with a pointer; how fast is printed by ``make bench``."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from tests.api.hostile_bodies import BODIES, Hostile
from tests.api.reading import problem_of

AsRole = Callable[[Role], dict[str, str]]


@pytest.mark.parametrize("hostile", BODIES, ids=lambda hostile: hostile.name)
@pytest.mark.parametrize("address", ["/v1/recommendations", "/v1/interactions", "/v1/auth/token"])
def test_a_hostile_body_is_refused_with_a_pointer(client: FlaskClient, as_role: AsRole, address: str, hostile: Hostile) -> None:
    answer = client.post(address, data=hostile.body, headers={**as_role(Role.CLINICIAN), **hostile.headers})

    found = problem_of(answer, hostile.status)
    pointers = [error["pointer"] for error in found["errors"]]
    assert hostile.pointer in pointers if hostile.pointer is not None else pointers
    assert len(answer.data) < 2000
