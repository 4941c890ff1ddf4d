"""The best paths of a trained walk between a condition and medicines, and what they say about the model as a whole.

The share of a path is β · f · (its part of x), as in :mod:`recommender.explain`; known treatment edges of the very pair take no
part: the question is what the walk says by itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.metapaths import Metapath
from recommender.walk import FoundPath, Walker

SUGGESTIONS, SHOWN = 10, 5
"""Suggestions for each condition, and paths of each, by which variety is measured."""


class Learned(Protocol):
    """What the judge needs of a model."""

    @property
    def snapshot(self) -> Snapshot:
        """The graph with no other treatments than those that were learned from."""

    @property
    def metapaths(self) -> Sequence[Metapath]:
        """Those that count, with their weights."""

    @property
    def means(self) -> Mapping[str, float]:
        """mean_m by code."""

    @property
    def damping(self) -> float:
        """w of the path counts."""

    def scores(self) -> Array:
        """Score of every pair, shape (conditions, medicines); 0 where nothing speaks for it."""


@dataclass(frozen=True, slots=True)
class Share:
    """A path and its share of a score."""

    contribution: float
    path: FoundPath


class PathFinder:
    """Finds the best paths of a model.

    Args:
        model: what was learned.
        compiled: whether to use the compiled loops.
    """

    def __init__(self, model: Learned, *, compiled: bool = True) -> None:
        self.snapshot = model.snapshot
        self.walker = Walker(model.snapshot, [m for m in model.metapaths if m.weight > 0], model.damping, compiled=compiled)
        self._means = model.means
        self.conditions = model.snapshot.numbers(NodeKind.CONDITION)
        self.medicines = model.snapshot.numbers(NodeKind.MEDICINE)

    def best(self, condition: int, medicines: Sequence[int], limit: int) -> list[list[Share]]:
        """The paths of largest share.

        Args:
            condition: its position among the conditions.
            medicines: positions among the medicines.
            limit: how many paths at most for each.

        Returns:
            A list for each medicine, largest first; equal ones in the order of the metapaths and of their nodes.
        """
        starts = {self.conditions[condition]: 1.0}
        found: dict[int, list[Share]] = {m: [] for m in medicines}
        for metapath in self.walker.metapaths:
            counts, mean = self.walker.count(metapath, starts), self._means.get(metapath.code, 0.0)
            reached = [m for m in found if counts[m] > 0 and mean > 0]
            parts = [metapath.weight * float(np.arcsinh(counts[m] / mean) / counts[m]) for m in reached]
            full = [found[m][-1].contribution if len(found[m]) == limit else 0.0 for m in reached]
            above = [least / part for least, part in zip(full, parts, strict=True)]
            goals = [self.medicines[m] for m in reached]
            for m, part, paths in zip(reached, parts, self.walker.heaviest(metapath, starts, goals, limit, above), strict=True):
                shares = [*found[m], *(Share(part * path.weight, path) for path in paths)]
                found[m] = sorted(shares, key=lambda share: -share.contribution)[:limit]
        return [found[m] for m in medicines]

    def sentence(self, path: FoundPath) -> str:
        """A path in words."""
        return path.metapath.sentence.format(*(self.snapshot.name(n) for n in path.nodes))


def top_suggestions(scores: Array, condition: int, limit: int = SUGGESTIONS) -> list[int]:
    """Positions of the medicines that score highest for a condition, best first; those that nothing speaks for are none."""
    row = scores[condition]
    order = np.argsort(-row, kind="stable")[:limit]
    return [int(m) for m in order if row[m] > 0]


def variety(finder: PathFinder, scores: Array) -> dict[str, Any]:
    """How alike the explanations are, before anything chooses among them for diversity.

    Args:
        finder: of the model.
        scores: shape (conditions, medicines), of the same model.

    Returns:
        ``suggestions`` (how many were looked at), ``commonest`` (the metapath that most first paths have), its ``share``, the
        same ``among_five`` first paths of each, and ``by_metapath``: how many first paths each has.
    """
    first: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for condition in range(len(finder.conditions)):
        for shares in finder.best(condition, top_suggestions(scores, condition), SHOWN):
            codes = [share.path.metapath.code for share in shares]
            first.update(codes[:1])
            shown.update(codes)
    commonest, most = _commonest(first)
    return {
        "suggestions": first.total(),
        "commonest": commonest,
        "share": most,
        "among_five": dict(zip(("commonest", "share"), _commonest(shown), strict=True)),
        "by_metapath": dict(sorted(first.items(), key=lambda item: (-item[1], item[0]))),
    }


def _commonest(counts: Counter[str]) -> tuple[str | None, float | None]:
    if not counts:
        return None, None
    code, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return code, count / counts.total()
