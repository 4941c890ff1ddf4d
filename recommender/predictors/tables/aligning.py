"""Brings a table to the columns that a predictor was fitted on: their order, their units and their categories.

What the table lacks is missing throughout, and said. A unit is converted where its factor is known, and refused otherwise: a
number in an unknown unit is no answer to anything.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graph.units import same_unit
from recommender.errors import TableError
from recommender.predictors.tables.derived import derive
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table
from recommender.predictors.tables.units import ask_unit, quantity_of


def aligned(table: Table, columns: Sequence[Column]) -> tuple[Table, tuple[str, ...]]:
    """The table with these columns and no others, derived ones computed from its own values.

    Args:
        table: as it was read.
        columns: of the table that the predictor was fitted on.

    Returns:
        The table, and notes on what it lacks.

    Raises:
        TableError: when it shares no column with them, or has one of another kind or in a unit that cannot be converted.
    """
    own = {column.name: column for column in table.columns}
    read = [column for column in columns if not column.derived]
    if not any(column.name in own for column in read):
        names = ", ".join(column.name for column in read)
        raise TableError(f"{table.name}: none of the columns that the predictor was fitted on is there: {names}")
    values: dict[str, Numbers] = {}
    notes = []
    for column in read:
        if column.name in own:
            values[column.name] = _converted(table, own[column.name], column)
        else:
            notes.append(f"column {column.name} is not in the table: missing throughout")
            values[column.name] = np.full(len(table), -1.0 if column.kind is ColumnKind.CATEGORY else np.nan)
    made = {column.name: array for column, array in derive(read, values)}
    for column in columns:
        if column.derived:
            values[column.name] = made.get(column.name, np.full(len(table), np.nan))
    ordered = {column.name: values[column.name] for column in columns}
    return replace(table, columns=tuple(columns), values=ordered), tuple(notes)


def _converted(table: Table, given: Column, wanted: Column) -> Numbers:
    values = table.values[given.name]
    if given.kind is not wanted.kind:
        raise TableError(f"{table.name}: column {wanted.name}: a {wanted.kind} is expected, and the table has a {given.kind}")
    if wanted.kind is ColumnKind.CATEGORY:
        # A category that the predictor never met is none that it knows.
        places = [float(wanted.categories.index(name)) if name in wanted.categories else -1.0 for name in given.categories]
        return np.array([*places, -1.0])[values.astype(np.int64)]
    unit = wanted.unit or wanted.seen_unit
    if not given.unit:
        ask_unit(table.name, wanted, values)
    if not given.unit or not unit or same_unit(given.unit, unit):
        return values
    quantity = quantity_of(wanted)
    factor = quantity.factor(given.unit, unit) if quantity else None
    if factor is None:
        raise TableError(f"{table.name}: column {wanted.name}: {unit} is expected, and no factor from {given.unit} is known")
    return values * factor
