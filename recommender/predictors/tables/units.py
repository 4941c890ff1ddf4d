"""Whether the values of a column are in the unit that they are said to be in; what they are converted by when they are not.

A unit that is off by a factor shows in the median: no group of people has a median glucose of 5.5 mg/dL. It is asked about and
never converted unasked, since a wrong guess changes every answer. Whoever states ``file_unit`` in the mapping has answered.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from graph.units import convert, same_unit
from recommender.errors import TableError
from recommender.predictors.tables.mapped import MappedColumn, plain
from recommender.predictors.tables.table import Column, ColumnKind, Numbers

QUANTITIES = Path(__file__).with_name("units.toml")
PART, FAR = 0.1, 5.0
"""Share of values from which a part of a column is looked at, and factor between units from which parts are told apart: a child
weighs in kilograms what is few pounds, but no glucose in mg/dL is one in mmol/L."""
FEW = 10
"""Below so many values each is compared with what a body can have, from there on their median with that of groups."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that is measured in several units.

    Attributes:
        node: the test.
        names: what columns of it are called.
        unit: the test's own.
        low, high: where the median of a group of people lies, in that unit.
        factors: of the other units, as ``unit=factor``: value in ``unit`` = value in the other · factor.
    """

    node: str
    names: frozenset[str]
    unit: str
    low: float
    high: float
    factors: tuple[str, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """All units that it is known in, its own first."""
        return (self.unit, *(text.rpartition("=")[0] for text in self.factors))

    def factor(self, unit: str, wanted: str) -> float | None:
        """What a value in ``unit`` is multiplied by to be in ``wanted``; None when one of them is not known."""
        one, other = (convert(1.0, known, self.unit, self.factors) for known in (unit, wanted))
        return one / other if one is not None and other is not None else None


@cache
def quantities() -> tuple[Quantity, ...]:
    """The quantities of ``units.toml``."""
    content = tomllib.loads(QUANTITIES.read_text(encoding="utf-8"))
    return tuple(
        Quantity(
            item["node"],
            frozenset(plain(name) for name in item["names"]),
            item["unit"],
            float(item["median"][0]),
            float(item["median"][1]),
            tuple(f"{unit}={factor}" for unit, factor in item["others"].items()),
        )
        for item in content["quantity"]
    )


def quantity_of(column: Column) -> Quantity | None:
    """What a column measures, by its node, else by its name; nothing when it is not known."""
    by_node = (q for q in quantities() if column.node and q.node == column.node)
    by_name = (q for q in quantities() if plain(column.name) in q.names)
    return next(by_node, None) or next(by_name, None)


def likely_unit(quantity: Quantity, values: Numbers) -> str:
    """The one unit in which a median is that of people; empty when none or several fit."""
    middle = float(np.median(values))
    fitting = [unit for unit in quantity.units if _fits(quantity, middle, unit)]
    return fitting[0] if len(fitting) == 1 else ""


def _fits(quantity: Quantity, middle: float, unit: str) -> bool:
    factor = quantity.factor(unit, quantity.unit)
    return factor is not None and quantity.low <= middle * factor <= quantity.high


def in_own_unit(file: str, mapped: MappedColumn, values: Numbers) -> Numbers:
    """The values in the unit of the column.

    Args:
        file: the table's name.
        mapped: the column; its ``file_unit`` says in which unit the values are.
        values: as the file has them, NaN for what is missing.

    Raises:
        TableError: when they look like another unit and the mapping does not state which, or when it states one that cannot be
            converted.
    """
    column = mapped.column
    if mapped.file_unit and same_unit(mapped.file_unit, column.unit):
        return values
    quantity = quantity_of(column)
    if mapped.file_unit:
        factor = quantity.factor(mapped.file_unit, column.unit) if quantity else None
        if factor is None:
            raise TableError(f"{file}: column {column.name}: no factor from {mapped.file_unit} to {column.unit} is known")
        return values * factor
    ask_unit(file, column, values)
    return values


def ask_unit(file: str, column: Column, values: Numbers) -> None:
    """Raise the question which unit values are in, when it is not the one that the column has, stated or seen.

    Args:
        file: the table's name.
        column: what they are taken for.
        values: NaN for what is missing.

    Raises:
        TableError: when they look like another unit, or partly like one and partly like another.
    """
    quantity, given = quantity_of(column), values[~np.isnan(values)]
    own = column.unit or column.seen_unit
    if quantity is None or not len(given):
        return
    if not column.unit and (both := _two_units(quantity, given)):
        raise TableError(
            f"{file}: column {column.name}: some values look like {both[0]} and some like {both[1]}; one unit is expected"
        )
    if own and (other := _other_unit(column, quantity, own, given)):
        than = "" if column.unit else ", as those did that were learned from"
        raise TableError(
            f"{file}: column {column.name}: the values are not what {own} would give{than}, they look like {other}; give "
            f'unit = "{own}" and file_unit = "{other}", or the right unit, under [columns.{column.name}] of a mapping'
        )


def _other_unit(column: Column, quantity: Quantity, own: str, given: Numbers) -> str:
    """The unit that values look like which are not what their own unit would give; empty when they are, or none fits."""
    factor = quantity.factor(own, quantity.unit)
    if factor is None:
        return ""
    if len(given) < FEW:
        low, high = _body(column, quantity, factor)
        wrong = bool(((given < low) | (given > high)).all())
        return next((unit for unit in quantity.units if wrong and _all_within(low, high, quantity, given, unit, own)), "")
    wrong = not quantity.low <= float(np.median(given)) * factor <= quantity.high
    return likely_unit(quantity, given) if wrong else ""


def _body(column: Column, quantity: Quantity, factor: float) -> tuple[float, float]:
    """What a body can have: as the column says, else half to twice what the median of a group can be."""
    stated = bool(np.isfinite([column.low, column.high]).any())
    return (column.low, column.high) if stated else (quantity.low / factor / 2, quantity.high / factor * 2)


def _all_within(low: float, high: float, quantity: Quantity, given: Numbers, unit: str, own: str) -> bool:
    factor = quantity.factor(unit, own)
    return factor is not None and bool(((given * factor >= low) & (given * factor <= high)).all())


def _two_units(quantity: Quantity, given: Numbers) -> tuple[str, str] | None:
    """The two units that parts of the values look like and the others do not; only units that are far apart are told apart."""
    if len(given) < FEW:
        return None
    fits = {}
    for unit in quantity.units:
        factor = quantity.factor(unit, quantity.unit)
        if factor is not None:
            fits[unit] = (given * factor >= quantity.low) & (given * factor <= quantity.high)
    alone = {unit: float((own & (sum(fits.values()) == 1)).mean()) for unit, own in fits.items()}
    first, second = sorted(alone, key=lambda unit: -alone[unit])[:2]
    apart = quantity.factor(first, second) or 1.0
    return (first, second) if alone[second] >= PART and not 1 / FAR < apart < FAR else None


def seen_unit(column: Column, values: Numbers) -> str:
    """The unit that the values of a column look like whose unit nobody stated; empty when it has one, or none fits."""
    quantity, given = quantity_of(column), values[~np.isnan(values)]
    if column.kind is not ColumnKind.NUMBER or column.unit or column.derived or quantity is None or not len(given):
        return ""
    return likely_unit(quantity, given)


def unit_note(mapped: MappedColumn, values: Numbers) -> str:
    """What to say of a column that is called like a measured quantity and has no unit; empty when there is nothing to say."""
    quantity = quantity_of(mapped.column)
    given = values[~np.isnan(values)]
    if mapped.column.unit or quantity is None or not len(given):
        return ""
    likely = seen_unit(mapped.column, values)
    like = f"; its values look like {likely}" if likely else ""
    return f"column {mapped.column.name} has no unit{like}; a mapping has to say it before values from elsewhere are compared"
