"""What is the embedded adapter's own: its file, its connections, what damages them, and putting a build in its place."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random

import pytest

from graph.elements import NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import SchemaError, StoreUnavailableError
from tests.graph.building import SMALL, batch, content, load, node
from tests.graph.processes import fill_the_disk, open_files, open_new_at_once, read_in_a_fork

BIG = batch([node(f"M:{i:05d}", "x" * 200) for i in range(3000)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.sqlite"


# Files and connections


def test_closing_lets_go_of_every_file(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    reading = store.nodes(NodeKind.MEDICINE)
    next(reading)
    staging = store.staging()
    assert open_files(path) > 0

    staging.discard()
    store.close()
    assert open_files(path) > 0  # the reader still has its own
    reading.close()  # type: ignore[attr-defined]

    assert open_files(path) == 0
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_threads_that_come_and_go_leave_no_connections(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    counts = set()

    for _ in range(30):
        thread = threading.Thread(target=lambda: content(store))
        thread.start()
        thread.join()
        counts.add(open_files(path))

    assert len(counts) == 1
    store.close()


def test_a_reader_that_is_dropped_gives_its_connection_back(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, BIG)

    for _ in range(20):
        next(store.nodes(NodeKind.MEDICINE))
        next(store.knowledge_edges(), None)

    assert open_files(path) <= 6
    store.close()


def test_a_closed_store_says_so(path: Path) -> None:
    store = EmbeddedStore(path)
    store.close()
    store.close()

    uses: list[Callable[[], object]] = [
        store.counts,
        store.revision,
        lambda: load(store, SMALL),
        lambda: next(store.nodes(NodeKind.GENE)),
    ]
    for use in uses:
        with pytest.raises(StoreUnavailableError, match="closed"):
            use()


def test_opening_needs_no_turn_at_writing(path: Path) -> None:
    load(EmbeddedStore(path), SMALL)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    begun = time.monotonic()
    store = EmbeddedStore(path)
    assert store.counts()["Medicine"] == 3

    assert time.monotonic() - begun < 5
    writer.close()
    store.close()


def test_processes_that_open_a_new_store_at_once_all_can(tmp_path: Path) -> None:
    assert open_new_at_once([tmp_path / f"{i}.sqlite" for i in range(20)], 8) == []


def test_a_new_store_waits_for_others_that_make_it(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (a)")
    other.execute("DROP TABLE t")
    other.execute("BEGIN")
    other.execute("SELECT * FROM sqlite_master").fetchall()
    timer = threading.Timer(0.3, other.close)
    timer.start()

    store = EmbeddedStore(path)

    assert store.counts() == {}
    store.close()
    timer.join()


def test_a_forked_process_uses_connections_of_its_own(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)

    counts, opened = read_in_a_fork(store)

    assert counts == store.counts()
    assert opened > 0
    load(store, batch([node("M:after")]), name="after")
    assert EmbeddedStore(path).counts()["Medicine"] == 4
    store.close()


def test_texts_that_no_file_can_hold_are_refused(path: Path) -> None:
    store = EmbeddedStore(path)
    uses: list[Callable[[], object]] = [
        lambda: store.start_load("\ud800"),
        lambda: store.note("a", "\ud800"),
        lambda: store.noted("\ud800"),
        lambda: list(store.nodes(NodeKind.MEDICINE, after="\ud800")),
    ]

    for use in uses:
        with pytest.raises(SchemaError) as caught:
            use()
        assert caught.value.code == "bad-text"
    store.close()


# Damage


def test_a_folder_or_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for place in (tmp_path, tmp_path / "file" / "graph.sqlite", Path("/proc/rxpath/graph.sqlite"), Path("/proc/graph.sqlite")):
        with pytest.raises(StoreUnavailableError, match=f"{place.name}"):
            EmbeddedStore(place)


@pytest.mark.parametrize("data", [b"not a database at all" * 100, b"SQLite format 3\x00" + bytes(5000)], ids=["text", "header"])
def test_a_file_that_is_no_database_is_told_and_left_alone(path: Path, data: bytes) -> None:
    path.write_bytes(data)

    with pytest.raises(StoreUnavailableError, match="cannot be used"):
        EmbeddedStore(path)

    assert path.read_bytes() == data
    assert open_files(path) == 0


def test_a_database_of_something_else_is_told_and_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE edge (a)")
    other.commit()
    other.close()

    with pytest.raises(StoreUnavailableError, match="is no store of format"):
        EmbeddedStore(path)

    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("edge",)]
    other.close()


def test_a_store_of_another_format_is_told(path: Path) -> None:
    EmbeddedStore(path).close()
    change_format(path)

    with pytest.raises(StoreUnavailableError, match="loaders build"):
        EmbeddedStore(path)


def change_format(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE state SET value = '0' WHERE key = 'format'")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("seed", range(6))
def test_damage_anywhere_in_the_file_is_an_error_of_ours_or_none(path: Path, seed: int) -> None:
    store = EmbeddedStore(path)
    load(store, BIG, SMALL)
    store.close()
    data = bytearray(path.read_bytes())
    random = Random(seed)
    start = random.randrange(0, len(data) - 5000)
    data[start : start + 5000] = random.randbytes(5000)
    path.write_bytes(data)

    try:
        damaged = EmbeddedStore(path)
        content(damaged)
        load(damaged, BIG, name="again", remove_stale=True)
        damaged.close()
    except StoreUnavailableError as error:
        message = str(error)
    else:
        message = ""

    assert "xxx" not in message


@pytest.mark.parametrize(
    ("damage", "shown"),
    [
        ("UPDATE edge SET properties = '{xxx'", True),
        ("UPDATE edge SET properties = CAST(x'ff787878' AS TEXT)", True),
        ("UPDATE edge SET evidence = CAST(x'ff787878' AS TEXT)", True),
        ("UPDATE edge SET kind = 999 WHERE kind = (SELECT min(kind) FROM edge)", True),
        ("UPDATE edge SET level = 999", True),
        ("UPDATE edge SET provenance = 999", True),
        ("UPDATE edge SET end = 999999 WHERE kind = (SELECT num FROM word WHERE word = 'TREATS')", True),
        ("UPDATE node SET aliases = 'xxx'", True),
        ("UPDATE node SET kind = 999", True),
        ("DROP TABLE provenance", True),
        ("DELETE FROM note", False),
    ],
)
def test_damaged_content_is_told_without_repeating_it(path: Path, damage: str, shown: bool) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("DROP TRIGGER node_changes_kind")
    connection.execute(damage)
    connection.close()

    messages = []
    for use in (store.counts, lambda: content(store), lambda: list(store.knowledge_edges())):
        try:
            use()
        except StoreUnavailableError as error:
            messages.append(str(error))

    assert bool(messages) is shown
    assert all("cannot be used" in message and "xxx" not in message for message in messages)
    store.close()


def test_a_disk_that_fills_up_leaves_whole_batches_and_a_store_that_goes_on(path: Path) -> None:
    written, message, after = fill_the_disk(path)

    assert written >= 1
    assert "cannot be used" in message
    store = EmbeddedStore(path)
    assert store.counts() == {"Medicine": after, "RESEMBLES": after}
    assert after == (written + 1) * 25
    store.close()


# Building beside


def staging_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.building")


def test_a_build_of_many_pages_is_put_in_place(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    staging = store.staging()
    load(staging, BIG, name="big", remove_stale=True)
    expected = content(staging)

    store.adopt(staging)

    assert content(store) == expected
    assert not staging_path(path).exists()
    store.close()
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def spoil_by_text(path: Path) -> None:
    path.write_bytes(b"spoiled" * 1000)


@pytest.mark.parametrize(
    "spoil", [spoil_by_text, change_format, lambda path: path.write_bytes(b"")], ids=["text", "format", "empty"]
)
def test_a_spoiled_staging_is_made_anew(path: Path, spoil: Callable[[Path], object]) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    store.staging().close()
    spoil(staging_path(path))

    staging = store.staging()

    assert content(staging) == content(store)
    staging.discard()
    store.close()


def test_a_staging_that_was_cut_off_while_it_was_copied_is_made_anew(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    EmbeddedStore(staging_path(path)).close()  # what a kill before the end of the copy leaves

    staging = store.staging()

    assert content(staging) == content(store)
    staging.discard()
    store.close()


def test_a_build_keeps_the_numbers_that_an_older_version_gave_to_kinds(path: Path) -> None:
    EmbeddedStore(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE word SET num = 1000 - num")
    store = EmbeddedStore(path)
    load(store, SMALL)
    before = content(store)

    staging = store.staging()
    assert content(staging) == before
    load(staging, BIG, name="big")
    expected = content(staging)
    store.adopt(staging)

    assert content(store) == expected
    assert store.counts()["Medicine"] > 3000
    store.close()


def test_a_build_takes_nothing_from_another_that_took_its_place(path: Path) -> None:
    store, other = EmbeddedStore(path), EmbeddedStore(path)
    load(store, SMALL)
    first = store.staging()
    other.staging().discard()
    second = other.staging()
    run = second.start_load("big")
    second.write(BIG, run, "half")

    first.discard()

    assert EmbeddedStore(staging_path(path)).counts() == second.counts()
    second.finish_load(run, remove_stale=True)
    other.adopt(second)
    assert store.counts() == {"Medicine": 3000}


def test_a_build_never_reads_another_that_took_its_place(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    first = store.staging()
    reading = first.nodes(NodeKind.MEDICINE)
    next(reading)
    EmbeddedStore(path).staging().discard()

    for taken in (False, True):
        if taken:
            EmbeddedStore(path).staging()
        with pytest.raises(StoreUnavailableError, match="replaced by another build; run the command again"):
            first.counts()  # the one connection is in use, so that another is opened
    assert [staging_path(path)] == list(path.parent.glob("*.building"))


def test_a_build_waits_for_who_is_writing_and_then_gives_way(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    staging = store.staging()
    load(staging, BIG, name="big", remove_stale=True)
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE state SET value = 'another' WHERE key = 'loaded'")
    timer = threading.Timer(0.3, writer.execute, ["COMMIT"])
    timer.start()

    with pytest.raises(StoreUnavailableError, match="written to"):
        store.adopt(staging)

    assert store.counts()["Medicine"] == 3
    timer.join()
    for item in (writer, staging, store):
        item.close()


def test_nothing_that_was_written_is_lost_to_a_build(path: Path) -> None:
    """A build is refused, or it contains everything that others were told was written: also what comes in the last moment."""
    store, other = EmbeddedStore(path), EmbeddedStore(path)
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        random = Random(5)
        while not stop.is_set():
            load(other, batch([node(f"M:{len(written)}")]), name=f"late {len(written)}")
            written.append(f"M:{len(written)}")
            time.sleep(random.uniform(0, 0.1))

    thread = threading.Thread(target=write)
    thread.start()
    outcomes: set[str] = set()
    for number in count():
        if (number >= 30 and len(outcomes) == 2) or number > 1000:
            break
        staging = store.staging()
        load(staging, batch([node("M:build", str(number))]), name=f"build {number}")
        try:
            store.adopt(staging)
            outcomes.add("adopted")
        except StoreUnavailableError:
            outcomes.add("refused")
            staging.close()
    stop.set()
    thread.join()

    assert outcomes == {"adopted", "refused"}
    assert {str(item.id) for item in store.nodes(NodeKind.MEDICINE)} >= set(written)
    for item in (store, other):
        item.close()


def test_a_file_from_before_anything_could_be_told_is_taken_on(path: Path) -> None:
    store = EmbeddedStore(path)
    load(store, SMALL)
    expected = content(store)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE told")
        connection.execute("DELETE FROM state WHERE key = 'loaded'")
    connection.close()

    older = EmbeddedStore(path)

    assert content(older) == expected
    staging = older.staging()
    load(staging, SMALL, name="build", remove_stale=True)
    older.adopt(staging)
    assert older.forget(NodeId("patient:1")) == 3
    assert older.is_erased(NodeId("patient:1"))
    older.close()
