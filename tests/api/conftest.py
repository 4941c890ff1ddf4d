"""The small graph of :mod:`tests.api.small`, four accounts, and the service over them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, AccountStore, Passwords, Role, open_accounts
from api.app import Service
from api.context import EXTENSION, Context
from api.settings import Settings
from api.wiring import wire
from graph.elements import NodeId
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.small import NAMES, OTHER, OWN, PASSWORD, build


def settings_of(home: Path) -> Settings:
    return Settings.from_environment({"RXPATH_HOME": str(home)})


def cheap_passwords() -> Passwords:
    return Passwords(memory=64, passes=1)


def add_accounts(accounts: AccountStore, patient: NodeId) -> None:
    for role, name in NAMES.items():
        accounts.add(Account(name, role, patient if role is Role.USER else None), PASSWORD)


def context_of(settings: Settings, accounts: AccountStore) -> Context:
    """What views are given, for tests that put something else in the place of a part."""
    found: Context = wire(settings, accounts).extensions[EXTENSION]
    return found


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def own_id(home: Path) -> NodeId:
    return patient_id(OWN, read_patient_key(home / "patient.key"))


@pytest.fixture(scope="session")
def other_id(home: Path) -> NodeId:
    return patient_id(OTHER, read_patient_key(home / "patient.key"))


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    return settings_of(home)


@pytest.fixture
def accounts(tmp_path: Path, own_id: NodeId) -> Iterator[AccountStore]:
    """Accounts of one test alone."""
    store = open_accounts(f"sqlite:///{tmp_path / 'accounts.sqlite'}", cheap_passwords())
    add_accounts(store, own_id)
    yield store
    store.close()


@pytest.fixture
def own_client(settings: Settings, accounts: AccountStore) -> FlaskClient:
    """The service over the accounts of one test alone."""
    return wire(settings, accounts).test_client()


@pytest.fixture(scope="session")
def app(settings: Settings, own_id: NodeId) -> Iterator[Service]:
    """The service over accounts that no test changes."""
    store = open_accounts(settings.graph.database, cheap_passwords())
    add_accounts(store, own_id)
    yield wire(settings, store)
    store.close()


@pytest.fixture(scope="session")
def client(app: Service) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def as_role(client: FlaskClient) -> Callable[[Role], dict[str, str]]:
    """Headers of a role's token."""
    found = {role: sign_in(client, name) for role, name in NAMES.items()}
    return found.__getitem__


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD) -> dict[str, str]:
    answer = client.post("/v1/auth/token", json={"username": name, "password": password})
    assert answer.status_code == 200, answer.data
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
