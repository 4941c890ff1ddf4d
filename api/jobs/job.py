"""A job as the rest of the service sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    TRAINING = "training"
    REPORT = "report"
    EVALUATION = "evaluation"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """Whoever ran it is gone, and it cannot go on where it stopped."""


WRITING = frozenset({JobKind.IMPORT, JobKind.TRAINING})
"""Kinds that write to the graph: one at a time, in the order in which they were asked for."""
RESUMABLE = frozenset({JobKind.IMPORT, JobKind.TRAINING})
"""Kinds that go on where they stopped: a load by its fingerprint, a training by its stages."""
ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.LOST})


@dataclass(frozen=True, slots=True)
class Job:
    """Work that was asked for, and what became of it. It holds nothing of a patient, nor a text that a client sent.

    Attributes:
        id: 32 hexadecimal digits.
        kind: what it does.
        state: where it stands.
        asked_by: name of the account.
        order: what is to be done, in our own words.
        queued_at: seconds since 1970, as all times here.
        started_at: of the latest attempt.
        finished_at: when it ended.
        step: what is being done, in words.
        progress: the share of that step that is done, 0 to 1.
        result: what came of it, once it is done.
        error: why it did not succeed; empty otherwise.
        attempt: how often it was begun.
        cancelling: whether it was asked to end.
        owner: names the one run that may write to its row; empty while nobody runs it.
    """

    id: str
    kind: JobKind
    state: JobState
    asked_by: str
    order: Mapping[str, Any]
    queued_at: float
    started_at: float | None = None
    finished_at: float | None = None
    step: str = ""
    progress: float = 0.0
    result: Mapping[str, Any] | None = None
    error: str = ""
    attempt: int = 0
    cancelling: bool = False
    owner: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED
