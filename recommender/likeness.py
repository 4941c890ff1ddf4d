"""Groups of patients in a snapshot: nodes of five or more people, and what their members did better on than others.

Groups belong to the bundle of their predictor, never to the compiled knowledge, so that a snapshot's checksum stays, and
erasing a person is a matter of the bundle alone. An edge is walked only where the members' outcomes are better than those of
all people beyond chance: that members merely took a medicine speaks for nothing.
"""

from dataclasses import dataclass

import numpy as np

from graph.array_file import TextColumn
from graph.derived import derived_relation, link_arrays
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind
from graph.errors import UnknownNodeError
from graph.property_text import properties_text
from graph.relation import RelationKey
from graph.schema import EDGE_RULES, NODE_RULES, check_properties
from graph.snapshot import Snapshot
from graph.store import Batch, EdgeColumns, GraphStore, LoadCounts

KEY = RelationKey(EdgeKind.RESPONDED_TO, NodeKind.GROUP, NodeKind.MEDICINE)


@dataclass(frozen=True)
class Likeness:
    """The groups of one bundle.

    Attributes:
        nodes: of the kind Group, all of one source.
        edges: of the kind RESPONDED_TO, from them to medicines.
        bundle: its tag.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    bundle: str

    def __post_init__(self) -> None:
        for node in self.nodes:
            check_properties(NodeKind.GROUP, NODE_RULES[NodeKind.GROUP], node.properties)
        for edge in self.edges:
            check_properties(EdgeKind.RESPONDED_TO, EDGE_RULES[EdgeKind.RESPONDED_TO].properties, edge.properties)

    @property
    def walked(self) -> tuple[Edge, ...]:
        """The edges that speak for a medicine, one for each group and medicine: that of the most people."""
        best: dict[tuple[NodeId, NodeId], Edge] = {}
        for edge in sorted(self.edges, key=lambda e: (-_number(e, "people"), e.key)):
            if _number(edge, "shift") > 0:
                best.setdefault((edge.start, edge.end), edge)
        return tuple(best[ends] for ends in sorted(best))

    def within(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot with these groups; medicines that it lacks are left out."""
        extended = snapshot.with_groups(self.nodes)
        found = [(edge, number) for edge in self.walked if (number := _placed(edge.end, snapshot)) is not None]
        if not found:
            return extended
        starts = np.array([extended.number(edge.start) for edge, _ in found], np.int32)
        ends = np.array([number for _, number in found], np.int32)
        level = KnowledgeLevel.STATISTICAL
        arrays = link_arrays(KEY, starts, ends, extended, len(snapshot.provenances), level)
        said = {(int(s), int(e)): edge for s, e, (edge, _) in zip(starts, ends, found, strict=True)}
        ordered = [said[s, e] for s, e in zip(arrays[f"{KEY}/start"].tolist(), arrays[f"{KEY}/end"].tolist(), strict=True)]
        texts = {"evidence": [e.evidence for e in ordered], "record": [e.record for e in ordered]}
        texts["properties"] = [properties_text(e.properties) for e in ordered]
        for name, column in texts.items():
            arrays[f"{KEY}/{name}/ends"], arrays[f"{KEY}/{name}/block"] = TextColumn.arrays(column)
        return extended.extended([derived_relation(KEY, arrays, extended)], [self.nodes[0].provenance])


def _number(edge: Edge, name: str) -> float:
    value = edge.properties[name]
    return float(value) if isinstance(value, int | float) else 0.0


def _placed(medicine: NodeId, snapshot: Snapshot) -> int | None:
    try:
        return snapshot.number(medicine)
    except UnknownNodeError:
        return None


def mirror_groups(likeness: Likeness, store: GraphStore) -> LoadCounts:
    """Write groups to the store, so that people see them, in the place of the edges of former ones.

    Edges that another bundle derived stay. Nodes of former groups lose their edges and go with the next build.

    Raises:
        SchemaError: when a medicine is not in the store (code ``unknown-end``).
    """
    kept = [columns for columns in store.knowledge_edges(derived=True) if columns.kind is not EdgeKind.RESPONDED_TO]
    load = store.start_load(f"groups {likeness.bundle}")
    columns = [EdgeColumns.of(likeness.edges, NodeKind.GROUP, NodeKind.MEDICINE)] if likeness.edges else []
    store.write(Batch(likeness.nodes, [*kept, *columns]), load, likeness.bundle)
    return store.finish_load(load, remove_stale=True, derived=True)
