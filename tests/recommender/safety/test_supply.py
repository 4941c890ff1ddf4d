"""Supply: medicines for which no way in is left."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.safety.supply import SupplyRule
from tests.recommender.conftest import Graph

NODES: dict[str, dict[str, Any]] = {
    "M:tablet": {"routes": ("oral",)},
    "M:both": {"routes": ("oral", "injection")},
    "M:drops": {"routes": ("ophthalmic",)},
    "M:unknown": {},
}


def found(graph: Graph) -> dict[str, str]:
    return graph.severities(SupplyRule().findings(graph.screening()))


@pytest.mark.parametrize(
    ("avoided", "against"),
    [
        ((), []),
        (("oral",), ["M:tablet"]),
        (("injection",), []),
        (("oral", "injection"), ["M:tablet", "M:both"]),
        (("oral", "rectal", "ophthalmic"), ["M:tablet", "M:drops"]),
    ],
)
def test_a_medicine_that_no_route_is_left_for_is_excluded(
    graph_of: Callable[..., Graph], avoided: tuple[str, ...], against: list[str]
) -> None:
    graph = graph_of([], NODES | {"patient:p": {"avoid_routes": avoided} if avoided else {}})

    assert found(graph) == dict.fromkeys(against, "exclude")
    assert SupplyRule().concerns(graph.record()) is bool(avoided)


def test_sentence_and_proof(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([], NODES | {"patient:p": {"avoid_routes": ("oral", "injection")}})

    finding = next(f for f in SupplyRule().findings(graph.screening()) if f.medicine == graph.number("M:both"))

    assert finding.sentence == "both is not given: its only way is oral or injection, which must be avoided."
    assert finding.proof.rule == "supply"
    assert finding.proof.fact == {"kind": "AVOID_ROUTES", "value": ["oral", "injection"]}
    assert graph.ids(finding.proof.nodes) == ["M:both"]
