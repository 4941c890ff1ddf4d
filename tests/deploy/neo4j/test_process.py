import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.neo4j.errors import ServerError
from deploy.neo4j.process import Process


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    made = Process(tmp_path / "run.lock")
    yield made
    made.end(signal.SIGKILL, 5)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "console.log"


def test_another_object_of_the_same_lock_finds_the_process(process: Process, log: Path) -> None:
    assert process.pid() is None
    process.launch(["sleep", "60"], log)

    pid = Process(process.lock).pid()

    assert pid
    assert Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") == "sleep\n"


def test_it_is_in_a_session_of_its_own_and_not_our_child(process: Process, log: Path) -> None:
    process.launch(["sleep", "60"], log)
    pid = process.pid()

    assert pid
    assert os.getsid(pid) != os.getsid(0)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_it_starts_once(process: Process, log: Path) -> None:
    process.launch(["sleep", "60"], log)
    pid = process.pid()

    with pytest.raises(ServerError, match="runs already"):
        process.launch(["sleep", "60"], log)
    assert process.pid() == pid


def test_a_number_that_is_left_over_means_nothing(process: Process) -> None:
    with subprocess.Popen(["sleep", "60"]) as another:
        process.lock.write_text(str(another.pid), encoding="utf-8")

        assert process.pid() is None
        assert process.end(signal.SIGKILL, 0)
        assert another.poll() is None
        another.kill()


def test_one_that_ends_by_itself_is_gone(process: Process, log: Path) -> None:
    process.launch(["true"], log)

    until = time.monotonic() + 10
    while process.pid() is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert process.pid() is None


def test_one_that_does_not_listen_is_told_apart_and_can_be_killed(process: Process, log: Path) -> None:
    process.launch(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"], log)
    while "deaf" not in log.read_text(encoding="utf-8"):
        time.sleep(0.01)

    assert not process.end(signal.SIGTERM, 0.3)
    assert process.end(signal.SIGKILL, 5)
    assert process.pid() is None


def test_what_it_prints_is_added_to_the_log(process: Process, log: Path) -> None:
    for word in ("first", "'; touch  injected; '"):
        process.launch(["echo", word], log)
        while process.pid() is not None:
            time.sleep(0.01)

    assert log.read_text(encoding="utf-8") == "first\n'; touch  injected; '\n"
