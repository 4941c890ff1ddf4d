"""Other processes that the tests of the stores start: one that watches, one that writes until it is killed, several at once.

They open a store by its URL alone and import nothing that only tests need, so that they start quickly.
"""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.queues import SimpleQueue
from multiprocessing.reduction import DupFd
from multiprocessing.synchronize import Barrier
from pathlib import Path
from types import TracebackType
from typing import Self

from graph.compiler import compile_snapshot
from graph.connect import open_store
from graph.elements import EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.embedded_store import EmbeddedStore
from graph.errors import RxpathError, StoreUnavailableError
from graph.snapshot import Snapshot
from graph.store import Batch, EdgeColumns, GraphStore

SOURCE = Provenance("test", "1", "CC0-1.0")
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["__main__", "tests.graph.processes"])
FORKS = get_context("fork")
PATIENCE = 60
"""Seconds after which a test gives up on another process."""
VERSION_SIZE = 600
BATCH_SIZE = 25


def process(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A process that does this when it is started; the server that forks it may be older than the test's environment."""
    credentials = {name: value for name, value in os.environ.items() if name.startswith("RXPATH_NEO4J_")}
    return PROCESSES.Process(target=_do, args=(credentials, target, arguments))


def _do(credentials: Mapping[str, str], target: Callable[..., None], arguments: Sequence[object]) -> None:
    os.environ.update(credentials)
    target(*arguments)


def version(name: str) -> Batch:
    """A graph in which every element carries the same word, so that a mixture of two shows."""
    half = VERSION_SIZE // 2
    fresh = [NodeId(f"M:{name}-{i}") for i in range(half)]
    ids = [*(NodeId(f"M:{i}") for i in range(half)), *fresh]
    edges = EdgeColumns(
        EdgeKind.RESEMBLES,
        NodeKind.MEDICINE,
        NodeKind.MEDICINE,
        ids,
        [*ids[1:], ids[0]],
        [SOURCE] * len(ids),
        [KnowledgeLevel.ASSERTION] * len(ids),
        [name] * len(ids),
        [""] * len(ids),
        [""] * len(ids),
        [{}] * len(ids),
    )
    return Batch([Node(i, NodeKind.MEDICINE, name, SOURCE) for i in ids], [edges])


def _look(store: GraphStore) -> Iterable[tuple[int, frozenset[str]]]:
    """How many elements each way of reading answers, and their words."""
    names = [node.name for node in store.nodes(NodeKind.MEDICINE)]
    yield len(names), frozenset(names)
    groups = list(store.knowledge_edges())
    evidences = [text for group in groups for text in group.evidences]
    yield len(evidences), frozenset(evidences)
    ends = {i for group in groups for i in (*group.starts, *group.ends)}
    yield len(ends), frozenset(evidences)


def _watch(url: str, pipe: Connection) -> None:
    """Read until told to stop, and tell each new word, or a set of words that is not whole."""
    store, last = open_store(url), ""
    while not pipe.poll():
        for size, words in _look(store):
            if len(words) != 1 or size != VERSION_SIZE:
                pipe.send((size, sorted(words)))
            elif (word := min(words)) != last:
                pipe.send(last := word)
    store.close()
    pipe.send(None)


class Watcher:
    """Another process that reads a store again and again while the test changes it.

    Attributes:
        seen: the versions that it saw, in order.
        mixtures: what it saw that was no version.
    """

    def __init__(self, url: str) -> None:
        self.seen: list[str] = []
        self.mixtures: list[object] = []
        self._pipe, other = PROCESSES.Pipe()
        self._process = process(_watch, url, other)

    def __enter__(self) -> Self:
        self._process.start()
        self.wait_for("0")
        return self

    def wait_for(self, word: str) -> None:
        """Wait until the version is seen."""
        while word not in self.seen:
            assert self._pipe.poll(PATIENCE), f"version {word} was never seen"
            self._take(self._pipe.recv())

    def _take(self, message: object) -> None:
        (self.seen if isinstance(message, str) else self.mixtures).append(message)  # type: ignore[arg-type]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pipe.send("stop")
        while self._pipe.poll(PATIENCE) and (message := self._pipe.recv()) is not None:
            self._take(message)
        self._process.join()
        self._pipe.close()


def step(number: int) -> Batch:
    """The batch of a step of the long load: new medicines, edges among them, and an edge to the batch before."""
    ids = [NodeId(f"M:{number:04d}-{i:02d}") for i in range(BATCH_SIZE)]
    ends = [*ids[1:], NodeId(f"M:{max(number - 1, 1):04d}-00")]
    kinds = (NodeKind.MEDICINE, NodeKind.MEDICINE)
    edges = EdgeColumns.uniform(EdgeKind.RESEMBLES, kinds, (ids, ends), SOURCE, KnowledgeLevel.ASSERTION)
    return Batch([Node(i, NodeKind.MEDICINE, f"medicine {i}", SOURCE) for i in ids], [edges])


def write_steps(store: GraphStore, tell: int | None = None, until: int | None = None) -> None:
    """Go on with the long load; each step is told to the descriptor ``tell`` once it is written."""
    load = store.start_load("long")
    for number in count(int(load.progress or 0) + 1):
        if until is not None and number > until:
            return
        store.write(step(number), load, str(number))
        if tell is not None:
            os.write(tell, f"{number}\n".encode())


def rebuild_versions(store: GraphStore, tell: int) -> None:
    """Build one version after the other beside the store and put each in its place."""
    for number in count(int(store.noted("version") or 0) + 1):
        store.note("version", str(number))
        staging = store.staging()
        load = staging.start_load(f"version {number}")
        staging.write(version(str(number)), load, "all")
        staging.finish_load(load, remove_stale=True)
        store.adopt(staging)
        os.write(tell, f"{number}\n".encode())


def killed(work: Callable[[GraphStore, int], None], url: str, steps: int, delay: float) -> int:
    """Start a process that works on a store, and kill it.

    Args:
        work: what it does; it tells each step that is done to the descriptor that it is given.
        url: the store.
        steps: after how many steps it is killed.
        delay: how many seconds after that.

    Returns:
        The last step that the process said was done.
    """
    ours, theirs = os.pipe()
    worker = process(_work_until_killed, work, url, DupFd(theirs))
    worker.start()
    os.close(theirs)
    with os.fdopen(ours) as told:
        lines = [told.readline() for _ in range(steps)]
        time.sleep(delay)
        os.kill(worker.pid or 0, signal.SIGKILL)
        lines += told.readlines()
    worker.join()
    return int([line for line in lines if line.endswith("\n")][-1])


def _work_until_killed(work: Callable[[GraphStore, int], None], url: str, tell: object) -> None:
    work(open_store(url), tell.detach())  # type: ignore[attr-defined]


def write_at_once(url: str, names: Sequence[str]) -> None:
    """Let as many processes write at once: each its own long list of batches under its own name."""
    barrier = PROCESSES.Barrier(len(names))
    workers = [process(_write_own, url, name, barrier) for name in names]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert [worker.exitcode for worker in workers] == [0] * len(names)


def _write_own(url: str, name: str, barrier: Barrier) -> None:
    barrier.wait()
    store = open_store(url)
    write_own(store, name)
    store.close()


def write_own(store: GraphStore, name: str) -> None:
    """Twenty batches of nodes and edges of one's own, each with an edge to what all share."""
    load = store.start_load(name)
    for number in range(20):
        ids = [NodeId(f"M:{name}-{number}-{i}") for i in range(BATCH_SIZE)]
        ends = [NodeId("M:shared"), *ids[1:]]
        kinds = (NodeKind.MEDICINE, NodeKind.MEDICINE)
        edges = EdgeColumns.uniform(EdgeKind.RESEMBLES, kinds, (ids, ends), SOURCE, KnowledgeLevel.ASSERTION)
        nodes = [Node(i, NodeKind.MEDICINE, name, SOURCE) for i in (NodeId("M:shared"), *ids)]
        store.write(Batch(nodes, [edges]), load, str(number))
    store.finish_load(load, remove_stale=False)


def compile_at_once(url: str, folders: Sequence[Path]) -> list[str]:
    """The checksums of the snapshots that as many processes compile at once, one into each folder."""
    pipes = [PROCESSES.Pipe() for _ in folders]
    barrier = PROCESSES.Barrier(len(folders))
    processes = [
        PROCESSES.Process(target=_compile, args=(url, folder, barrier, theirs))
        for folder, (_, theirs) in zip(folders, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    checksums = [ours.recv() for ours, _ in pipes if ours.poll(PATIENCE)]
    for process in processes:
        process.join(PATIENCE)
    for pipe in pipes:
        pipe[0].close()
        pipe[1].close()
    return checksums


def _compile(url: str, folder: Path, barrier: Barrier, pipe: Connection) -> None:
    store = open_store(url)
    barrier.wait()
    pipe.send(compile_snapshot(store, folder).checksum)
    store.close()


def open_at_once(path: Path, count: int) -> list[tuple[str, int, int]]:
    """What as many processes find in a snapshot's file: its checksum by the bytes, and how many nodes and links."""
    with PROCESSES.Pool(count) as pool:
        return pool.map(_open, [path] * count)


def _open(path: Path) -> tuple[str, int, int]:
    snapshot = Snapshot(path)
    return snapshot.checksum if snapshot.verify() else "damaged", snapshot.node_count, snapshot.link_count


def open_new_at_once(paths: Sequence[Path], count: int) -> list[str]:
    """Errors of as many processes that open the same new stores at the same moments, one store after another."""
    barrier = PROCESSES.Barrier(count)
    errors = PROCESSES.SimpleQueue()
    processes = [PROCESSES.Process(target=_open_new, args=(paths, barrier, errors)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    found = []
    while not errors.empty():
        found.append(errors.get())
    errors.close()
    return found


def _open_new(paths: Sequence[Path], barrier: Barrier, errors: "SimpleQueue[str]") -> None:
    for path in paths:
        barrier.wait()
        try:
            EmbeddedStore(path).close()
        except RxpathError as error:
            errors.put(str(error))


def open_files(path: Path) -> int:
    """How many descriptors of this process lead to a store's files."""
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found += str(entry.readlink()).startswith(str(path))
    return found


def read_in_a_fork(store: EmbeddedStore) -> tuple[dict[str, int], int]:
    """What a forked process counts in a store that its parent opened, and how many files it opens to do so."""

    def read() -> None:
        before = open_files(store.path)
        other.send((store.counts(), open_files(store.path) - before))

    pipe, other = FORKS.Pipe()
    process = FORKS.Process(target=read)
    process.start()
    answer: tuple[dict[str, int], int] = pipe.recv() if pipe.poll(PATIENCE) else ({}, 0)
    process.join(PATIENCE)
    pipe.close()
    other.close()
    return answer


def fill_the_disk(path: Path) -> tuple[int, str, int]:
    """Let a process write the long load while it may make no file longer than a megabyte, and then one more step.

    Returns:
        How many steps were written, the error that ended them, and how many nodes were there after the further step.
    """
    pipe, other = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_fill, args=(path, other))
    process.start()
    answer: tuple[int, str, int] = pipe.recv() if pipe.poll(PATIENCE) else (0, "no answer", 0)
    process.join(PATIENCE)
    pipe.close()
    other.close()
    return answer


def _fill(path: Path, pipe: Connection) -> None:
    store = EmbeddedStore(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
    message = ""
    try:
        write_steps(store)
    except StoreUnavailableError as error:
        message = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    written = int(store.start_load("long").progress)
    write_steps(store, until=written + 1)
    pipe.send((written, message, store.counts()["Medicine"]))
    store.close()
