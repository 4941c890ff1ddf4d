"""``serve``: answers HTTP requests."""

import argparse
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from api.accounts import open_accounts
from api.logs import log_settings
from api.secrets import refuse_weak
from api.settings import Settings
from api.shell.job_process import JobProcess
from graph.connect import open_store
from graph.errors import SettingsError

HEADER_SECONDS = 10
"""How long a client may take to send the headers of a request."""
FOLDER_SETTING = "PROMETHEUS_MULTIPROC_DIR"
"""The library reads it once, when it is imported: so it is named here, before any worker does that."""
THREADS = 8
"""How many requests a worker answers at once: more than it reads bodies, so that slow ones do not hold up all others."""
STOP_SECONDS = 8
"""How long a worker may finish what it answers; one that is still starting never hears that it should stop."""


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the command's parser."""
    serve = commands.add_parser("serve", help="answer HTTP requests")
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    serve.add_argument("--job-workers", type=int, default=1, metavar="N", help="jobs at once, in processes of their own (1)")


def _serve(given: argparse.Namespace, settings: Settings) -> int:
    # Imported here so that the account commands do not wait for the compiled kernels and the server.
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from graph.compiler import current_snapshot

    refuse_weak(settings)
    # Compiled here once, so that workers only map the file; and what is wrong is said before a server starts.
    current_snapshot(open_store(settings.graph.graph, settings.graph.credentials), settings.graph.snapshots)
    settings.signing_key()
    settings.identity_ring().ring()
    settings.identity_index()
    accounts = open_accounts(settings.graph.database).all()
    _check_address(given.host, given.port)
    print(f"Rxpath answers on http://{given.host}:{given.port}, documented at /docs", file=sys.stderr)
    if not accounts:
        print("There is no account yet: python -m api user add NAME --role ROLE --password-stdin", file=sys.stderr)
    make_metrics_folder(settings.graph.home / "metrics")
    server = Granian(
        "api.wiring:application",
        address=given.host,
        port=given.port,
        interface=Interfaces.WSGI,
        workers=given.workers,
        blocking_threads=THREADS,
        factory=True,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        log_level=LogLevels.warning,
        log_dictconfig=log_settings(),
        # It would write addresses, which may hold a patient's identifier; the application writes a line of its own.
        log_access=False,
        workers_kill_timeout=STOP_SECONDS,
    )
    jobs = JobProcess(given.job_workers)
    # Begun once the server listens to signals: told to stop before, it would leave the process behind.
    server.on_startup(jobs.start)
    server.on_shutdown(jobs.stop)
    server.serve()
    return 0


def make_metrics_folder(folder: Path) -> None:
    """Make an empty folder for the counts of the workers, and name it to them.

    Counts of an earlier start are removed: their processes are gone, and sums over both would never fall to zero.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[FOLDER_SETTING] = str(folder)


def _check_address(host: str, port: int) -> None:
    """Fail in one line before the server does in many."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise SettingsError("serve", f"{host}:{port} cannot be listened on: {error}") from error
