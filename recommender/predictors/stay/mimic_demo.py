"""Stays of the MIMIC-IV demo as a table: what is known at admission, and how many days the stay lasted.

100 real patients, de-identified (doi:10.13026/t2y8-ea41), in MEDS form. A patient's stays are of one group.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np

from recommender.predictors.population.meds_events import MIMIC_SOURCE, Event, read_events
from recommender.predictors.tables.table import Column, ColumnKind, Table

ADMISSION, DISCHARGE, BORN, SEX = "HOSPITAL_ADMISSION//", "HOSPITAL_DISCHARGE", "MEDS_BIRTH", "GENDER//"
KINDS = ("emergency", "observation", "elective")
_DAY, _YEAR = 86_400.0, 365.25
_COLUMNS = (
    Column("age", ColumnKind.NUMBER, "a", 0, 120, node="age"),
    Column("sex", ColumnKind.CATEGORY, categories=("female", "male"), node="sex"),
    Column("kind", ColumnKind.CATEGORY, categories=KINDS, label="kind of admission"),
    Column("transferred", ColumnKind.FLAG, label="transferred from elsewhere"),
    Column("at_night", ColumnKind.FLAG, label="admitted between 20 and 8 o'clock"),
    Column("former_stays", ColumnKind.NUMBER, label="stays before"),
    Column("former_days", ColumnKind.NUMBER, "d", label="length of the stay before"),
    Column("days_between", ColumnKind.NUMBER, "d", label="days since the stay before"),
)


def read_mimic_stays(path: Path) -> Table:
    """The table of the demo's stays, in days.

    Args:
        path: of the events, Parquet.

    Raises:
        PredictorError: when the file, or pyarrow to read it with, is not there.
    """
    return table_of(read_events(path, (ADMISSION, DISCHARGE, BORN, SEX)))


def table_of(events: Mapping[int, list[Event]]) -> Table:
    """The table of the stays that events are of, patient by patient."""
    rows: list[tuple[float, ...]] = []
    groups: list[int] = []
    for number, own in enumerate(events.values()):
        made = _stays(own)
        rows += made
        groups += [number] * len(made)
    matrix = np.array(rows, np.float64).reshape(-1, len(_COLUMNS) + 1)
    values = {column.name: matrix[:, i] for i, column in enumerate(_COLUMNS)}
    lines = np.arange(2, len(matrix) + 2, dtype=np.int64)
    whose = np.array(groups, np.int64)
    return Table("MIMIC-IV demo", _COLUMNS, values, matrix[:, -1], "days in hospital", whose, lines, source=MIMIC_SOURCE)


def _stays(events: list[Event]) -> list[tuple[float, ...]]:
    """A row for each stay of one patient, in the order of ``_COLUMNS``, the days at the end."""
    born = next((event.time for event in events if event.code == BORN and event.time), None)
    sex = next((event.code.removeprefix(SEX) for event in events if event.code.startswith(SEX)), "")
    begun = sorted((event.time, event.code) for event in events if event.time and event.code.startswith(ADMISSION))
    ended = sorted(event.time for event in events if event.time and event.code.startswith(DISCHARGE))
    rows: list[tuple[float, ...]] = []
    before: tuple[datetime, float] | None = None
    for (begin, code), end in zip(begun, ended, strict=False):
        if end < begin:
            continue
        age = (begin - born).days / _YEAR if born else np.nan
        since = (begin - before[0]).total_seconds() / _DAY if before else np.nan
        days = (end - begin).total_seconds() / _DAY
        how = _kind(code), float("TRANSFER" in code), float(not 8 <= begin.hour < 20)
        rows.append(
            (age, float("FM".find(sex)) if sex else -1.0, *how, float(len(rows)), before[1] if before else np.nan, since, days)
        )
        before = end, days
    return rows


def _kind(code: str) -> float:
    """Place of the kind of admission in ``KINDS``."""
    kind = code.removeprefix(ADMISSION)
    if "OBSERVATION" in kind:
        return 1.0
    return 2.0 if kind.startswith(("ELECTIVE", "SURGICAL SAME DAY")) else 0.0
