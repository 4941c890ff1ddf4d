"""The store as requests read it: each question is answered within two seconds, or refused.

A request may ask twice, and nobody waits longer than four seconds. The drivers' own limits add up to more, and a server that is
frozen keeps a reader for minutes; so the questions are put by threads of their own, and one that is not answered in time is
left to its thread. While the store is known to be away one request at a time tries it, and all others are refused at once:
they would otherwise take every thread of the service, and what needs no store would wait behind them.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import RxpathError, StoreUnavailableError
from graph.store import GraphStore
from graph.telling import Decide, Telling

T = TypeVar("T")
WAIT_SECONDS = 1.9
"""How long a question may take."""
SLOW_SECONDS = 0.2
"""A failure that took longer than this makes the store count as away: to run into it again would hold up other requests."""
TRY_SECONDS = 0.5
"""How often a store that is away is tried."""
WRITE_SECONDS = 3.5
"""How long a change of a record may take: writers wait for each other, and for a build that takes the store's place."""
ERASE_SECONDS = 30.0
"""How long an erasure may take, which waits until nobody reads what was there before."""
THREADS = 8
"""How many questions may be under way at once, those that nobody waits for any more among them."""


class GuardedStore:
    """The reads of a store that a request makes, and the changes of records; see the module.

    Args:
        store: the store itself, for what may take its time.
        wait: seconds that a question may take.
        clock: seconds, ever rising, by which a store that is away is tried again.
    """

    def __init__(self, store: GraphStore, wait: float = WAIT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.store = store
        self._wait = wait
        self._clock = clock
        self._readers = _Readers()
        # Threads of their own: who waits for a lock holds up no reader.
        self._writers = _Readers()
        self._away = False
        self._next_try = 0.0
        self._trying = threading.Lock()

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        return self._ask(lambda: self.store.node(node_id))

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        return self._ask(lambda: self.store.edges_from(node_id, kinds))

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int) -> Sequence[Node]:
        """See :meth:`graph.store.GraphStore.nodes`; all of them read when it answers."""
        return self._ask(lambda: tuple(self.store.nodes(kind, after=after, limit=limit)))

    def revision(self) -> str:
        """See :meth:`graph.store.GraphStore.revision`."""
        return self._ask(self.store.revision)

    def is_erased(self, patient: NodeId) -> bool:
        """See :meth:`graph.telling.LiveRecords.is_erased`."""
        return self._ask(lambda: self.store.is_erased(patient))

    def tell(self, patient: NodeId, decide: Decide) -> None:
        """See :meth:`graph.telling.LiveRecords.tell`; what could not begin in time is not done later."""
        self._refuse_away()
        end = time.monotonic() + WRITE_SECONDS

        def in_time(node: Node | None, edges: Sequence[Edge]) -> Telling:
            # Whoever asked was told that it failed: it must not be done when the lock comes free at last.
            if time.monotonic() > end:
                raise StoreUnavailableError("the store was not free in time")
            return decide(node, edges)

        self._writers.ask(lambda: self._heard(lambda: self.store.tell(patient, in_time)), WRITE_SECONDS)

    def forget(self, patient: NodeId) -> int:
        """See :meth:`graph.telling.LiveRecords.forget`."""
        self._refuse_away()
        return self._writers.ask(lambda: self._heard(lambda: self.store.forget(patient)), ERASE_SECONDS)

    def _refuse_away(self) -> None:
        if self._away:
            # Only a read tells whether it is back: one that goes wrong leaves nothing half done.
            self.revision()

    def _ask(self, question: Callable[[], T]) -> T:
        if not self._away:
            return self._try(question)
        if self._clock() < self._next_try or not self._trying.acquire(blocking=False):
            raise StoreUnavailableError("the store did not answer a moment ago")
        try:
            return self._try(question)
        finally:
            self._trying.release()

    def _try(self, question: Callable[[], T]) -> T:
        begun = time.monotonic()
        try:
            return self._readers.ask(lambda: self._heard(question), self._wait)
        except StoreUnavailableError:
            # A quick failure holds nobody up, and may concern this question alone.
            self._away = self._away or time.monotonic() - begun > SLOW_SECONDS
            self._next_try = self._clock() + TRY_SECONDS
            raise

    def _heard(self, question: Callable[[], T]) -> T:
        """The answer; with it the store is back, also when nobody waits for this one any more."""
        try:
            answer = question()
        except StoreUnavailableError:
            raise
        except RxpathError:
            self._away = False
            raise
        self._away = False
        return answer


class _Readers:
    """Threads that put questions: as many as were ever needed at once, at most ``THREADS``.

    Not an executor of the library: at the end of a process that waits for threads which a frozen server may hold for good.
    """

    def __init__(self) -> None:
        self._questions: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._started = 0

    def ask(self, question: Callable[[], T], seconds: float) -> T:
        """The answer, or the error, of a question.

        Raises:
            StoreUnavailableError: when it takes longer than so many seconds.
        """
        future: Future[T] = Future()
        if not self._idle.acquire(blocking=False):
            self._start_one()
        self._questions.put((future, question))
        try:
            return future.result(seconds)
        except TimeoutError:
            # One that no thread has begun is not put at all.
            future.cancel()
            raise StoreUnavailableError(f"the store did not answer within {seconds:g} seconds") from None

    def _start_one(self) -> None:
        with self._lock:
            if self._started < THREADS:
                threading.Thread(target=self._read, daemon=True, name="store reader").start()
                self._started += 1

    def _read(self) -> None:
        while True:
            future, question = self._questions.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(question())
                except BaseException as error:  # whoever asked raises it
                    future.set_exception(error)
            # What was asked is let go of before the next question: it may hold a patient's record.
            del future, question
            self._idle.release()
