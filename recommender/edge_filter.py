"""Which edges may speak for a medicine: by how they are known, who says so, under which licence, and since when.

A filter acts before the walk. What it leaves out carries nothing, while degrees stay those of the whole snapshot, so that the
contributions of the paths that are left do not change. Safety always uses all edges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.array_file import Array
from graph.elements import Edge, KnowledgeLevel, Provenance
from graph.relation import Relation
from graph.snapshot import LEVEL_ORDER, Snapshot
from graph.terms import nearest
from recommender.errors import CaseError


@dataclass(frozen=True, slots=True)
class EdgeFilter:
    """What an edge must be to count.

    Attributes:
        min_level: edges known more weakly do not count.
        exclude_sources: edges of these sources do not count.
        licences: only edges under one of these count; all where there are none.
        known_by: edges that are known since a later day do not count; an edge without a day counts as always known. None for
            any day.
    """

    min_level: KnowledgeLevel = KnowledgeLevel.UNREVIEWED
    exclude_sources: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    known_by: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether every edge counts."""
        return self == ALL_EDGES

    def allows(self, edge: Edge) -> bool:
        """Whether an edge counts."""
        late = self.known_by is not None and edge.known_since > self.known_by.isoformat()
        return edge.level.strength >= self.min_level.strength and self._allows_source(edge.provenance) and not late

    def allowed(self, edges: Sequence[Edge]) -> Sequence[Edge]:
        """Those edges that count, in their order."""
        return edges if self.is_open else [edge for edge in edges if self.allows(edge)]

    def links(self, snapshot: Snapshot, relation: Relation) -> Array:
        """Which links at least one edge that counts says: shape (links,), bool."""
        if self.is_open or not relation.link_count:
            return np.ones(relation.link_count, bool)
        strengths = np.array([level.strength for level in LEVEL_ORDER])
        said = np.array([self._allows_source(provenance) for provenance in snapshot.provenances], bool)
        good = (strengths[relation.levels] >= self.min_level.strength) & said[relation.provenances]
        if self.known_by is not None:
            late = [i for i, day in dated(relation) if day > self.known_by.isoformat()]
            good[late] = False
        return np.logical_or.reduceat(good, relation.edge_pointers[:-1])

    def _allows_source(self, provenance: Provenance) -> bool:
        licensed = not self.licences or provenance.licence in self.licences
        return licensed and provenance.source not in self.exclude_sources


ALL_EDGES = EdgeFilter()


def dated(relation: Relation) -> Iterable[tuple[int, str]]:
    """Positions of the edges of a relation that say since when they are known, each with the ISO date."""
    return ((i, day) for i in relation.positions_with("known_since") if (day := relation.text("known_since", i)))


def last_known(snapshot: Snapshot) -> str:
    """The latest day since which an edge of a snapshot is known, as an ISO date; empty where none says a day."""
    return max((day for relation in snapshot.relations.values() for _, day in dated(relation)), default="")


def check_names(snapshot: Snapshot, exclude_sources: Iterable[str], licences: Iterable[str]) -> None:
    """Refuse a source or a licence that no edge of the snapshot has: it would be without effect, or leave nothing.

    Raises:
        CaseError: names those that are spelled most like it.
    """
    for pointer, given, known in (
        ("/exclude_sources", exclude_sources, sorted({p.source for p in snapshot.provenances})),
        ("/licences", licences, sorted({p.licence for p in snapshot.provenances})),
    ):
        for i, name in enumerate(given):
            if name not in known:
                near = nearest(name, known, 3)
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                raise CaseError(f"{pointer}/{i}", f"no edge of the graph has it{hint}")
