"""The knowledge nodes that a load knows: those of the store when it adds to it, and those that it brings.

Rows are checked against it before they are written, names are matched in it, and two sources that describe the same node are
merged here: aliases are united, the rest comes from the better source, so that the order of loading does not matter.
"""

from collections.abc import Iterable, Sequence

from graph.elements import Node, NodeId, NodeKind
from graph.terms import TermIndex

IMPORTED_SOURCES = frozenset({"hetionet"})
"""Sources of imported graphs: what they say of a node yields to a formulary's own words."""
CROSSWALKS = ("doid", "mesh", "mondo")
"""Properties of a condition that name the same concept in another vocabulary."""


class Vocabulary:
    """Nodes by id and by name.

    Args:
        nodes: those known from the start.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._nodes: dict[NodeId, Node] = {}
        self._kinds: dict[NodeId, NodeKind] = {}
        self._terms: TermIndex | None = None
        for node in nodes:
            self._nodes[node.id] = node
            self._kinds[node.id] = node.kind

    def announce(self, node_id: str, kind: NodeKind) -> None:
        """Let a node be referred to before it is described."""
        self._kinds.setdefault(NodeId(node_id), kind)

    def forget(self, node_id: str, kind: NodeKind) -> None:
        """Take back an announcement; a node that is described, or was announced as another kind, stays."""
        if node_id not in self._nodes and self._kinds.get(NodeId(node_id)) is kind:
            del self._kinds[NodeId(node_id)]

    def kind(self, node_id: str) -> NodeKind | None:
        """The kind of a node, or nothing when it is not known."""
        return self._kinds.get(NodeId(node_id))

    def node(self, node_id: str) -> Node | None:
        """The node, or nothing when it is not described."""
        return self._nodes.get(NodeId(node_id))

    def nodes(self, kind: NodeKind) -> Sequence[Node]:
        """All described nodes of a kind, in the order of their ids."""
        return sorted((node for node in self._nodes.values() if node.kind is kind), key=lambda node: node.id)

    def merge(self, node: Node) -> Node:
        """Describe a node and answer what is to be written: the union with what is known of it."""
        old = self._nodes.get(node.id)
        merged = node if old is None or old.kind is not node.kind else _merged(old, node)
        self._nodes[node.id] = merged
        self._kinds[node.id] = node.kind
        if self._terms is not None:
            self._terms.add(merged)
        return merged

    def candidates(self, text: str, kinds: Sequence[NodeKind]) -> Sequence[NodeId]:
        """Ids of the nodes of these kinds that an id, a name or a synonym means, sorted; the id itself wins.

        Of two nodes for one concept, joined by an exact crosswalk, the one that names the other is meant.
        """
        if self.kind(text) in kinds:
            return [NodeId(text)]
        if self._terms is None:
            self._terms = TermIndex(self._nodes.values())
        found = [i for i in self._terms.candidates(text) if self._kinds.get(i) in kinds]
        if len(found) > 1:
            named = {self._nodes[i].properties.get(name) for i in found for name in CROSSWALKS}
            found = [i for i in found if i not in named]
        return found


def _merged(old: Node, new: Node) -> Node:
    # Of equal rank the later word wins: a source may correct itself.
    best, other = (old, new) if _rank(old) < _rank(new) else (new, old)
    names = {*old.aliases, *new.aliases, other.name} - {best.name}
    properties = {**other.properties, **best.properties}
    return Node(best.id, best.kind, best.name, best.provenance, tuple(names), properties)


def _rank(node: Node) -> tuple[bool, bool, str]:
    return (node.properties.get("verified") is False, node.provenance.source in IMPORTED_SOURCES, node.provenance.source)
