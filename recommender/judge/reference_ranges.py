"""Reference ranges of tests as a plot of a table's values needs them: of adults, in the table's unit."""

from collections.abc import Sequence
from math import inf

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.units import convert
from recommender.judge.plots.distributions import Range
from recommender.predictors.tables.table import Column

AGE = 30
"""Of the adult whose ranges are taken: no longer growing, and not yet old."""


def reference_ranges(snapshot: Snapshot, columns: Sequence[Column]) -> dict[str, Range]:
    """Reference ranges of adults by node of a column, in its unit; those of both sexes taken together.

    Args:
        snapshot: whose tests hold ranges, as :data:`graph.schema.NODE_RULES` says.
        columns: of a table.
    """
    tests = {str(snapshot.id(number)): number for number in snapshot.numbers(NodeKind.LAB_TEST)}
    told = {column.node: _adult(snapshot, tests[column.node], column) for column in columns if column.node in tests}
    return {node: ends for node, ends in told.items() if ends is not None}


def _adult(snapshot: Snapshot, test: int, column: Column) -> Range | None:
    properties = snapshot.properties(test)
    texts, other = properties.get("ranges", ()), properties.get("other_units", ())
    own, factors = str(properties.get("unit", "")), other if isinstance(other, tuple) else ()
    lows, highs = [], []
    for text in texts if isinstance(texts, tuple) else ():
        _, youngest, oldest, low, high = str(text).split("|")[:5]
        if float(youngest or 0) <= AGE <= float(oldest or 999):
            lows.append(_in_unit(low, own, column.unit, factors, -inf))
            highs.append(_in_unit(high, own, column.unit, factors, inf))
    if not lows or None in lows or None in highs:
        return None
    ends = min(x for x in lows if x is not None), max(x for x in highs if x is not None)
    return None if ends == (-inf, inf) else ends


def _in_unit(text: str, own: str, wanted: str, factors: tuple[str, ...], otherwise: float) -> float | None:
    """An end in another unit; None where that is not known for the test."""
    if not text:
        return otherwise
    one = convert(1.0, wanted, own, factors)
    return float(text) / one if one else None
