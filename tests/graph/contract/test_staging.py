"""Building beside the store and putting the result in its place, at once for every reader."""

from collections.abc import Callable

import pytest

from graph.elements import EdgeKind, NodeId
from graph.errors import SchemaError, StoreUnavailableError
from graph.store import GraphStore
from tests.graph.building import SMALL, batch, content, edge, load, node
from tests.graph.processes import Watcher, version

OLD = batch([node("M:a", "old"), node("C:a", "old")], [edge(EdgeKind.TREATS, "M:a", "C:a", evidence="old")])
NEW = batch([node("M:a", "new"), node("C:b", "new")], [edge(EdgeKind.TREATS, "M:a", "C:b", evidence="new")])


def test_a_staging_begins_as_a_copy(store: GraphStore) -> None:
    load(store, SMALL)

    staging = store.staging()

    assert content(staging) == content(store)
    assert staging.revision() == store.revision()
    staging.discard()


def test_a_staging_is_beside_the_store(store: GraphStore) -> None:
    load(store, OLD)
    before, revision = content(store), store.revision()

    staging = store.staging()
    load(staging, NEW, name="new", remove_stale=True)

    assert content(store) == before
    assert store.revision() == revision
    assert content(staging) != before
    staging.discard()


def test_counts_of_a_staging_are_those_of_the_difference(store: GraphStore) -> None:
    load(store, OLD)
    staging = store.staging()

    counts = load(staging, NEW, name="new", remove_stale=True)

    assert (counts.created, counts.changed, counts.removed) == (2, 1, 2)
    staging.discard()


def test_an_adopted_staging_is_the_store(opened: Callable[[], GraphStore]) -> None:
    store = opened()
    load(store, OLD)
    staging = store.staging()
    load(staging, NEW, name="new", remove_stale=True)
    expected, revision = content(staging), staging.revision()

    store.adopt(staging)

    assert content(store) == content(opened()) == expected
    assert store.revision() == opened().revision() == revision


def test_a_rebuild_of_the_same_keeps_the_revision(store: GraphStore) -> None:
    load(store, SMALL)
    before = store.revision()
    staging = store.staging()
    load(staging, SMALL, name="same", remove_stale=True)

    store.adopt(staging)

    assert store.revision() == before


def test_an_interrupted_staging_is_found_again(opened: Callable[[], GraphStore]) -> None:
    store = opened()
    load(store, OLD)
    staging = store.staging()
    run = staging.start_load("new")
    staging.write(batch([node("C:b", "new")]), run, "half")
    staging.note("input", "new")
    staging.close()

    again = opened().staging()

    resumed = again.start_load("new")
    assert (resumed.progress, resumed.resumed, again.noted("input")) == ("half", True, "new")
    again.discard()


def test_a_discarded_staging_is_not_found_again(store: GraphStore) -> None:
    staging = store.staging()
    load(staging, NEW)
    staging.discard()

    again = store.staging()

    assert again.counts() == {}
    again.discard()


def test_an_adopted_staging_is_not_found_again(store: GraphStore) -> None:
    staging = store.staging()
    load(staging, OLD, name="first")
    store.adopt(staging)

    again = store.staging()

    assert content(again) == content(store)
    assert not again.start_load("first").resumed
    again.discard()


@pytest.mark.parametrize(
    "meanwhile", [batch([node("M:late")]), batch([node("patient:late")]), batch()], ids=["m", "p", "empty"]
)
def test_a_store_that_was_written_to_meanwhile_is_not_replaced(store: GraphStore, meanwhile: object) -> None:
    load(store, OLD)
    staging = store.staging()
    load(staging, NEW, name="new", remove_stale=True)
    load(store, meanwhile, name="late")  # type: ignore[arg-type]
    expected = content(store)

    with pytest.raises(StoreUnavailableError, match="written to"):
        store.adopt(staging)

    assert content(store) == expected
    load(store, batch([node("M:later")]), name="later")
    staging.close()


def test_a_load_with_equal_progress_was_written_meanwhile_all_the_same(store: GraphStore) -> None:
    run = store.start_load("late")
    store.write(OLD, run, "same words")
    staging = store.staging()
    load(staging, NEW, name="new", remove_stale=True)

    store.write(batch([node("M:late")]), run, "same words")

    with pytest.raises(StoreUnavailableError):
        store.adopt(staging)
    assert store.node(NodeId("M:late")).name == "M:late"
    staging.close()


def test_the_staging_of_a_store_that_moved_on_is_made_anew(store: GraphStore) -> None:
    load(store, OLD)
    staging = store.staging()
    run = staging.start_load("new")
    staging.write(NEW, run, "half")
    staging.close()
    load(store, batch([node("M:late")]), name="late")

    again = store.staging()

    assert content(again) == content(store)
    assert not again.start_load("new").resumed
    again.discard()


def test_notes_of_a_staging_are_its_own(store: GraphStore) -> None:
    load(store, OLD)
    store.note("pointer", "store")
    staging = store.staging()
    staging.note("input", "staging")
    inside = staging.noted("pointer")
    load(staging, NEW, name="new", remove_stale=True)

    store.adopt(staging)

    assert inside == ""
    assert (store.noted("pointer"), store.noted("input")) == ("store", "")


def test_a_writer_notices_that_another_process_put_a_build_in_place(opened: Callable[[], GraphStore]) -> None:
    """What an adapter remembers of ids must not outlive the nodes: here all are removed and made again in another order."""
    ids = [f"{prefix}:{i}" for prefix in ("M", "C") for i in range(20)]
    pairs = [(f"M:{i}", f"C:{i}") for i in range(20)]
    writer, builder = opened(), opened()
    load(writer, batch(map(node, ids), [edge(EdgeKind.TREATS, *pair) for pair in pairs]))
    for order in (ids[:1], ids[::-1]):
        staging = builder.staging()
        load(staging, batch(map(node, order)), name=f"rebuilt {order}", remove_stale=True)
        builder.adopt(staging)

    load(writer, batch([], [edge(EdgeKind.TREATS, *pair) for pair in pairs]), name="after")

    found = [(item.start, item.end) for i in ids for item in writer.edges_from(NodeId(i))]
    assert sorted(found) == sorted(pairs)


def test_a_writer_notices_that_another_process_removed_nodes(opened: Callable[[], GraphStore]) -> None:
    writer, other = opened(), opened()
    load(writer, batch([node("M:a"), node("C:a")], [edge(EdgeKind.TREATS, "M:a", "C:a")]))
    load(other, batch([node("M:a")]), name="less", remove_stale=True)
    load(other, batch([node("C:b")]), name="more")

    with pytest.raises(SchemaError, match="C:a"):
        load(writer, batch([], [edge(EdgeKind.TREATS, "M:a", "C:a")]), name="after")

    assert list(writer.edges_from(NodeId("M:a"))) == []


def test_what_comes_into_a_staging_from_elsewhere_is_refused(store: GraphStore) -> None:
    class Foreign:
        pass

    with pytest.raises(TypeError):
        store.adopt(Foreign())  # type: ignore[arg-type]


def test_readers_in_another_process_see_the_old_or_the_new(url: str, store: GraphStore) -> None:
    load(store, version("0"))
    with Watcher(url) as watcher:
        for i in range(1, 7):
            staging = store.staging()
            load(staging, version(str(i)), name=f"version {i}", remove_stale=True)
            store.adopt(staging)
            watcher.wait_for(str(i))

    assert watcher.mixtures == []
    assert watcher.seen == [str(i) for i in range(7)]
