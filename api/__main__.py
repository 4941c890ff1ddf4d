"""The service at the shell: ``python -m api serve|user|key|care|audit|jobs|secrets|backup|restore|roles``.

Exit codes: 0 done, 1 the audit trail is broken, 2 it could not be done: bad usage, no graph, no such account; one line on
standard error says why.
"""

import argparse
import sys
from collections.abc import Sequence

from api.settings import Settings
from api.shell import audit, backups, care, jobs, keys, roles, secrets, serving, users
from graph.errors import RxpathError

COMMANDS = (serving, users, keys, care, audit, jobs, secrets, backups, roles)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see the module for the exit codes."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given, Settings.from_environment()))
    except RxpathError as error:
        print(f"api: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
