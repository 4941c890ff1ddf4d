"""The command line of the server: ``python -m deploy.neo4j start|stop|status|run|fetch``; ``make neo4j`` starts it.

Exit codes: 0 when it was done, 1 when the server does not run (``status``), 2 when it could not be done; the reason is one line
on the standard error, followed by the last lines of the server's log where it has some.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.neo4j.errors import ServerError
from deploy.neo4j.jars import Jars
from deploy.neo4j.server import Server

PROJECT = Path(__file__).resolve().parent.parent.parent
DONE, NOT_RUNNING, FAILED = 0, 1, 2
LOG_LINES = 10
HELPS = {
    "start": "start the server, fetched and made ready at the first time, and say where it is",
    "stop": "stop it",
    "status": "say whether it runs, and where",
    "run": "start it and stay until it is interrupted",
    "fetch": "only fetch the jars",
}
EPILOG = """settings:
  RXPATH_HOME                 the server's folder is neo4j/ in it (default .rxpath in the project)
  RXPATH_NEO4J_JARS           folder that keeps the fetched jars (default: the server's folder)
  RXPATH_NEO4J_PASSWORD       the password that a new server gets (default: a generated one, shown once)
  RXPATH_NEO4J_PASSWORD_FILE  or a file whose first line is the password
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code.
    """
    given = _parser().parse_args(arguments)
    try:
        server = _server(os.environ)
        if given.command in ("start", "run"):
            return _start(server, given, os.environ)
        return {"stop": _stop, "status": _status, "fetch": _fetch}[given.command](server)
    except (ServerError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        for line in getattr(error, "log", "").splitlines()[-LOG_LINES:]:
            print(f"  {line}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m deploy.neo4j", description="A Neo4j server on this machine.", epilog=EPILOG, formatter_class=shape
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in HELPS.items():
        command = commands.add_parser(name, help=text, description=text, epilog=EPILOG, formatter_class=shape)
        if name in ("start", "run"):
            for connector, first in (("bolt", 7687), ("http", 7474)):
                told = f"port on loopback, 0 for any free one (default: as before, at first {first})"
                command.add_argument(f"--{connector}-port", type=int, metavar="PORT", help=told)
    return parser


def _server(environment: Mapping[str, str]) -> Server:
    folder = _folder(environment, "RXPATH_HOME", PROJECT / ".rxpath") / "neo4j"
    return Server(folder, Jars(_folder(environment, "RXPATH_NEO4J_JARS", folder)))


def _folder(environment: Mapping[str, str], name: str, default: Path) -> Path:
    try:
        return Path(environment.get(name) or default).expanduser().absolute()
    except RuntimeError as error:
        raise ServerError(f"{name}: no such user's folder") from error


def _start(server: Server, given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Start it when it does not run, and say where it is."""
    password = "" if server.running() else _make_ready(server, given, environment)
    server.start()
    print(_where(server, password))
    if given.command == "run":
        _stay(server)
    return DONE


def _make_ready(server: Server, given: argparse.Namespace, environment: Mapping[str, str]) -> str:
    """Fetch, write the settings, set the password.

    Returns:
        The password when it was generated now; else empty.
    """
    _announce(server.jars)
    known, wanted = server.password, _wanted_password(environment)
    ports = {"bolt_port": given.bolt_port, "http_port": given.http_port}
    Server.prepared(server.home.path, server.jars, password=wanted, **ports)
    return "" if known or wanted else server.password


def _announce(jars: Jars) -> None:
    """Say why it takes a minute."""
    if not jars.are_whole():
        print(f"fetching Neo4j {jars.number} once, 137 MB …", file=sys.stderr)


def _wanted_password(environment: Mapping[str, str]) -> str:
    file = environment.get("RXPATH_NEO4J_PASSWORD_FILE")
    if environment.get("RXPATH_NEO4J_PASSWORD") or not file:
        return environment.get("RXPATH_NEO4J_PASSWORD", "")
    try:
        return (Path(file).read_text(encoding="utf-8").splitlines() or [""])[0]
    except UnicodeDecodeError as error:
        raise ServerError("RXPATH_NEO4J_PASSWORD_FILE: the file is not text in UTF-8") from error


def _where(server: Server, password: str) -> str:
    """Where the server is and how to use it; the password only when it is new."""
    kept = server.home.password_file
    shown = f"{password}   (shown this once; kept in {kept})" if password else f"in {kept}"
    return f"""Neo4j {server.jars.number} runs on this machine only.
  drivers   {server.bolt}
  Browser   {server.http}/browser/
  user      {server.user}
  password  {shown}
Let Rxpath use it:
  export RXPATH_GRAPH={server.bolt}
  export RXPATH_NEO4J_PASSWORD_FILE={kept}
Stop it: make neo4j DO=stop"""


def _stay(server: Server) -> None:
    """Wait until the server ends, and end it when a person or the system says so."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while server.running():
            time.sleep(0.5)
    except KeyboardInterrupt:
        server.stop()


def _stop(server: Server) -> int:
    was_running = server.running()
    server.stop()
    print("Neo4j is stopped." if was_running else "Neo4j was not running.")
    return DONE


def _status(server: Server) -> int:
    if server.running():
        print(
            _where(server, "")
            if server.answering()
            else f"Neo4j runs but does not answer yet; its log is in {server.home.logs}"
        )
        return DONE
    print("Neo4j does not run. Start it: make neo4j")
    return NOT_RUNNING


def _fetch(server: Server) -> int:
    _announce(server.jars)
    print(server.jars.fetch())
    return DONE


if __name__ == "__main__":
    sys.exit(main())
