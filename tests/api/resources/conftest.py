"""A service over a home of one test alone, with two clinicians: one cares for both patients, and one for nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.accounts import Account, AccountStore, Role
from api.app import Service
from api.context import EXTENSION, Context
from api.settings import Settings
from api.wiring import wire
from tests.api.conftest import give_care, settings_of, sign_in
from tests.api.small import NAMES, PASSWORD

STRANGER = "dr.bob"


@dataclass
class Clinic:
    """The service, and short ways to ask it."""

    settings: Settings
    app: Service
    client: FlaskClient
    headers: dict[str, dict[str, str]]

    def ask(self, who: str, method: str, address: str, body: Any = None, **headers: str) -> TestResponse:
        """Ask as an account; as nobody when it is empty."""
        given = (self.headers[who] if who else {}) | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(address, method=method, headers=given, json=body)

    @property
    def context(self) -> Context:
        """What its views are given."""
        found: Context = self.app.extensions[EXTENSION]
        return found


@pytest.fixture
def open_clinic(home: Path, tmp_path: Path, accounts: AccountStore) -> Callable[[], Clinic]:
    accounts.add(Account(STRANGER, Role.CLINICIAN), PASSWORD)
    # Without the database, whose trail tells of other tests.
    own = Path(copytree(home, tmp_path / "clinic", ignore=ignore_patterns("accounts*")))
    give_care(settings_of(own))

    def clinic() -> Clinic:
        settings = settings_of(own)
        app = wire(settings, accounts)
        client = app.test_client()
        return Clinic(settings, app, client, {name: sign_in(client, name) for name in (*NAMES.values(), STRANGER)})

    return clinic


@pytest.fixture
def clinic(open_clinic: Callable[[], Clinic]) -> Clinic:
    return open_clinic()
