"""Figures with and without predictions, by hand."""

from collections.abc import Callable
from dataclasses import replace
from math import log2

import numpy as np
import pytest

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.judge.hidden import Hidden, first_found, hidden_figures, hide_medicines
from recommender.outlook import Foresight, Outlook
from recommender.record import Fact, PatientRecord
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.test_foreseen import Told, expected
from tests.recommender.test_service import EDGES, NODES

BARE = PatientRecord(None, 50, "male", None, None, ())
ASKED = Request(as_of=TODAY, case={"age": 50})


def taking(medicines: list[int]) -> PatientRecord:
    return replace(BARE, facts=tuple(Fact(EdgeKind.TAKES, m, active=True, record="") for m in medicines))


def test_recall_and_gain_by_hand() -> None:
    recall, gain = first_found([7, 1, 8, 2], frozenset({1, 2, 3}))

    assert recall == pytest.approx(2 / 3)
    best = 1 + 1 / log2(3) + 1 / 2
    assert gain == pytest.approx((1 / log2(3) + 1 / log2(5)) / best)


def test_ten_places_hold_no_more_than_ten() -> None:
    assert first_found(list(range(20)), frozenset(range(20))) == pytest.approx((1.0, 1.0))
    assert first_found([*range(100, 110), 1], frozenset({1})) == (0.0, 0.0)


def test_a_fifth_is_hidden_and_no_longer_on_file() -> None:
    found = hide_medicines(taking(list(range(10))), 0.2, seed=1)

    assert found is not None
    left = {fact.node for fact in found.record.facts}
    assert len(found.medicines) == 2
    assert left == set(range(10)) - found.medicines
    assert hide_medicines(taking(list(range(10))), 0.2, seed=1) == found


def test_of_one_medicine_nothing_is_hidden() -> None:
    assert hide_medicines(taking([3]), 0.2, seed=0) is None


def test_what_a_prediction_finds_is_the_difference(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES, NODES)

    def foresight(snapshot: Snapshot) -> Foresight:
        return Told(Outlook((expected(snapshot, "C:diabetes", 0.9),)))

    own = Recommender(graph.store, graph.snapshot, graph.folder, foresight=foresight, compiled=False)
    hidden = [Hidden(BARE, frozenset({graph.snapshot.number("M:metformin")}))] * 3

    found = hidden_figures(own, hidden, ASKED, {"predicted": 1.0})
    off = hidden_figures(own, hidden, ASKED, {"predicted": 0.0})

    assert found["patients"] == found["records"] == found["predicted"] == 3
    assert found["recall@10"] == {"without": 0.0, "with": 1.0, "difference": 1.0, "interval": [1.0, 1.0]}
    assert found["ndcg@10"]["with"] == 1.0
    assert off["predicted"] == 0
    assert off["recall@10"]["difference"] == 0.0


def test_records_of_one_patient_are_drawn_together(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES, NODES)

    def foresight(snapshot: Snapshot) -> Foresight:
        return Told(Outlook((expected(snapshot, "C:diabetes", 0.9),)))

    own = Recommender(graph.store, graph.snapshot, graph.folder, foresight=foresight, compiled=False)
    found, missed = (frozenset({graph.snapshot.number(m)}) for m in ("M:metformin", "M:losartan"))
    rows = [Hidden(BARE, m) for m in (found, missed)] * 4
    one = [replace(row, person=7) for row in rows]

    apart, together = (hidden_figures(own, given, ASKED, {"predicted": 1.0}) for given in (rows, one))

    assert (together["patients"], together["records"]) == (1, 8)
    assert together["recall@10"]["interval"] == [0.5, 0.5]
    low, high = apart["recall@10"]["interval"]
    assert low < 0.5 < high


def test_nobody_gives_no_figures(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES, NODES)
    own = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)

    found = hidden_figures(own, [], ASKED, {})

    assert found["patients"] == 0
    assert found["ndcg@10"]["difference"] is None


def test_what_is_taken_is_not_ranked(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES, NODES)
    own = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    number = graph.snapshot.number
    facts = (
        Fact(EdgeKind.HAS_DIAGNOSIS, number("C:hypertension"), active=True, record=""),
        Fact(EdgeKind.TAKES, number("M:lisinopril"), active=True, record=""),
    )

    found = hidden_figures(own, [Hidden(replace(BARE, facts=facts), frozenset({number("M:losartan")}))], ASKED, {})

    assert found["ndcg@10"]["without"] == 1.0
    assert np.isfinite(found["recall@10"]["interval"]).all()
