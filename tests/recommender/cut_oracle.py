"""Scores with parts of the graph taken out, from the store's edges and the published formula alone; and graphs to try it on."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import strategies as st

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.schema import EDGE_RULES
from recommender.config import ScoringConfig, read_scoring
from recommender.cut_walk import Link, link_ends
from recommender.metapaths import Metapath, read_metapaths
from recommender.scoring import Scorer, Scores, path_count_means
from recommender.walk import Walker
from tests.recommender.conftest import Graph
from tests.recommender.test_walk import enumerate_paths

CONFIG = read_scoring()
LEVEL = KnowledgeLevel.UNREVIEWED
JOINS = {
    "TREATS": "MC",
    "PALLIATES": "MC",
    "BINDS": "MG",
    "ASSOCIATES": "CG",
    "IN_CLASS": "MK",
    "PRESENTS": "CY",
    "IS_A": "CC",
    "RESEMBLES": "CC",
    "INTERACTS": "GG",
}
AMOUNTS = {"first": CONFIG.treats_first, "later": CONFIG.treats_later, "unstated": CONFIG.treats}

NamedLink = tuple[str, str, str]
"""A link as the kind of its edges and the ids of both ends; of a kind that reads both ways in the order of the ids."""


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[str, str, str, dict[str, str]]]:
    """Edges between four nodes of each kind."""
    edges = []
    ends = st.tuples(st.integers(0, 3), st.integers(0, 3))
    for kind, (start, end) in [*JOINS.items(), ("RESEMBLES", "MM")]:
        for i, j in draw(st.lists(ends, max_size=6)):
            if start != end or i < j:
                line = {"line": draw(st.sampled_from(sorted(AMOUNTS)))} if kind in ("TREATS", "PALLIATES") else {}
                edges.append((f"{start}:{i}", kind, f"{end}:{j}", line | {"source": draw(st.sampled_from(["one", "other"]))}))
    return edges


def scorer_of(graph: Graph, metapaths: Collection[Metapath] | None = None, config: ScoringConfig = CONFIG) -> Scorer:
    """A scorer by hand-set weights."""
    chosen = read_metapaths() if metapaths is None else tuple(metapaths)
    walker = Walker(graph.snapshot, chosen, config.damping, compiled=False)
    return Scorer(walker, config, path_count_means(walker))


def listed(scorer: Scorer, scores: Scores, *, established: bool = True) -> list[int]:
    """Medicines of a list, the highest first."""
    first = scorer.walker.medicines.start
    reached = [m for m in scorer.walker.medicines if established or scores.total[m - first] > scorer.intercept]
    return sorted(
        (m for m in reached if (m in scores.support) is established), key=lambda m: (-float(scores.total[m - first]), m)
    )


def named(kind: str, start: str, end: str) -> NamedLink:
    """A link by names."""
    return (kind, *sorted((start, end))) if EDGE_RULES[EdgeKind(kind)].symmetric else (kind, start, end)


@dataclass
class Oracle:
    """Every path to every medicine, to be summed without some links."""

    graph: Graph
    evidence: Mapping[str, float]
    metapaths: tuple[Metapath, ...] = field(default_factory=read_metapaths)

    def __post_init__(self) -> None:
        snapshot = self.graph.snapshot
        self.paths: dict[str, list[tuple[int, float, frozenset[NamedLink]]]] = {}
        self.direct: dict[str, dict[NamedLink, float]] = {}
        self.means = [self._mean(m) for m in self.metapaths]
        for place, metapath in enumerate(self.metapaths):
            for weight, nodes in self._walked(metapath, self.evidence):
                links = frozenset(self._link(metapath, i, *pair) for i, pair in enumerate(pairwise(nodes)))
                self.paths.setdefault(nodes[-1], []).append((place, weight, links))
        for edge in self.graph.edges.values():
            if edge.kind in ("TREATS", "PALLIATES") and edge.end in self.evidence:
                amount = AMOUNTS[str(edge.properties["line"])] if edge.kind == "TREATS" else CONFIG.palliates
                held = self.direct.setdefault(str(edge.start), {})
                link = (str(edge.kind), str(edge.start), str(edge.end))
                held[link] = max(held.get(link, 0.0), amount * self.evidence[str(edge.end)])
        self.medicines = [str(snapshot.id(n)) for n in snapshot.numbers(NodeKind.MEDICINE)]

    def _walked(self, metapath: Metapath, starts: Mapping[str, float]) -> list[tuple[float, tuple[str, ...]]]:
        prefix = {NodeKind.CONDITION: "C:", NodeKind.SYMPTOM: "Y:"}[metapath.start]
        chosen = {node: weight for node, weight in starts.items() if node.startswith(prefix)}
        return enumerate_paths(self.graph, metapath, chosen, CONFIG.damping, LEVEL)

    def _mean(self, metapath: Metapath) -> float:
        numbers = self.graph.snapshot.numbers(metapath.start)
        found = self._walked(metapath, dict.fromkeys(self.graph.ids(numbers), 1.0))
        medicines = len(self.graph.snapshot.numbers(NodeKind.MEDICINE))
        return math.fsum(w for w, _ in found) / (len(numbers) * medicines) if found else 0.0

    def _link(self, metapath: Metapath, place: int, start: str, end: str) -> NamedLink:
        step = metapath.steps[place]
        return named(str(step.kind), *((start, end) if step.forward else (end, start)))

    def named(self, links: Iterable[Link]) -> list[NamedLink]:
        """Links by names."""
        relations = self.graph.snapshot.relations
        return [named(str(key.kind), *self.graph.ids(link_ends(relations[key], link))) for key, link in links]

    def links(self, medicine: str) -> list[NamedLink]:
        """All links of the paths to a medicine, direct ones among them."""
        walked = {link for *_, links in self.paths.get(medicine, ()) for link in links}
        return sorted(walked | set(self.direct.get(medicine, ())))

    def score(self, medicine: str, cut: Collection[NamedLink] = ()) -> float:
        """The score without some links."""
        sums = [0.0] * len(self.metapaths)
        for place, weight, links in self.paths.get(medicine, ()):
            if links.isdisjoint(cut):
                sums[place] += weight
        walked = [m.weight * math.asinh(x / mean) for m, x, mean in zip(self.metapaths, sums, self.means, strict=True) if x]
        direct = [amount for link, amount in self.direct.get(medicine, {}).items() if link not in cut]
        return CONFIG.intercept + math.fsum([*walked, *direct])

    def stays(self, medicine: str, cut: Collection[NamedLink] = (), *, established: bool = True) -> bool:
        """Whether a known treatment, or anything where none did, still leads to a medicine."""
        if established:
            return not set(self.direct.get(medicine, ())) <= set(cut)
        return self.score(medicine, cut) > CONFIG.intercept + 1e-12

    def margin(self, medicine: str, rival: str | None, cut: Collection[NamedLink], *, established: bool = True) -> float:
        """By how much a medicine stands before its rival without links; -inf when it left its list."""
        if not self.stays(medicine, cut, established=established):
            return -math.inf
        if rival is None or not self.stays(rival, cut, established=established):
            return math.inf
        return self.score(medicine, cut) - self.score(rival, cut)
