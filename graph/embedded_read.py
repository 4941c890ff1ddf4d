"""Reads nodes and edges from the embedded store's tables.

All edges of a kind are read as columns of numbers that SQLite itself joins into texts: numpy parses them several times faster
than rows arrive one by one. Texts and properties are read only for kinds that have any.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from graph.array_file import Array
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.property_text import properties_of
from graph.store import EdgeColumns, Repeated

T = TypeVar("T")
_NUMBERS = ("start", '"end"', "provenance", "level")
_TEXTS = ("evidence", "record", "known_since", "properties")
_NODE = """SELECT id, kind, name, aliases, properties, source, source_version, licence
           FROM node JOIN provenance ON provenance.num = node.provenance"""


class ElementReader:
    """Reads elements.

    Args:
        words: the words of the kinds and levels by the file's numbers.
    """

    def __init__(self, words: Mapping[int, str]) -> None:
        self._words = words
        self._codes = {word: code for code, word in words.items()}
        self._levels = {code: KnowledgeLevel(word) for code, word in words.items() if word in set(KnowledgeLevel)}

    def node(self, connection: sqlite3.Connection, node_id: NodeId) -> Node | None:
        """The node of this id, or nothing."""
        row = connection.execute(f"{_NODE} WHERE id = ?", (node_id,)).fetchone()
        return self._node(row) if row else None

    def nodes(self, connection: sqlite3.Connection, kind: NodeKind, after: str, limit: int | None) -> Iterator[Node]:
        """Nodes of a kind behind an id, in the order of their ids."""
        query = f"{_NODE} WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
        yield from map(self._node, connection.execute(query, (self._codes[kind], after, -1 if limit is None else limit)))

    def _node(self, row: tuple[str, int, str, str, str, str, str, str]) -> Node:
        node_id, kind, name, aliases, properties, *provenance = row
        return Node(
            NodeId(node_id),
            NodeKind(self._words[kind]),
            name,
            Provenance(*provenance),
            tuple(json.loads(aliases)) if aliases else (),
            properties_of(properties),
        )

    def edges_from(
        self, connection: sqlite3.Connection, node_id: NodeId, kinds: Sequence[EdgeKind], *, told: bool = False
    ) -> Sequence[Edge]:
        """Edges of these kinds that start at a node, in the order of their keys; all, or those alone that were told."""
        codes = json.dumps(sorted(self._codes[kind] for kind in kinds))
        query = """SELECT edge.kind, target.id, p.source, p.source_version, p.licence, level, evidence, record,
                          known_since, edge.properties
                   FROM edge JOIN node AS target ON target.num = edge.end JOIN provenance AS p ON p.num = edge.provenance
                   WHERE edge.kind IN (SELECT value FROM json_each(?)) AND start = (SELECT num FROM node WHERE id = ?)
                         AND (edge.seen = 0 OR NOT ?)"""
        edges = [
            Edge(
                EdgeKind(self._words[kind]),
                node_id,
                NodeId(end),
                Provenance(*provenance),
                self._levels[level],
                evidence,
                record,
                known_since,
                properties_of(properties),
            )
            for kind, end, *provenance, level, evidence, record, known_since, properties in connection.execute(
                query, (codes, node_id, told)
            )
        ]
        return sorted(edges, key=lambda edge: edge.key)

    def edges(self, connection: sqlite3.Connection, of_kinds: Collection[EdgeKind]) -> Iterator[EdgeColumns]:
        """All edges of kinds that start at no patient, one group for each kind and kinds of ends."""
        patient = self._codes[NodeKind.PATIENT]
        size = (connection.execute("SELECT max(num) FROM node").fetchone()[0] or 0) + 1
        # Numbers are dense: a list answers several times faster than a dictionary.
        ids, kinds = [NodeId("")] * size, np.full(size, patient)
        for number, node_id, kind in connection.execute("SELECT num, id, kind FROM node WHERE kind <> ?", (patient,)):
            ids[number], kinds[number] = NodeId(node_id), kind
        query = "SELECT num, source, source_version, licence FROM provenance"
        provenances = {number: Provenance(*row) for number, *row in connection.execute(query)}
        for kind in sorted(of_kinds):
            numbers, texts = self._columns(connection, self._codes[kind])
            if not len(numbers[0]):
                continue
            joined = kinds[numbers[0]] * (max(self._words) + 1) + kinds[numbers[1]]
            for ends in np.unique(joined).tolist():
                yield self._group(kind, np.flatnonzero(joined == ends), numbers, texts, (ids, kinds.tolist(), provenances))

    def _columns(self, connection: sqlite3.Connection, kind: int) -> tuple[Sequence[Array], Mapping[str, Sequence[str]]]:
        """Start, end, provenance and level of all edges of a kind, and those texts that not all of them lack."""
        flags = ", ".join(f"max({name} <> '')" for name in _TEXTS)
        some = connection.execute(f"SELECT {flags} FROM edge WHERE kind = ?", (kind,)).fetchone()
        names = [name for name, has in zip(_TEXTS, some, strict=True) if has]
        # One statement, so that all columns are of one state of the file and in one order.
        wanted = ", ".join([f"group_concat({name})" for name in _NUMBERS] + [f"json_group_array({name})" for name in names])
        row = connection.execute(f"SELECT {wanted} FROM edge WHERE kind = ?", (kind,)).fetchone()
        numbers = [np.fromstring(text or "", np.int64, sep=",") for text in row[: len(_NUMBERS)]]
        return numbers, {name: json.loads(text) for name, text in zip(names, row[len(_NUMBERS) :], strict=True)}

    def _group(
        self,
        kind: EdgeKind,
        rows: Array,
        numbers: Sequence[Array],
        texts: Mapping[str, Sequence[str]],
        known: tuple[Sequence[NodeId], Sequence[int], Mapping[int, Provenance]],
    ) -> EdgeColumns:
        ids, kinds, provenances = known
        starts, ends, sources, levels = (column[rows].tolist() for column in numbers)
        chosen = {name: [column[i] for i in rows.tolist()] for name, column in texts.items()}
        none: Sequence[str] = Repeated("", len(rows))
        found = chosen.get("properties")
        properties: Sequence[Mapping[str, PropertyValue]] = Repeated(properties_of(""), len(rows))
        if found:
            properties = [properties_of(text) for text in found]
        return EdgeColumns(
            kind,
            NodeKind(self._words[kinds[starts[0]]]),
            NodeKind(self._words[kinds[ends[0]]]),
            list(map(ids.__getitem__, starts)),
            list(map(ids.__getitem__, ends)),
            _looked_up(sources, provenances),
            _looked_up(levels, self._levels),
            chosen.get("evidence", none),
            chosen.get("record", none),
            chosen.get("known_since", none),
            properties,
        )


def _looked_up(numbers: Sequence[int], values: Mapping[int, T]) -> Sequence[T]:
    """The value of each number; one value many times when all are the same."""
    if len(set(numbers)) == 1:
        return Repeated(values[numbers[0]], len(numbers))
    return list(map(values.__getitem__, numbers))
