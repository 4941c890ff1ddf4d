"""Runs jobs: each in a process of its own, which is watched, told to end, and cleared up after.

A run says each second that it lives. A job whose run fell silent is taken over by whichever worker sees it first: one that can
go on where it stopped waits again, any other is lost, and says so.
"""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from api.errors import DatabaseUnavailableError, NotFoundError
from api.jobs import child
from api.jobs.child import Done, Failed, Message, Progress
from api.jobs.files import JobFiles
from api.jobs.imports import settle_import
from api.jobs.job import RESUMABLE, Job, JobKind, JobState
from api.jobs.queue import JobQueue
from api.jobs.setup import Setup
from api.jobs.store import JobStore, Told

MAX_ATTEMPTS = 3
"""How often a job is begun: one that ends its worker each time would do so for ever."""
TRIES = 5
"""How often the end of a job is written down while the database is away, a second apart."""

_log = logging.getLogger(__name__)


class _Why(Enum):
    """Why a run is to end before its work does."""

    CANCELLED = auto()
    STOPPED = auto()
    NOT_OURS = auto()


_TOLD = {Told.CANCEL: _Why.CANCELLED, Told.NOT_YOURS: _Why.NOT_OURS}


class Worker:
    """Runs jobs.

    Args:
        store: what is to be done, and what became of it.
        queue: which is next.
        files: uploads and reports.
        setup: of the site.
        beat: seconds between two signs of life.
        stale: seconds without one after which a run is taken for dead.
        grace: seconds that work has to end by itself.

    Attributes:
        stopping: when set, work ends as soon as it can, to be gone on with by others.
    """

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        files: JobFiles,
        setup: Setup,
        *,
        beat: float = 1.0,
        stale: float = 15.0,
        grace: float = 5.0,
    ) -> None:
        self.stopping = threading.Event()
        self._store = store
        self._queue = queue
        self._files = files
        self._setup = setup
        self._beat = beat
        self._stale = stale
        self._grace = grace

    def work(self, workers: int = 1) -> None:
        """Run jobs, so many at once, until told to stop."""
        self.tidy()
        self._queue.work(self.run, workers, self.stopping, self.tidy)

    def run(self, job_id: str) -> None:
        """Run a job, if it may be run now."""
        try:
            job = None if self.stopping.is_set() else self._store.claim(job_id)
            if job is not None:
                self._run(job)
            elif not self.stopping.is_set() and job_id in self._store.queued():
                # Another job writes to the graph: whoever waits is asked again.
                self._queue.put(job_id, wait=True)
        except Exception as error:  # the queue would log its words
            _log.error("job %s: %s", job_id, type(error).__name__)

    def tidy(self) -> None:
        """Take over what dead runs left, fill the queue from the table, and delete files that nobody needs."""
        try:
            for job in self._store.take_over(self._stale):
                self._go_on(job)
            waiting = self._queue.waiting()
            for job_id in self._store.queued():
                if job_id not in waiting:
                    self._queue.put(job_id)
            self._files.sweep(self._ended)
        except Exception as error:  # tried again a second later
            _log.warning("jobs cannot be looked after: %s", type(error).__name__)

    def _ended(self, job_id: str) -> bool | None:
        try:
            return self._store.find(job_id).ended
        except NotFoundError:
            return None

    def _go_on(self, job: Job) -> None:
        """Decide what becomes of a job whose run is gone."""
        if job.cancelling:
            self._end(job, JobState.CANCELLED)
        elif job.kind in RESUMABLE and job.attempt < MAX_ATTEMPTS:
            self._store.hand_back(job)
        else:
            self._end(job, JobState.LOST, "whoever ran it is gone; ask again")

    def _run(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        files = self._files.folder(job.id), self._files.written(job.id)
        process = context.Process(target=child.main, args=(sender, job, files, self._setup), name=f"job-{job.id}")
        process.start()
        sender.close()
        with receiver:
            last, why = self._follow(job, process, receiver)
        process.join()
        self._conclude(job, last, why, process.exitcode or 0)
        process.close()

    def _follow(self, job: Job, process: SpawnProcess, receiver: Connection) -> tuple[Message, _Why | None]:
        """Listen to a child until it ends; its last message, and why it was told to end."""
        last: Message = Progress("starting", 0.0)
        why: _Why | None = None
        beat_at, kill_at = 0.0, float("inf")
        while True:
            try:
                if receiver.poll(min(self._beat, 0.2)):
                    last = receiver.recv()
            except (EOFError, OSError):
                return last, why
            now = time.monotonic()
            if now >= beat_at and isinstance(last, Progress):
                beat_at = now + self._beat
                why = why or _TOLD.get(self._alive(job, last))
            why = why or (_Why.STOPPED if self.stopping.is_set() else None)
            if why and kill_at == float("inf"):
                kill_at = now + self._grace
                process.terminate()
            if now >= kill_at:
                process.kill()

    def _alive(self, job: Job, last: Progress) -> Told:
        try:
            return self._store.beat(job, last.step, last.share)
        except DatabaseUnavailableError:
            # Either it is back before the run counts as dead, or another run takes over and this one is told.
            return Told.GO_ON

    def _conclude(self, job: Job, last: Message, why: _Why | None, code: int) -> None:
        """Write down how a run ended; whatever was told to the child, work that is done is done."""
        if isinstance(last, Done):
            _persist(lambda: self._store.finish(job, JobState.DONE, result=last.result))
            self._files.drop(job.id)
        elif why is _Why.STOPPED and job.kind in RESUMABLE:
            _persist(lambda: self._store.hand_back(job))
        elif why is _Why.STOPPED:
            self._end(job, JobState.LOST, "the service was stopped while it ran; ask again")
        elif why is _Why.CANCELLED:
            self._end(job, JobState.CANCELLED)
        elif why is None:
            failed = last if isinstance(last, Failed) else Failed("the work came to an unexpected end", f"exit code {code}")
            _log.error("job %s failed: %s", job.id, failed.where)
            self._end(job, JobState.FAILED, failed.words)

    def _end(self, job: Job, state: JobState, words: str = "") -> None:
        """End a job that did not come to its end: nothing of it stays half done."""
        if job.kind is JobKind.IMPORT:
            try:
                settle_import(job.order, self._files.folder(job.id), self._setup)
            except Exception as error:  # the store is away: the next load of other files does the same
                _log.warning("job %s: the store cannot be cleared up: %s", job.id, type(error).__name__)
        _persist(lambda: self._store.finish(job, state, error=words))
        self._files.drop(job.id)


def _persist(write: Callable[[], bool]) -> None:
    """Write how a run ended, patiently; when the database stays away, the run counts as dead."""
    for _ in range(TRIES - 1):
        try:
            write()
            return
        except DatabaseUnavailableError:
            time.sleep(1.0)
    write()
