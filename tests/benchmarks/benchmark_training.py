"""Training and what it rests on: the command itself, features of all pairs, growth with the graph, and short paths.

Commands run as processes of their own; their peak memory is the high-water mark that the kernel keeps for each program. (What
``wait4`` tells is of no use here: a child inherits the peak of the process that starts it, in which networkx holds Hetionet.)
"""

import csv
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import igraph
import networkx as nx
import numpy as np

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.discovery import Candidate, discover
from recommender.features import PathCounts, known_pairs
from recommender.metapaths import read_table
from recommender.request import Request
from recommender.service import Recommender
from recommender.training import prepare
from recommender.training_config import TrainingConfig, read_training
from recommender.walk import FoundPath, Walker
from recommender.walks import NetworkConfig, WalkConfig, network, random_walks
from tests.benchmarks.graphs import PROJECT, demo_home, hetionet_home, run
from tests.benchmarks.side_by_side import Row, median_ms

HOPS = 3
PAIRS = 5
SLOW_PAIRS = 1
"""Pairs that networkx is asked for: it takes one to two minutes each."""

HEAVIEST = 10
SIZES = (1, 3, 10)
DAMPING = 0.4

WRAPPER = """
import runpy, sys
from pathlib import Path
told, sys.argv = Path(sys.argv[1]), sys.argv[2:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
finally:
    told.write_text(Path("/proc/self/status").read_text())
"""
"""Runs a module and leaves behind what the kernel says of the process."""

NODES = {"Compound": 150, "Disease": 30, "Gene": 1_000, "Side Effect": 300, "Symptom": 50, "Pharmacologic Class": 30}
"""Nodes of the synthetic graph at size 1."""

EDGES = {
    "CtD": ("Compound", "Disease", 120),
    "CpD": ("Compound", "Disease", 50),
    "CrC": ("Compound", "Compound", 400),
    "DrD": ("Disease", "Disease", 60),
    "CbG": ("Compound", "Gene", 1_100),
    "CuG": ("Compound", "Gene", 1_500),
    "DaG": ("Disease", "Gene", 1_500),
    "GiG": ("Gene", "Gene", 3_500),
    "DpS": ("Disease", "Symptom", 300),
    "CcSE": ("Compound", "Side Effect", 3_000),
    "PCiC": ("Pharmacologic Class", "Compound", 100),
}
"""Edges of the synthetic graph at size 1; every size has the same mean degrees."""


def peak(home: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and peak memory (MB, of that program alone) of ``python -m …`` with this home."""
    told = Path(mkdtemp(prefix="rxpath-peak-")) / "status"
    command = [sys.executable, "-c", WRAPPER, str(told), *arguments]
    begun = time.perf_counter()
    subprocess.run(command, cwd=PROJECT, env=os.environ | {"RXPATH_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    [line] = [line for line in told.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:")]
    return seconds, int(line.split()[1]) / 1024


def opened(home: Path) -> Snapshot:
    """The snapshot of a home."""
    settings = GraphSettings.from_environment({"RXPATH_HOME": str(home)})
    return current_snapshot(open_store(settings.graph), settings.snapshots)


def training_rows() -> Iterator[str]:
    """The command, on a copy of each home: it writes its bundle there and its edges into the store."""
    for name, made, goal in (("the demo graph", demo_home, "30 s"), ("Hetionet", hetionet_home, "15 min")):
        home, built = made()
        copy = Path(mkdtemp(prefix="rxpath-train-")) / "home"
        shutil.copytree(home, copy)
        seconds, memory = peak(copy, "recommender", "train", "--brief")
        ratio = f"{seconds / built:,.1f} x the {built:,.1f} s that the graph takes to be built"
        yield f"train on {name}: {seconds:,.1f} s, {memory:,.0f} MB at the peak (goal <= {goal}); {ratio}"
        shutil.rmtree(copy)


def plain_training() -> TrainingConfig:
    """Training as configured, without embeddings."""
    config = read_training()
    return replace(config, similarity=tuple(s for s in config.similarity if not s.embedding))


def all_features(snapshot: Snapshot) -> int:
    """Count every metapath for all pairs, with similar edges made for it; answers how many metapaths there are."""
    prepared = prepare(snapshot, plain_training())
    for counts in prepared.counts:
        for _ in counts.counts(counts.candidates, counts.crossings(known_pairs(prepared.snapshot))):
            pass
    return len(prepared.counts[0].candidates)


def feature_rows() -> Iterator[str]:
    """All pairs of Hetionet, in a process of its own from its start to its end."""
    home, _ = hetionet_home()
    seconds, memory = peak(home, "tests.benchmarks.benchmark_training")
    snapshot = opened(home)
    pairs = " x ".join(f"{len(snapshot.numbers(kind)):,}" for kind in (NodeKind.MEDICINE, NodeKind.CONDITION))
    threads = os.environ.get("OMP_NUM_THREADS", f"up to {os.cpu_count()}")
    goal = "goal <= 60 s and <= 4,096 MB on two cores"
    yield f"features of all {pairs} pairs: {seconds:,.1f} s, {memory:,.0f} MB at the peak, BLAS threads {threads} ({goal})"


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """The k with which time grows like size^k: the slope of the least-squares line through the logarithms of both."""
    x, y = np.log(sizes) - np.log(sizes).mean(), np.log(times) - np.log(times).mean()
    return float(x @ y / (x @ x))


def write_graph(folder: Path, size: int) -> None:
    """A graph in Hetionet's form, drawn from a seed: the node of rank r is an end with a chance like r^-½."""
    folder.mkdir(parents=True)
    prefixes = {"Disease": "DOID:"}
    nodes = {kind: [f"{kind}::{prefixes.get(kind, '')}{i}" for i in range(n * size)] for kind, n in NODES.items()}
    with gzip.open(folder / "hetionet-v1.0-nodes.tsv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("id", "name", "kind"))
        writer.writerows((node, node.replace("::", " "), kind) for kind, ids in nodes.items() for node in ids)
    random = np.random.default_rng(7)
    with gzip.open(folder / "hetionet-v1.0-edges-core.sif.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("source", "metaedge", "target"))
        for metaedge, (source, target, count) in EDGES.items():
            drawn = [_by_rank(random, len(nodes[kind]), count * size * 4) for kind in (source, target)]
            pairs = np.unique(np.column_stack(drawn), axis=0)
            if source == target:
                pairs = pairs[pairs[:, 0] < pairs[:, 1]]
            pairs = random.permutation(pairs)[: count * size]
            writer.writerows((nodes[source][a], metaedge, nodes[target][b]) for a, b in pairs.tolist())


def _by_rank(random: np.random.Generator, nodes: int, count: int) -> Any:
    """Ranks below ``nodes``: the square of a uniform number has the density of r^-½."""
    return (random.random(count) ** 2 * nodes).astype(np.int64)


@dataclass(frozen=True)
class Grown:
    """A synthetic graph, and what is counted on it."""

    home: Path
    snapshot: Snapshot
    extended: Snapshot
    candidates: tuple[Candidate, ...]

    @classmethod
    def of(cls, size: int) -> "Grown":
        """Build it."""
        folder = Path(mkdtemp(prefix="rxpath-growth-"))
        write_graph(folder / "in", size)
        run(folder / "home", "loaders", "build", "--format", "hetionet", str(folder / "in"))
        snapshot = opened(folder / "home")
        prepared = prepare(snapshot, plain_training())
        return cls(folder / "home", snapshot, prepared.snapshot, prepared.counts[0].candidates)

    def count(self, codes: set[str]) -> None:
        """The paths of these metapaths for all pairs."""
        chosen = [c for c in self.candidates if c.metapath.code in codes]
        counts = PathCounts(self.extended, chosen, DAMPING)
        for _ in counts.counts(chosen, counts.crossings(known_pairs(self.extended))):
            pass

    def walks(self) -> Callable[[], object]:
        """Ten walks of 80 from every node."""
        net, config = network(self.snapshot), WalkConfig(10, 80, 1.0, 0.5)
        return lambda: random_walks(net, config)

    def answers(self) -> Callable[[], object]:
        """The explained top 10 of both lists for ten diseases, one after the other; weights by hand, warm."""
        settings = GraphSettings.from_environment({"RXPATH_HOME": str(self.home)})
        recommender = Recommender(open_store(settings.graph), self.snapshot, self.home)
        chosen = np.random.default_rng(7).permutation(len(self.snapshot.numbers(NodeKind.CONDITION)))[:10].tolist()
        first = self.snapshot.numbers(NodeKind.CONDITION).start
        requests = [Request(date(2026, 1, 1), nodes=(str(self.snapshot.id(first + i)),), explore=True) for i in chosen]
        return lambda: [recommender.recommend(request).json() for request in requests]


def growth_rows() -> Iterator[str]:
    """The same work on graphs of 1, 3 and 10 times the nodes and edges, with the metapaths that all three have."""
    graphs = [Grown.of(size) for size in SIZES]
    codes = set.intersection(*({c.metapath.code for c in graph.candidates} for graph in graphs))
    works: dict[str, list[Callable[[], object]]] = {
        f"path counts of {len(codes)} metapaths, all pairs": [lambda g=g: g.count(codes) for g in graphs],
        "node2vec walks, 10 x 80 a node": [g.walks() for g in graphs],
        "explained top 10 from one disease": [g.answers() for g in graphs],
    }
    links = [graph.snapshot.link_count for graph in graphs]
    yield table_line("growth", [f"{size} x ({count:,} links)" for size, count in zip(SIZES, links, strict=True)], "exponent")
    for name, sides in works.items():
        divisor = 10 if name.startswith("explained") else 1
        times = [median_ms(work, 3) / divisor for work in sides]
        yield table_line(name, [f"{t:,.1f} ms" for t in times], f"{exponent(links, times):.2f}")


def table_line(name: str, cells: Sequence[str], last: str) -> str:
    """A line of the table of growth."""
    return f"{name:<46}" + "".join(f"{cell:>22}" for cell in cells) + f"{last:>10}"


class ShortPaths:
    """Paths of up to three edges from a condition to a medicine, found by our walk."""

    def __init__(self, snapshot: Snapshot) -> None:
        metapaths = [c.metapath for c in discover(snapshot, read_table()) if len(c.metapath.steps) <= HOPS]
        self.walker = Walker(snapshot, metapaths, DAMPING)
        self._counter = Walker(snapshot, metapaths, 0.0)

    def numbers(self, start: int, goal: int) -> list[int]:
        """How many paths each metapath has: without damping every path weighs 1."""
        first = self.walker.medicines.start
        return [round(float(self._counter.count(m, {start: 1.0})[goal - first])) for m in self.walker.metapaths]

    def heaviest(self, start: int, goal: int) -> list[FoundPath]:
        """The heaviest paths of each metapath."""
        return self._found(start, goal, [HEAVIEST] * len(self.walker.metapaths))

    def every(self, start: int, goal: int) -> list[FoundPath]:
        """All paths of each metapath: counted first, so that there is room for them."""
        return self._found(start, goal, self.numbers(start, goal))

    def _found(self, start: int, goal: int, limits: Sequence[int]) -> list[FoundPath]:
        chosen = ((m, n) for m, n in zip(self.walker.metapaths, limits, strict=True) if n)
        return [path for m, n in chosen for path in self.walker.heaviest(m, {start: 1.0}, [goal], n)[0]]


def some_pairs(snapshot: Snapshot) -> list[tuple[int, int]]:
    """A few known treatments, by number: condition and medicine."""
    known = known_pairs(snapshot)
    firsts = [snapshot.numbers(kind).start for kind in (NodeKind.CONDITION, NodeKind.MEDICINE)]
    chosen = known[np.random.default_rng(7).permutation(len(known))[:PAIRS]] + firsts
    return [(int(c), int(m)) for c, m in chosen]


def path_rows() -> Iterator[Row | str]:
    """Our walk beside igraph and networkx, which see all edges of Hetionet, between the same few pairs."""
    home, _ = hetionet_home()
    snapshot = opened(home)
    pairs, ours = some_pairs(snapshot), ShortPaths(snapshot)
    heaviest, every = ([median_ms(lambda p=p, w=w: w(*p), 5) for p in pairs] for w in (ours.heaviest, ours.every))
    typed = [{path.nodes for path in ours.every(*pair)} for pair in pairs]
    net = network(snapshot, NetworkConfig(left_out=frozenset()))
    rows = np.repeat(np.arange(net.nodes), np.diff(net.pointers))
    edges = np.column_stack((rows, net.targets))[rows < net.targets].tolist()
    graph, plain = igraph.Graph(net.nodes, edges), nx.Graph(edges)
    others: tuple[tuple[str, Callable[[int, int], list[Any]], int, str], ...] = (
        (
            f"igraph {igraph.__version__}",
            lambda a, b: graph.get_all_simple_paths(a, b, maxlen=HOPS),
            PAIRS,
            ">= 500 x faster",
        ),
        (
            f"networkx {nx.__version__}",
            lambda a, b: list(nx.all_simple_paths(plain, a, b, cutoff=HOPS)),
            SLOW_PAIRS,
            ">= 5,000 x faster",
        ),
    )
    for name, work, count, goal in others:
        times, answered = [], []
        for pair in pairs[:count]:
            begun = time.perf_counter()
            paths = work(*pair)
            times.append((time.perf_counter() - begun) * 1000)
            answered.append({tuple(path) for path in paths})
        if not all(few <= more for few, more in zip(typed, answered, strict=False)):
            raise RuntimeError(f"{name} lacks a path of ours")
        what, theirs = f"between two nodes, median of {count} pair{'s' * (count > 1)}", statistics.median(times)
        few, more = (sum(map(len, sets[:count])) for sets in (typed, answered))
        yield Row(f"the {HEAVIEST} heaviest of each metapath {what}", statistics.median(heaviest[:count]), name, theirs, goal)
        yield Row(f"every path of each metapath {what}", statistics.median(every[:count]), name, theirs, goal)
        yield (
            f"both rows are unfair in our favour: ours follows {len(ours.walker.metapaths)} typed metapaths of up to {HOPS} "
            f"edges ({few:,} node sequences in all), {name} any edges ({more:,}); by node sequence, all of them answered, "
            f"ours takes {sum(every[:count]) / few * 1000:,.1f} µs and {name} {sum(times) / more * 1000:,.1f} µs"
        )


def rows() -> Iterator[Row | str]:
    """Measure; each row comes as soon as it is there."""
    yield from path_rows()
    yield from growth_rows()
    yield from feature_rows()
    yield from training_rows()


if __name__ == "__main__":
    all_features(opened(GraphSettings.from_environment().home))
