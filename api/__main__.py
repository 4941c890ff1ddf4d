"""The service at the shell: ``python -m api serve`` and ``python -m api user add|list|disable``.

Exit codes: 0 done, 2 it could not be done: bad usage, no graph, no such account; one line on standard error says why.
"""

import argparse
import socket
import sys
from collections.abc import Sequence

from api.accounts import Account, Role, open_accounts
from api.accounts.account import folded
from api.errors import AccountError
from api.settings import Settings
from graph.connect import open_store
from graph.elements import NodeId
from graph.errors import RxpathError, SettingsError, UnknownNodeError
from graph.pseudonyms import patient_id, read_patient_key

STOP_SECONDS = 8
"""How long a worker may finish what it answers; one that is still starting never hears that it should stop."""


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
    serve = commands.add_parser("serve", help="answer HTTP requests")
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    user = commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="COMMAND")
    add = user.add_parser("add", help="make an account")
    add.set_defaults(run=_add_user)
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=[str(role) for role in Role])
    add.add_argument("--patient", metavar="ID", help="whose record a user may see: the id, or the identifier of the source")
    add.add_argument("--password-stdin", action="store_true", required=True, help="the first line of standard input")
    user.add_parser("list", help="all accounts").set_defaults(run=_list_users)
    disable = user.add_parser("disable", help="shut an account out, at once")
    disable.set_defaults(run=_disable_user)
    disable.add_argument("name")
    return parser


def _serve(given: argparse.Namespace, settings: Settings) -> int:
    # Imported here so that the account commands do not wait for the compiled kernels and the server.
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from graph.compiler import current_snapshot

    # Compiled here once, so that workers only map the file; and what is wrong is said before a server starts.
    current_snapshot(open_store(settings.graph.graph, settings.graph.credentials), settings.graph.snapshots)
    settings.signing_key()
    accounts = open_accounts(settings.graph.database).all()
    _check_address(given.host, given.port)
    print(f"Rxpath answers on http://{given.host}:{given.port}, documented at /docs", file=sys.stderr)
    if not accounts:
        print("There is no account yet: python -m api user add NAME --role ROLE --password-stdin", file=sys.stderr)
    Granian(
        "api.wiring:application",
        address=given.host,
        port=given.port,
        interface=Interfaces.WSGI,
        workers=given.workers,
        blocking_threads=4,
        factory=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()
    return 0


def _check_address(host: str, port: int) -> None:
    """Fail in one line before the server does in many."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise SettingsError("serve", f"{host}:{port} cannot be listened on: {error}") from error


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


if __name__ == "__main__":
    sys.exit(main())
