"""A patient's record as a row of a table: so that what was fitted on a table answers for a patient of the store.

A test's column takes the newest result, in the column's unit; a condition's column is 1 where an active diagnosis is on file of
it or of a kind of it, and 0 where other diagnoses are on file and not this. A column that stands for no node stays missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from graph.units import convert
from recommender.evidence import ancestors
from recommender.predictors.tables.derived import derived_row
from recommender.predictors.tables.mapped import AGE, SEX
from recommender.predictors.tables.table import Column, ColumnKind
from recommender.record import Fact, PatientRecord
from recommender.safety.results import SAME_TEST, age_in_days, in_own_unit, measured_on

CONDITIONS = "ICD10CM"
"""Prefix of the nodes whose columns are flags of a diagnosis."""
MAX_AGE_DAYS = 365
"""Results older than that are not what the tables were fitted on: values of the time of the question."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """The values of a record by column.

    Attributes:
        values: by column name: NaN for what is missing, -1 for a category that is.
        records: where each value that is on file stands, by column name.
        notes: what could not be taken over, in words without the value.
    """

    values: Mapping[str, float]
    records: Mapping[str, str]
    notes: tuple[str, ...] = ()


def row_of_record(
    record: PatientRecord, snapshot: Snapshot, columns: Sequence[Column], as_of: date, days: int = MAX_AGE_DAYS
) -> RecordRow:
    """The row that a record makes.

    Args:
        record: of the patient, as of the day of the answer.
        snapshot: the graph that its facts point into.
        columns: of the table that the predictor was fitted on; derived ones are computed.
        as_of: the day of the answer.
        days: results older than that count as missing.
    """
    values: dict[str, float] = {}
    records: dict[str, str] = {}
    notes = []
    for column in columns:
        found = _value(column, record, snapshot, as_of, days)
        if column.kind is ColumnKind.NUMBER and not np.isnan(found.value) and not column.low <= found.value <= column.high:
            found = _Value(unfit="is on file with a value that no body can have")
        if found.unfit:
            notes.append(f"{column.label or column.name} {found.unfit}; it counts as missing")
        values[column.name] = found.value
        if found.record:
            records[column.name] = found.record
    return RecordRow(derived_row(columns, values), records, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Value:
    """One column's value, where it is on file, and why what is on file cannot be taken."""

    value: float = np.nan
    record: str = ""
    unfit: str = ""


def _value(column: Column, record: PatientRecord, snapshot: Snapshot, as_of: date, days: int) -> _Value:
    absent = -1.0 if column.kind is ColumnKind.CATEGORY else np.nan
    if column.derived or not column.node:
        return _Value(absent)
    if column.node == AGE:
        return _Value(absent if record.age is None else float(record.age))
    if column.node == SEX:
        return _Value(float(column.categories.index(record.sex)) if record.sex in column.categories else absent)
    if column.kind is ColumnKind.FLAG or column.node.partition(":")[0] == CONDITIONS:
        return _diagnosed(column.node, record, snapshot)
    return _measured(column, record, snapshot, as_of, days)


def _measured(column: Column, record: PatientRecord, snapshot: Snapshot, as_of: date, days: int) -> _Value:
    tests = SAME_TEST.get(column.node, frozenset({column.node}))
    found = [fact for fact in record.of(EdgeKind.HAS_RESULT) if snapshot.id(fact.node) in tests]
    newest: Fact | None = max(found, key=lambda fact: measured_on(fact, record), default=None)
    if newest is None:
        return _Value()
    if age_in_days(newest.properties, as_of) > days:
        return _Value(unfit=f"was last measured more than {days} days ago")
    value = in_own_unit(snapshot, newest)
    properties = snapshot.properties(newest.node)
    other = properties.get("other_units", ())
    factors: Iterable[object] = other if isinstance(other, tuple) else ()
    # What one of the column's unit is in the test's own.
    factor = convert(1.0, column.unit, str(properties.get("unit", "")), [str(text) for text in factors])
    if value is None or not factor:
        return _Value(unfit="is on file in a unit that is not known for it")
    return _Value(value / factor, newest.record)


def _diagnosed(node: str, record: PatientRecord, snapshot: Snapshot) -> _Value:
    """1 where the condition or a kind of it is an active diagnosis; NaN where no diagnosis at all is on file."""
    facts = list(record.of(EdgeKind.HAS_DIAGNOSIS, active=False))
    for fact in facts:
        if fact.active and any(snapshot.id(nodes[-1]) == node for nodes, _ in ancestors(snapshot, fact.node)):
            return _Value(1.0, fact.record)
    return _Value(0.0 if facts else np.nan)
