"""Reference ranges of lab tests: rows of their own in the files, a list on the test's node in the graph.

A range is kept as one compact text, ``sex|age_from|age_to|low|high|critical_low|critical_high``, empty where a bound is
missing; ages are years, the other bounds are in the test's unit.
"""

from collections.abc import Iterator
from dataclasses import replace

from graph.columns import Value
from graph.elements import Node, NodeKind
from graph.row_report import Code
from graph.rows import RowBatch
from loaders.vocabulary import Vocabulary

COLUMNS = ("sex", "age_from", "age_to", "low", "high", "critical_low", "critical_high")


class Ranges:
    """The ranges of all tests that were read so far."""

    def __init__(self) -> None:
        self._texts: dict[str, set[str]] = {}

    def add(self, rows: RowBatch) -> None:
        """Take the ranges of these rows; rows whose bounds are in the wrong order are rejected."""
        columns = [rows.values[name] for name in COLUMNS]
        for i in rows.kept():
            bounds = [column[i] for column in columns]
            if not all(_ascending(*pair) for pair in ((bounds[1], bounds[2]), (bounds[3], bounds[4]), (bounds[5], bounds[6]))):
                rows.reject(i, "low", Code.INCONSISTENT, "bounds of which the lower is not above the upper")
                continue
            self._texts.setdefault(str(rows.values["test"][i]), set()).add("|".join(map(_compact, bounds)))

    def on(self, node: Node) -> Node:
        """The node with its ranges."""
        texts = self._texts.get(node.id)
        if node.kind is not NodeKind.LAB_TEST or not texts:
            return node
        return replace(node, properties={**node.properties, "ranges": tuple(sorted(texts))})

    def known_tests(self, rows: RowBatch, vocabulary: Vocabulary) -> Iterator[Node]:
        """The tests of these rows that an earlier load described, with their ranges."""
        for test in dict.fromkeys(str(rows.values["test"][i]) for i in rows.kept()):
            if node := vocabulary.node(test):
                yield self.on(node)


def _ascending(low: Value, high: Value) -> bool:
    return not (isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high)


def _compact(value: Value) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
