from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.search import NodeSearch
from graph.compiler import current_snapshot
from graph.elements import NodeKind
from graph.embedded_store import EmbeddedStore
from graph.snapshot import Snapshot


@pytest.fixture(scope="module")
def snapshot(home: Path) -> Snapshot:
    store = EmbeddedStore(home / "graph.sqlite")
    return current_snapshot(store, home / "snapshots")


@pytest.fixture(scope="module")
def search(snapshot: Snapshot) -> NodeSearch:
    return NodeSearch(snapshot, NodeKind.MEDICINE)


def names(search: NodeSearch, snapshot: Snapshot, text: str, limit: int = 10) -> list[tuple[str, str]]:
    return [(snapshot.name(f.number), f.matched) for f in search.find(text, limit)]


def test_a_beginning_goes_before_a_part(search: NodeSearch, snapshot: Snapshot) -> None:
    assert names(search, snapshot, "lo") == [
        ("Losartan", "Losartan"),
        ("Amlodipine", "Amlodipine"),
        ("Propranolol", "Propranolol"),
    ]


def test_a_longer_name_that_begins_so_goes_before_a_shorter_one_that_holds_it(search: NodeSearch, snapshot: Snapshot) -> None:
    assert names(search, snapshot, "a", limit=3) == [(n, n) for n in ("Amlodipine", "Amoxicillin", "Azithromycin")]


def test_synonyms_and_codes_are_found_and_shown(search: NodeSearch, snapshot: Snapshot) -> None:
    assert names(search, snapshot, "ZEST") == [("Lisinopril", "Zestril")]
    assert names(search, snapshot, "RxNorm:723") == [("Amoxicillin", "RxNorm:723")]


def test_each_medicine_stands_once_and_no_more_than_asked(search: NodeSearch, snapshot: Snapshot) -> None:
    assert names(search, snapshot, "ril") == [("Lisinopril", "Zestril")]
    assert len(names(search, snapshot, "a", limit=2)) == 2


def test_what_is_spelled_alike_is_offered(search: NodeSearch) -> None:
    assert search.nearest("lisinoprl") == ["Lisinopril"]
    assert search.nearest("zzzzzzzz") == []


@pytest.mark.parametrize("text", ["", " ", "!!!", "。"])
def test_what_holds_no_letter_finds_nothing(search: NodeSearch, text: str) -> None:
    assert search.find(text, 10) == []


@given(data=st.data())
def test_every_part_of_every_name_finds_its_medicine(data: st.DataObject, search: NodeSearch, snapshot: Snapshot) -> None:
    number = data.draw(st.sampled_from(snapshot.numbers(NodeKind.MEDICINE)))
    name = snapshot.name(number)
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))

    assert number in {f.number for f in search.find(name[start:end], 100)}
