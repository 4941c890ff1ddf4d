"""The service as people run it, for tests: its own process, a real socket, a real client."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.config import PROJECT
from tests.api.small import OTHER, OWN, PASSWORD

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("RXPATH_")}
COMMAND = [sys.executable, "-m", "api"]
NAME = "dr.ada"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(address: str, body: object = None, token: str = "") -> Answer:
    """Ask by GET, or by POST with a body."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=60) as answer:  # noqa: S310  # our own address
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(home: Path, settings: Mapping[str, str], workers: int = 1, patients: Sequence[str] = (OWN, OTHER)) -> Iterator[str]:
    """The address of a running service with a clinician who cares for patients; what it said is in ``log.txt`` of its home."""
    environment = ENVIRONMENT | {"RXPATH_HOME": str(home)} | dict(settings)
    add_clinician(environment, patients)
    with started(home, environment, workers) as (address, process):
        yield address
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, (home / "log.txt").read_text()


def add_clinician(environment: Mapping[str, str], patients: Sequence[str] = ()) -> None:
    """Make the one account, of a clinician who cares for these patients."""
    add = [*COMMAND, "user", "add", NAME, "--role", "clinician", "--password-stdin"]
    subprocess.run(add, input=PASSWORD.encode(), cwd=PROJECT, env=environment, check=True, capture_output=True)
    for patient in patients:
        grant = [*COMMAND, "care", "grant", NAME, patient]
        subprocess.run(grant, cwd=PROJECT, env=environment, check=True, capture_output=True)


@contextmanager
def started(home: Path, environment: Mapping[str, str], workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a service that is ready, and its process, which leads a group of its own; all are gone at the end."""
    port, log = free_port(), home / "log.txt"
    with log.open("wb") as out:
        command = [*COMMAND, "serve", "--port", str(port), "--workers", str(workers)]
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=out, stderr=out, start_new_session=True)
        try:
            _await_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a service that :func:`started` with its workers, by a signal that nobody can catch."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _await_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            if call(f"{address}/health/ready").status == 200:
                return
        except OSError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def sign_in(address: str) -> str:
    """A token of the clinician."""
    return str(call(f"{address}/v1/auth/token", {"username": NAME, "password": PASSWORD}).json["access_token"])
