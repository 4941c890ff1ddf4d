"""The service as people run it: its own process, a real socket, a real client."""

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from graph.config import PROJECT
from tests.api.served import COMMAND, ENVIRONMENT, call, free_port, serve, sign_in
from tests.api.small import OTHER, OWN, PASSWORD


@pytest.fixture(scope="module")
def served_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the running service."""
    return Path(
        copytree(
            home,
            tmp_path_factory.mktemp("served") / "home",
            ignore=lambda folder, names: [n for n in names if n.startswith("accounts")],
        )
    )


@pytest.fixture(scope="module")
def served(served_home: Path) -> Iterator[str]:
    """The address of a running service with one clinician."""
    with serve(served_home, {}, workers=2) as address:
        yield address
    words = (served_home / "log.txt").read_text()
    assert OWN not in words
    assert PASSWORD not in words


def test_a_token_then_a_recommendation(served: str) -> None:
    token = sign_in(served)

    answers = [call(f"{served}/v1/patients/{OWN}/recommendations?as_of=2026-01-01", token=token) for _ in range(8)]

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1, "two workers answer with the same bytes and know each other's tokens"
    assert answers[0].json["recommendations"]


def test_a_new_diagnosis_counts_in_every_worker_at_once(served: str) -> None:
    token, own = sign_in(served), f"{served}/v1/patients/{OTHER}"

    def suggested() -> list[bool]:
        answers = [call(f"{own}/recommendations?as_of=2026-01-01", token=token).json for _ in range(8)]
        return ["Metformin" in {item["medicine"]["name"] for item in answer["recommendations"]} for answer in answers]

    assert not any(suggested())
    assert call(f"{own}/diagnoses", {"condition": "type 2 diabetes"}, token).status == 201
    assert all(suggested())


def test_errors_are_problems_over_the_wire_as_well(served: str) -> None:
    for path, body, expected in (
        ("/v1/medicines?q=a", None, 401),
        ("/nope", None, 404),
        ("/v1/auth/token", {}, 422),
    ):
        answer = call(served + path, body)
        assert (answer.status, answer.json["status"]) == (expected, expected)


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
    assert b"swagger" in call(f"{served}/docs").body


def test_a_service_told_to_stop_while_its_workers_start_stops(home: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(free_port()), "--workers", "2"],
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


def test_clients_that_send_no_body_do_not_hold_up_what_has_none(served: str) -> None:
    host, port = served.removeprefix("http://").split(":")
    head = b"POST /v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    slow = [socket.create_connection((host, int(port)), timeout=60) for _ in range(40)]
    for connection in slow:
        connection.sendall(head)

    assert {call(f"{served}/health/live").status for _ in range(10)} == {200}
    for connection in slow:
        connection.close()


def test_the_counts_of_both_workers_are_added_up_and_log_lines_are_json(served: str, served_home: Path) -> None:
    before = _live_requests(served_home)
    for _ in range(20):
        call(f"{served}/health/live")

    assert _live_requests(served_home) == before + 20
    assert len(list((served_home / "metrics").glob("counter_*.db"))) == 2


def _live_requests(home: Path) -> int:
    """How many lines of the log tell of a request for /health/live."""
    lines = [json.loads(line) for line in (home / "log.txt").read_text().splitlines() if line.startswith("{")]
    return len([line for line in lines if line["event"] == "request" and line["route"] == "/health/live"])
