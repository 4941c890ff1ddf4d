"""Explanations: the paths that carry a medicine's score, each with its signed share, a sentence and its weakest evidence.

The contribution of a path is β_m · f_m · (its share of x_m), that of a direct edge its part of t: with the intercept and the
remainder (everything that is not shown) they add up to the score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from graph.elements import Edge, EdgeKind
from graph.snapshot import Snapshot
from recommender.diversity import Candidate, choose
from recommender.evidence import Evidence
from recommender.foreseen import Foreseen
from recommender.metapaths import Metapath
from recommender.outcomes import Shift
from recommender.payload import drawn, edge_payload, node_payload, path_cypher
from recommender.scoring import DirectSupport, Scores
from recommender.walk import FoundPath, Walker

DIRECT_CODES = {EdgeKind.TREATS: "CtM", EdgeKind.PALLIATES: "ClM"}
"""Codes of direct support, beside those of ``metapaths.toml``."""


@dataclass(frozen=True, slots=True)
class Path:
    """One path from what is on file to a medicine.

    Attributes:
        metapath: its code.
        nodes: numbers of its nodes, from the fact on file to the medicine.
        steps: for each step every edge that says it, the best known first.
        contribution: its signed share of the score.
        sentence: the path in words.
        start: place in ``nodes`` of the evidence that was walked from; 0 unless the way led through the condition tree.
        outcomes: of direct support, what outcomes of patients added.
        foreseen: the prediction that it begins with; None when it begins with what is on file.
    """

    metapath: str
    nodes: tuple[int, ...]
    steps: tuple[tuple[Edge, ...], ...]
    contribution: float
    sentence: str
    start: int = 0
    outcomes: Shift | None = None
    foreseen: Foreseen | None = None

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The best known edge of every step."""
        return tuple(step[0] for step in self.steps)

    @property
    def weakest(self) -> Edge:
        """The edge that is known most weakly; of equals the first."""
        return min(self.edges, key=lambda edge: edge.level.strength)

    def weakest_said(self, snapshot: Snapshot) -> Edge:
        """The edge that is known most weakly, the prediction that the path begins with among them."""
        said = self.foreseen.edge(snapshot) if self.foreseen else self.weakest
        return said if said.level.strength < self.weakest.level.strength else self.weakest

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer."""
        edges = []
        for step in self.steps:
            shown = edge_payload(step[0])
            if len(step) > 1:
                shown["also"] = [
                    {"source": e.provenance.source, "evidence": e.evidence, "knowledge_level": str(e.level)} for e in step[1:]
                ]
            edges.append(shown)
        nodes = [node_payload(snapshot, n) for n in self.nodes]
        return {
            "metapath": self.metapath,
            "nodes": nodes,
            "edges": edges,
            "contribution": self.contribution,
            "sentence": self.sentence,
            "drawn": drawn(snapshot, self.nodes, self.edges),
            "weakest": edge_payload(self.weakest_said(snapshot)),
            "cypher": path_cypher(nodes, self.edges),
            "outcomes": {"people": self.outcomes.people, "good": self.outcomes.good, "shift": self.outcomes.value}
            if self.outcomes
            else None,
        } | ({"prediction": self.foreseen.payload()} if self.foreseen else {})


POOL = 4
"""From how many times as many paths, the largest, those to be shown are chosen."""

_Share: TypeAlias = tuple[float, DirectSupport | FoundPath]


def _candidate(amount: float, item: DirectSupport | FoundPath) -> Candidate:
    if isinstance(item, DirectSupport):
        return Candidate(amount, DIRECT_CODES[item.edges[0].kind], ())
    return Candidate(amount, item.metapath.code, item.nodes[1:-1])


class Explainer:
    """Finds the paths that carry scores.

    Args:
        walker: the walker that the scores came from.
        limit: how many paths to show for a medicine, chosen among several times as many (:mod:`recommender.diversity`).
    """

    def __init__(self, walker: Walker, limit: int) -> None:
        self._walker = walker
        self._snapshot = walker.snapshot
        self._limit = limit
        self._pool = POOL * limit

    def explain(self, medicines: Sequence[int], evidence: Sequence[Evidence], scores: Scores) -> dict[int, tuple[Path, ...]]:
        """The paths that cover the score of each medicine and differ, the largest contribution first.

        Args:
            medicines: their numbers.
            evidence: what the scores were computed from.
            scores: of all medicines.
        """
        starts = {e.node: e.weight for e in evidence}
        via = {e.node: e for e in evidence}
        first = self._walker.medicines.start
        shares = {m: self._largest([(s.amount, s) for s in scores.support.get(m, ())]) for m in medicines}
        for metapath, counts in scores.counts.items():
            goals = [m for m in medicines if counts[m - first] > 0 and metapath.weight > 0]
            features = scores.features[metapath]
            whole = [metapath.weight * float(features[g - first]) / float(counts[g - first]) for g in goals]
            # A path that is no larger than the last one kept so far is not worth building.
            above = [shares[g][-1][0] / w if len(shares[g]) == self._pool else 0.0 for g, w in zip(goals, whole, strict=True)]
            found = self._walker.heaviest(metapath, starts, goals, self._limit, above)
            for goal, share, paths in zip(goals, whole, found, strict=True):
                shares[goal] = self._largest([*shares[goal], *((share * path.weight, path) for path in paths)])
        return {m: tuple(self._path(amount, item, via) for amount, item in self._shown(of_m)) for m, of_m in shares.items()}

    def _largest(self, shares: list[_Share]) -> list[_Share]:
        # Direct support stands before walked paths among equals, then comes what was found first: the same every time.
        return sorted(shares, key=lambda share: -share[0])[: self._pool]

    def _shown(self, shares: list[_Share]) -> list[_Share]:
        return [shares[i] for i in choose([_candidate(*share) for share in shares], self._limit)]

    def _path(self, amount: float, item: DirectSupport | FoundPath, via: Mapping[int, Evidence]) -> Path:
        return self._direct(amount, item, via) if isinstance(item, DirectSupport) else self._walked(amount, item, via)

    def _direct(self, amount: float, support: DirectSupport, via: Mapping[int, Evidence]) -> Path:
        edge = support.edges[0]
        evidence = via[support.start]
        names = (self._snapshot.name(support.medicine), self._snapshot.name(support.start))
        line = {"first": " (first line)", "later": " (later line)"}.get(str(edge.properties.get("line", "")), "")
        sentence = f"{names[0]} {edge.kind.lower()} {names[1]}{line}"
        nodes = support.start, support.medicine
        path = self._led_up(evidence, DIRECT_CODES[edge.kind], nodes, (support.edges,), amount, sentence)
        return replace(path, outcomes=support.outcomes)

    def _walked(self, amount: float, path: FoundPath, via: Mapping[int, Evidence]) -> Path:
        steps = tuple(
            self._step_edges(path.metapath, i, path.nodes[i], path.nodes[i + 1]) for i in range(len(path.metapath.steps))
        )
        sentence = path.metapath.sentence.format(*(self._snapshot.name(n) for n in path.nodes))
        return self._led_up(via[path.nodes[0]], path.metapath.code, path.nodes, steps, amount, sentence)

    def _step_edges(self, metapath: Metapath, i: int, start: int, end: int) -> tuple[Edge, ...]:
        relation = self._walker.step(metapath.steps[i])
        said = self._snapshot.link_edges(relation.relation, relation.ahead.link(start, end))
        return tuple(self._walker.edges.allowed(said))

    def _led_up(
        self,
        evidence: Evidence,
        code: str,
        nodes: tuple[int, ...],
        steps: tuple[tuple[Edge, ...], ...],
        amount: float,
        sentence: str,
    ) -> Path:
        """The path with the way through the condition tree in front, where the evidence was reached that way."""
        above = tuple((edge,) for edge in evidence.chain)
        if above:
            names = [self._snapshot.name(evidence.via[0]), self._snapshot.name(evidence.node)]
            if evidence.chain[0].start != self._snapshot.id(evidence.via[0]):
                names.reverse()
            sentence = f"{sentence}; {names[0]} is a kind of {names[1]}"
        if evidence.foreseen:
            sentence = f"{sentence} ({evidence.foreseen.why})"
        shown = (*evidence.via[:-1], *nodes), (*above, *steps)
        return Path(code, *shown, amount, f"{sentence}.", len(evidence.via) - 1, foreseen=evidence.foreseen)
