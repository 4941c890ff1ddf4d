"""An explained top 10 for a patient over HTTP, beside a bare Flask route with the same body behind the same kind of token.

In process (Werkzeug's test client) and under granian with two workers, warm, over distinct patients of the demo cohort; every
answer of ours is kept in the log of answers and recorded in the audit trail. Both sides are asked in turn.
"""

import http.client
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient

from api.accounts import Account, Role, open_accounts
from api.care import CareStore
from api.database import Database
from api.settings import Settings
from api.wiring import wire
from graph.connect import open_store
from graph.elements import NodeKind
from tests.api.served import ENVIRONMENT, free_port, kill, started
from tests.benchmarks.bare_app import BODY, bare, token_of
from tests.benchmarks.graphs import PROJECT, demo_home

PASSWORD = "only for this benchmark"  # of an account in a temporary folder
RUNS = int(os.environ.get("RXPATH_BENCH_RUNS", "600"))
PATIENTS = 200
WORKERS = 2

Ask = Callable[[], bytes]


@dataclass(frozen=True)
class Ratio:
    """One printed line: medians and 99th percentiles of two sides in milliseconds, and their ratios."""

    work: str
    ours: tuple[float, float]
    beside: str
    theirs: tuple[float, float]

    def __str__(self) -> str:
        (median, late), (their_median, their_late) = self.ours, self.theirs
        return (
            f"{self.work}: median {median:.2f} ms, p99 {late:.2f} ms beside {self.beside} {their_median:.2f} "
            f"and {their_late:.2f} ms: {median / their_median:.2f} x and {late / their_late:.2f} x its time (goals 3 x, 5 x)"
        )


def measured(work: str, ours: Ask, others: dict[str, Ask]) -> Iterator[Ratio]:
    """Ask all sides in turn."""
    sides = {"": ours} | others
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(RUNS + 50):
        for name, ask in sides.items():
            begun = time.perf_counter()
            ask()
            if turn >= 50:
                times[name].append((time.perf_counter() - begun) * 1000)
    shown = {name: (statistics.median(taken), sorted(taken)[len(taken) * 99 // 100]) for name, taken in times.items()}
    for name in others:
        yield Ratio(work, shown[""], name, shown[name])


def prepared(home: Path) -> tuple[Settings, FlaskClient, dict[str, str], list[str]]:
    """The service of a home in process, a clinician's headers, and the addresses to ask for the clinician's patients."""
    settings = Settings.from_environment({"RXPATH_HOME": str(home)})
    accounts = open_accounts(settings.graph.database)
    store = open_store(settings.graph.graph)
    patients = [node.id for node in store.nodes(NodeKind.PATIENT, limit=PATIENTS)]
    store.close()
    if accounts.find("bench") is None:
        accounts.add(Account("bench", Role.CLINICIAN, None), PASSWORD)
        care = CareStore(Database(settings.graph.database))
        for patient in patients:
            care.begin("bench", patient, by="")
    client = wire(settings, accounts).test_client(use_cookies=False)
    token = client.post("/v1/auth/token", json={"username": "bench", "password": PASSWORD}).get_json()["access_token"]
    paths = [f"/v1/patients/{patient}/recommendations?as_of=2026-06-30" for patient in patients]
    return settings, client, {"Authorization": f"Bearer {token}"}, paths


def in_process(client: FlaskClient, headers: dict[str, str]) -> Callable[[str], bytes]:
    """Asks an application."""

    def ask(path: str) -> bytes:
        answer = client.get(path, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(answer.get_data(as_text=True))
        return answer.data

    return ask


def over_a_socket(port: int, headers: dict[str, str]) -> Callable[[str], bytes]:
    """Asks a server over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(path: str) -> bytes:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(body.decode())
        return body

    return ask


@contextmanager
def bare_server(body: Path) -> Iterator[int]:
    """The port of the bare application under the same server."""
    port = free_port()
    place = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "4"]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", *place, "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "tests.benchmarks.bare_app:application"],
        cwd=PROJECT,
        env=ENVIRONMENT | {BODY: str(body)},
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 60
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/nothing")
                connection.getresponse().read()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        kill(process)


def rows() -> Iterator[Ratio]:
    """Measure."""
    home = Path(os.environ.get("RXPATH_BENCH_HOME") or demo_home()[0])
    _, client, headers, paths = prepared(home)
    ask, turns = in_process(client, headers), itertools.cycle(paths)
    bodies = sorted((ask(path) for path in paths), key=len)
    body = bodies[len(bodies) // 2]
    (home / "body.json").write_bytes(body)
    app = bare(body)
    theirs = {"Authorization": f"Bearer {token_of(app)}"}
    plain = in_process(app.test_client(use_cookies=False), theirs)
    work = f"explained top 10 for one of {len(paths)} patients, {len(body):,} bytes"
    names = {"a Flask route that makes the same JSON": "/answer", "one that has its bytes": "/bytes"}
    yield from measured(
        f"in process, {work}", lambda: ask(next(turns)), {name: lambda p=path: plain(p) for name, path in names.items()}
    )
    with (
        started(home, ENVIRONMENT | {"RXPATH_HOME": str(home)}, WORKERS) as (address, _),
        bare_server(home / "body.json") as port,
    ):
        served, bare_served = over_a_socket(int(address.rpartition(":")[2]), headers), over_a_socket(port, theirs)
        others = {name: lambda p=path: bare_served(p) for name, path in names.items()}
        yield from measured(f"granian with {WORKERS} workers, {work}", lambda: served(next(turns)), others)
