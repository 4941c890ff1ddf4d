"""Eight clients on a real server with two workers, mixed routes, while knowledge is loaded.

Five minutes of it: ``python -m tests.api.load --seconds 300``.

Every answer is held against the snapshot that it names: the same question on the same snapshot has one answer, byte for byte,
and the medicines of a load are all in an answer on its snapshot, and none in one before.
"""

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.embedded_store import EmbeddedStore
from tests.api.served import ENVIRONMENT, add_clinician, sign_in, started
from tests.api.small import OTHER, OWN, add_medicine, build

CLIENTS, WORKERS, SWAPS = 8, 2, 5
DAY = "2026-01-01"
TOKEN_SECONDS = 300.0
CASE = {"conditions": ["hypertension"]}

# (how often, method, address, body): what a ward asks. A row may name a route that another version of the service lacks.
MIX: Sequence[tuple[int, str, str, Any]] = (
    (6, "GET", f"/v1/patients/{OWN}/recommendations?as_of={DAY}", None),
    (6, "GET", f"/v1/patients/{OTHER}/recommendations?as_of={DAY}", None),
    (6, "POST", f"/v1/recommendations?as_of={DAY}", CASE),
    (4, "GET", "/v1/medicines?q=lisin", None),
    (2, "GET", f"/v1/patients/{OWN}", None),
    (2, "GET", f"/v1/patients/{OWN}/diagnoses", None),
    (2, "GET", f"/v1/patients/{OWN}/history", None),
    (2, "GET", f"/v1/patients/{OWN}/consents", None),
    (1, "POST", f"/v1/patients/{OTHER}/symptoms", {"symptom": "headache"}),
    (1, "GET", "/health/live", None),
    (1, "GET", "/health/ready", None),
    (1, "GET", "/v1/audit", None),
)
# What the record does not change: its answers depend on the snapshot alone.
FIXED = {f"/v1/patients/{OWN}/recommendations?as_of={DAY}", f"/v1/recommendations?as_of={DAY}"}


@dataclass
class Load:
    """What the clients saw.

    Attributes:
        statuses: how many answers had each status.
        wrong: what was answered and is not right.
        answers: by question and snapshot the digests of the answers: one each, or somebody saw a mixture.
        news: by snapshot the medicines among those loaded meanwhile that answers on it name.
        times: milliseconds of each answer.
        memory: kilobytes that the workers hold, from after the warm-up to the end.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    answers: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    news: dict[str, set[frozenset[str]]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def judge(self, path: str, status: int, body: bytes, taken: float) -> None:
        """Take in one answer."""
        with self._lock:
            self.statuses[status] += 1
            self.times.append(taken)
            if status not in (200, 201, 403):
                self.wrong.append(f"{path}: {status} {body[:300]!r}")
            if status == 200 and "recommendations" in path:
                answer = json.loads(body)
                snapshot = answer["snapshot"]
                named = {item["medicine"]["id"] for item in answer["recommendations"]}
                if path in FIXED:
                    self.answers.setdefault((path, snapshot), set()).add(hash(body))
                    self.news.setdefault(snapshot, set()).add(frozenset(m for m in named if m.startswith("rx:load")))

    @property
    def drift(self) -> float:
        """How much more memory the workers hold at the end than after the warm-up, as a share."""
        third = max(len(self.memory) // 3, 1)
        first, last = sorted(self.memory[:third])[third // 2], sorted(self.memory[-third:])[third // 2]
        return last / first - 1

    def problems(self, snapshots: int) -> list[str]:
        """What did not hold, of a run that should have seen so many snapshots."""
        found = self.wrong[:5]
        found += [
            f"{question}: {len(seen)} answers on one snapshot" for question, seen in self.answers.items() if len(seen) > 1
        ]
        found += [f"{snapshot} has {len(seen)} sets of medicines" for snapshot, seen in self.news.items() if len(seen) > 1]
        if sorted(len(next(iter(seen))) for seen in self.news.values()) != list(range(snapshots)):
            found.append(f"seen were {len(self.news)} snapshots of {snapshots}, with {self.news}")
        return found

    def __str__(self) -> str:
        times = sorted(self.times)
        return (
            f"{len(times):,} answers {dict(sorted(self.statuses.items()))} on {len(self.news)} snapshots, "
            f"{len(self.wrong)} wrong; median {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms; "
            f"memory {self.memory[0] / 1024:.0f} to {self.memory[-1] / 1024:.0f} MB, drift {self.drift:+.1%}"
        )


def run(seconds: float, home: Path, clients: int = CLIENTS) -> Load:
    """Ask for so long, and swap the snapshot meanwhile.

    Args:
        seconds: how long, after a warm-up.
        home: an empty folder.
        clients: how many ask at once.
    """
    build(home)
    environment = ENVIRONMENT | {"RXPATH_HOME": str(home)}
    add_clinician(environment, [OWN, OTHER])
    load, stop = Load(), threading.Event()
    with started(home, environment, WORKERS) as (address, process):
        warm = Load()
        _ask_for(address, warm, clients, min(seconds / 4, 20), process.pid, [])
        swaps = [seconds * (i + 1) / (SWAPS + 1) for i in range(SWAPS)]
        _ask_for(address, load, clients, seconds, process.pid, [(at, home, f"load{i}") for i, at in enumerate(swaps)])
        stop.set()
    return load


def _ask_for(
    address: str, load: Load, clients: int, seconds: float, pid: int, swaps: Sequence[tuple[float, Path, str]]
) -> None:
    stop, begun, left = threading.Event(), time.monotonic(), list(swaps)
    threads = [threading.Thread(target=_ask, args=(address, load, stop, number)) for number in range(clients)]
    for thread in threads:
        thread.start()
    while (now := time.monotonic() - begun) < seconds:
        if left and now >= left[0][0]:
            _, home, name = left.pop(0)
            with closing(EmbeddedStore(home / "graph.sqlite")) as store:
                add_medicine(store, name)
        load.memory.append(sum(_resident(worker) for worker in _workers(pid)))
        time.sleep(min(0.5, seconds / 40))
    stop.set()
    for thread in threads:
        thread.join()


def _ask(address: str, load: Load, stop: threading.Event, number: int) -> None:
    chance = random.Random(number)
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    token, since = "", -TOKEN_SECONDS
    while not stop.is_set():
        if time.monotonic() - since > TOKEN_SECONDS:
            token, since = sign_in(address), time.monotonic()
        _, method, path, body = chance.choices(MIX, [row[0] for row in MIX])[0]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            load.judge(path, answer.status, answer.read(), (time.perf_counter() - begun) * 1000)
        except (OSError, http.client.HTTPException) as error:
            load.judge(path, 0, repr(error).encode(), 0.0)
            connection.close()
    connection.close()


def _workers(pid: int) -> Iterator[int]:
    """The processes that answer: the children of the one that was started that map the compiled graph."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in map(int, children):
        if b"job" not in Path(f"/proc/{child}/cmdline").read_bytes():
            yield child


def _resident(pid: int) -> int:
    """Kilobytes that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print what came of it, and fail when something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.api.load", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="how long, after the warm-up (20)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rxpath-load-") as folder:
        load = run(given.seconds, Path(folder))
    sys.stdout.write(f"{load}\n")
    sys.stderr.writelines(f"{problem}\n" for problem in load.problems(SWAPS + 1))
    return 1 if load.problems(SWAPS + 1) or load.drift > 0.05 else 0


if __name__ == "__main__":
    sys.exit(main())
