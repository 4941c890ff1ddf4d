"""How an account is read from its row."""

from api.accounts.account import Account, Role
from api.accounts.tables import AccountRow
from graph.elements import NodeId

ACCOUNT = (AccountRow.name, AccountRow.role, AccountRow.patient, AccountRow.disabled, AccountRow.service)
"""The columns that :func:`account_of` takes, in its order."""


def account_of(name: str, role: str, patient: str | None, disabled: bool, service: bool) -> Account:
    """The account of a row."""
    return Account(name, Role(role), NodeId(patient) if patient else None, disabled, service)
