"""``jobs list|show|cancel|work``: work that takes longer than a request."""

import argparse
import os
import signal
import threading
import time
from datetime import UTC, datetime
from typing import Any

from api.database import Database
from api.errors import NotFoundError
from api.jobs import Job, JobStore
from api.ordered import shown
from api.settings import Settings


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    jobs = commands.add_parser("jobs", help="imports, trainings and reports").add_subparsers(required=True, metavar="COMMAND")
    show_all = jobs.add_parser("list", help="the newest jobs")
    show_all.set_defaults(run=_list)
    show_all.add_argument("--limit", type=int, default=20, metavar="N", help="how many (20)")
    for name, run, text in (("show", _show, "one job, as JSON"), ("cancel", _cancel, "end a job")):
        one = jobs.add_parser(name, help=text)
        one.set_defaults(run=run)
        one.add_argument("job", help="its id, or the beginning of it")
    work = jobs.add_parser("work", help="run jobs in this process, until it is stopped")
    work.set_defaults(run=_work)
    work.add_argument("--workers", type=int, default=1, metavar="N", help="how many at once (1)")
    # The server that starts this process: when it is gone, for whatever reason, this one goes, too.
    work.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def _store(settings: Settings) -> JobStore:
    return JobStore(Database(settings.graph.database))


def _list(given: argparse.Namespace, settings: Settings) -> int:
    for job in _store(settings).all(limit=given.limit):
        print("\t".join((job.id, job.kind, job.state, job.asked_by, _time(job.queued_at), _words(job))).rstrip())
    return 0


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _words(job: Job) -> str:
    return job.error or (f"{job.step} {job.progress:.0%}" if job.step else "")


def _show(given: argparse.Namespace, settings: Settings) -> int:
    print(shown(_named(_store(settings), given.job)).model_dump_json(indent=2))
    return 0


def _cancel(given: argparse.Namespace, settings: Settings) -> int:
    store = _store(settings)
    job = store.cancel(_named(store, given.job).id)
    print(f"{job.id} is {'to end' if not job.ended else job.state}")
    return 0


def _named(store: JobStore, beginning: str) -> Job:
    found = [job for job in store.all(limit=1000) if job.id.startswith(beginning)]
    if len(found) != 1:
        raise NotFoundError("there is no such job" if not found else "several jobs begin like this")
    return found[0]


def _work(given: argparse.Namespace, settings: Settings) -> int:
    from api.wiring import job_worker

    worker = job_worker(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: worker.stopping.set())
    if given.parent:
        threading.Thread(target=_stop_without, args=(given.parent, worker.stopping), daemon=True).start()
    worker.work(given.workers)
    return 0


def _stop_without(parent: int, stopping: threading.Event) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    stopping.set()
