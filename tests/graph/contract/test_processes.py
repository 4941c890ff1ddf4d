"""Several writers at once, in threads and in processes, and a writer that is killed."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from graph.connect import open_store
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.graph.building import knowledge, load
from tests.graph.processes import (
    BATCH_SIZE,
    VERSION_SIZE,
    killed,
    rebuild_versions,
    version,
    write_at_once,
    write_own,
    write_steps,
)

KILLS = 10
SAMPLED = 2
"""How often a process that writes to a server is killed when not all faults are tried: a server takes longer to answer."""
NAMES = ("one", "two", "three")


def kills(url: str) -> int:
    """How often a process that works on a store is killed."""
    return KILLS if url.startswith("sqlite") or os.environ.get("RXPATH_FAULTS") == "all" else SAMPLED


def check_all_written(store: GraphStore) -> None:
    """Every writer's elements are there, and each edge joins what its writer wrote."""
    names = [node.name for node in store.nodes(NodeKind.MEDICINE)]
    assert len(names) == len(NAMES) * 20 * BATCH_SIZE + 1
    edges = knowledge(store).values()
    assert len(edges) == len(names) - 1
    assert all(edge.end in ("M:shared", edge.start) for edge in edges)
    assert sum(edge.end == "M:shared" for edge in edges) == len(NAMES) * 20


def test_threads_write_through_one_opening(store: GraphStore) -> None:
    with ThreadPoolExecutor(len(NAMES)) as pool:
        for result in [pool.submit(write_own, store, name) for name in NAMES]:
            result.result()

    check_all_written(store)


def test_processes_write_at_once_into_a_new_store(url: str) -> None:
    write_at_once(url, NAMES)

    store = open_store(url)
    check_all_written(store)
    store.close()


def test_a_killed_writer_leaves_every_batch_that_it_was_told_of_and_no_half(
    url: str, opened: Callable[[], GraphStore], tmp_path: Path, compiled: Callable[[GraphStore], Snapshot]
) -> None:
    random = Random(11)  # seeded, so that a failure comes again
    for _ in range(kills(url)):
        told = killed(write_steps, url, random.randint(1, 4), random.uniform(0, 0.03))

        store = opened()
        progress = int(store.start_load("long").progress)
        numbers = [int(node.id[2:6]) for node in store.nodes(NodeKind.MEDICINE)]
        assert progress in (told, told + 1)
        assert numbers == [number for number in range(1, progress + 1) for _ in range(BATCH_SIZE)]
        assert len(knowledge(store)) == len(numbers)

    write_steps(store, until=progress + 3)
    store.finish_load(store.start_load("long"), remove_stale=False)
    whole = open_store(f"sqlite://{tmp_path / 'whole.sqlite'}")
    write_steps(whole, until=progress + 3)
    assert compiled(store).checksum == compiled(whole).checksum
    whole.close()


def test_a_killed_build_leaves_the_old_or_the_new(url: str, opened: Callable[[], GraphStore]) -> None:
    load(opened(), version("0"))
    random = Random(13)
    for _ in range(kills(url)):
        told = killed(rebuild_versions, url, random.randint(1, 2), random.uniform(0, 0.05))

        store = opened()
        words = {node.name for node in store.nodes(NodeKind.MEDICINE)} | {e.evidence for e in knowledge(store).values()}
        assert words <= {str(told), str(told + 1)}
        assert len(words) == 1
        assert store.counts() == {"Medicine": VERSION_SIZE, "RESEMBLES": VERSION_SIZE}
