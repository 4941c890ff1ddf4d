import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from api.__main__ import main
from api.database import Database
from api.jobs import JobKind, JobState, JobStore
from graph.config import PROJECT
from tests.api.served import COMMAND, ENVIRONMENT


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """The jobs of a home that the environment names."""
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path))
    for name in ("RXPATH_GRAPH", "RXPATH_DATABASE", "RXPATH_JWT_KEY"):
        monkeypatch.delenv(name, raising=False)
    return JobStore(Database(f"sqlite:///{tmp_path / 'accounts.sqlite'}"))


def test_jobs_are_listed_shown_and_cancelled(store: JobStore, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = store.add(JobKind.TRAINING, {"what": "graph"}, "root"), store.add(JobKind.REPORT, {"what": "report"}, "ana")

    assert main(["jobs", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:4] for line in lines] == [
        [second.id, "report", "queued", "ana"],
        [first.id, "training", "queued", "root"],
    ]
    assert main(["jobs", "show", first.id[:12]]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == first.id
    assert main(["jobs", "cancel", first.id]) == 0
    assert capsys.readouterr().out == f"{first.id} is cancelled\n"
    assert store.find(first.id).state is JobState.CANCELLED
    own = store.claim(second.id)
    assert own is not None
    assert main(["jobs", "cancel", second.id]) == 0
    assert capsys.readouterr().out == f"{second.id} is to end\n"


@pytest.mark.parametrize(("beginning", "words"), [("", "several jobs"), ("z", "no such job")])
def test_what_names_no_one_job_is_refused(
    store: JobStore, capsys: pytest.CaptureFixture[str], beginning: str, words: str
) -> None:
    for _ in range(2):
        store.add(JobKind.REPORT, {"what": "report"}, "ana")

    assert main(["jobs", "show", beginning]) == 2
    assert words in capsys.readouterr().err


def test_a_worker_that_is_told_to_stop_stops(store: JobStore, tmp_path: Path) -> None:
    job = store.add(JobKind.TRAINING, {"what": "graph"}, "root")
    worker = subprocess.Popen([*COMMAND, "jobs", "work"], cwd=PROJECT, env=ENVIRONMENT | {"RXPATH_HOME": str(tmp_path)})
    end = time.monotonic() + 60
    while not store.find(job.id).ended and time.monotonic() < end:
        time.sleep(0.05)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=30) == 0
    assert store.find(job.id).error == "there is no usable snapshot; build the graph first"
