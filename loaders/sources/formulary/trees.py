"""Trees of classes and conditions: rows that name their parents, and must not lead back to themselves.

What holds for a condition holds for all below it; a circle would make everything in it hold for everything else.
"""

from graph.row_report import Code
from graph.rows import RowBatch


class Trees:
    """The parents of all rows that were read so far."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def add(self, rows: RowBatch) -> None:
        """Take the parents of these rows."""
        ids, parents = rows.texts("id"), rows.texts("parent")
        self._parents.update((ids[i], parents[i]) for i in rows.kept() if parents[i])

    def check(self, rows: RowBatch) -> None:
        """Reject rows that are their own ancestors."""
        ids = rows.texts("id")
        for i in rows.kept():
            if self._is_in_circle(ids[i]):
                rows.reject(i, "parent", Code.INCONSISTENT, "a parent that is not below this row itself")

    def _is_in_circle(self, start: str) -> bool:
        passed: set[str] = set()
        node = self._parents.get(start, "")
        while node and node != start and node not in passed:
            passed.add(node)
            node = self._parents.get(node, "")
        return node == start
