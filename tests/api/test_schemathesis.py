"""The document against the service: what schemathesis makes of it, for each role (see :mod:`tests.api.fuzzing`).

``RXPATH_CASES`` says how many requests are sent at least, over all roles; edge cases alone are more than the default.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from api.accounts import Role, open_accounts
from api.app import Service
from api.wiring import wire
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.fuzzing import run
from tests.api.small import NAMES, OTHER, OWN, build

CASES = int(os.environ.get("RXPATH_CASES", "2000"))
FEWEST = 2
"""Generated cases of an operation, at least; its edge cases come on top."""

SignIn = Callable[[], Mapping[str, str]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Service, Callable[[Role], SignIn], Mapping[str, list[str]]]]:
    """A service that its requests may change and erase, how to sign in, and values that lead somewhere."""
    home = build(tmp_path)
    settings = settings_of(home)
    accounts = open_accounts(settings.graph.database, cheap_passwords())
    own, other = (patient_id(number, read_patient_key(home / "patient.key")) for number in (OWN, OTHER))
    add_accounts(accounts, own)
    give_care(settings)
    app = wire(settings, accounts)
    known = {"path.patient": [own, other], "path.medicine": ["RxNorm:29046"], "path.node": ["RxNorm:29046"]}
    yield app, lambda role: partial(sign_in, app.test_client(), NAMES[role]), known
    accounts.close()


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_the_service_does_what_its_document_says(
    place: tuple[Service, Callable[[Role], SignIn], Mapping[str, list[str]]],
    role: Role,
    record_property: Callable[[str, object], None],
) -> None:
    app, signing_in, known = place
    operations = app.test_client().get("/openapi.json").get_json()["paths"]
    count = sum(len(item) for item in operations.values())

    outcome = run(app, signing_in(role), max(CASES // len(Role) // count, FEWEST), known)

    record_property("cases", outcome.cases)
    record_property("statuses", str(sorted(outcome.statuses.items())))
    assert outcome.errors == []
    assert not outcome.failures, "\n".join(f"{what}\n{shown}" for what, shown in outcome.failures.items())
    assert max(outcome.statuses) < 500
    assert outcome.cases >= CASES / len(Role)
    assert len(outcome.operations) == count, "every operation was asked"
    assert outcome.statuses[200] > 0
