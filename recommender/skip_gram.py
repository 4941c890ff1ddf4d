"""Vectors of nodes by skip-gram over walks (word2vec; Mikolov et al. 2013, arXiv:1310.4546): the one door to gensim.

gensim draws its negative examples in each worker's own order, so only one worker gives the same bytes again. Words are the
nodes' numbers, whose hash is the same in every process.
"""

from dataclasses import dataclass

import numpy as np

from graph.array_file import Array
from recommender.errors import TrainingError


@dataclass(frozen=True, slots=True)
class SkipGramConfig:
    """How vectors are learned from walks."""

    window: int = 5
    """How many nodes to either side are a node's context (at least 1); wider is slower."""

    negative: int = 5
    """How many nodes are drawn against each true one (at least 1)."""

    epochs: int = 1
    """How often every walk is read (at least 1)."""

    rate: float = 0.025
    """Learning rate at the beginning (above 0); it falls evenly to 0.0001."""

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing.

        Raises:
            TrainingError: when a number is out of its range or not a number.
        """
        if min(self.window, self.negative, self.epochs) < 1 or not 0 < self.rate < np.inf:
            raise TrainingError("window, negative and epochs of a skip-gram are at least 1, its rate is above 0")


def train(walks: Array, nodes: int, dimensions: int, seed: int, config: SkipGramConfig) -> Array:
    """Vectors of nodes that stand near each other where walks pass both.

    Args:
        walks: shape (walks, length), integers: numbers of nodes, -1 behind a walk's end; read in an order drawn by the seed.
        nodes: how many there are.
        dimensions: of a vector.
        seed: of the order, the first vectors and the negative examples.
        config: how.

    Returns:
        shape (nodes, dimensions), float32; 0 for a node without a neighbour in any walk.
    """
    from gensim.models import Word2Vec

    walks = walks[walks[:, 1] >= 0] if walks.shape[1] > 1 else walks[:0]
    vectors = np.zeros((nodes, dimensions), np.float32)
    if not len(walks):
        return vectors
    order = np.random.default_rng(seed).permutation(len(walks))
    counts = np.bincount(walks[walks >= 0], minlength=nodes)
    model = Word2Vec(
        vector_size=dimensions,
        window=config.window,
        negative=config.negative,
        alpha=config.rate,
        sg=1,
        min_count=1,
        sample=0,
        workers=1,
        seed=seed % 2**32,
        hashfxn=int,
    )
    model.build_vocab_from_freq({int(node): int(counts[node]) for node in np.flatnonzero(counts)})
    model.train(_Sentences(walks, order), total_examples=len(walks), epochs=config.epochs)
    vectors[np.array(model.wv.index_to_key)] = model.wv.vectors
    return vectors


class _Sentences:
    """Walks as gensim reads them, as often as it likes."""

    def __init__(self, walks: Array, order: Array) -> None:
        self._walks = walks
        self._order = order

    def __iter__(self):  # type: ignore[no-untyped-def]
        for row in self._order:
            walk = self._walks[row]
            yield walk[walk >= 0].tolist() if walk[-1] < 0 else walk.tolist()
