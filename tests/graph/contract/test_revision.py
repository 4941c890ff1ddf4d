"""The revision names the state of the knowledge: another text whenever it changed, the same one as long as it did not."""

from collections.abc import Callable

from graph.elements import EdgeKind
from graph.store import UNFINISHED, GraphStore
from tests.graph.building import SMALL, batch, edge, load, node

KNOWLEDGE = batch([node("M:a"), node("C:a")], [edge(EdgeKind.TREATS, "M:a", "C:a")])
MORE = batch([node("M:b")])
PATIENT = batch([node("patient:2", sex="male")], [edge(EdgeKind.TAKES, "patient:2", "M:a", record="t")])


def test_knowledge_changes_the_revision(store: GraphStore) -> None:
    seen = [store.revision()]
    for name, item in (
        ("new", KNOWLEDGE),
        ("new node", MORE),
        ("other name", batch([node("M:b", "b")])),
        ("other property", batch([], [edge(EdgeKind.TREATS, "M:a", "C:a", line="first")])),
    ):
        load(store, item, name=name)
        seen.append(store.revision())
    load(store, KNOWLEDGE, name="removal", remove_stale=True)
    seen.append(store.revision())

    assert len(set(seen)) == len(seen)
    assert store.revision() == seen[-1]


def test_the_same_knowledge_again_keeps_the_revision(store: GraphStore) -> None:
    load(store, SMALL)
    before = store.revision()

    load(store, SMALL)
    load(store, SMALL, name="rebuilt", remove_stale=True)

    assert store.revision() == before


def test_patients_keep_the_revision_at_every_moment(store: GraphStore) -> None:
    load(store, KNOWLEDGE)
    before = store.revision()

    run = store.start_load("patients")
    store.write(PATIENT, run, "1")
    during = store.revision()
    store.finish_load(run, remove_stale=False)

    assert [during, store.revision()] == [before, before]


def test_erasing_patients_keeps_the_revision(store: GraphStore) -> None:
    load(store, KNOWLEDGE, PATIENT)
    before = store.revision()

    assert load(store, KNOWLEDGE, name="knowledge alone", remove_stale=True).removed == 2
    assert store.revision() == before


def test_every_batch_of_an_unfinished_load_changes_the_revision(store: GraphStore) -> None:
    """Otherwise what was compiled in the middle of a load would seem to be of its end."""
    seen = [store.revision()]
    run = store.start_load("long")
    for i in range(3):
        store.write(batch([node(f"M:{i}")]), run, "same words")
        seen.append(store.revision())
    store.finish_load(run, remove_stale=False)
    seen.append(store.revision())

    assert len(set(seen)) == len(seen)
    assert [revision.startswith(UNFINISHED) for revision in seen] == [False, True, True, True, False]


def test_a_load_that_brings_nothing_new_returns_to_the_revision_before(opened: Callable[[], GraphStore]) -> None:
    store = opened()
    load(store, SMALL)
    before = store.revision()

    run = store.start_load("again")
    store.write(SMALL, run, "1")
    resumed = opened()
    run = resumed.start_load("again")
    resumed.write(SMALL, run, "2")
    resumed.finish_load(run, remove_stale=True)

    assert store.revision() == before


def test_a_load_of_patients_does_not_undo_what_happened_meanwhile(store: GraphStore) -> None:
    load(store, KNOWLEDGE)
    before = store.revision()
    patients = store.start_load("patients")
    store.write(PATIENT, patients, "1")
    load(store, MORE, name="meanwhile")
    changed = store.revision()

    store.finish_load(patients, remove_stale=False)

    assert changed != before
    assert store.revision() == changed


def test_a_repeated_load_does_not_undo_what_happened_meanwhile(store: GraphStore) -> None:
    load(store, KNOWLEDGE)
    before = store.revision()
    again = store.start_load("again")
    store.write(KNOWLEDGE, again, "1")
    load(store, MORE, name="meanwhile")

    store.write(KNOWLEDGE, again, "2")
    store.finish_load(again, remove_stale=False)

    assert store.revision() != before


def test_a_load_whose_changes_were_overwritten_does_not_return_to_the_revision_before(store: GraphStore) -> None:
    load(store, KNOWLEDGE, MORE)
    before = store.revision()
    first = store.start_load("first")
    store.write(batch([node("M:b", "changed")]), first, "1")
    load(store, batch([node("M:b", "changed again")]), name="second")

    store.finish_load(first, remove_stale=False)

    assert store.revision() != before


def test_an_unfinished_load_does_not_return_when_another_brings_nothing(store: GraphStore) -> None:
    load(store, KNOWLEDGE)
    before = store.revision()
    unfinished = store.start_load("unfinished")
    store.write(MORE, unfinished, "1")
    during = store.revision()

    load(store, KNOWLEDGE, name="again")

    assert before not in (during, store.revision())
    assert not store.revision().startswith(UNFINISHED)
    store.finish_load(unfinished, remove_stale=False)
    assert store.revision() not in (before, during)


def test_two_loads_that_bring_nothing_leave_what_can_be_compiled_again(store: GraphStore) -> None:
    load(store, KNOWLEDGE, MORE)
    runs = [store.start_load(name) for name in ("one", "two")]
    for run in (*runs, *runs):
        store.write(KNOWLEDGE, run, "1")

    for run in runs:
        store.finish_load(run, remove_stale=False)
    after = store.revision()
    assert not after.startswith(UNFINISHED)
    load(store, KNOWLEDGE, name="three")

    assert store.revision() == after


def test_a_new_store_of_other_content_has_another_revision(opened: Callable[[], GraphStore]) -> None:
    """A process that holds on to a revision sees that a store was made anew."""
    store = opened()
    load(store, KNOWLEDGE)
    before = store.revision()

    staging = store.staging()
    load(staging, MORE, name="rebuilt", remove_stale=True)
    store.adopt(staging)

    assert store.revision() != before
    assert opened().revision() == store.revision()
