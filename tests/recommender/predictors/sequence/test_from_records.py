"""Visits of patients in a store, and of one record."""

from collections.abc import Callable
from datetime import date

from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.from_records import HistoryReader, read_histories
from recommender.predictors.sequence.visits import CodeKind
from tests.recommender.conftest import Graph
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES

TODAY = date(2026, 1, 31)
CONFIG = SequenceConfig(together=14)
ROWS = [
    ("patient:p", "HAS_DIAGNOSIS", "C:pressure", {"start": "2020-01-01", "record": "a"}),
    ("patient:p", "TAKES", "M:pril", {"start": "2020-01-10", "stop": "2020-03-01", "record": "b"}),
    ("patient:p", "HAS_DIAGNOSIS", "C:fever", {"start": "2021-06-01", "status": "refuted", "record": "c"}),
    ("patient:p", "HAS_DIAGNOSIS", "C:kidney", {"start": "2022-01-01", "record": "d"}),
    ("patient:p", "TAKES", "M:olol", {"record": "e"}),
    ("patient:p", "TAKES", "M:april", {"start": "2027-01-01", "record": "f"}),
    ("patient:q", "TAKES", "M:olol", {"record": "g"}),
]


def graph(graph_of: Callable[..., Graph]) -> Graph:
    people = {"patient:p": {"synthetic": True}, "patient:q": {"synthetic": True}}
    return graph_of([*KNOWLEDGE, *ROWS], {**NODES, **people})


def test_what_began_within_two_weeks_is_one_visit(graph_of: Callable[..., Graph]) -> None:
    """Nine days apart are one visit; refuted, undated and future facts are of none."""
    made = graph(graph_of)

    history = HistoryReader(made.snapshot, CONFIG).read(made.record("patient:p", TODAY))

    assert [(v.day, sorted(v.codes)) for v in history] == [(0, ["C:pressure", "M:pril"]), (731, ["C:kidney"])]


def test_a_store_gives_histories_without_names(graph_of: Callable[..., Graph]) -> None:
    made = graph(graph_of)

    population = read_histories(made.store, made.snapshot, TODAY, CONFIG)

    assert [len(history) for history in population.histories] == [2]
    assert population.synthetic
    assert population.codes["C:pressure"].label == "High pressure"
    assert population.codes["M:pril"].kind is CodeKind.MEDICINE
    assert "patient:" not in repr(population)


def test_who_objects_is_left_out(graph_of: Callable[..., Graph]) -> None:
    made = graph(graph_of)

    population = read_histories(made.store, made.snapshot, TODAY, CONFIG, chosen=lambda node: node.id != "patient:p")

    assert population.histories == ()
