"""Writes nodes and edges into the embedded store's tables, inside a transaction of the caller.

Nodes and provenances get numbers once; the numbers of recent ids are kept, so that a load of any size needs bounded memory.
Edges that carry nothing of their own go in as one JSON text of packed numbers that SQLite unpacks: three times as fast as a
row each.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import repeat

import numpy as np

from graph.array_file import Array
from graph.elements import Node, PropertyValue, Provenance
from graph.embedded_sql import UPSERT_EDGE, UPSERT_NODE, UPSERT_PLAIN_EDGES
from graph.property_text import CANONICAL, properties_text
from graph.store import EdgeColumns, distinct, end_error

NUMBERS_KEPT = 60_000
"""Ids whose numbers are kept in memory."""
_LOOKED_UP = 20_000
_BETWEEN = "},{"
_LIST = json.JSONEncoder(ensure_ascii=False).encode


def properties_texts(column: Sequence[Mapping[str, PropertyValue]]) -> Sequence[str]:
    """The text of each row's properties, as :func:`properties_text` makes it, in one go."""
    many = CANONICAL([properties if type(properties) is dict else dict(properties) for properties in column])
    parts = many[2:-2].split(_BETWEEN)
    # A text among the values may hold what parts two rows; their number tells.
    if len(parts) != len(column):
        return [properties_text(properties) for properties in column]
    return [f"{{{part}}}" if part else "" for part in parts]


class ElementWriter:
    """Writes elements and remembers the numbers of what it wrote.

    Args:
        codes: the file's numbers of kinds and levels by their words.
    """

    def __init__(self, codes: Mapping[str, int]) -> None:
        self._codes = codes
        self._words = {code: word for word, code in codes.items()}
        self._numbers: dict[str, tuple[int, int]] = {}
        self._provenances: dict[Provenance, tuple[int, int]] = {}

    def forget(self) -> None:
        """Forget all numbers: after a rollback, a removal or a change of the file they may be wrong."""
        self._numbers.clear()
        self._provenances.clear()

    def write_nodes(self, connection: sqlite3.Connection, nodes: Sequence[Node], tag: int) -> None:
        """Write nodes; those that are there are changed to what they are now."""
        rows = [
            (
                node.id,
                self._codes[node.kind],
                node.name,
                _LIST(node.aliases) if node.aliases else "",
                properties_text(node.properties),
                self._provenance(connection, node.provenance)[0],
                tag,
                tag,
                tag,
            )
            for node in nodes
        ]
        connection.executemany(UPSERT_NODE, rows)
        for node in nodes:
            self._numbers.pop(node.id, None)

    def write_edges(self, connection: sqlite3.Connection, columns: EdgeColumns, tag: int) -> None:
        """Write edges of one kind.

        Raises:
            SchemaError: when an end is not in the store, or of another kind than the columns say.
        """
        starts, ends = self._lookup(connection, columns)
        if columns.is_plain:
            self._write_plain(connection, columns, (starts, ends), tag)
            return
        n = len(columns)
        provenance = {id(p): self._provenance(connection, p) for p in distinct(columns.provenances)}
        provenances = [provenance[id(p)] for p in columns.provenances]
        rows = list(
            zip(
                repeat(self._codes[columns.kind], n),
                starts.tolist(),
                ends.tolist(),
                [source for _, source in provenances],
                columns.records,
                [number for number, _ in provenances],
                map(self._codes.__getitem__, columns.levels),
                columns.evidences,
                columns.known_sinces,
                properties_texts(columns.properties),
                repeat(tag, n),
                repeat(tag, n),
                repeat(tag, n),
                strict=True,
            )
        )
        order = np.argsort(starts << 32 | ends, kind="stable")
        connection.executemany(UPSERT_EDGE, map(rows.__getitem__, order.tolist()))

    def _write_plain(self, connection: sqlite3.Connection, columns: EdgeColumns, pairs: tuple[Array, Array], tag: int) -> None:
        provenance, source = self._provenance(connection, columns.provenances[0])
        packed = np.sort(pairs[0] << 32 | pairs[1])
        fixed = (self._codes[columns.kind], source, provenance, self._codes[columns.levels[0]], tag)
        connection.execute(UPSERT_PLAIN_EDGES, (*fixed, json.dumps(packed.tolist())))

    def _lookup(self, connection: sqlite3.Connection, columns: EdgeColumns) -> tuple[Array, Array]:
        """Numbers of the starts and of the ends, each shape (n,), int64."""
        if len(self._numbers) > NUMBERS_KEPT:
            self._numbers.clear()
        found = []
        for ids, kind in ((columns.starts, columns.start_kind), (columns.ends, columns.end_kind)):
            distinct = set(ids)
            self._read_numbers(connection, [i for i in distinct if i not in self._numbers])
            code, numbers = self._codes[kind], {}
            for i in distinct:
                if i not in self._numbers:
                    raise end_error(columns.kind, i, kind, None)
                numbers[i], other = self._numbers[i]
                if other != code:
                    raise end_error(columns.kind, i, kind, self._words[other])
            found.append(np.fromiter(map(numbers.__getitem__, ids), np.int64, len(ids)))
        return found[0], found[1]

    def _read_numbers(self, connection: sqlite3.Connection, ids: Sequence[str]) -> None:
        query = "SELECT id, num, kind FROM node WHERE id IN (SELECT value FROM json_each(?))"
        for chunk in (ids[i : i + _LOOKED_UP] for i in range(0, len(ids), _LOOKED_UP)):
            for node_id, number, code in connection.execute(query, (json.dumps(chunk),)):
                self._numbers[node_id] = (number, code)

    def _provenance(self, connection: sqlite3.Connection, provenance: Provenance) -> tuple[int, int]:
        """Numbers of the provenance and of its source."""
        if provenance not in self._provenances:
            row = (provenance.source, provenance.source_version, provenance.licence)
            connection.execute("INSERT OR IGNORE INTO origin (source) VALUES (?)", row[:1])
            connection.execute("INSERT OR IGNORE INTO provenance (source, source_version, licence) VALUES (?, ?, ?)", row)
            query = """SELECT p.num, o.num FROM provenance p JOIN origin o ON o.source = p.source
                       WHERE p.source = ? AND p.source_version = ? AND p.licence = ?"""
            self._provenances[provenance] = connection.execute(query, row).fetchone()
        return self._provenances[provenance]
