"""Jobs: work that takes longer than a request. A table says what became of each, and a queue which is next."""

from api.jobs.files import JobFiles
from api.jobs.job import Job, JobKind, JobState
from api.jobs.queue import JobQueue
from api.jobs.store import JobStore

__all__ = ["Job", "JobFiles", "JobKind", "JobQueue", "JobState", "JobStore"]
