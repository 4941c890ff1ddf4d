"""Local use: what acts where it is applied, by the codes of its uses and not by the look of its route."""

from collections.abc import Callable
from typing import Any

import pytest

from graph.elements import EdgeKind
from recommender.safety.routes import is_local_only, routes_of
from tests.recommender.conftest import Graph

TIMOLOL = {"atc": ("C07AA06", "S01ED01"), "routes": ("oral", "ophthalmic")}
OINTMENT = {"atc": ("C01DA02", "C05AE01"), "routes": ("topical", "sublingual")}
SPRAY = {"atc": ("N02CC01",), "routes": ("nasal",)}
DROPS = {"atc": ("R01AC03", "S01GX07"), "routes": ("nasal", "ophthalmic")}
CREAM = {"atc": ("D04AX01", "N06AA12"), "routes": ("topical",)}


@pytest.mark.parametrize(
    ("medicine", "route", "local"),
    [
        (TIMOLOL, "ophthalmic", True),
        (TIMOLOL, "oral", False),
        (TIMOLOL, "topical", False),
        (TIMOLOL, None, False),
        (OINTMENT, "topical", False),
        (SPRAY, None, False),
        (SPRAY, "nasal", False),
        (DROPS, None, True),
        (DROPS, "otic", False),
        (CREAM, "topical", False),
        ({"atc": ("D07AC01",), "routes": ("topical",)}, None, True),
        ({"atc": ("S02CA06",), "routes": ("otic",)}, None, True),
        ({"atc": ("S03AA06",)}, "otic", True),
        ({"atc": ("M02AA15",)}, "topical", True),
        ({"atc": ("G01AF04",)}, "vaginal", True),
        ({"atc": ("G03CA03",)}, "vaginal", False),
        ({"atc": ("D07AC01",)}, None, False),
        ({"routes": ("topical",)}, "topical", False),
    ],
)
def test_local_use(graph_of: Callable[..., Graph], medicine: dict[str, Any], route: str | None, local: bool) -> None:
    graph = graph_of([("patient:p", "TAKES", "M:a", {"route": route} if route else {})], {"M:a": medicine})
    [fact] = graph.record().of(EdgeKind.TAKES)

    assert is_local_only(graph.snapshot, fact.node, fact) is local


def test_without_a_route_on_file_every_route_is_possible(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([("M:a", "TREATS", "C:x")], {"M:a": TIMOLOL, "M:b": {}})

    assert routes_of(graph.snapshot, graph.number("M:a")) == ("oral", "ophthalmic")
    assert routes_of(graph.snapshot, graph.number("M:b")) == ()
    assert not is_local_only(graph.snapshot, graph.number("M:b"))
