"""``key rotate|list|drop``: the keys that sign tokens."""

import argparse
from typing import Any

from api.key_ring import KeyRing, drop, rotate
from api.settings import Settings
from graph.errors import SettingsError


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    key = commands.add_parser("key", help="the keys that sign tokens").add_subparsers(required=True, metavar="COMMAND")
    key.add_parser("rotate", help="sign with a new key; older ones still verify").set_defaults(run=_rotate)
    key.add_parser("list", help="the names of the keys that verify, the newest first").set_defaults(run=_list)
    gone = key.add_parser("drop", help="let an older key verify no more")
    gone.set_defaults(run=_drop)
    gone.add_argument("kid", help="name of the key")


def _rotate(given: argparse.Namespace, settings: Settings) -> int:
    _check_files(settings)
    print(rotate(settings.graph.home))
    return 0


def _list(given: argparse.Namespace, settings: Settings) -> int:
    ring = KeyRing(settings)
    newest = ring.newest[0]
    print("\n".join([newest, *sorted(set(ring.keys) - {newest})]))
    return 0


def _drop(given: argparse.Namespace, settings: Settings) -> int:
    _check_files(settings)
    drop(settings.graph.home, given.kid)
    return 0


def _check_files(settings: Settings) -> None:
    if settings.jwt_key is not None:
        raise SettingsError("RXPATH_JWT_KEY", "the key of the environment is the only one; unset it to keep keys in files")
