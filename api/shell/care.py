"""``care grant|list|end``: who cares for whom."""

import argparse
from datetime import date
from typing import Any

from api.accounts import Role, open_accounts
from api.accounts.account import folded
from api.audit import Entry
from api.care import CareRelation, CareStore
from api.database import Database
from api.errors import AccountError
from api.settings import Settings
from api.shell.audit import open_trail
from graph.connect import open_store
from graph.elements import NodeId
from graph.errors import SettingsError, UnknownNodeError
from graph.pseudonyms import patient_id, read_patient_key


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    care = commands.add_parser("care", help="which clinician sees which patient").add_subparsers(
        required=True, metavar="COMMAND"
    )
    grant = care.add_parser("grant", help="let a clinician see a patient")
    grant.set_defaults(run=_grant)
    grant.add_argument("name", help="the clinician's account")
    grant.add_argument("patient", help="the id, or the identifier of the source")
    grant.add_argument("--until", metavar="DAY", help="the last day; open when not given")
    show = care.add_parser("list", help="care relations, those of the past among them")
    show.set_defaults(run=_list)
    show.add_argument("name", nargs="?", default="", help="of this account only")
    end = care.add_parser("end", help="end a clinician's access to a patient, at once")
    end.set_defaults(run=_end)
    end.add_argument("name", help="the clinician's account")
    end.add_argument("patient", help="the id, or the identifier of the source")


def _grant(given: argparse.Namespace, settings: Settings) -> int:
    found = open_accounts(settings.graph.database).find(given.name)
    if found is None or found.role is not Role.CLINICIAN:
        raise AccountError("there is no clinician's account of this name")
    patient = _patient(given.patient, settings)
    try:
        open_store(settings.graph.graph, settings.graph.credentials).node(patient)
    except UnknownNodeError:
        raise AccountError("the graph has no such patient; load the record first") from None
    _store(settings).begin(found.name, patient, by="", ends=_day(given.until) if given.until else None)
    _record(settings, "care grant", patient)
    print(f"{found.name} sees {patient}{f' until {given.until}' if given.until else ''}")
    return 0


def _list(given: argparse.Namespace, settings: Settings) -> int:
    for relation in _store(settings).relations(account=folded(given.name)):
        print("\t".join(_columns(relation)).rstrip())
    return 0


def _end(given: argparse.Namespace, settings: Settings) -> int:
    patient = _patient(given.patient, settings)
    if not _store(settings).end_all(folded(given.name), patient):
        raise AccountError("there is no such care relation")
    _record(settings, "care end", patient)
    return 0


def _store(settings: Settings) -> CareStore:
    return CareStore(Database(settings.graph.database))


def _patient(identifier: str, settings: Settings) -> NodeId:
    return patient_id(identifier, read_patient_key(settings.graph.patient_key))


def _record(settings: Settings, action: str, patient: NodeId) -> None:
    open_trail(settings).append(Entry(action, 200, role="shell", person=patient))


def _columns(relation: CareRelation) -> tuple[str, ...]:
    days = (relation.begins.isoformat(), relation.ends.isoformat() if relation.ends else "")
    return (relation.account, relation.patient, *days, "ended" if relation.ended else "")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError("--until", "a day as ISO 8601 writes it is expected") from None
