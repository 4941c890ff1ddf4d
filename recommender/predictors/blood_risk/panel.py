"""The blood values of one patient, each in its test's own unit, whether they come from a record, a case or a row of a table.

A value whose unit is not stated, or not known for the test, is refused with a note: a number in an unknown unit says nothing,
and a guess would say something wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.predictors.blood_risk.reference import BloodTest, Reference
from recommender.predictors.tables.mapped import AGE, SEX
from recommender.predictors.tables.table import Column, ColumnKind
from recommender.record import Fact, PatientRecord
from recommender.safety.results import age_in_days, measured_on


@dataclass(frozen=True, slots=True)
class BloodValue:
    """One value.

    Attributes:
        test: what was measured.
        value: in the test's own unit.
        record: where it is on file, or the column of the table.
    """

    test: BloodTest
    value: float
    record: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """What is known of a patient's blood.

    Attributes:
        values: each test once.
        sex: ``female``, ``male``, something else, or None.
        age: in years, or None.
        notes: what was refused, in words without the value.
    """

    values: tuple[BloodValue, ...]
    sex: str | None = None
    age: float | None = None
    notes: tuple[str, ...] = ()


def panel_of_record(record: PatientRecord, snapshot: Snapshot, reference: Reference, as_of: date, days: int) -> Panel:
    """The newest value of each test of a record.

    Args:
        record: of a patient or a case.
        snapshot: the graph that its facts point into.
        reference: tests with ranges; others are not looked at.
        as_of: the day of the answer.
        days: results older than that are not taken.
    """
    newest: dict[str, Fact] = {}
    for fact in record.of(EdgeKind.HAS_RESULT):
        measured = snapshot.id(fact.node)
        known = newest.get(measured)
        if measured in reference.tests and (known is None or measured_on(fact, record) >= measured_on(known, record)):
            newest[measured] = fact
    values, notes, old = [], [], []
    for name, fact in sorted(newest.items()):
        test = reference.tests[name]
        # A result without a unit is in the test's own, as everywhere in a record.
        value = test.value_of(float(str(fact.properties["value"])), str(fact.properties.get("unit") or test.unit))
        if age_in_days(fact.properties, as_of) > days:
            old.append(test.name)
        elif value is None or not isfinite(value):
            notes.append(f"{test.name} is on file in a unit that is not known for it; it is not judged")
        else:
            values.append(BloodValue(test, value, fact.record))
    if old:
        notes.append(f"last measured more than {days} days ago, to be measured again: {', '.join(sorted(old))}")
    return Panel(tuple(values), record.sex, record.age, (*notes, *_who(record.sex, record.age)))


def panel_of_row(row: Mapping[str, float], columns: Sequence[Column], reference: Reference) -> Panel:
    """The values of a row of a table.

    Args:
        row: by column name; NaN, or -1 for a category, for what is missing.
        columns: of the table; those with the node of a test are looked at, derived ones too.
        reference: tests with ranges.
    """
    values: dict[str, BloodValue] = {}
    notes = []
    sex: str | None = None
    age: float | None = None
    for column in columns:
        value = row.get(column.name, float("nan"))
        if not isfinite(value) or (column.kind is ColumnKind.CATEGORY and value < 0):
            continue
        if column.node == AGE:
            age = value
        elif column.node == SEX:
            sex = column.categories[int(value)]
        elif column.kind is ColumnKind.NUMBER and (test := reference.tests.get(column.node)):
            own = test.value_of(value, column.unit)
            if own is None:
                notes.append(f"column {column.name} is in a unit that is not known for {test.name}; it is not judged")
            else:
                values.setdefault(test.id, BloodValue(test, own, column.name))
    return Panel(tuple(values[test] for test in sorted(values)), sex, age, (*notes, *_who(sex, age)))


def _who(sex: str | None, age: float | None) -> list[str]:
    notes = [] if sex in ("female", "male") else ["the sex is not known: where ranges differ, only what is outside both counts"]
    return notes if age is not None else [*notes, "the age is not known: ranges of adults are used"]
