"""``audit verify|list|rotate-key``: the audit trail."""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from api.accounts import open_accounts
from api.audit import Recorded, Trail, Wanted, read_audit_keys, rotate_audit_key
from api.database import Database
from api.settings import Settings
from graph.errors import SettingsError
from graph.pseudonyms import patient_id, read_patient_key

BROKEN = 1
"""The exit code of a trail that is not as it was written."""


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    audit = commands.add_parser("audit", help="the audit trail").add_subparsers(required=True, metavar="COMMAND")
    verify = audit.add_parser("verify", help="whether every row is as it was written, and none is missing")
    verify.set_defaults(run=_verify)
    verify.add_argument("--head", metavar="ROWS:HASH", help="a head that was told earlier: it has to be on the chain")
    show = audit.add_parser("list", help="rows of the trail, the newest first")
    show.set_defaults(run=_list)
    show.add_argument("--patient", metavar="ID", help="about whom: the id, or the identifier of the source")
    show.add_argument("--account", default="", metavar="NAME", help="who")
    show.add_argument("--since", metavar="TIME", help="from this day or moment on, ISO; in UTC where no offset is given")
    show.add_argument("--limit", type=int, default=100, metavar="N", help="how many at most (100)")
    rotate = audit.add_parser("rotate-key", help="chain rows by a new key, from the next start on; the old one stays known")
    rotate.set_defaults(run=_rotate)


def open_trail(settings: Settings) -> Trail:
    """The trail that the settings name."""
    return Trail(Database(settings.graph.database), read_audit_keys(settings.audit_key))


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    verdict = open_trail(settings).verify(_head(given.head) if given.head else None)
    if verdict.broken is not None:
        print(
            f"row {verdict.broken}: {verdict.why}; the {verdict.rows} rows before it are as they were written", file=sys.stderr
        )
        return BROKEN
    print(f"{verdict.rows} rows, all as they were written; head {verdict.rows}:{verdict.last}")
    return 0


def _head(text: str) -> tuple[int, str]:
    rows, _, last = text.partition(":")
    if not (rows.isascii() and rows.isdigit() and len(last) == len("00") * 32):
        raise SettingsError("--head", "a number of rows, a colon and a hash are expected, as verify tells them")
    return int(rows), last


def _list(given: argparse.Namespace, settings: Settings) -> int:
    patient = patient_id(given.patient, read_patient_key(settings.graph.patient_key)) if given.patient else None
    whose = open_accounts(settings.graph.database).find(given.account) if given.account else None
    since = _moment(given.since) if given.since else None
    wanted = Wanted(given.account, whose.patient if whose else None, patient, since, limit=given.limit)
    for row in open_trail(settings).rows(wanted):
        print("\t".join(_columns(row)).rstrip())
    return 0


def _columns(row: Recorded) -> tuple[str, ...]:
    whom = "erased" if row.erased else row.patient or ""
    place = (str(row.number), row.at.isoformat(timespec="seconds"), row.account, row.role, row.address)
    # A reason is what somebody typed: it may not break a line, nor speak to the terminal.
    return (*place, row.action, str(row.status), whom, "".join(c if c.isprintable() else " " for c in row.why))


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError("--since", "a day or moment as ISO 8601 writes it is expected") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _rotate(given: argparse.Namespace, settings: Settings) -> int:
    print(f"rows are chained by the key {rotate_audit_key(settings.audit_key).current} from the next start of the service on")
    return 0
