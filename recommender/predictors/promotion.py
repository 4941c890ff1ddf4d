"""Fits predictors and keeps them: the first time, again on other data, or as an update that has to be no worse.

What a bundle was fitted on is not kept. It holds keyed marks of the rows, by which an update knows which rows are new: on those
the former and the new version are compared, since neither has learned from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import PredictorError, TableError
from recommender.predictors.bundles import PredictorBundles, StoredBundle
from recommender.predictors.entries import Entry, Learned, Progress
from recommender.predictors.tables.aligning import aligned
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.mapped import TableMapping, mapping_content
from recommender.predictors.tables.mapping import mapping_from, read_mapping
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.report import TableReport
from recommender.predictors.tables.table import Table
from recommender.predictors.updating import judged, row_bytes

MARKS = "promotion/marks"
"""Array of a bundle: keyed hashes of the rows that it was fitted on, uint64, ascending."""
SAID = "promotion"
"""Notes of a bundle: the mapping by which further rows are read."""


@dataclass(frozen=True, slots=True)
class TableOptions:
    """Which table is learned from.

    Attributes:
        table: the file.
        mapping: the file that says what its columns hold; None for a known or an unknown table.
        target: the column to be predicted; the mapping's when empty.
        positive: the cell that counts as 1; the mapping's when empty.
        settings: of the fit, where they differ from the usual ones.
    """

    table: Path
    mapping: Path | None = None
    target: str = ""
    positive: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def fit_and_keep(entry: Entry, bundles: PredictorBundles, options: TableOptions, progress: Progress) -> dict[str, Any]:
    """Fit a predictor on a table, and let it serve.

    Returns:
        What was learned, as JSON can hold it.

    Raises:
        PredictorError: when the table cannot be learned from, or the bundle not be written.
    """
    table, report = read_table(
        options.table,
        read_mapping(options.mapping) if options.mapping else None,
        target=options.target,
        positive=options.positive,
        measured=entry.measured,
    )
    table = with_derived(table)
    learned = _fit_table(entry, table, options, progress)
    tag = _write(entry, bundles, table, report, options, learned, f"fitted on {table.name}")
    return _told(entry, tag, learned) | {"table": report.payload()}


def fit_on_records(
    entry: Entry, bundles: PredictorBundles, store: GraphStore, snapshot: Snapshot, as_of: date, progress: Progress
) -> dict[str, Any]:
    """Fit a predictor on the patients of a store, and let it serve; see :func:`fit_and_keep`."""
    if entry.fit_records is None:
        raise PredictorError(f"{entry.name} learns from a table, not from records")
    learned = entry.fit_records(store, snapshot, as_of, progress)
    why = f"fitted on records, snapshot {snapshot.checksum[:12]}"
    tag = bundles.write(entry.name, learned.arrays, learned.notes, why=why, rows=learned.rows, figures=learned.figures)
    return _told(entry, tag, learned)


def fit_on_file(
    entry: Entry, bundles: PredictorBundles, options: TableOptions, snapshot: Snapshot, progress: Progress
) -> dict[str, Any]:
    """Fit a predictor on a table that it reads itself, and let it serve; see :func:`fit_and_keep`."""
    if entry.fit_file is None or options.mapping is None:
        raise PredictorError(f"{entry.name} reads a table by a mapping of its own: --mapping FILE is expected")
    learned = entry.fit_file(options.table, options.mapping, snapshot, progress)
    why = f"fitted on {options.table.name}"
    tag = bundles.write(entry.name, learned.arrays, learned.notes, why=why, rows=learned.rows, figures=learned.figures)
    return _told(entry, tag, learned)


def update(
    entry: Entry, bundles: PredictorBundles, options: TableOptions, new: Path | None, progress: Progress
) -> dict[str, Any]:
    """Fit again with new rows, and let the new version serve where it is not worse than the former one.

    Args:
        entry: the predictor.
        bundles: where its versions are.
        options: the whole table, or the former one; what it does not say is as it was for the former version.
        new: a file of new rows; None when they are in the table.
        progress: is told what is done.

    Raises:
        PredictorError: when nothing serves yet, no row is new, or the rows have not the columns of the former version.
    """
    stored = bundles.read(entry.name)
    former = entry.read(stored, None)
    if entry.answers is None or entry.columns is None or MARKS not in stored.arrays:
        raise PredictorError(f"{entry.name} cannot be updated with rows; train it again")
    said = stored.notes[SAID]
    mapping = read_mapping(options.mapping) if options.mapping else mapping_from(said["mapping"])
    target, positive = options.target or said["target"], options.positive or said["positive"]
    if new is not None:
        # By themselves first: a unit that is off in the new rows alone would drown among the former ones.
        read_table(new, mapping, labelled=False)
    read, report = read_table(options.table, mapping, target=target, positive=positive, more=new)
    table, notes = aligned(read, entry.columns(former))
    fresh = ~np.isin(bundles.marks(row_bytes(table)), stored.arrays[MARKS])
    if not fresh.any():
        raise PredictorError(f"{entry.name}: no row is new: it was fitted on all of them")
    learned = _fit_table(entry, table, options, progress)
    unseen = np.flatnonzero(fresh).astype(np.int64)
    rows = table.take(unseen)
    verdict = judged(rows.target, entry.answers(former, rows), learned.answers[unseen], rows.groups, classes=learned.classes)
    done = replace(options, target=target, positive=positive)
    tag = stored.tag
    if verdict.promoted:
        tag = _write(entry, bundles, table, report, done, learned, verdict.why)
    else:
        bundles.log(entry.name, tag, "kept", why=verdict.why, rows=learned.rows, figures=learned.figures)
    told = _told(entry, tag, learned) | {"table": report.payload(), "update": verdict.payload() | {"former": stored.tag}}
    told["drift"] = entry.drifted(former, rows) if entry.drifted else []
    told["notes"] = [*told.get("notes", ()), *notes, *_lost(table, fresh, stored)]
    return told


def _lost(table: Table, fresh: Any, stored: StoredBundle) -> list[str]:
    """A note where rows that the former version was fitted on are missing: a new one without them knows less."""
    former, still = len(stored.arrays[MARKS]), int((~fresh).sum())
    if still * 2 >= former:
        return []
    return [
        f"{still:,} of the {former:,} rows of the former version are among the {len(table):,}: give them, too, or it forgets"
    ]


def _fit_table(entry: Entry, table: Table, options: TableOptions, progress: Progress) -> Learned:
    if entry.fit_table is None:
        raise PredictorError(f"{entry.name} learns from the records of the store, not from a table")
    brought = entry.own_settings(options.table) if entry.own_settings else {}
    return entry.fit_table(table, {**brought, **options.settings}, progress)


def _write(
    entry: Entry,
    bundles: PredictorBundles,
    table: Table,
    report: TableReport,
    options: TableOptions,
    learned: Learned,
    why: str,
) -> str:
    if report.used is None:
        raise TableError(f"{report.file}: how it was read is not known")
    arrays = dict(learned.arrays) | {MARKS: np.sort(bundles.marks(row_bytes(table)))}
    said = {"mapping": mapping_content(report.used), "target": options.target, "positive": options.positive}
    notes = dict(learned.notes) | {SAID: said}
    return bundles.write(entry.name, arrays, notes, why=why, rows=learned.rows, figures=learned.figures)


def _told(entry: Entry, tag: str, learned: Learned) -> dict[str, Any]:
    return {"predictor": entry.name, "bundle": tag, "rows": learned.rows, **learned.told}


def mapping_of(stored: StoredBundle) -> TableMapping | None:
    """The mapping by which the rows of a bundle's table were read; nothing for one that was fitted on records."""
    said: Mapping[str, Any] | None = stored.notes.get(SAID)
    return mapping_from(said["mapping"]) if said else None
