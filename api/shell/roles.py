"""``roles``: the one table of who may ask what, as Markdown."""

import argparse
from collections.abc import Iterator
from typing import Any

from api.accounts import Role
from api.roles import ROLE_TABLE
from api.settings import Settings


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the command's parser."""
    commands.add_parser("roles", help="who may ask what, as Markdown").set_defaults(run=_print_roles)


def role_lines() -> Iterator[str]:
    """The lines of the table: each route with its roles, the scope that an API key needs, and whether it is audited."""
    yield f"| route | {' | '.join(Role)} | scope of a key | audited |"
    yield f"| --- | {' | '.join('---' for _ in Role)} | --- | --- |"
    for route, row in ROLE_TABLE.items():
        marks = ["open" if not row.roles else "yes" if role in row.roles else "" for role in Role]
        scope = row.scope or ("" if row.roles else "none needed")
        yield f"| `{route}` | {' | '.join(marks)} | {scope} | {'yes' if row.audited else ''} |"


def _print_roles(given: argparse.Namespace, settings: Settings) -> int:
    for line in role_lines():
        print(line)
    return 0
