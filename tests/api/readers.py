"""Clients that ask the running service again and again, and hold every answer against what the embedded store answers."""

import hashlib
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from shutil import copyfile

from deploy.neo4j.server import Server
from graph.compiler import current_snapshot
from graph.connect import open_store
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from recommender.request import Request
from recommender.service import Recommender
from tests.api import small
from tests.api.served import Answer, call, serve, sign_in
from tests.api.small import OTHER, OWN

DAY = "2026-01-01"
CASE = {"conditions": ["hypertension"]}
PATIENTS = (OWN, OTHER)
PAUSE = 0.01

Truth = dict[tuple[str, str], str]
"""The digest of the one right answer, by what was asked and the snapshot that answers."""


def prepare(folder: Path, url: str) -> tuple[Path, Truth]:
    """A home whose graph is on a server, and the right answers before and after one more medicine ("novopril")."""
    home, twin = folder / "home", folder / "twin"
    home.mkdir()
    small.build(twin)
    copyfile(twin / "patient.key", home / "patient.key")
    with closing(open_store(url)) as store:
        small.fill(store, home)
    right = _truth(twin)
    with closing(EmbeddedStore(twin / "graph.sqlite")) as store:
        small.add_medicine(store, "novopril")
    return home, right | _truth(twin)


def _truth(home: Path) -> Truth:
    """The right answers on what the embedded store of a home holds now."""
    key = read_patient_key(home / "patient.key")
    day = date.fromisoformat(DAY)
    asked = {name: Request(day, patient=patient_id(name, key)) for name in PATIENTS} | {"case": Request(day, case=CASE)}
    with closing(EmbeddedStore(home / "graph.sqlite")) as store:
        snapshot = current_snapshot(store, home / "snapshots")
        recommender = Recommender(store, snapshot, home, compiled=False)
        return {(name, snapshot.checksum): _digest(recommender.recommend(request).json()) for name, request in asked.items()}


def _digest(answer: bytes) -> str:
    return hashlib.blake2b(answer).hexdigest()


def wait_for(condition: Callable[[], object], seconds: float = 180) -> None:
    """Wait until something is so; a busy machine is no failure."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@contextmanager
def readers_of(home: Path, server: Server, right: Truth) -> "Iterator[Readers]":
    """Readers of a service over a server, while both run."""
    signed = {"RXPATH_NEO4J_USER": server.user, "RXPATH_NEO4J_PASSWORD": server.password}
    with (
        serve(home, {"RXPATH_GRAPH": server.bolt} | signed) as address,
        Readers(address, sign_in(address), right) as readers,
    ):
        yield readers


@dataclass
class Readers:
    """Readers that ask for two patients, a case and a medicine in turn, until they are stopped.

    Attributes:
        right: the right answers.
        wrong: what was answered and is neither right nor a clear refusal.
        statuses: how often what was answered with which status.
        refused: when patients were refused, in seconds of the monotonic clock.
        slowest: seconds that the slowest answer took.
        since: for each reader the patients' answers in a row that were given, up to now.
        gone: when the server went, in the same seconds.
        back: when it answered again.
    """

    address: str
    token: str
    right: Mapping[tuple[str, str], str]
    count: int = 4
    wrong: list[str] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    snapshots: set[str] = field(default_factory=set)
    refused: list[float] = field(default_factory=list)
    slowest: float = 0.0
    since: list[int] = field(default_factory=list)
    gone: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Readers":
        self.since = [0] * self.count
        self._threads = [threading.Thread(target=self._read, args=(i,)) for i in range(self.count)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def over_a_restart(self, server: Server) -> None:
        """Kill the server, start it again when readers were refused, and wait until all are answered."""
        refused = len(self.refused)
        self.gone.append(time.monotonic())
        server.kill()
        wait_for(lambda: len(self.refused) > refused)
        server.start()
        self.back.append(time.monotonic())
        self.again()
        wait_for(self.served)

    def again(self) -> None:
        """Count the answers in a row anew."""
        self.since = [0] * self.count

    def served(self, answers: int = 4) -> bool:
        """Whether every reader has had so many patients' answers in a row."""
        return min(self.since) >= answers

    def summary(self) -> str:
        """What happened, with the seconds that refusals went on after the server was back, at most."""
        given = sum(n for (_, status), n in self.statuses.items() if status == 200)
        spans = list(zip(self.back, [*self.gone[1:], math.inf], strict=True))
        late = max(at - back for back, gone in spans for at in (back, *self.refused) if back <= at < gone)
        return (
            f"{len(self.back)} restarts: {given} answers, {len(self.wrong)} wrong, {len(self.refused)} clear refusals; the "
            f"slowest took {self.slowest:.2f} s; refused until {late:.2f} s at most after the server was back"
        )

    def _read(self, number: int) -> None:
        paths = {name: f"/v1/patients/{name}/recommendations?as_of={DAY}" for name in PATIENTS}
        asks: Sequence[tuple[str, Callable[[], Answer]]] = [
            *((name, lambda p=path: self._call(p)) for name, path in paths.items()),
            ("case", lambda: self._call(f"/v1/recommendations?as_of={DAY}", CASE)),
            ("medicines", lambda: self._call("/v1/medicines?q=lisin")),
            ("live", lambda: self._call("/health/live")),
        ]
        while not self._stop.is_set():
            for name, ask in asks:
                begun = time.monotonic()
                try:
                    answer = ask()
                except OSError as error:
                    self.wrong.append(f"{name}: {error!r}")
                    continue
                self.slowest = max(self.slowest, time.monotonic() - begun)
                self._judge(number, name, answer)
                time.sleep(PAUSE)

    def _call(self, path: str, body: object = None) -> Answer:
        return call(self.address + path, body, self.token)

    def _judge(self, number: int, name: str, answer: Answer) -> None:
        self.statuses[name, answer.status] += 1
        if answer.status == 503 and name in PATIENTS:
            self.since[number] = 0
            self.refused.append(time.monotonic())
            if answer.headers.get("Retry-After") is None or answer.json["type"] != "urn:rxpath:problem:store-unavailable":
                self.wrong.append(f"{name}: a refusal that is not clear: {answer.body!r}")
        elif answer.status != 200:
            self.wrong.append(f"{name}: {answer.status} {answer.body!r}")
        elif name in PATIENTS or name == "case":
            self.since[number] += name in PATIENTS
            snapshot = answer.json["snapshot"]
            self.snapshots.add(snapshot)
            if self.right.get((name, snapshot)) != _digest(answer.body):
                self.wrong.append(f"{name}: a wrong answer on {snapshot}")
