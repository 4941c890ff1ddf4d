"""Imports: what ``python -m loaders build|add|validate`` does, on uploaded files.

What is reported names files as the service calls them, columns as our own tables do, and lines by their number: a file without
a header has a patient where the names of its columns should be.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

from api.errors import JobError
from api.jobs.files import MAPPING
from api.jobs.setup import Setup, Tell
from graph.config import GraphSettings
from graph.connect import open_store, store_exists
from graph.pseudonyms import KEY_BYTES, read_patient_key
from graph.store import GraphStore
from loaders.errors import LoadError
from loaders.formats import formats, sources_near
from loaders.jobs import Job
from loaders.mapping import mapped_source
from loaders.provenance import FILE
from loaders.run import PlannedFile, fingerprint, plan
from loaders.source import Source

BUILD, ADD, VALIDATE = "build", "add", "validate"
_BLOCK = 1 << 20


def run_import(order: Mapping[str, Any], folder: Path, setup: Setup, tell: Tell) -> dict[str, Any]:
    """Load or check the files of a folder.

    Args:
        order: ``mode``, ``dry_run``, ``mapped`` and the names of the ``files``.
        folder: where they are.
        setup: of the site.
        tell: is told of the progress.

    Returns:
        The loaders' report.

    Raises:
        JobError: when a file holds no known table, or the mapping or the table of sources cannot be used.
        StoreUnavailableError: when the store cannot be used, or was written to while a build ran.
    """
    # Millions of short lists without cycles: the collector's usual rhythm costs a third of the time of a load.
    gc.set_threshold(200_000, 50, 50)
    job = _job(order, folder, setup.graph, tell)
    mode, dry = order["mode"], bool(order["dry_run"])
    if mode == VALIDATE and not store_exists(setup.graph.graph, setup.graph.credentials):
        return _report(job, job.validate(None).as_json())
    with _opened(setup.graph) as store:
        if mode == VALIDATE:
            return _report(job, job.validate(store).as_json())
        return _report(job, (job.build if mode == BUILD else job.add)(store, dry=dry).as_json())


def settle_import(order: Mapping[str, Any], folder: Path, setup: Setup) -> None:
    """Leave the store whole after an import that did not come to its end.

    A build's staging goes. What an addition has written stays, batches being whole, and its load is closed: while one is open,
    nobody compiles the knowledge.
    """
    if order["mode"] == VALIDATE or not store_exists(setup.graph.graph, setup.graph.credentials):
        return
    with _opened(setup.graph) as store:
        if order["mode"] == BUILD or order["dry_run"]:
            store.staging().discard()
            return
        try:
            job = _job(order, folder, setup.graph, lambda step, share: None)
        except JobError:
            return
        store.finish_load(store.start_load(fingerprint(job.planned, job.sources, ADD)), remove_stale=False)


def _job(order: Mapping[str, Any], folder: Path, settings: GraphSettings, tell: Tell) -> Job:
    paths = [folder / name for name in order["files"] if name != FILE]
    planned = _planned(paths, _chosen(folder / MAPPING if order["mapped"] else None))
    try:
        sources = sources_near(paths)
    except LoadError:
        raise JobError(f"{FILE} cannot be used as the table of sources") from None
    key_there = order["mode"] != VALIDATE or settings.patient_key.exists()
    key = read_patient_key(settings.patient_key) if key_there else bytes(KEY_BYTES)
    return Job(planned, sources, key, settings.home / "quarantine", settings.snapshots, listener=_listener(paths, tell))


def _chosen(mapping: Path | None) -> Sequence[Source]:
    known = list(formats().values())
    if mapping is None:
        return known
    try:
        return [mapped_source(mapping, known)]
    except LoadError:
        raise JobError("the mapping cannot be used: a [table] of a known kind, and [columns], are expected") from None


def _planned(paths: Sequence[Path], sources: Sequence[Source]) -> Sequence[PlannedFile]:
    for number, path in enumerate(paths, start=1):
        try:
            plan([path], sources)
        except LoadError:
            # The error's own words hold the mapping's, and the path.
            raise JobError(f"file {number} holds no table that is known, or not the columns that the mapping names") from None
    return plan(paths, sources)


def _listener(paths: Sequence[Path], tell: Tell) -> Callable[[str, int], None]:
    sizes = {path.name: _lines(path) for path in paths}
    read: dict[str, int] = {}

    def listen(file: str, rows: int) -> None:
        read[file] = rows
        share = sum(read.values()) / max(sum(sizes.values()), 1)
        # What comes after the last row is no row: the whole is reached when the report is there.
        tell(f"reading {file}" if file in sizes else "reading", min(share, 0.95))

    return listen


def _lines(path: Path) -> int:
    """How many lines a file has; of one that is packed, what its size lets expect."""
    if path.suffix == ".gz":
        return path.stat().st_size // 10
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in takewhile(bool, iter(lambda: file.read(_BLOCK), None)))


def _report(job: Job, found: dict[str, Any]) -> dict[str, Any]:
    """The loaders' report with the names of our own columns only."""
    known = {item.file.label: {column.name for column in item.file.table.columns} for item in job.planned}
    for file in found["files"]:
        for problem in file["problems"]:
            if problem["column"] not in known[file["file"]]:
                problem["column"] = ""
    return found


@contextmanager
def _opened(settings: GraphSettings) -> Iterator[GraphStore]:
    store = open_store(settings.graph, settings.credentials)
    try:
        yield store
    finally:
        store.close()
