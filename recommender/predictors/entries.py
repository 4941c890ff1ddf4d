"""What the shell has to know of a predictor: what it learns from, how it is fitted, read again and asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.consents import willing
from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.shape import Predictor
from recommender.predictors.tables.table import Column, Numbers, Table
from recommender.record import PatientRecord

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Learned:
    """What a fit made.

    Attributes:
        arrays: for the bundle.
        notes: for the bundle, as JSON can hold them.
        rows: how many rows or people it was fitted on.
        figures: measure → value, for the changelog.
        told: what the shell prints, as JSON can hold it: ``candidates``, ``promoted``, ``figures`` and what else there is.
        answers: of shape (rows,): what is expected of each row by the folds that left it out; empty where there are no rows.
        classes: whether it is a classification.
    """

    arrays: Mapping[str, Array]
    notes: Mapping[str, Any]
    rows: int
    figures: Mapping[str, Any]
    told: Mapping[str, Any]
    answers: Numbers = field(default_factory=lambda: np.empty(0))
    classes: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """For whom a predictor is asked.

    Attributes:
        record: of a patient or a case; None for a row of a table, and for a case that the predictor reads itself.
        row: the values of a row by column; empty for a record.
        records: where the row's values are on file, by column.
        read: of a row of a table, the values of every column that was read, whether the predictor knows it or not.
        columns: of ``read``.
        case: the case as it was given, with what a record has no place for.
        as_of: the day of the answer.
        snapshot: the graph; None where a table alone is asked about.
        medicine: number of the medicine that is asked about; None where none is.
    """

    record: PatientRecord | None = None
    row: Mapping[str, float] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, float] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    case: Mapping[str, Any] | None = None
    as_of: date = date.min
    snapshot: Snapshot | None = None
    medicine: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One predictor.

    Attributes:
        name: as the shell calls it.
        words: what it answers.
        read: the predictor of a bundle (None where it answers without one) and the graph, where it needs one.
        given: what the predictor is asked with, of a question: the name of each thing it is asked about (empty where there is
            one only), and what :meth:`Predictor.predict` takes.
        fit_table: fits it on a table, with settings that differ from the usual ones; None when it learns from records.
        fit_file: fits it on a file that it reads itself, by a mapping of its own; None where it does not.
        fit_records: fits it on the patients of a store; None when it learns from tables.
        columns: the columns that it was fitted on; None where it takes no rows.
        answers: what it answers for each row of a table, shape (rows,); None where it takes no rows.
        drifted: how far the columns of new rows have moved, as JSON can hold it; None where that is not known.
        further: what else it tells of what it is asked, by name and as JSON can hold it; None where that is nothing.
        of_table: what it tells of a table as a whole, by name and as JSON can hold it, so many days ahead; None where that is
            nothing.
        own_settings: settings that the file of a table brings with it; None where a file brings none.
        measured: whether its target is a number, so that whole numbers of it are no classes.
        untrained: whether it answers without a bundle, from knowledge alone.
        reads_cases: whether it reads a case itself, since it understands fields that a record has not.
    """

    name: str
    words: str
    read: Callable[[StoredBundle | None, Snapshot | None], Predictor]
    given: Callable[[Predictor, Question], list[tuple[str, Any]]]
    fit_table: Callable[[Table, Mapping[str, Any], Progress], Learned] | None = None
    fit_file: Callable[[Path, Path, Snapshot, Progress], Learned] | None = None
    fit_records: Callable[[GraphStore, Snapshot, date, Progress], Learned] | None = None
    columns: Callable[[Predictor], tuple[Column, ...]] | None = None
    answers: Callable[[Predictor, Table], Numbers] | None = None
    drifted: Callable[[Predictor, Table], list[dict[str, Any]]] | None = None
    further: Callable[[Predictor, Any], Mapping[str, Any]] | None = None
    of_table: Callable[[Predictor, Table, int], Mapping[str, Any]] | None = None
    own_settings: Callable[[Path], Mapping[str, Any]] | None = None
    measured: bool = False
    untrained: bool = False
    reads_cases: bool = False


def all_synthetic(store: GraphStore) -> bool:
    """Whether no patient of a store who may be learned of is a real one."""
    return all(bool(node.properties.get("synthetic", False)) for node in willing(store))
