import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.services import trends
from api.services.trends import LEAST, Cell, Measure, Trends, count, takes_part, told
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import StoreUnavailableError
from tests.api.small import SOURCE, batch, edge, node

MEDICINE, CONDITION = NodeId("rx:m"), NodeId("rx:c")


def people(store: EmbeddedStore, first: int, last: int, *edges: Edge) -> None:
    """Patients with these numbers, each with the same edges."""
    load = store.start_load(f"people {first}")
    nodes = [node("rx:m", NodeKind.MEDICINE, "M"), node("rx:c", NodeKind.CONDITION, "C")]
    every = []
    for i in range(first, last):
        nodes.append(node(f"patient:{i}", NodeKind.PATIENT, "", synthetic=True))
        every += [edge(e.kind, f"patient:{i}", e.end, e.record, **dict(e.properties)) for e in edges]
    by_kind = batch(nodes, every)
    store.write(by_kind, load, "1")
    store.finish_load(load, remove_stale=False)


def took(start: str, record: str = "t", **said: str) -> Edge:
    return edge(EdgeKind.TAKES, "patient:0", MEDICINE, record, start=start, **said)


def diagnosed(start: str, **said: str) -> Edge:
    return edge(EdgeKind.HAS_DIAGNOSIS, "patient:0", CONDITION, "d", start=start, **said)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    found = EmbeddedStore(tmp_path / "graph.sqlite")
    yield found
    found.close()


def test_people_are_counted_once_in_steps_of_five(store: EmbeddedStore) -> None:
    people(store, 0, 8, took("2024-05-01"), took("2024-05-20", "again"))

    assert count(store) == {Cell(Measure.MEDICINES, MEDICINE, "", period): 5 for period in ("2024", "2024-05")}


def test_fewer_than_five_are_not_told(store: EmbeddedStore) -> None:
    people(store, 0, 4, took("2024-05-01"), diagnosed("2024-01-01"))

    assert count(store) == {}


def test_outcomes_belong_to_the_month_in_which_the_medicine_was_stopped(store: EmbeddedStore) -> None:
    people(store, 0, 5, took("2023-12-01", stop="2024-01-09", outcome="recovered"))
    people(store, 5, 10, took("2023-12-01", stop="2024-01-09", outcome="unknown"))

    found = count(store)

    assert {c.period for c in found if c.measure is Measure.OUTCOMES} == {"2024", "2024-01"}
    assert found[Cell(Measure.OUTCOMES, MEDICINE, "recovered", "2024-01")] == 5
    assert found[Cell(Measure.MEDICINES, MEDICINE, "", "2023-12")] == 10


def test_a_refuted_diagnosis_is_none(store: EmbeddedStore) -> None:
    people(store, 0, 9, diagnosed("2024-01-01", status="refuted"))

    assert count(store) == {}


def test_whoever_may_not_be_counted_is_not(store: EmbeddedStore) -> None:
    people(store, 0, 9, took("2024-05-01"))

    assert count(store, lambda patient: patient.id > "patient:4") == {}
    assert count(store, lambda patient: patient.id > "patient:3") != {}


@pytest.mark.parametrize(
    ("refused", "part"), [((), True), (("learning",), False), (("research", "learning"), False), (("sharing",), True)]
)
def test_who_refused_that_others_learn_takes_no_part(refused: tuple[str, ...], part: bool) -> None:
    assert takes_part(Node(NodeId("patient:1"), NodeKind.PATIENT, "", SOURCE, (), {"refused": refused})) is part


@given(st.lists(st.integers(0, 14), min_size=2, max_size=12))
def test_nobody_is_certain_to_be_in_a_month_that_is_not_told(counts: list[int]) -> None:
    """Whatever is told could also be so if nobody were in one of the months that are not, whichever it is."""
    month = Cell(Measure.MEDICINES, MEDICINE, "", "")
    by_month = {month._replace(period=f"2024-{i:02}"): n for i, n in enumerate(counts, 1) if n}
    year = month._replace(period="2024")
    shown = told({**by_month, year: sum(counts)})

    # That nothing is after the last month of all is known to everybody.
    last = max((int(cell.period[5:]) for cell in by_month), default=0)
    hidden = last - len([cell for cell in shown if cell != year])
    if year in shown and hidden:
        most = sum(n + LEAST - 1 for cell, n in shown.items() if cell != year) + (LEAST - 1) * (hidden - 1)
        assert shown[year] <= most
    assert all(n >= LEAST and n % LEAST == 0 for n in shown.values())


def test_a_year_that_would_betray_a_month_is_not_told() -> None:
    month = Cell(Measure.MEDICINES, MEDICINE, "", "")
    counts = {month._replace(period=f"2024-{i:02}"): n for i, n in zip(range(1, 6), (9, 9, 9, 9, 4), strict=True)}

    shown = told({**counts, month._replace(period="2024"): 40})

    assert {cell.period for cell in shown} == {f"2024-{i:02}" for i in range(1, 5)}


def test_trends_are_counted_anew_when_the_store_has_changed(store: EmbeddedStore) -> None:
    now = [0.0]
    found = Trends(store, clock=lambda: now[0])
    people(store, 0, 5, took("2024-05-01"))
    first = found()
    people(store, 5, 10, took("2024-05-01"))
    kept = found()
    now[0] += trends.FRESH_SECONDS + 1
    found()
    for _ in range(500):
        if found().cells != first.cells:
            break
        time.sleep(0.01)

    assert kept is first
    assert set(first.cells.values()) == {5}
    assert set(found().cells.values()) == {10}


def test_a_service_without_a_population_says_so() -> None:
    with pytest.raises(StoreUnavailableError):
        trends.nothing_counted()
