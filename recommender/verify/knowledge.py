"""What the store holds now: nodes, edges, and which node a name means, each read once."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import UnknownNodeError
from graph.store import GraphStore

_PARTING = re.compile("[^a-z0-9+%]+")
_DROPPED = "'’‘ʼ"


class Knowledge:
    """A store as a verifier reads it: by the port alone, nothing twice.

    Args:
        store: where the proof's edges, and the patient, are to be found.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.node = cache(self._node)
        self.edges = cache(self._edges)
        self._names = cache(self._read_names)
        self._singles = cache(self._read_singles)
        self._genes = cache(self._read_genes)

    def _node(self, node_id: str) -> Node | None:
        """The node of an id, or nothing."""
        try:
            return self._store.node(NodeId(node_id))
        except UnknownNodeError:
            return None

    def _edges(self, start: str, kind: str) -> Sequence[Edge]:
        """Edges of a kind that begin at a node; none of a kind that there is not."""
        return self._store.edges_from(NodeId(start), [EdgeKind(kind)]) if kind in list(EdgeKind) else ()

    def ends(self, start: str, kind: str) -> set[str]:
        """Ids of the nodes that edges of a kind lead to."""
        return {str(edge.end) for edge in self.edges(start, kind)}

    def above(self, node_id: str) -> set[str]:
        """A node and everything above it in its tree."""
        found, fresh = {node_id}, {node_id}
        while fresh:
            fresh = {end for start in fresh for end in self.ends(start, "IS_A")} - found
            found |= fresh
        return found

    def _read_singles(self) -> dict[str, list[str]]:
        """Medicines of one ingredient alone, by that ingredient."""
        singles: dict[str, list[str]] = {}
        for medicine in self._store.nodes(NodeKind.MEDICINE):
            inside = self.ends(medicine.id, "HAS_INGREDIENT")
            if len(inside) == 1:
                singles.setdefault(inside.pop(), []).append(str(medicine.id))
        return singles

    def parts(self, medicine: str) -> list[str]:
        """A medicine and, if it is a combination, the single medicines that stand for its parts."""
        inside = self.ends(medicine, "HAS_INGREDIENT")
        found = [single for one in sorted(inside) for single in self._singles().get(one, ())] if len(inside) > 1 else []
        return [medicine, *found]

    def of_gene(self, kind: NodeKind, gene: str) -> Sequence[Node]:
        """Nodes of a kind that name a gene, in the order of the store."""
        return self._genes(kind).get(gene.casefold(), ())

    def _read_genes(self, kind: NodeKind) -> dict[str, list[Node]]:
        genes: dict[str, list[Node]] = {}
        for node in self._store.nodes(kind):
            if node.properties.get("gene"):
                genes.setdefault(str(node.properties["gene"]).casefold(), []).append(node)
        return genes

    def meant(self, text: str, kind: NodeKind) -> list[Node]:
        """Nodes of a kind that a text means: by id or alias as written, unless another is named so; else by any spelling."""
        found = self._names(kind).get(folded(text), [])
        exact = [node for node in found if text in (node.id, *node.aliases)]
        named = [node for node in found if node not in exact and node.name == text]
        return exact if exact and not named else list(found)

    def _read_names(self, kind: NodeKind) -> dict[str, list[Node]]:
        names: dict[str, list[Node]] = {}
        for node in self._store.nodes(kind):
            for spelled in {folded(text) for text in (node.id, node.name, *node.aliases)} - {""}:
                names.setdefault(spelled, []).append(node)
        return names


def folded(text: str) -> str:
    """A name without what spellings differ in: case, accents, apostrophes, punctuation, Greek letters for their names."""
    if text.isascii():
        return " ".join(_PARTING.split(text.lower().replace("'", ""))).strip()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(map(_sign, plain)).split())


def _sign(char: str) -> str:
    if "α" <= char <= "ω":
        return unicodedata.name(char).rpartition(" ")[2].lower().replace("lamda", "lambda")
    if char.isalnum() or char in "+%":
        return char
    if char in _DROPPED or unicodedata.combining(char):
        return ""
    return char if unicodedata.category(char) in ("Mn", "Mc") else " "
