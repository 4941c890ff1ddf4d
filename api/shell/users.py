"""``user add|list|disable|enable|role|invite``: accounts."""

import argparse
import sys
from typing import Any

from api.accounts import Account, Role, open_accounts
from api.accounts.account import folded
from api.errors import AccountError
from api.settings import Settings
from graph.connect import open_store
from graph.elements import NodeId
from graph.errors import UnknownNodeError
from graph.pseudonyms import patient_id, read_patient_key


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    user = commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="COMMAND")
    add = user.add_parser("add", help="make an account")
    add.set_defaults(run=_add_user)
    add.add_argument("name")
    _add_role(add)
    add.add_argument("--password-stdin", action="store_true", required=True, help="the first line of standard input")
    user.add_parser("list", help="all accounts").set_defaults(run=_list_users)
    disable = user.add_parser("disable", help="shut an account out, at once")
    disable.set_defaults(run=_disable_user)
    disable.add_argument("name")
    enable = user.add_parser("enable", help="let an account in again")
    enable.set_defaults(run=_enable_user)
    enable.add_argument("name")
    role = user.add_parser("role", help="give an account another role, at once")
    role.set_defaults(run=_change_role)
    role.add_argument("name")
    _add_role(role)
    invite = user.add_parser("invite", help="print an invite, by which an account's owner chooses a password once")
    invite.set_defaults(run=_invite_user)
    invite.add_argument("name")


def _add_role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, choices=[str(role) for role in Role])
    parser.add_argument("--patient", metavar="ID", help="whose record a user may see: the id, or the identifier of the source")


def _add_user(given: argparse.Namespace, settings: Settings) -> int:
    patient = _known_patient(given.patient, settings) if given.patient else None
    account = Account(folded(given.name), Role(given.role), patient)
    open_accounts(settings.graph.database).add(account, sys.stdin.readline().rstrip("\r\n"))
    print(f"{account.name} may sign in as {account.role}")
    return 0


def _known_patient(identifier: str, settings: Settings) -> NodeId:
    found = patient_id(identifier, read_patient_key(settings.graph.patient_key))
    try:
        open_store(settings.graph.graph, settings.graph.credentials).node(found)
    except UnknownNodeError:
        raise AccountError("the graph has no such patient; load the record first") from None
    return found


def _list_users(given: argparse.Namespace, settings: Settings) -> int:
    for account in open_accounts(settings.graph.database).all():
        print("\t".join((account.name, account.role, account.patient or "", "disabled" if account.disabled else "")).rstrip())
    return 0


def _disable_user(given: argparse.Namespace, settings: Settings) -> int:
    open_accounts(settings.graph.database).disable(given.name)
    return 0


def _enable_user(given: argparse.Namespace, settings: Settings) -> int:
    open_accounts(settings.graph.database).change(given.name, disabled=False)
    return 0


def _change_role(given: argparse.Namespace, settings: Settings) -> int:
    patient = _known_patient(given.patient, settings) if given.patient else None
    changed = open_accounts(settings.graph.database).change(given.name, role=Role(given.role), patient=patient)
    print(f"{changed.name} is {changed.role} from now on")
    return 0


def _invite_user(given: argparse.Namespace, settings: Settings) -> int:
    accounts = open_accounts(settings.graph.database)
    account = accounts.find(given.name)
    if account is None or account.service or account.disabled:
        raise AccountError("there is no such account of a person")
    print(accounts.invites.make(account.name))
    return 0
