"""``secrets init|check|rotate``: the keys that everything stands on."""

import argparse
import sys
from typing import Any

from api.database import Database
from api.identities.rotation import rotate
from api.secrets import check_secrets, make_secrets, secrets_of
from api.settings import Settings


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    found = commands.add_parser("secrets", help="keys").add_subparsers(required=True, metavar="COMMAND")
    found.add_parser("init", help="make the keys that are missing; none is written over").set_defaults(run=_init)
    found.add_parser("check", help="say which are missing, weak, or readable by others").set_defaults(run=_check)
    turn = found.add_parser("rotate", help="encrypt anew under a new key; interrupted, give the command again")
    turn.add_argument("which", choices=["identity"])
    turn.set_defaults(run=_rotate)


def _init(given: argparse.Namespace, settings: Settings) -> int:
    made = make_secrets(settings)
    for secret in secrets_of(settings):
        state = "made" if made[secret.name] else f"from {secret.setting}" if secret.given else "there already"
        print(f"{secret.name}\t{state}")
    return 0


def _check(given: argparse.Namespace, settings: Settings) -> int:
    findings = check_secrets(settings)
    for finding in findings:
        print(f"{finding.name}\t{finding.what}\t{finding.where}")
    if not findings:
        print("all keys are there, random, and readable by their owner alone")
    return 2 if findings else 0


def _rotate(given: argparse.Namespace, settings: Settings) -> int:
    database = Database(settings.graph.database)
    done = rotate(database, settings.identity_ring(), settings.identity_index())
    database.close()
    print(f"{done.rows} identities were encrypted anew")
    if not done.dropped:
        print("take the old key out of RXPATH_IDENTITY_KEY now", file=sys.stderr)
    return 0
