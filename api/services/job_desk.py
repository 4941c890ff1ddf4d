"""Takes orders for jobs, and says to whoever may know it what became of them."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.accounts import Account, Role
from api.errors import NotFoundError
from api.jobs import Job, JobFiles, JobKind, JobQueue, JobStore
from api.jobs.files import Upload


class JobDesk:
    """Where jobs are ordered. An account knows of its own jobs, an admin of all.

    Args:
        store: the jobs.
        queue: where workers look for them.
        files: what is uploaded for them, and what they write.
    """

    def __init__(self, store: JobStore, queue: JobQueue, files: JobFiles) -> None:
        self._store = store
        self._queue = queue
        self._files = files

    def order(self, kind: JobKind, what: str, asking: Account) -> Job:
        """Order a training, a report or an evaluation.

        Raises:
            ConflictError: when too many jobs wait.
        """
        return self._put(self._store.add(kind, {"what": what}, asking.name))

    def order_import(self, how: dict[str, Any], uploads: Sequence[Upload], mapping: str, asking: Account) -> Job:
        """Order an import.

        Args:
            how: ``mode`` and ``dry_run``.
            uploads: the files.
            mapping: TOML; empty for known tables.
            asking: who asks.

        Raises:
            ConflictError: when too many jobs wait.
            InputError: when two files are of one name.
        """
        job_id = uuid.uuid4().hex
        try:
            names = self._files.take(job_id, uploads, mapping)
            order = how | {"files": list(names), "mapped": bool(mapping)}
            return self._put(self._store.add(JobKind.IMPORT, order, asking.name, job_id))
        except BaseException:
            self._files.drop(job_id)
            raise

    def find(self, job_id: str, asking: Account) -> Job:
        """A job.

        Raises:
            NotFoundError: when there is none of this id, or it is another's.
        """
        job = self._store.find(job_id)
        if asking.role is not Role.ADMIN and job.asked_by != asking.name:
            raise NotFoundError("there is no such job")
        return job

    def all(self, asking: Account, *, limit: int, after: str) -> Sequence[Job]:
        """The newest jobs that an account knows of, those behind the job ``after``.

        Raises:
            NotFoundError: when there is no such job for the account.
        """
        if after:
            self.find(after, asking)
        return self._store.all("" if asking.role is Role.ADMIN else asking.name, limit=limit, after=after)

    def cancel(self, job_id: str, asking: Account) -> Job:
        """End a job; one that runs is told to, and ends a moment later.

        Raises:
            NotFoundError: when there is none of this id, or it is another's.
            ConflictError: when it has ended already.
        """
        self.find(job_id, asking)
        return self._store.cancel(job_id)

    def files(self, job_id: str, asking: Account) -> Sequence[Path]:
        """What a job wrote; errors are those of :meth:`find`."""
        job = self.find(job_id, asking)
        return self._files.reports(job.id) if job.ended else ()

    def file(self, job_id: str, name: str, asking: Account) -> Path:
        """One file that a job wrote.

        Raises:
            NotFoundError: when there is no such job for the account, or it wrote no such file.
        """
        found = [path for path in self.files(job_id, asking) if path.name == name]
        if not found:
            raise NotFoundError("the job wrote no such file")
        return found[0]

    def _put(self, job: Job) -> Job:
        self._queue.put(job.id)
        self._queue.close()
        return job
