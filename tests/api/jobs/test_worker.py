"""Jobs run in processes of their own: what is done, ended, killed and gone on with."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.jobs import Job, JobKind, JobState
from graph.config import PROJECT
from graph.embedded_store import EmbeddedStore
from graph.store import UNFINISHED
from tests.api.jobs.conftest import Site
from tests.api.served import ENVIRONMENT

PEOPLE = 120_000
"""Patients of an import that takes long enough to be ended: a batch is 20,000."""
CANARY = "Zebrafever"


def order(site: Site, text: str, mode: str = "add", name: str = "patient.csv") -> Job:
    """Order an import of one file."""
    job = site.store.add(JobKind.IMPORT, {"mode": mode, "dry_run": False, "files": [name], "mapped": False}, "root")
    folder = site.files.folder(job.id)
    folder.mkdir(parents=True)
    (folder / name).write_text(text)
    return job


def many(people: int = PEOPLE) -> str:
    return "patient_id,birth_year,sex\n" + "".join(f"P{i},19{i % 90 + 10},female\n" for i in range(people))


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@contextmanager
def running(site: Site, job: Job) -> Iterator[None]:
    """The job runs meanwhile, and is reading."""
    thread = threading.Thread(target=site.worker.run, args=(job.id,))
    thread.start()
    wait_for(lambda: site.store.find(job.id).progress > 0.05)
    yield
    thread.join(60)
    assert not thread.is_alive()


def counts(site: Site) -> dict[str, int]:
    store = EmbeddedStore(site.home / "graph.sqlite")
    try:
        return store.counts()
    finally:
        store.close()


def revision(site: Site) -> str:
    store = EmbeddedStore(site.home / "graph.sqlite")
    try:
        return store.revision()
    finally:
        store.close()


def test_an_import_is_done_and_its_files_are_gone(site: Site) -> None:
    job = order(site, "Drug_Name,Reason,Description\nZetapril,Hypertension,x\n", name="file-1.csv")

    site.worker.run(job.id)

    found = site.store.find(job.id)
    assert (found.state, found.attempt, found.error) == (JobState.DONE, 1, "")
    assert found.result is not None
    assert found.result["total"]["created"] == 2
    assert found.result["snapshot"]
    assert not site.files.folder(job.id).exists()
    site.worker.run(job.id)
    assert site.store.find(job.id) == found, "a second message for it changes nothing"


def test_work_that_fails_says_so_without_a_value(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    job = order(site, f"{CANARY},x\n{CANARY},2\n", name="file-1.csv")

    site.worker.run(job.id)

    found = site.store.find(job.id)
    assert (found.state, found.result) == (JobState.FAILED, None)
    assert "file 1 holds no table" in found.error
    assert "JobError at imports.py" in caplog.text
    assert CANARY not in caplog.text + repr(found)
    assert not site.files.folder(job.id).exists()


def test_a_training_that_cannot_be_says_why(site: Site) -> None:
    job = site.store.add(JobKind.TRAINING, {"what": "graph"}, "root")

    site.worker.run(job.id)

    assert site.store.find(job.id).error == "there is too little to learn from"


def test_an_addition_that_is_cancelled_leaves_whole_batches_and_a_closed_load(site: Site) -> None:
    before = counts(site)["Patient"]
    job = order(site, many())

    with running(site, job):
        site.store.cancel(job.id)

    found = site.store.find(job.id)
    assert (found.state, found.cancelling, found.result) == (JobState.CANCELLED, True, None)
    assert (counts(site)["Patient"] - before) % 20_000 == 0
    assert counts(site)["Patient"] - before < PEOPLE
    assert not revision(site).startswith(UNFINISHED)
    assert not site.files.folder(job.id).exists()


def test_a_build_that_is_cancelled_leaves_the_graph_as_it_was(site: Site) -> None:
    before, name = counts(site), revision(site)
    job = order(site, many(), "build")

    with running(site, job):
        site.store.cancel(job.id)

    assert site.store.find(job.id).state is JobState.CANCELLED
    assert (counts(site), revision(site)) == (before, name)
    assert [path.name for path in site.home.iterdir() if "building" in path.name] == []


def test_work_that_is_killed_is_seen(site: Site) -> None:
    job = order(site, many(), "build")

    with running(site, job):
        (pid,) = _spawned(os.getpid())
        os.kill(pid, signal.SIGKILL)

    found = site.store.find(job.id)
    assert (found.state, found.error) == (JobState.FAILED, "the work came to an unexpected end")
    assert [path.name for path in site.home.iterdir() if "building" in path.name] == []


def test_a_worker_that_is_stopped_hands_back_what_can_be_gone_on_with(site: Site) -> None:
    job = order(site, many())
    before = counts(site)["Patient"]

    with running(site, job):
        site.worker.stopping.set()
    assert site.store.find(job.id).state is JobState.QUEUED
    assert site.files.folder(job.id).exists()
    again = Site(site.home)
    again.worker.run(job.id)

    found = again.store.find(job.id)
    assert (found.state, found.attempt) == (JobState.DONE, 2)
    assert found.result is not None
    assert found.result["resumed"] is True
    assert counts(site)["Patient"] - before == PEOPLE


def test_a_worker_that_is_killed_leaves_a_job_that_another_ends(site: Site) -> None:
    before = counts(site)["Patient"]
    job = order(site, many())
    site.queue.put(job.id)
    command = [sys.executable, "-m", "api", "jobs", "work"]
    worker = subprocess.Popen(command, cwd=PROJECT, env=ENVIRONMENT | {"RXPATH_HOME": str(site.home)})
    wait_for(lambda: site.store.find(job.id).progress > 0.05)
    children = _spawned(worker.pid)
    worker.kill()
    worker.wait()

    other = Site(site.home, stale=0.5)
    assert children
    wait_for(lambda: not any(_lives(pid) for pid in children), 10)
    other.worker.run(job.id)
    assert other.store.find(job.id).state is JobState.RUNNING, "nobody else may run it yet"
    time.sleep(0.6)
    other.worker.tidy()
    assert other.store.find(job.id).state is JobState.QUEUED
    other.worker.run(job.id)

    found = other.store.find(job.id)
    assert (found.state, found.attempt) == (JobState.DONE, 2)
    assert found.result is not None
    assert found.result["resumed"] is True
    assert counts(site)["Patient"] - before == PEOPLE
    assert not revision(site).startswith(UNFINISHED)


@pytest.mark.parametrize(("kind", "times"), [(JobKind.REPORT, 1), (JobKind.IMPORT, 3)])
def test_what_cannot_be_gone_on_with_is_lost_and_says_so(site: Site, kind: JobKind, times: int) -> None:
    other = Site(site.home, stale=0.0)
    job = order(site, "patient_id\nP1\n") if kind is JobKind.IMPORT else site.store.add(kind, {"what": "report"}, "root")

    for _ in range(times):
        assert site.store.claim(job.id) is not None
        time.sleep(0.01)
        other.worker.tidy()

    found = site.store.find(job.id)
    assert (found.state, found.attempt, found.error) == (JobState.LOST, times, "whoever ran it is gone; ask again")
    assert not site.files.folder(job.id).exists()


def test_jobs_that_no_message_names_are_run_as_well(site: Site) -> None:
    job = order(site, "patient_id\nP1\n", "validate")
    threading.Thread(target=lambda: (wait_for(lambda: site.store.find(job.id).ended), site.worker.stopping.set())).start()

    site.worker.work()

    assert site.store.find(job.id).state is JobState.DONE


def _spawned(pid: int) -> list[int]:
    """Processes that a process has started to do work."""
    return [child for child in _children(pid, "spawn_main") if "resource_tracker" not in _command(child)]


def _children(pid: int, word: str) -> list[int]:
    found = [int(part) for task in Path(f"/proc/{pid}/task").iterdir() for part in (task / "children").read_text().split()]
    return [child for child in found if word in _command(child)]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False
