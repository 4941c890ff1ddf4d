"""The server is killed while clients write: every acknowledged write is there, and no half one."""

import os
import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import count
from pathlib import Path
from typing import Any

from graph.elements import EdgeKind
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.served import ENVIRONMENT, add_clinician, call, kill, sign_in, started
from tests.api.small import OWN, build

WRITES = int(os.environ.get("RXPATH_WRITES", "200"))
"""How many writes are acknowledged in all."""
KILLS = 2 if WRITES < 1000 else 5
CLIENTS = 4


def body_of(number: int) -> dict[str, Any]:
    """A therapy whose every field tells which it is, long enough to lie on a page of its own."""
    return {
        "medicine": ("Losartan", "Amlodipine", "Lisinopril")[number % 3],
        "rating": number % 10 + 1,
        "daily_dose": float(number),
        "dose_unit": f"unit {number}",
        "review": f"review {number} " * 100,
    }


class Clients:
    """Writes therapies, each with a number of its own, until enough are acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.wanted = 0
        self._numbers = count(1)
        self._lock = threading.Lock()

    def write(self, address: str, token: str) -> None:
        """Write until enough is acknowledged, or the server is gone."""
        while len(self.acknowledged) < self.wanted:
            with self._lock:
                number = next(self._numbers)
            try:
                answer = call(f"{address}/v1/patients/{OWN}/therapy", body_of(number), token)
            except (OSError, HTTPException):
                return
            if answer.status == 201:
                self.acknowledged.append(number)
            else:
                assert answer.status == 503, answer.body

    def run(self, address: str, process: subprocess.Popen[bytes], until: int, *, killed: bool) -> None:
        """Write until so many are acknowledged, and kill the server in the middle of it."""
        token, goal = sign_in(address), until
        # Clients go on past the goal, so that the kill meets writes that are under way.
        self.wanted = until + 10**9 if killed else until
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(self.write, address, token) for _ in range(CLIENTS)]
            while killed and len(self.acknowledged) < goal and not any(client.done() for client in running):
                time.sleep(0.001)
            if killed:
                time.sleep(random.Random(until).random() / 50)  # any moment will do
                kill(process)
            for client in running:
                client.result()


def written(home: Path) -> Iterator[dict[str, Any]]:
    """What is on file, as it was sent."""
    store = EmbeddedStore(home / "graph.sqlite")
    patient = patient_id(OWN, read_patient_key(home / "patient.key"))
    for edge in store.edges_from(patient, [EdgeKind.TAKES]):
        if "review" in edge.properties:
            yield {"medicine": store.node(edge.end).name} | dict(edge.properties)
    store.close()


def test_every_acknowledged_write_outlives_a_kill_and_no_half_one_does(tmp_path: Path) -> None:
    home = build(tmp_path)
    environment = ENVIRONMENT | {"RXPATH_HOME": str(home)}
    add_clinician(environment, [OWN])
    clients = Clients()

    for step in range(1, KILLS + 2):
        with started(home, environment, workers=2) as (address, process):
            clients.run(address, process, WRITES * step // (KILLS + 1), killed=step <= KILLS)

    found = {int(values["daily_dose"]): values for values in written(home)}
    assert len(clients.acknowledged) >= WRITES
    assert set(clients.acknowledged) <= set(found)
    assert all(values == body_of(number) for number, values in found.items())
    with sqlite3.connect(home / "graph.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
