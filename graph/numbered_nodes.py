"""The nodes of a snapshot: numbered by kind and id, found by everything that they are called, with groups behind all others."""

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from typing import Self

import numpy as np

from graph.array_file import ArrayFile, TextColumn
from graph.elements import Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.errors import UnknownNodeError
from graph.property_text import properties_of
from graph.terms import nearest, normalise, term_hash

KIND_ORDER = tuple(kind for kind in NodeKind if kind is not NodeKind.PATIENT)
KEPT_NODES = 65_536
"""How many nodes' ids, names and properties are kept in memory."""


class NumberedNodes:
    """Nodes of a file of arrays: a kind is a range of numbers.

    Attributes:
        first: the first number of each kind.
        node_count: how many there are.
        provenances: of nodes and edges, by number.
        node_provenances: shape (nodes,), uint32: the number of each node's provenance.
    """

    _arrays: ArrayFile
    first: dict[NodeKind, int]
    node_count: int
    provenances: tuple[Provenance, ...]

    def _read_nodes(self) -> None:
        counts: dict[str, int] = self._arrays.notes["nodes"]
        self.first = {}
        total = 0
        for kind in KIND_ORDER:
            self.first[kind] = total
            total += counts.get(kind, 0)
        self.node_count = total
        self._present = [kind for kind in KIND_ORDER if counts.get(kind, 0)]
        self._firsts = [self.first[kind] for kind in self._present]
        self._counts = counts
        self.provenances = tuple(Provenance(*row) for row in self._arrays.notes["provenances"])
        self._texts = {
            name: TextColumn(self._arrays[f"{name}/ends"], self._arrays[f"{name}/block"])
            for name in ("id", "name", "aliases", "properties")
        }
        self._added: dict[int, Node] = {}
        self._keep_nodes()
        self.node_provenances = self._arrays["node/provenance"]

    def _keep_nodes(self) -> None:
        # A proof or a path names the same few nodes again and again, and decoding a text costs more than looking it up.
        ids, names, properties = (self._texts[name] for name in ("id", "name", "properties"))
        self._ids: Callable[[int], NodeId] = lru_cache(KEPT_NODES)(lambda number: NodeId(ids[number]))
        self._names: Callable[[int], str] = lru_cache(KEPT_NODES)(lambda number: names[number])
        self._properties: Callable[[int], Mapping[str, PropertyValue]] = lru_cache(KEPT_NODES)(
            lambda number: properties_of(properties[number])
        )

    def with_groups(self, groups: Sequence[Node]) -> Self:
        """This snapshot with groups of patients behind its own nodes; the file and its checksum stay.

        Groups are derived by training and belong to a bundle, so that they are in no file; their kind is the last, so that the
        number of no other node changes.

        Args:
            groups: nodes of the kind Group; this snapshot has none yet.

        Raises:
            ValueError: when there are groups already, or a node is of another kind.
        """
        if self._added or any(node.kind is not NodeKind.GROUP for node in groups):
            raise ValueError("groups are added once, and nothing else")
        other = copy(self)
        other._added = {self.node_count + i: node for i, node in enumerate(sorted(groups, key=lambda node: node.id))}
        other.node_count = self.node_count + len(groups)
        other._counts = {**self._counts, NodeKind.GROUP: len(groups)}
        if groups:
            other._present, other._firsts = [*self._present, NodeKind.GROUP], [*self._firsts, self.node_count]
        ids, names, properties, added = self._ids, self._names, self._properties, other._added
        other._ids = lambda number: added[number].id if number in added else ids(number)
        other._names = lambda number: added[number].name if number in added else names(number)
        other._properties = lambda number: added[number].properties if number in added else properties(number)
        return other

    def numbers(self, kind: NodeKind) -> range:
        """Numbers of all nodes of a kind."""
        first = self.first[kind]
        return range(first, first + self._counts.get(kind, 0))

    def kind(self, number: int) -> NodeKind:
        """The kind of a node."""
        return self._present[bisect_right(self._firsts, number) - 1]

    def id(self, number: int) -> NodeId:
        """The id of a node."""
        return self._ids(number)

    def name(self, number: int) -> str:
        """The name of a node."""
        return self._names(number)

    def aliases(self, number: int) -> Sequence[str]:
        """Synonyms and foreign ids of a node."""
        if number in self._added:
            return self._added[number].aliases
        text = self._texts["aliases"][number]
        return json.loads(text) if text else ()

    def properties(self, number: int) -> Mapping[str, PropertyValue]:
        """The properties of a node."""
        return self._properties(number)

    def node(self, number: int) -> Node:
        """The node of a number."""
        if number in self._added:
            return self._added[number]
        return Node(
            self.id(number),
            self.kind(number),
            self.name(number),
            self.provenances[int(self.node_provenances[number])],
            tuple(self.aliases(number)),
            self.properties(number),
        )

    def number(self, node_id: str) -> int:
        """The number of the node of this id.

        Raises:
            UnknownNodeError: when there is none.
        """
        for number in self._meant(node_id):
            if self.id(number) == node_id:
                return number
        raise UnknownNodeError(node_id)

    def candidates(self, text: str, kinds: Sequence[NodeKind] = ()) -> Sequence[int]:
        """Numbers of the nodes that an id, an alias or a name means, of the given kinds (any when empty), ascending.

        An exact id or alias wins over names that only agree when normalised, but not over the very same name.
        """
        found = [n for n in self._meant(text) if not kinds or self.kind(n) in kinds]
        exact = [n for n in found if text == self.id(n) or text in self.aliases(n)]
        rivals = [n for n in found if n not in exact and text == self.name(n)]
        return exact if exact and not rivals else found

    def _meant(self, text: str) -> list[int]:
        normal = normalise(text)
        hashes, numbers = self._arrays["term/hash"], self._arrays["term/node"]
        key = np.uint64(term_hash(normal))
        low, high = np.searchsorted(hashes, key, "left"), np.searchsorted(hashes, key, "right")
        return [
            n
            for n in [*sorted({int(number) for number in numbers[low:high]}), *self._added]
            if any(normalise(t) == normal for t in (self.id(n), self.name(n), *self.aliases(n)))
        ]

    def nearest(self, text: str, kinds: Sequence[NodeKind], limit: int = 3) -> Sequence[str]:
        """Names of nodes of these kinds that are spelled most like the text."""
        return nearest(text, (self.name(n) for kind in kinds for n in self.numbers(kind)), limit)
