"""What is known of a medicine and a condition, what speaks against them, and what would settle whether one treats the other.

Known is what a source says of the pair itself, or of the condition's relatives: conditions above or below it in the tree, and
the same one in another vocabulary. All of it is read from the graph and from the paths of the pair; nothing is estimated here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeKind
from graph.snapshot import Snapshot
from recommender.explain import Path
from recommender.metapaths import Metapath
from recommender.payload import edge_payload
from recommender.scoring import DIRECT

WEAK = {
    KnowledgeLevel.STATISTICAL: "a statistical finding",
    KnowledgeLevel.PREDICTION: "a prediction",
    KnowledgeLevel.UNREVIEWED: "an unreviewed statement",
}
"""How an edge is known that further evidence could settle, in words."""
AGAINST = (EdgeKind.CONTRAINDICATED_IN, EdgeKind.LIMITED_BY)
CARRIES = 0.05
"""Share of a walk's score from which a metapath counts as carrying it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that evidence could settle.

    Attributes:
        what: ``weak edge``, ``no direct evidence``, ``contraindication`` or ``one kind of path``.
        sentence: in words, with what would settle it.
        edge: the edge that it is about, if it is about one.
        share: of the walk's score that rests on the edge, in (0, 1]; None where it is not about a share.
    """

    what: str
    sentence: str
    edge: Edge | None = None
    share: float | None = None

    def payload(self) -> dict[str, Any]:
        """As it stands in a result."""
        edge = edge_payload(self.edge) if self.edge else None
        return {"what": self.what, "sentence": self.sentence, "edge": edge, "share": self.share}


def known_medicines(snapshot: Snapshot, condition: int) -> set[int]:
    """Numbers of the medicines that are known to treat or palliate a condition or a relative of it in the tree."""
    return {
        same
        for relative in _relatives(snapshot, condition)
        for kind in DIRECT
        for medicine, _ in snapshot.sources(kind, NodeKind.MEDICINE, relative)
        for same in _reached(snapshot, medicine, None)
    }


def known_conditions(snapshot: Snapshot, medicine: int) -> set[int]:
    """Numbers of the conditions that a medicine is known to treat or palliate, and of their relatives in the tree."""
    return {
        relative
        for same in _reached(snapshot, medicine, None)
        for kind in DIRECT
        for condition, _ in snapshot.neighbours(kind, same, NodeKind.CONDITION)
        for relative in _relatives(snapshot, condition)
    }


def contraindications(snapshot: Snapshot, medicine: int, condition: int) -> list[Edge]:
    """What the graph says against a medicine in a condition, or in one that it is a kind of; the best known of each link."""
    above = _reached(snapshot, condition, True)
    return [
        said[0]
        for same in sorted(_reached(snapshot, medicine, None))
        for kind in AGAINST
        for other, said in snapshot.neighbours(kind, same, NodeKind.CONDITION)
        if other in above
    ]


def _relatives(snapshot: Snapshot, condition: int) -> set[int]:
    return _reached(snapshot, condition, True) | _reached(snapshot, condition, False)


def _reached(snapshot: Snapshot, node: int, upward: bool | None) -> set[int]:
    """A node, the same in other vocabularies, and those above (True) or below it (False) in the tree."""
    found, rest = {node}, [node]
    while rest:
        for other in set(_next(snapshot, rest.pop(), upward)) - found:
            found.add(other)
            rest.append(other)
    return found


def _next(snapshot: Snapshot, node: int, upward: bool | None) -> Iterator[int]:
    kind = snapshot.kind(node)
    ways = (snapshot.neighbours(EdgeKind.MAPS_TO, node, kind), snapshot.sources(EdgeKind.MAPS_TO, kind, node))
    yield from (other for way in ways for other, said in way if any(e.properties.get("relation") == "exact" for e in said))
    if upward is not None:
        way = snapshot.neighbours(EdgeKind.IS_A, node, kind) if upward else snapshot.sources(EdgeKind.IS_A, kind, node)
        yield from (other for other, _ in way)


def independent(shares: Mapping[Metapath, float]) -> int:
    """How many ways lead to a medicine that have no kind of edge in common but treatments.

    Args:
        shares: what each metapath adds to the score; those that carry little are left out.

    Returns:
        The number found by taking metapaths in the order of their shares, each unless it has an edge kind of one before it.
    """
    whole = sum(shares.values())
    used: set[tuple[EdgeKind, str]] = set()
    count = 0
    for metapath, share in sorted(shares.items(), key=lambda item: (-item[1], item[0].code)):
        steps = {(step.kind, step.method) for step in metapath.steps}
        kinds = {step for step in steps if step[0] not in DIRECT} or steps
        if share > 0 and share >= CARRIES * whole and not kinds & used:
            used |= kinds
            count += 1
    return count


def questions(
    snapshot: Snapshot, pair: tuple[int, int], paths: Sequence[Path], whole: float, against: Sequence[Edge], ways: int
) -> list[Question]:
    """What would settle whether a medicine treats a condition, what weighs most first.

    Args:
        snapshot: the knowledge.
        pair: numbers of the medicine and of the condition.
        paths: those of largest contribution to the pair's score.
        whole: what all paths add to the score.
        against: what the graph says against the pair.
        ways: how many independent ways lead to the medicine.
    """
    found = [
        Question("contraindication", f"{_said(snapshot, edge)}: to be resolved before anything else.", edge) for edge in against
    ]
    weak = _weak_edge(paths, whole)
    if weak:
        edge, share = weak
        part = "All" if share > 0.995 else f"At least {share:.0%}"
        sentence = (
            f"{part} of the score rests on: {_said(snapshot, edge)}, {WEAK[edge.level]} ({edge.provenance.source}); "
            "a study of it would make the suggestion firm, or undo it."
        )
        found.append(Question("weak edge", sentence, edge, share))
    if ways == 1:
        sentence = "All of it rests on one kind of path: a finding of another kind would be independent support."
        found.append(Question("one kind of path", sentence))
    medicine, condition = map(snapshot.name, pair)
    sentence = (
        f"No source says that {medicine} treats or palliates {condition}: a trial, or a record of use, would be evidence."
    )
    return [*found, Question("no direct evidence", sentence)]


def _said(snapshot: Snapshot, edge: Edge) -> str:
    start, end = (snapshot.name(snapshot.number(end)) for end in (edge.start, edge.end))
    return f"{start} {edge.kind.lower().replace('_', ' ')} {end}"


def _weak_edge(paths: Sequence[Path], whole: float) -> tuple[Edge, float] | None:
    """The edge of a weak level that most of the score rests on, with its share; None where all are known well."""
    carried: dict[tuple[str, ...], float] = {}
    edges: dict[tuple[str, ...], Edge] = {}
    for path in paths:
        # A link is as well known as the best of its edges.
        for edge in (e for e in path.edges if e.level in WEAK):
            edges[edge.key] = edge
            carried[edge.key] = carried.get(edge.key, 0.0) + path.contribution
    if not carried or whole <= 0:
        return None
    key = min(carried, key=lambda k: (-carried[k], edges[k].level.strength, k))
    return edges[key], min(carried[key] / whole, 1.0)
