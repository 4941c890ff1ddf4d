"""``backup`` and ``restore``: everything that cannot be computed again, into one file and back."""

import argparse
import sys
from pathlib import Path
from typing import Any

from api.backup.make import make_backup
from api.backup.restore import restore_backup
from api.erasures import ErasedList
from api.errors import BackupError
from api.settings import Settings


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    backup = commands.add_parser("backup", help="copy everything into one file, while the service goes on")
    backup.add_argument("file", type=Path)
    backup.add_argument(
        "--with-keys", action="store_true", help="also the keys, by a passphrase: the first line of standard input"
    )
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="put a backup into an empty home")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--with-keys", action="store_true", help="the passphrase of its keys is the first line of standard input"
    )
    since = restore.add_mutually_exclusive_group(required=True)
    since.add_argument("--erased", type=Path, metavar="LIST", help="erased.list of the home that the backup replaces")
    since.add_argument("--nobody-erased", action="store_true", help="nobody was erased since the backup was made")
    restore.set_defaults(run=_restore)


def _backup(given: argparse.Namespace, settings: Settings) -> int:
    manifest = make_backup(settings, given.file.absolute(), _passphrase(given))
    print(f"{len(manifest.files)} files; keys are {'in it, encrypted' if given.with_keys else 'not in it'}")
    for words in manifest.left_out:
        print(f"not in it: {words}", file=sys.stderr)
    return 0


def _restore(given: argparse.Namespace, settings: Settings) -> int:
    if given.erased is not None and not given.erased.is_file():
        raise BackupError("there is no such list of the erased")
    erased = ErasedList(given.erased).all() if given.erased is not None else None
    manifest = restore_backup(settings, given.file, erased, _passphrase(given))
    print(f"{len(manifest.files)} files of {manifest.made}; erasures are finished when the service starts")
    for words in manifest.left_out:
        print(f"not in it: {words}", file=sys.stderr)
    return 0


def _passphrase(given: argparse.Namespace) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if given.with_keys else None
