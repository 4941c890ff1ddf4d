"""Values of columns as a clinician reads them: with a unit, yes or no, or the name of a category."""

import numpy as np

from recommender.predictors.tables.table import Column, ColumnKind

NOT_MEASURED = "not measured"
UNITS = {
    "a": "years",
    "d": "days",
    "mo": "months",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "kg/m2": "kg/m²",
    "Cel": "°C",
    "h/wk": "hours a week",
    "/mo": "a month",
    "u[IU]/mL": "µIU/mL",
    "10*3/uL": "thousand/µL",
    "/uL": "/µL",
}
"""Words of UCUM units that are not read as they are written."""


def column_words(column: Column) -> str:
    """What a column is called."""
    return column.label or column.name.replace("_", " ")


def unit_words(column: Column) -> str:
    """The unit of a column; empty for one without."""
    return UNITS.get(column.unit, column.unit)


def is_missing(column: Column, value: float) -> bool:
    """Whether a value stands for nothing measured."""
    return not np.isfinite(value) or (column.kind is ColumnKind.CATEGORY and not 0 <= value < len(column.categories))


def value_words(column: Column, value: float) -> str:
    """A value in words: ``9.1 mmol/L``, ``yes``, ``female``, ``not measured``."""
    if is_missing(column, value):
        return NOT_MEASURED
    if column.kind is ColumnKind.CATEGORY:
        return column.categories[int(value)]
    if column.kind is ColumnKind.FLAG:
        return "yes" if value >= 0.5 else "no"
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{number} {unit_words(column)}".strip()
