"""The process that does the work of one job, and nothing else: it can be ended at any time, and its crash harms nobody.

It says how far it is, and at last what came of it, through a pipe. It ends with the worker that started it. What it would
print goes nowhere, since it may hold a patient's data: of an error that is no known one only the kind and the place are told.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from api.errors import JobError
from api.jobs.imports import run_import
from api.jobs.job import Job, JobKind
from api.jobs.reports import run_report
from api.jobs.setup import Setup, Tell
from api.jobs.trainings import run_training
from graph.errors import RxpathError, SnapshotError, StoreUnavailableError
from loaders.errors import LoadError
from recommender.errors import BundleError, EvaluationError, PredictorError, TrainingError

TELL_SECONDS = 0.2
"""How often progress is told at most."""

WORDS: Mapping[type[RxpathError], str] = {
    LoadError: "the files cannot be loaded as they are",
    StoreUnavailableError: "the graph is away, or was written to meanwhile; ask again",
    SnapshotError: "there is no usable snapshot; build the graph first",
    TrainingError: "there is too little to learn from",
    PredictorError: "the predictor cannot be fitted on the records that there are",
    EvaluationError: "there is nothing to judge, or the report cannot be written",
    BundleError: "what was learned cannot be written",
}
"""What is told of an error in place of its own words, which may name files or values."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and which share of it is."""

    step: str
    share: float


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done."""

    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be.

    Attributes:
        words: for whoever asked.
        where: for the log.
    """

    words: str
    where: str


Message = Progress | Done | Failed


def main(sender: Connection, job: Job, files: tuple[Path, Path], setup: Setup) -> None:
    """Do the work of a job.

    Args:
        sender: takes messages.
        job: what is to be done.
        files: folder of what was uploaded, and folder for what it writes.
        setup: of the site.
    """
    _become_quiet()
    # Before a fit loads OpenMP: on small tables several threads wait for each other ten times as long as they work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        sender.send(Done(_work(job, files, setup, _telling(sender))))
    except Exception as error:  # whatever it is, whoever asked is told that it failed
        sender.send(Failed(words_of(error), _where(error)))


def _work(job: Job, files: tuple[Path, Path], setup: Setup, tell: Tell) -> dict[str, Any]:
    if job.kind is JobKind.IMPORT:
        return run_import(job.order, files[0], setup, tell)
    if job.kind is JobKind.TRAINING:
        return run_training(job.order, setup, tell)
    return run_report(job.order, files[1], setup, tell)


def words_of(error: Exception) -> str:
    """What whoever asked is told of an error."""
    if isinstance(error, JobError):
        return str(error)
    kind = next((kind for kind in type(error).__mro__ if kind in WORDS), None)
    return WORDS[kind] if kind else "the work failed; the log says where"


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


def _telling(sender: Connection) -> Tell:
    last = [0.0]

    def tell(step: str, share: float) -> None:
        if time.monotonic() - last[0] >= TELL_SECONDS:
            last[0] = time.monotonic()
            sender.send(Progress(step, share))

    return tell


def _become_quiet() -> None:
    with Path(os.devnull).open("wb") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
