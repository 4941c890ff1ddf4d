"""node2vec walks of 80 nodes on Hetionet, p 1, q .5: ten a node beside fastnode2vec, one a node beside PecanPy's SparseOTF.

All three walk the same network, every edge alike; what a graph takes to be read is not counted, what compiling takes neither.
PecanPy 2.0.9 takes its types from nptyping 2.0.1, which names aliases that numpy 2 no longer has: a stand-in takes its place
while it is imported. Types are all it is used for.
"""

import sys
from collections.abc import Callable
from functools import cache
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import Any

import numpy as np

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from recommender.walks import Network, WalkConfig, network, random_walks
from tests.benchmarks.graphs import hetionet_home
from tests.benchmarks.side_by_side import Row

CONFIG = WalkConfig(10, 80, 1.0, 0.5)
FEWER = WalkConfig(1, 80, 1.0, 0.5)
"""PecanPy would need minutes for ten walks a node; both sides make one in that row, and nothing is scaled."""


class AnyType:
    """Stands for any type of nptyping, also with brackets behind it."""

    def __class_getitem__(cls, _: object) -> type:
        return cls


@cache
def hetionet() -> Network:
    """Hetionet without treatments, every edge of the same weight."""
    home, _ = hetionet_home()
    settings = GraphSettings.from_environment({"RXPATH_HOME": str(home)})
    made = network(current_snapshot(open_store(settings.graph), settings.snapshots))
    return Network(made.pointers, made.targets, np.ones(len(made.weights)))


def seconds_ms(work: Callable[[], object], runs: int) -> float:
    """Median of the wall time in milliseconds; the caller has compiled before."""
    times = []
    for _ in range(runs):
        begun = perf_counter()
        work()
        times.append((perf_counter() - begun) * 1000)
    return median(times)


def fastnode2vec(net: Network) -> Callable[[], object]:
    """All walks by fastnode2vec, one after another as its own training draws them."""
    from fastnode2vec import Graph

    rows = np.repeat(np.arange(net.nodes), np.diff(net.pointers))
    once = rows < net.targets
    graph = Graph(list(zip(rows[once].tolist(), net.targets[once].tolist(), strict=True)), False, False, verbose=False)
    graph.generate_random_walk(CONFIG.length, CONFIG.p, CONFIG.q, 0)
    nodes = range(len(graph.node_names))

    def walk() -> None:
        for _ in range(CONFIG.walks):
            for node in nodes:
                graph.generate_random_walk(CONFIG.length, CONFIG.p, CONFIG.q, node)

    return walk


def sparse_otf(net: Network) -> Any:
    """PecanPy's graph."""
    stand_in = ModuleType("nptyping")
    stand_in.__dict__.update(dict.fromkeys(("Bool", "Float32", "NDArray", "Shape", "UInt32", "UInt64"), AnyType))
    sys.modules["nptyping"] = stand_in
    try:
        from pecanpy.pecanpy import SparseOTF
    finally:
        del sys.modules["nptyping"]
    graph = SparseOTF(p=CONFIG.p, q=CONFIG.q, random_state=0)
    graph.set_node_ids([str(i) for i in range(net.nodes)])
    graph.indptr, graph.indices = net.pointers.astype(np.uint32), net.targets.astype(np.uint32)
    graph.data = net.weights.astype(np.float32)
    return graph


def rows() -> list[Row]:
    """Measure."""
    net = hetionet()
    random_walks(net, WalkConfig(1, 2, CONFIG.p, CONFIG.q))
    other = fastnode2vec(net)
    ours, theirs = (seconds_ms(work, 3) for work in (lambda: random_walks(net, CONFIG), other))
    first = Row("node2vec walks, 10 x 80 a node", ours, "fastnode2vec", theirs, ">= 3 x faster")
    graph = sparse_otf(net)
    graph.simulate_walks(1, 2)
    # Each call compiles anew, because the step is a new function; that time is taken off.
    compiling = seconds_ms(lambda: graph.simulate_walks(1, 2), 1)
    both = seconds_ms(lambda: graph.simulate_walks(FEWER.walks, FEWER.length), 1)
    ours = seconds_ms(lambda: random_walks(net, FEWER), 3)
    name = f"PecanPy SparseOTF (one run, two threads; {compiling / 1000:,.1f} s of compiling taken off)"
    return [first, Row("node2vec walks, 1 x 80 a node", ours, name, both - compiling, ">= 40 x faster")]
