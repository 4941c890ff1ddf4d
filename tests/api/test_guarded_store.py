import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.guarded_store import THREADS, TRY_SECONDS, GuardedStore
from graph.config import PROJECT
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import StoreUnavailableError, UnknownNodeError
from graph.telling import Telling
from tests.api.small import build

CONDITION = NodeId("ICD10CM:I10")


class FreezingStore(EmbeddedStore):
    """A store that can be frozen: who asks meanwhile gets no answer before it thaws."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.thawed = threading.Event()
        self.thawed.set()
        self.asked = threading.Semaphore(0)

    def revision(self) -> str:
        thawed = self.thawed
        if not thawed.is_set():
            self.asked.release()
            thawed.wait()
        return super().revision()

    def freeze(self) -> threading.Event:
        """Freeze; the event lets those go on who ask from now on."""
        self.thawed = threading.Event()
        return self.thawed

    def come_anew(self) -> None:
        """Answer who asks from now on; those who asked before wait on, as on a connection whose other end is gone."""
        self.thawed = threading.Event()
        self.thawed.set()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FreezingStore]:
    opened = FreezingStore(build(tmp_path) / "graph.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def now() -> list[float]:
    """Seconds that pass when a test says so."""
    return [100.0]


@pytest.fixture
def guarded(store: FreezingStore, now: list[float]) -> GuardedStore:
    return GuardedStore(store, wait=0.3, clock=lambda: now[0])


@pytest.fixture
def frozen(store: FreezingStore) -> Iterator[threading.Event]:
    """The store is frozen; what this is lets those go on who asked it."""
    event = store.freeze()
    yield event
    event.set()


def find_out(guarded: GuardedStore) -> None:
    """Run into the frozen store."""
    with pytest.raises(StoreUnavailableError, match=r"within 0\.3 seconds"):
        guarded.revision()


def refused(guarded: GuardedStore) -> None:
    with pytest.raises(StoreUnavailableError, match="a moment ago"):
        guarded.revision()


def answers(guarded: GuardedStore) -> bool:
    try:
        return bool(guarded.revision())
    except StoreUnavailableError:
        return False


def test_answers_and_errors_are_the_stores_own(store: FreezingStore, guarded: GuardedStore) -> None:
    medicine = NodeId("RxNorm:29046")

    assert guarded.node(medicine) == store.node(medicine)
    assert guarded.edges_from(medicine) == store.edges_from(medicine) != ()
    assert guarded.edges_from(medicine, [EdgeKind.HAS_INGREDIENT]) == store.edges_from(medicine, [EdgeKind.HAS_INGREDIENT])
    assert guarded.revision() == store.revision()
    with pytest.raises(UnknownNodeError, match="rx:none"):
        guarded.node(NodeId("rx:none"))


def test_a_frozen_store_is_given_up_then_refused_at_once_and_tried_again_later(
    store: FreezingStore, guarded: GuardedStore, now: list[float], frozen: threading.Event
) -> None:
    find_out(guarded)
    refused(guarded)

    store.come_anew()
    refused(guarded)
    now[0] += TRY_SECONDS
    assert guarded.revision() == store.revision()
    assert guarded.revision() == store.revision()


def test_a_store_that_stays_away_is_refused_again_after_every_try(
    guarded: GuardedStore, now: list[float], frozen: threading.Event
) -> None:
    for _ in range(2):
        find_out(guarded)
        refused(guarded)
        now[0] += TRY_SECONDS


def test_one_at_a_time_tries_a_store_that_is_away_and_the_others_are_refused(
    store: FreezingStore, guarded: GuardedStore, now: list[float], frozen: threading.Event
) -> None:
    find_out(guarded)
    assert store.asked.acquire(timeout=60)
    now[0] += TRY_SECONDS
    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(find_out, guarded)
        assert store.asked.acquire(timeout=60)

        refused(guarded)

        trying.result()


def test_an_answer_that_nobody_waits_for_any_more_shows_that_the_store_is_back(
    guarded: GuardedStore, frozen: threading.Event
) -> None:
    find_out(guarded)
    refused(guarded)

    frozen.set()

    assert any(answers(guarded) for _ in range(100_000))


def test_an_error_of_the_store_is_an_answer(
    store: FreezingStore, guarded: GuardedStore, now: list[float], frozen: threading.Event
) -> None:
    find_out(guarded)
    store.come_anew()
    now[0] += TRY_SECONDS

    with pytest.raises(UnknownNodeError):
        guarded.node(NodeId("rx:none"))

    assert guarded.revision() == store.revision()


def test_a_quick_failure_refuses_nobody_else(store: FreezingStore, guarded: GuardedStore) -> None:
    content = store.path.read_bytes()
    store.path.write_bytes(b"damaged" * 2000)
    with pytest.raises(StoreUnavailableError, match="cannot be used"):
        guarded.node(CONDITION)
    store.path.write_bytes(content)

    assert guarded.node(CONDITION).id == CONDITION


def test_readers_that_nobody_waits_for_any_more_are_bounded_and_come_back(
    store: FreezingStore, guarded: GuardedStore, now: list[float], frozen: threading.Event
) -> None:
    before = threading.active_count()
    for _ in range(THREADS + 2):
        find_out(guarded)
        now[0] += TRY_SECONDS
    assert threading.active_count() - before == THREADS

    frozen.set()

    assert any(answers(guarded) for _ in range(100_000))


def test_a_process_ends_although_a_reader_hangs() -> None:
    program = """
import threading
from api.guarded_store import GuardedStore
from graph.errors import StoreUnavailableError

class Hanging:
    def revision(self):
        threading.Event().wait()

try:
    GuardedStore(Hanging(), wait=0.1).revision()
except StoreUnavailableError:
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\n", "")


def nothing(node: Node | None, edges: Sequence[Edge]) -> Telling:
    return Telling(node)


def test_a_record_is_changed_while_reads_are_held_up(store: FreezingStore, guarded: GuardedStore) -> None:
    patient = next(store.nodes(NodeKind.PATIENT)).id
    event = store.freeze()
    waiting = threading.Thread(target=find_out, args=[guarded])
    waiting.start()

    guarded.tell(patient, nothing)

    assert store.last_telling() == 1
    waiting.join()
    event.set()
    assert not store.is_erased(patient)


def test_what_could_not_begin_in_time_is_not_done_later(
    store: FreezingStore, guarded: GuardedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.guarded_store.WRITE_SECONDS", 0.2)
    patient = next(store.nodes(NodeKind.PATIENT)).id
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailableError):
        guarded.tell(patient, nothing)

    other.execute("COMMIT")
    other.close()
    # Behind the one that was given up: when this is done, that has been, too.
    guarded.forget(patient)
    assert store.last_telling() == 1


def test_while_the_store_is_away_nothing_is_written(store: FreezingStore, guarded: GuardedStore) -> None:
    patient = next(store.nodes(NodeKind.PATIENT)).id
    event = store.freeze()
    find_out(guarded)

    for write in (lambda: guarded.tell(patient, nothing), lambda: guarded.forget(patient)):
        with pytest.raises(StoreUnavailableError):
            write()

    assert store.last_telling() == 0
    event.set()
