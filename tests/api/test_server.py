"""The service as people run it: its own process, a real socket, a real client."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from graph.config import PROJECT
from tests.api.small import OWN, PASSWORD

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("RXPATH_")}


def call(address: str, body: object = None, token: str = "") -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=60) as answer:  # noqa: S310  # our own address
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running service with one clinician."""
    own = Path(
        copytree(
            home,
            tmp_path_factory.mktemp("served") / "home",
            ignore=lambda folder, names: [n for n in names if n.startswith("accounts")],
        )
    )
    environment = ENVIRONMENT | {"RXPATH_HOME": str(own)}
    command = [sys.executable, "-m", "api"]
    add = [*command, "user", "add", "dr.ada", "--role", "clinician", "--password-stdin"]
    subprocess.run(add, input=PASSWORD.encode(), cwd=PROJECT, env=environment, check=True, capture_output=True)
    port = free_port()
    log = own / "log.txt"
    with log.open("wb") as out:
        serve = [*command, "serve", "--port", str(port), "--workers", "2"]
        process = subprocess.Popen(serve, cwd=PROJECT, env=environment, stdout=out, stderr=out)
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 60
        while True:
            try:
                if call(f"{address}/health/ready")[0] == 200:
                    break
            except OSError:
                pass
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        yield address
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    words = log.read_text()
    assert OWN not in words
    assert PASSWORD not in words


def test_a_token_then_a_recommendation(served: str) -> None:
    status, body = call(f"{served}/v1/auth/token", {"username": "dr.ada", "password": PASSWORD})
    assert status == 200
    token = json.loads(body)["access_token"]

    answers = {call(f"{served}/v1/patients/{OWN}/recommendations?as_of=2026-01-01", token=token) for _ in range(8)}

    assert len(answers) == 1, "two workers answer with the same bytes and know each other's tokens"
    status, body = answers.pop()
    assert status == 200
    assert json.loads(body)["recommendations"]


def test_errors_are_problems_over_the_wire_as_well(served: str) -> None:
    for path, body, expected in (
        ("/v1/medicines?q=a", None, 401),
        ("/nope", None, 404),
        ("/v1/auth/token", {}, 422),
    ):
        status, answer = call(served + path, body)
        assert (status, json.loads(answer)["status"]) == (expected, expected)


def test_a_body_that_is_too_large_is_refused_over_the_wire(served: str) -> None:
    # Announced, not sent: the server refuses by the length, and may close before a body would have been sent.
    connection = http.client.HTTPConnection(served.removeprefix("http://"), timeout=60)
    connection.putrequest("POST", "/v1/auth/token")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "1100000")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["status"]) == (413, 413)
    connection.close()


def test_the_docs_page_is_served(served: str) -> None:
    assert b"swagger" in call(f"{served}/docs")[1]


def test_a_service_told_to_stop_while_its_workers_start_stops(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", str(free_port()), "--workers", "2"],
        cwd=PROJECT,
        env=ENVIRONMENT | {"RXPATH_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text().split():
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
