import pytest

from api.accounts import Account, Role
from api.accounts.account import folded
from api.errors import AccountError
from graph.elements import NodeId


@pytest.mark.parametrize("name", ["", "a", "A.B", "a b", "-ab", "x" * 65, "ä.b", "a\x00b", "a\n"])
def test_an_unusable_name_is_refused(name: str) -> None:
    with pytest.raises(AccountError, match="name of 2 to 64"):
        Account(name, Role.ADMIN)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CLINICIAN, Role.ANALYST])
def test_only_a_user_is_bound_to_a_patient(role: Role) -> None:
    with pytest.raises(AccountError, match="bound to one patient"):
        Account("someone", role, NodeId("patient:1"))
    with pytest.raises(AccountError, match="bound to one patient"):
        Account("someone", Role.USER)


def test_spellings_of_one_name_agree() -> None:
    assert folded(" Dr.Ada ") == folded("DR.ADA") == "dr.ada"
