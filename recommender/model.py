"""What training made of one snapshot: similar edges, weights of metapaths, calibrations; and the scores that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.array_file import Array
from graph.elements import EdgeKind, NodeKind
from graph.relation import RelationKey
from graph.snapshot import Snapshot
from recommender.features import PathCounts
from recommender.metapaths import Metapath

TREATS = RelationKey(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How known treatments score while they are hidden.

    Attributes:
        scores: shape (treatments, medicines), float64: of the treatment's condition with every medicine, by weights that were
            learned without the treatment's group and paths that were counted without its fold.
        folds: shape (treatments,), int64: in which fold each was hidden.
    """

    scores: Array
    folds: Array


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting that was tried, and how well unseen treatments were found with it.

    Attributes:
        damping: w.
        l1: of the elastic net.
        l2: of the elastic net.
        loss: mean loss of held-out questions; less is better.
    """

    damping: float
    l1: float
    l2: float
    loss: float


@dataclass(frozen=True, slots=True)
class Model:
    """A trained walk.

    Attributes:
        snapshot: with SIMILAR_TO edges, and with no other treatments than those that were learned from.
        counts: path counts of all pairs.
        metapaths: those that count, with their learned weights.
        means: mean_m by code: over the pairs that the metapath joins at all.
        damping: w.
        intercept: b: with it, the mean chance of all pairs is their share of known treatments.
        offsets: weights of log(1 + degree) of condition and medicine, which scores are given without.
        treatments: shape (n, 2): what was learned from.
        held_out: how those score while hidden.
        trials: every setting that was tried.
    """

    snapshot: Snapshot
    counts: PathCounts
    metapaths: tuple[Metapath, ...]
    means: Mapping[str, float]
    damping: float
    intercept: float
    offsets: tuple[float, float]
    treatments: Array
    held_out: HeldOut
    trials: tuple[Trial, ...]

    @property
    def weights(self) -> dict[str, float]:
        """β by code."""
        return {metapath.code: metapath.weight for metapath in self.metapaths}

    def scores(self, rows: Array | None = None) -> Array:
        """The walk's score Σ β f of every pair, without direct support and intercept.

        Args:
            rows: positions of the conditions that are asked for; all by default.

        Returns:
            shape (rows, medicines), float64: 0 where no path leads.
        """
        return self.counts.scores(self.weights, self.means, self.treatments, rows)
