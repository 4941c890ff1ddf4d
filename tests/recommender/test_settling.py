"""What is known of a pair, what speaks against it, and what would settle it."""

from collections.abc import Callable

import pytest

from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeId, Provenance
from recommender.explain import Path
from recommender.metapaths import Metapath, parse_steps
from recommender.settling import contraindications, independent, known_conditions, known_medicines, questions
from tests.recommender.conftest import Graph

# x is a kind of heart disease, and z is a kind of x; x' is x in another vocabulary, and M:a' is M:a.
TREE = [
    ("C:z", "IS_A", "C:x"),
    ("C:x", "IS_A", "C:heart"),
    ("C:other", "IS_A", "C:heart"),
    ("C:x'", "MAPS_TO", "C:x", {"relation": "exact"}),
    ("C:x", "MAPS_TO", "C:close", {"relation": "close"}),
    ("M:a'", "MAPS_TO", "M:a", {"relation": "exact"}),
]


def treats(medicine: str, condition: str, kind: str = "TREATS") -> tuple[str, str, str]:
    return (medicine, kind, condition)


@pytest.mark.parametrize(
    ("edge", "known"),
    [
        (treats("M:b", "C:x"), True),
        (treats("M:b", "C:x", "PALLIATES"), True),
        (treats("M:b", "C:heart"), True),
        (treats("M:b", "C:z"), True),
        (treats("M:b", "C:x'"), True),
        (treats("M:b", "C:other"), False),
        (treats("M:b", "C:close"), False),
        (("M:b", "CONTRAINDICATED_IN", "C:x", {"strength": "absolute"}), False),
    ],
)
def test_what_is_known_through_the_tree_is_known_both_ways(
    graph_of: Callable[..., Graph], edge: tuple[str, ...], known: bool
) -> None:
    graph = graph_of([*TREE, edge])
    x, b = graph.number("C:x"), graph.number("M:b")

    assert (b in known_medicines(graph.snapshot, x)) is known
    assert (x in known_conditions(graph.snapshot, b)) is known


def test_the_same_medicine_in_another_vocabulary_is_known_too(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*TREE, treats("M:a'", "C:x")])

    assert graph.ids(sorted(known_medicines(graph.snapshot, graph.number("C:z")))) == ["M:a", "M:a'"]
    assert graph.number("C:heart") in known_conditions(graph.snapshot, graph.number("M:a"))


def test_both_directions_agree_on_every_pair(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([*TREE, treats("M:a'", "C:x"), treats("M:b", "C:other"), treats("M:c", "C:heart", "PALLIATES")])
    medicines = [graph.number(f"M:{name}") for name in ("a", "a'", "b", "c")]
    conditions = [graph.number(f"C:{name}") for name in ("x", "x'", "z", "heart", "other", "close")]

    forward = {(c, m) for c in conditions for m in known_medicines(graph.snapshot, c)}
    back = {(c, m) for m in medicines for c in known_conditions(graph.snapshot, m)}

    assert forward == back


def test_a_circle_in_the_tree_ends(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("C:a", "IS_A", "C:b"), ("C:b", "IS_A", "C:a"), treats("M:a", "C:b")])

    assert graph.ids(known_medicines(graph.snapshot, graph.number("C:a"))) == ["M:a"]


def test_a_contraindication_counts_for_what_is_below_its_condition(graph_of: Callable[..., Graph]) -> None:
    strength = {"strength": "absolute"}
    graph = graph_of(
        [
            *TREE,
            ("M:b", "CONTRAINDICATED_IN", "C:heart", strength),
            ("M:b", "CONTRAINDICATED_IN", "C:z", strength),
            ("M:b", "LIMITED_BY", "C:x'", {"limit": "sex", "strength": "relative"}),
        ]
    )

    found = contraindications(graph.snapshot, graph.number("M:b"), graph.number("C:x"))

    assert [(e.kind, e.end) for e in found] == [("CONTRAINDICATED_IN", "C:heart"), ("LIMITED_BY", "C:x'")]


def metapath(text: str) -> Metapath:
    return Metapath(text, parse_steps(text), 1.0, "")


SIMILAR = metapath("Condition <-TREATS- Medicine -RESEMBLES- Medicine")
RESEMBLING = metapath("Condition -RESEMBLES- Condition <-TREATS- Medicine")
BINDING = metapath("Condition -ASSOCIATES-> Gene <-BINDS- Medicine")
TREATED = metapath("Condition <-TREATS- Medicine -TREATS-> Condition <-TREATS- Medicine")


@pytest.mark.parametrize(
    ("shares", "ways"),
    [
        ({}, 0),
        ({SIMILAR: 1.0}, 1),
        ({SIMILAR: 1.0, RESEMBLING: 0.9}, 1),
        ({SIMILAR: 1.0, BINDING: 0.5}, 2),
        ({SIMILAR: 1.0, BINDING: 0.04}, 1),
        ({SIMILAR: 1.0, BINDING: 0.5, TREATED: 0.5}, 3),
        ({SIMILAR: 0.0}, 0),
    ],
)
def test_ways_are_independent_that_share_no_kind_of_edge_but_treatments(shares: dict[Metapath, float], ways: int) -> None:
    assert independent(shares) == ways


def edge(end: str, level: KnowledgeLevel) -> Edge:
    return Edge(EdgeKind.SIMILAR_TO, NodeId("M:a"), NodeId(end), Provenance("similar-to/profile", "1", "CC0-1.0"), level)


def path(contribution: float, *edges: Edge) -> Path:
    return Path("code", (0, 1, 2), tuple((e,) for e in edges), contribution, "")


FIRM, WEAK, OTHER = (
    edge("M:b", KnowledgeLevel.ASSERTION),
    edge("M:c", KnowledgeLevel.PREDICTION),
    edge("M:d", KnowledgeLevel.STATISTICAL),
)


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of([treats("M:a", "C:x"), treats("M:b", "C:x"), treats("M:c", "C:x"), treats("M:d", "C:x")])


def asked(graph: Graph, paths: list[Path], whole: float = 2.0, against: list[Edge] | None = None, ways: int = 2) -> list[str]:
    pair = (graph.number("M:d"), graph.number("C:x"))
    return [question.what for question in questions(graph.snapshot, pair, paths, whole, against or [], ways)]


def test_the_weak_edge_that_most_rests_on_is_asked_about(graph: Graph) -> None:
    pair = (graph.number("M:d"), graph.number("C:x"))
    paths = [path(0.9, FIRM, OTHER), path(0.5, FIRM, WEAK), path(0.5, WEAK)]

    weak, direct = questions(graph.snapshot, pair, paths, 2.0, [], 2)

    assert (weak.what, weak.edge, weak.share) == ("weak edge", WEAK, 0.5)
    assert weak.sentence.startswith("At least 50% of the score rests on: a similar to c, a prediction (similar-to/profile)")
    assert direct.sentence == "No source says that d treats or palliates x: a trial, or a record of use, would be evidence."


def test_a_link_is_as_well_known_as_its_best_edge(graph: Graph) -> None:
    said_twice = Path("code", (0, 1, 2), ((FIRM, WEAK),), 1.0, "")

    assert asked(graph, [said_twice]) == ["no direct evidence"]


def test_what_is_asked_for_follows_from_the_pair(graph: Graph) -> None:
    against = Edge(
        EdgeKind.CONTRAINDICATED_IN, NodeId("M:d"), NodeId("C:x"), FIRM.provenance, KnowledgeLevel.ASSERTION, properties={}
    )

    assert asked(graph, [path(1.0, FIRM)]) == ["no direct evidence"]
    assert asked(graph, [path(1.0, FIRM)], ways=1) == ["one kind of path", "no direct evidence"]
    assert asked(graph, [path(1.0, WEAK)], against=[against], ways=1) == [
        "contraindication",
        "weak edge",
        "one kind of path",
        "no direct evidence",
    ]


def test_a_share_is_never_above_the_whole(graph: Graph) -> None:
    pair = (graph.number("M:d"), graph.number("C:x"))

    assert questions(graph.snapshot, pair, [path(2.0000001, WEAK)], 2.0, [], 2)[0].share == 1.0
    assert asked(graph, [path(1.0, WEAK)], whole=0.0) == ["no direct evidence"]
