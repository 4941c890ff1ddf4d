"""The walk: numbers that can be worked out by hand, and both engines against an enumeration that shares no code with them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.schema import EDGE_RULES
from graph.store import DERIVED_EDGES, PATIENT_EDGES
from recommender.edge_filter import EdgeFilter
from recommender.metapaths import MAX_STEPS, Metapath, Step, parse_steps
from recommender.walk import FoundPath, Walker, link_weights, stretches
from tests.recommender.conftest import KINDS, Build, Graph

ENGINES = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "plain"])

# Figure 2 of Himmelstein & Baranzini 2015 (PLoS Comput Biol 11:e1004259): genes that interact and are associated with two
# diseases. Here a gene is a medicine, "interacts" is RESEMBLES and "is associated" is TREATS.
FIGURE = [
    *(("M:" + a, "RESEMBLES", "M:" + b) for a, b in [("CXCR4", "IRF1"), ("CXCR4", "ITCH")]),
    *(("M:IRF1", "RESEMBLES", "M:" + b) for b in ("IL2RA", "IRF8", "SUMO1")),
    *(("M:" + gene, "TREATS", "C:sclerosis") for gene in ("CXCR4", "IL2RA", "IRF8", "STAT3")),
    ("M:STAT3", "TREATS", "C:crohn"),
]


def metapath(text: str) -> Metapath:
    return Metapath(text, parse_steps(text), 1.0, "")


def counts(graph: Graph, walker: Walker, path: Metapath, starts: Mapping[str, float]) -> dict[str, float]:
    """x_m by medicine id, those above 0."""
    x = walker.count(path, {graph.number(i): w for i, w in starts.items()})
    return {i: v for i, v in zip(graph.ids(walker.medicines), x.tolist(), strict=True) if v > 0}


@ENGINES
def test_the_published_figure(graph_of: Callable[..., Graph], compiled: bool) -> None:
    # From sclerosis to IRF1 lead three paths, over CXCR4, IL2RA and IRF8. Degrees along them: sclerosis has 4 genes, each gene
    # one disease; IRF1 has 4 partners, CXCR4 has 2, IL2RA and IRF8 have 1. With w = 1/2 the figure's sum is
    #   (4·1·2·4)^-½ + (4·1·1·4)^-½ + (4·1·1·4)^-½ = 32^-½ + ¼ + ¼.
    graph = graph_of(FIGURE)
    path = metapath("Condition <-TREATS- Medicine -RESEMBLES- Medicine")

    x = counts(graph, Walker(graph.snapshot, [path], 0.5, compiled=compiled), path, {"C:sclerosis": 1.0})

    # CXCR4 also leads to ITCH: (4·1·2·1)^-½.
    assert x == {"M:IRF1": pytest.approx(32**-0.5 + 0.5, rel=1e-15), "M:ITCH": pytest.approx(8**-0.5, rel=1e-15)}


@ENGINES
def test_a_walk_that_returns_to_its_first_medicine_is_no_path(graph_of: Callable[..., Graph], compiled: bool) -> None:
    # sclerosis → STAT3 → crohn → STAT3 would come back; sclerosis → STAT3 → sclerosis would stand twice. Nothing is left of
    # STAT3, and with a second medicine of crohn: 4 treat sclerosis (4), STAT3 treats two (2, twice), crohn has two (2, twice).
    graph = graph_of([*FIGURE, ("M:NOD2", "TREATS", "C:crohn")])
    path = metapath("Condition <-TREATS- Medicine -TREATS-> Condition <-TREATS- Medicine")

    x = counts(graph, Walker(graph.snapshot, [path], 0.5, compiled=compiled), path, {"C:sclerosis": 1.0})

    assert x == {"M:NOD2": pytest.approx((4 * 2 * 2 * 2 * 2 * 1) ** -0.5, rel=1e-15)}


@ENGINES
@pytest.mark.parametrize("steps", ["-RESEMBLES-", "-RESEMBLES- Medicine -RESEMBLES-", "-MAPS_TO-> Medicine -MAPS_TO->"])
def test_an_edge_from_a_node_to_itself_is_no_step(graph_of: Callable[..., Graph], steps: str, compiled: bool) -> None:
    kind, exact = steps.strip("->").partition(" ")[0].strip("->"), {"relation": "exact"} if "MAPS_TO" in steps else {}
    loops = [(f"M:{i}", kind, f"M:{i}", exact) for i in "ab"]
    graph = graph_of([("M:a", "TREATS", "C:c"), ("M:a", kind, "M:b", exact), *loops])
    path = metapath(f"Condition <-TREATS- Medicine {steps} Medicine")
    walker = Walker(graph.snapshot, [path], 0.0, compiled=compiled)

    two = len(path.steps) == 2
    assert counts(graph, walker, path, {"C:c": 1.0}) == ({"M:b": 1.0} if two else {})
    found = walker.heaviest(path, {graph.number("C:c"): 1.0}, list(walker.medicines), 3)
    assert [len(paths) for paths in found] == ([0, 1] if two else [0, 0])


@ENGINES
def test_evidence_of_several_nodes_adds_up_by_weight(graph_of: Callable[..., Graph], compiled: bool) -> None:
    graph = graph_of([("C:a", "RESEMBLES", "C:m"), ("C:b", "RESEMBLES", "C:m"), ("M:x", "TREATS", "C:m")])
    path = metapath("Condition -RESEMBLES- Condition <-TREATS- Medicine")

    x = counts(graph, Walker(graph.snapshot, [path], 0.0, compiled=compiled), path, {"C:a": 1.0, "C:b": 0.25, "M:x": 1.0})

    assert x == {"M:x": 1.25}


@ENGINES
def test_sources_that_agree_are_one_link(graph_of: Callable[..., Graph], compiled: bool) -> None:
    said_twice = [("C:a", "RESEMBLES", "C:b"), ("C:b", "RESEMBLES", "C:a", {"source": "other"})]
    graph = graph_of([*said_twice, ("M:x", "TREATS", "C:b"), ("M:x", "TREATS", "C:b", {"source": "other"})])
    path = metapath("Condition -RESEMBLES- Condition <-TREATS- Medicine")

    x = counts(graph, Walker(graph.snapshot, [path], 1.0, compiled=compiled), path, {"C:a": 1.0})

    assert x == {"M:x": 1.0}


@ENGINES
def test_min_level_drops_links_and_keeps_degrees(graph_of: Callable[..., Graph], compiled: bool) -> None:
    # Three medicines treat b: one on an assertion, one on an observation, one that nobody reviewed; every degree stays 3.
    levels = {"M:x": "assertion", "M:y": "observation", "M:z": "unreviewed"}
    treats = [(medicine, "TREATS", "C:b", {"level": level}) for medicine, level in levels.items()]
    graph = graph_of([("C:a", "RESEMBLES", "C:b"), *treats])
    path = metapath("Condition -RESEMBLES- Condition <-TREATS- Medicine")

    def reached(level: KnowledgeLevel) -> dict[str, float]:
        return counts(graph, Walker(graph.snapshot, [path], 1.0, EdgeFilter(level), compiled=compiled), path, {"C:a": 1.0})

    third = pytest.approx(1 / 3, rel=1e-15)
    assert reached(KnowledgeLevel.UNREVIEWED) == {"M:x": third, "M:y": third, "M:z": third}
    assert reached(KnowledgeLevel.OBSERVATION) == {"M:x": third, "M:y": third}
    assert reached(KnowledgeLevel.ASSERTION) == {"M:x": third}


def test_a_link_counts_at_the_level_of_its_best_edge(graph_of: Callable[..., Graph]) -> None:
    weak, strong = {"level": "unreviewed"}, {"level": "assertion", "source": "other"}
    graph = graph_of([("C:a", "RESEMBLES", "C:b"), ("M:x", "TREATS", "C:b", weak), ("M:x", "TREATS", "C:b", strong)])
    path = metapath("Condition -RESEMBLES- Condition <-TREATS- Medicine")

    walker = Walker(graph.snapshot, [path], 0.0, EdgeFilter(KnowledgeLevel.ASSERTION), compiled=False)

    assert counts(graph, walker, path, {"C:a": 1.0}) == {"M:x": 1.0}


def test_weights_of_a_symmetric_relation_take_the_degrees_of_both_ends(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("G:a", "INTERACTS", "G:b"), ("G:c", "INTERACTS", "G:a"), ("G:a", "INTERACTS", "G:d")])
    relation = graph.snapshot.relation(EdgeKind.INTERACTS, NodeKind.GENE, NodeKind.GENE)
    assert relation is not None

    weights = link_weights(relation.outward, relation.inward, 0.5)

    # a has 3 partners, the others 1: each link weighs (3·1)^-½, read from either end.
    assert weights == pytest.approx([3**-0.5] * 3, rel=1e-15)


def test_metapaths_over_edges_that_the_graph_lacks_are_left_out(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(FIGURE)
    known, lacking = metapath("Condition <-TREATS- Medicine -RESEMBLES- Medicine"), metapath("Condition <-TREATS- Medicine")
    over_genes = metapath("Condition -ASSOCIATES-> Gene <-BINDS- Medicine")

    walker = Walker(graph.snapshot, [over_genes, known, lacking], 0.5, compiled=False)

    assert walker.metapaths == (known, lacking)
    with pytest.raises(KeyError):
        walker.step(over_genes.steps[0])


def test_evidence_of_another_kind_reaches_nothing(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*FIGURE, ("C:crohn", "PRESENTS", "Y:fever")])
    path = metapath("Condition <-TREATS- Medicine -RESEMBLES- Medicine")
    walker = Walker(graph.snapshot, [path], 0.5, compiled=False)

    goals = list(walker.medicines)
    assert counts(graph, walker, path, {"Y:fever": 1.0}) == {}
    assert walker.heaviest(path, {graph.number("Y:fever"): 1.0}, goals, 3) == [[] for _ in goals]
    assert walker.heaviest(path, {graph.number("C:crohn"): 1.0}, [], 3) == []


@ENGINES
def test_the_heaviest_paths_stand_in_the_order_of_weight_then_of_nodes(graph_of: Callable[..., Graph], compiled: bool) -> None:
    graph = graph_of(FIGURE)
    path = metapath("Condition <-TREATS- Medicine -RESEMBLES- Medicine")
    walker = Walker(graph.snapshot, [path], 0.5, compiled=compiled)
    starts, goal = {graph.number("C:sclerosis"): 1.0}, graph.number("M:IRF1")

    [found] = walker.heaviest(path, starts, [goal], 3)
    [best, above] = walker.heaviest(path, starts, [goal, goal], 3, [0.0, 0.2])

    assert [graph.ids(p.nodes[1:2]) for p in found] == [["M:IL2RA"], ["M:IRF8"], ["M:CXCR4"]]
    assert [p.weight for p in found] == [pytest.approx(w, rel=1e-15) for w in (0.25, 0.25, 32**-0.5)]
    assert best == found
    assert above == found[:2]


# Against brute force


PREFIX = {kind: prefix for prefix, kind in KINDS.items() if len(prefix) == 1}


def shapes() -> Iterator[Metapath]:
    """Every metapath of two to four steps over kinds that have a prefix, as the schema allows, that ends in a medicine."""
    steps = [
        step
        for kind in sorted(set(EdgeKind) - PATIENT_EDGES - DERIVED_EDGES)
        for start, end in sorted(EDGE_RULES[kind].joins)
        if {start, end} <= set(PREFIX) and (not EDGE_RULES[kind].symmetric or start == end)
        for step in {Step(kind, True, start, end), Step(kind, True, start, end).reverse}
    ]
    before: dict[NodeKind, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=str):
        before[step.target].append(step)
    found = [(last,) for last in before[NodeKind.MEDICINE]]
    for _ in range(MAX_STEPS - 1):
        found = [(first, *rest) for rest in found for first in before[rest[0].source]]
        yield from (Metapath(str(len(path)), path, 1.0, "") for path in found)


def parts(path: Metapath) -> str:
    """In what parts a shape is walked: the number of steps of each."""
    return "+".join(str(len(part)) for part in stretches(path.steps))


DRAWABLE: dict[str, list[Metapath]] = defaultdict(list)
for shape in shapes():
    DRAWABLE[parts(shape)].append(shape)

REQUIRED = {
    EdgeKind.ADDS_TO: {"points": 1},
    EdgeKind.LIMITED_BY: {"limit": "age", "strength": "absolute"},
    EdgeKind.CONTRAINDICATED_IN: {"strength": "absolute"},
    EdgeKind.INTERACTS_WITH: {"severity": "mild"},
    EdgeKind.AFFECTS_RESPONSE: {"action": "avoid"},
    EdgeKind.MAPS_TO: {"relation": "exact"},
    EdgeKind.CROSS_REACTS_WITH: {"strength": "high"},
}


@st.composite
def walks(draw: st.DrawFn) -> tuple[Metapath, list[tuple[str, str, str, dict[str, str]]], dict[str, float]]:
    """A shape, a small graph over the relations of its steps, and evidence."""
    path = draw(st.sampled_from(DRAWABLE[draw(st.sampled_from(sorted(DRAWABLE)))]))
    sizes = {kind: draw(st.integers(1, 4)) for kind in sorted({s.source for s in path.steps} | {NodeKind.MEDICINE})}
    edges = []
    for step in dict.fromkeys(s if s.forward else s.reverse for s in path.steps):
        ends = [[f"{PREFIX[kind]}:{i}" for i in range(sizes[kind])] for kind in (step.source, step.target)]
        for start, end in draw(st.lists(st.sampled_from(list(product(*ends))), min_size=1, max_size=9)):
            said = {
                "source": draw(st.sampled_from(["one", "other"])),
                "level": draw(st.sampled_from(list(KnowledgeLevel))),
            }
            edges.append((start, str(step.kind), end, said | REQUIRED.get(step.kind, {})))
    known = sorted({i for e in edges for i in (e[0], e[2]) if i.startswith(PREFIX[path.start] + ":")})
    chosen = draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
    return path, edges, {node: draw(st.sampled_from([1.0, 0.5, 0.25])) for node in chosen}


def links(graph: Graph, step: Step, level: KnowledgeLevel) -> tuple[dict[str, set[str]], Callable[[str, str], int]]:
    """Neighbours through a step at a level, and the product of both degrees of a link: from the store's edges alone."""
    pairs, strong = set(), set()
    for edge in graph.edges.values():
        start, end = (edge.start, edge.end) if step.forward else (edge.end, edge.start)
        kinds = tuple(KINDS[i.partition(":")[0]] for i in (start, end))
        if (edge.kind, *kinds) == (step.kind, step.source, step.target):
            both = {(start, end), (end, start)} if EDGE_RULES[step.kind].symmetric else {(start, end)}
            pairs |= both
            strong |= both if edge.level.strength >= level.strength else set()
    neighbours: dict[str, set[str]] = defaultdict(set)
    for start, end in strong:
        neighbours[start].add(end)
    return neighbours, lambda a, b: sum(p[0] == a for p in pairs) * sum(p[1] == b for p in pairs)


def enumerate_paths(
    graph: Graph, path: Metapath, starts: Mapping[str, float], damping: float, level: KnowledgeLevel
) -> list[tuple[float, tuple[str, ...]]]:
    """Every path with its weight, by trying every walk and dropping those in which a node stands twice."""
    found = [((start,), weight) for start, weight in starts.items()]
    for step in path.steps:
        neighbours, degrees = links(graph, step, level)
        found = [
            ((*nodes, end), weight * degrees(nodes[-1], end) ** -damping)
            for nodes, weight in found
            for end in neighbours[nodes[-1]]
        ]
    return [(weight, nodes) for nodes, weight in found if len(set(nodes)) == len(nodes)]


@settings(max_examples=120)
@given(walks(), st.sampled_from([0.0, 0.4, 0.5, 1.0]), st.sampled_from(list(KnowledgeLevel)), st.integers(1, 4))
def test_both_engines_find_what_brute_force_finds(build: Build, walk, damping, level, limit) -> None:  # type: ignore[no-untyped-def]
    path, edges, starts = walk
    with build(edges) as graph:
        brute = enumerate_paths(graph, path, starts, damping, level)
        evidence = {graph.number(i): w for i, w in starts.items()}
        engines = [Walker(graph.snapshot, [path], damping, EdgeFilter(level), compiled=compiled) for compiled in (True, False)]
        goals = list(engines[0].medicines)

        x = [walker.count(path, evidence) for walker in engines]
        found = [walker.heaviest(path, evidence, goals, limit) for walker in engines]

        assert x[0].tobytes() == x[1].tobytes()
        assert found[0] == found[1]
        for i, goal in enumerate(graph.ids(goals)):
            wanted = [(weight, nodes) for weight, nodes in brute if nodes[-1] == goal]
            assert x[0][i] == pytest.approx(sum(weight for weight, _ in wanted), rel=1e-9, abs=0)
            check_heaviest(graph, found[0][i], wanted, limit, exact=damping == 0)


def check_heaviest(
    graph: Graph, found: Sequence[FoundPath], wanted: Sequence[tuple[float, tuple[str, ...]]], limit: int, *, exact: bool
) -> None:
    """Assert that these are the heaviest paths; without damping all weights are exact, and so is the order of equals."""
    assert len(found) == min(limit, len(wanted))
    shown = [(p.weight, tuple(graph.ids(p.nodes))) for p in found]
    weights = {nodes: weight for weight, nodes in wanted}
    for weight, nodes in shown:
        assert weight == pytest.approx(weights[nodes], rel=1e-12)
    best = sorted((weight for weight, _ in wanted), reverse=True)[: len(found)]
    assert [weight for weight, _ in shown] == pytest.approx(best, rel=1e-12)
    if exact:
        by_number = sorted(wanted, key=lambda p: (-p[0], [graph.number(n) for n in p[1]]))
        assert shown == by_number[:limit]


def test_every_division_into_parts_is_among_the_shapes_that_are_drawn() -> None:
    assert {"1+1", "2", "1+1+1", "1+2", "2+1", "3", "1+1+1+1", "1+3", "4", "3+1", "1+2+1"} <= set(DRAWABLE)
    assert sum(map(len, DRAWABLE.values())) > 10_000


def test_sums_do_not_depend_on_where_the_medicines_begin(graph_of: Callable[..., Graph]) -> None:
    # A tail of nodes without links at either end of every kind: rows and offsets must not slip.
    alone = {f"{prefix}:{name}": {} for prefix in "MCGY" for name in ("0", "zz")}
    path = metapath("Condition -ASSOCIATES-> Gene <-BINDS- Medicine")
    edges = [("C:a", "ASSOCIATES", "G:g"), ("M:x", "BINDS", "G:g")]
    graph = graph_of(edges, alone)

    for compiled in (True, False):
        walker = Walker(graph.snapshot, [path], 0.5, compiled=compiled)
        assert counts(graph, walker, path, {"C:a": 1.0, "C:zz": 1.0}) == {"M:x": 1.0}
        assert np.count_nonzero(walker.count(path, {graph.number("C:0"): 1.0})) == 0
