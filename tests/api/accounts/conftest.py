"""The accounts of one test alone, on each kind of database."""

from collections.abc import Iterator

import pytest

from api.accounts import AccountStore, open_accounts
from graph.elements import NodeId
from tests.api.conftest import add_accounts, cheap_passwords


@pytest.fixture
def accounts(database_url: str, own_id: NodeId) -> Iterator[AccountStore]:
    store = open_accounts(database_url, cheap_passwords())
    add_accounts(store, own_id)
    yield store
    store.close()
