"""What is inside a medicine."""

from collections.abc import Callable

from recommender.safety.components import Components
from tests.recommender.conftest import Graph


def test_a_combination_stands_for_the_single_medicines_of_its_ingredients(graph_of: Callable[..., Graph]) -> None:
    inside = {"M:a": "a", "M:a2": "a", "M:b": "b", "M:ab": "ab", "M:abc": "abc"}
    graph = graph_of([(m, "HAS_INGREDIENT", f"I:{i}") for m, found in inside.items() for i in found], {"M:none": {}})
    components = Components(graph.snapshot)

    def of(medicine: str) -> list[list[str]]:
        return [graph.ids(c.nodes) for c in components.of(graph.number(medicine))]

    assert of("M:none") == [["M:none"]]
    assert of("M:a") == [["M:a"]]
    assert of("M:ab") == [["M:ab"], ["M:a", "I:a", "M:ab"], ["M:a2", "I:a", "M:ab"], ["M:b", "I:b", "M:ab"]]
    assert of("M:abc") == [["M:abc"], ["M:a", "I:a", "M:abc"], ["M:a2", "I:a", "M:abc"], ["M:b", "I:b", "M:abc"]]
    assert components.of(graph.number("M:ab")) is components.of(graph.number("M:ab"))


def test_the_way_is_made_of_the_edges_that_say_so(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([(m, "HAS_INGREDIENT", i) for m, i in (("M:a", "I:a"), ("M:ab", "I:a"), ("M:ab", "I:b"))])
    components = Components(graph.snapshot)

    inner = components.of(graph.number("M:ab"))[1]

    assert [(e.start, e.end) for e in inner.edges] == [("M:a", "I:a"), ("M:ab", "I:a")]
    assert [i for i, _ in components.ingredients(graph.number("M:ab"))] == [graph.number("I:a"), graph.number("I:b")]
