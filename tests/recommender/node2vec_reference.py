"""The node2vec package as the reference engine of walks on small graphs, seeded from outside.

Version 0.4.3 is the last that runs on numpy 2. It asks ``pkg_resources`` which gensim there is, which setuptools no longer
carries: a stand-in answers that one question while it is imported.
"""

import random
import sys
from importlib import metadata
from types import ModuleType, SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np

from graph.array_file import Array
from recommender.walks import Network, WalkConfig


def node2vec_class() -> Any:
    """The package's class of walks."""
    stand_in = ModuleType("pkg_resources")
    stand_in.__dict__["get_distribution"] = lambda name: SimpleNamespace(version=metadata.version(name))
    before = sys.modules.get("pkg_resources")
    sys.modules["pkg_resources"] = stand_in
    try:
        from node2vec import Node2Vec
    finally:
        del sys.modules["pkg_resources"]
        if before is not None:
            sys.modules["pkg_resources"] = before
    return Node2Vec


def reference_walks(net: Network, config: WalkConfig) -> Array:
    """The package's walks: shape (walks, length), int64. It knows no nodes without neighbours."""
    graph = nx.Graph()
    rows = np.repeat(np.arange(net.nodes), np.diff(net.pointers))
    graph.add_weighted_edges_from(zip(rows.tolist(), net.targets.tolist(), net.weights.tolist(), strict=True))
    # Both of its generators are global; only one worker of them is seeded.
    kept = random.getstate(), np.random.get_state()
    try:
        made = node2vec_class()(
            graph, 1, config.length, config.walks, config.p, config.q, workers=1, quiet=True, seed=config.seed
        )
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])
    return np.array(made.walks, np.int64)
