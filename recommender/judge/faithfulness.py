"""Do the shown paths carry the score? Their steps are looked up, their weights computed anew, and their links taken out.

Taking links out leaves all degrees as they were: the fall of the score is then Σ β [asinh(x / mean) − asinh((x − removed) /
mean)]. Both sides are computed apart: the walk by the kernels, ``removed`` by matrices
(:mod:`recommender.judge.path_sums`). A fall
says little without a control that bites: as many links of other paths of the pair, or else of the medicine's
neighbourhood.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graph.array_file import Array
from recommender.cut_walk import CutWalker, Link, grouped, links_of
from recommender.faithfulness import control_links
from recommender.judge.best_paths import Learned, PathFinder, Share, top_suggestions
from recommender.judge.path_sums import PathSums
from recommender.metapaths import Metapath
from recommender.walk import FoundPath, Walker

SAMPLE, SHOWN, OTHERS = 60, 5, 40
"""Suggestions that are looked at, paths shown of each, and further paths that the control may take from."""


class Examined:
    """The shown paths of one suggestion under examination.

    Args:
        finder: of the model.
        model: the model.
        pair: condition and medicine, as positions.
    """

    def __init__(self, finder: PathFinder, model: Learned, pair: tuple[int, int]) -> None:
        self._finder = finder
        self._model = model
        self._pair = pair
        paths = finder.best(pair[0], [pair[1]], SHOWN + OTHERS)[0]
        self.shown, self.others = paths[:SHOWN], paths[SHOWN:]
        self.counts = self._walked(finder.walker)
        self.score = self._score(self.counts)

    def figures(self, rng: np.random.Generator) -> dict[str, float]:
        """What taking the shown paths out does, and keeping nothing but them, beside the control; shares of the score.

        Returns:
            ``comprehensiveness``, ``sufficiency``, ``control`` and ``formula`` (the relative difference between the fall that
            was walked and the one of the formula).
        """
        links = self.links(self.shown)
        fall = self.score - self._score(self._walked(self._cut(links)))
        removed = self._removed(links)
        formula = sum(
            m.weight * (self._feature(m, x) - self._feature(m, max(0.0, x - removed[m]))) for m, x in self.counts.items()
        )
        kept: dict[Metapath, float] = {}
        for share in self.shown:
            kept[share.path.metapath] = kept.get(share.path.metapath, 0.0) + share.path.weight
        control = self.score - self._score(self._walked(self._cut(self._control(links, rng))))
        return {
            "comprehensiveness": fall / self.score,
            "sufficiency": self._score(kept) / self.score,
            "control": control / self.score,
            "formula": abs(fall - formula) / self.score,
        }

    def links(self, shares: Sequence[Share]) -> set[Link]:
        """Every link of these paths."""
        return {link for share in shares for link in self.links_of(share.path)}

    def links_of(self, path: FoundPath) -> list[Link]:
        """The link of every step of a path.

        Raises:
            KeyError: when a step is no link of the graph.
        """
        return links_of(self._finder.walker, path)

    def weight_of(self, path: FoundPath) -> float:
        """The weight of a path from the degrees of its nodes alone."""
        weight = 1.0
        for step, start, end in zip(path.metapath.steps, path.nodes, path.nodes[1:], strict=False):
            taken = self._finder.walker.step(step)
            weight *= (taken.ahead.degree(start) * taken.back.degree(end)) ** -self._model.damping
            similarities = taken.relation.similarities
            if similarities is not None:
                weight *= float(similarities[taken.ahead.link(start, end)])
        return weight

    def _walked(self, walker: Walker) -> dict[Metapath, float]:
        start = {self._finder.conditions[self._pair[0]]: 1.0}
        return {m: float(walker.count(m, start)[self._pair[1]]) for m in self._finder.walker.metapaths}

    def _feature(self, metapath: Metapath, count: float) -> float:
        mean = self._model.means.get(metapath.code, 0.0)
        return float(np.arcsinh(count / mean)) if mean > 0 else 0.0

    def _score(self, counts: Mapping[Metapath, float]) -> float:
        return sum(m.weight * self._feature(m, x) for m, x in counts.items())

    def _cut(self, links: Iterable[Link]) -> Walker:
        return CutWalker(self._finder.walker, grouped(links))

    def _removed(self, links: Iterable[Link]) -> dict[Metapath, float]:
        """What of each count goes over any of the links."""
        touched = grouped(links)
        whole, left = PathSums(self._finder, weighted=True), PathSums(self._finder, weighted=True, without=touched)
        found = dict.fromkeys(self.counts, 0.0)
        for metapath in self.counts:
            if any(self._finder.walker.step(step).relation.key in touched for step in metapath.steps):
                found[metapath] = whole.by_metapath(metapath, *self._pair) - left.by_metapath(metapath, *self._pair)
        return found

    def _control(self, links: set[Link], rng: np.random.Generator) -> list[Link]:
        """As many links of other paths of the pair; where those are too few, of the medicine's neighbourhood."""
        medicine = self._finder.medicines[self._pair[1]]
        return control_links(self._finder.walker, medicine, links, self.links(self.others), rng)


def explanation_figures(model: Learned, scores: Array, seed: int, *, compiled: bool = True) -> dict[str, Any]:
    """Truth, sum and faithfulness of the explanations of a sample of suggestions.

    Args:
        model: what was learned.
        scores: shape (conditions, medicines), of the same model.
        seed: of the sample and of the control.
        compiled: whether to use the compiled loops.

    Returns:
        ``suggestions`` and ``paths`` (how many were looked at); ``true`` (share of the paths all of whose steps are links of
        the graph) with ``weight_error``, ``sum_error`` and ``formula_error`` (the largest relative differences); the means of
        ``comprehensiveness``, ``sufficiency`` and ``control``.
    """
    rng = np.random.default_rng(seed)
    pairs = [(c, m) for c in range(len(scores)) for m in top_suggestions(scores, c)]
    finder = PathFinder(model, compiled=compiled)
    chosen = [pairs[i] for i in sorted(rng.choice(len(pairs), min(SAMPLE, len(pairs)), replace=False))]
    rows, weights, sums, truths = [], [0.0], [0.0], []
    for pair in chosen:
        examined = Examined(finder, model, pair)
        sums.append(abs(examined.score - float(scores[pair])) / examined.score)
        for share in examined.shown:
            truths.append(_stands(examined, share.path))
            if truths[-1]:
                weights.append(abs(examined.weight_of(share.path) / share.path.weight - 1))
        rows.append(examined.figures(rng))
    means = {
        name: float(np.mean([row[name] for row in rows])) for name in ("comprehensiveness", "sufficiency", "control") if rows
    }
    errors = {
        "weight_error": max(weights),
        "sum_error": max(sums),
        "formula_error": max((row["formula"] for row in rows), default=0.0),
    }
    return {
        "suggestions": len(chosen),
        "paths": len(truths),
        "true": float(np.mean(truths)) if truths else None,
        **errors,
        **means,
    }


def _stands(examined: Examined, path: FoundPath) -> bool:
    try:
        return len(examined.links_of(path)) == len(path.metapath.steps)
    except KeyError:
        return False
