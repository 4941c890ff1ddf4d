from concurrent.futures import ThreadPoolExecutor

import pytest

from api.database import Database
from api.errors import ConflictError, NotFoundError
from api.jobs import Job, JobKind, JobState, JobStore
from api.jobs.store import MAX_WAITING, Told


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> JobStore:
    return JobStore(Database(url), clock)


def add(store: JobStore, kind: JobKind = JobKind.IMPORT, who: str = "root") -> Job:
    return store.add(kind, {"what": "graph"}, who)


def claimed(store: JobStore, job: Job) -> Job:
    found = store.claim(job.id)
    assert found is not None
    return found


def test_a_job_is_claimed_once_and_ends_with_its_result(store: JobStore) -> None:
    job = add(store)

    own = claimed(store, job)
    assert store.claim(job.id) is None
    assert store.beat(own, "reading", 0.5) is Told.GO_ON
    assert (store.find(job.id).step, store.find(job.id).progress, store.find(job.id).attempt) == ("reading", 0.5, 1)
    assert store.finish(own, JobState.DONE, result={"rows": 3})

    found = store.find(job.id)
    assert (found.state, found.result, found.progress, found.ended) == (JobState.DONE, {"rows": 3}, 1.0, True)
    assert store.beat(own, "reading", 0.6) is Told.NOT_YOURS
    assert not store.finish(own, JobState.FAILED, error="late")
    assert store.find(job.id).state is JobState.DONE


def test_of_many_that_claim_at_once_one_gets_it(store: JobStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(15):
            job = add(store, JobKind.REPORT)
            found = list(pool.map(store.claim, [job.id] * 16))

            assert sum(claim is not None for claim in found) == 1


def test_what_writes_to_the_graph_runs_alone_and_in_order(store: JobStore) -> None:
    first, second, report, third = add(store), add(store, JobKind.TRAINING), add(store, JobKind.REPORT), add(store)

    assert store.claim(second.id) is None, "the first was asked for before"
    own = claimed(store, first)
    assert store.claim(second.id) is None
    assert store.claim(report.id) is not None, "what only reads waits for nobody"
    store.finish(own, JobState.DONE, result={})
    assert store.claim(third.id) is None
    assert store.claim(second.id) is not None


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_is_told(store: JobStore) -> None:
    waiting, running, done = add(store), add(store, JobKind.REPORT), add(store, JobKind.REPORT)
    own = claimed(store, running)
    store.finish(claimed(store, done), JobState.DONE, result={})

    assert store.cancel(waiting.id).state is JobState.CANCELLED
    assert store.cancel(waiting.id).state is JobState.CANCELLED
    assert store.cancel(running.id).state is JobState.RUNNING
    assert store.beat(own, "", 0) is Told.CANCEL
    with pytest.raises(ConflictError, match="done already"):
        store.cancel(done.id)
    with pytest.raises(NotFoundError):
        store.cancel("0" * 32)


def test_a_run_that_fell_silent_is_taken_over_and_its_return_refused(store: JobStore, clock: Clock) -> None:
    own = claimed(store, add(store))
    lively = claimed(store, add(store, JobKind.REPORT))
    clock.now += 100
    store.beat(lively, "", 0)

    (taken,) = store.take_over(15)

    assert taken.id == own.id
    assert store.take_over(15) == []
    assert store.beat(own, "", 0) is Told.NOT_YOURS
    assert not store.finish(own, JobState.DONE, result={})
    assert store.hand_back(taken)
    assert claimed(store, own).attempt == 2


def test_jobs_are_listed_newest_first_page_by_page(store: JobStore) -> None:
    ids = [add(store, JobKind.REPORT, who).id for who in ("root", "ana", "root", "ana")]

    assert [job.id for job in store.all(limit=3)] == ids[:0:-1]
    assert [job.id for job in store.all(limit=3, after=ids[1])] == ids[:1]
    assert [job.id for job in store.all("ana")] == [ids[3], ids[1]]
    assert list(store.queued()) == ids
    with pytest.raises(NotFoundError):
        store.all(after="0" * 32)


def test_only_so_many_wait(store: JobStore) -> None:
    jobs = [add(store) for _ in range(MAX_WAITING)]

    with pytest.raises(ConflictError, match="wait already"):
        add(store)
    store.cancel(jobs[0].id)
    add(store)


def test_jobs_are_there_after_the_database_was_closed(store: JobStore, url: str) -> None:
    job = add(store)

    assert JobStore(Database(url)).find(job.id) == job
