"""Is it more than degree? The same training and ranking on graphs in which only the degrees are true.

A gain over the degree prior that permuted graphs share is no gain.
"""

from typing import Any

import numpy as np

from graph.snapshot import Snapshot
from recommender.judge.baselines import DEGREE
from recommender.judge.floor import plain_counts
from recommender.judge.judging import DIRECTIONS, OURS, Case, Judged, Progress, Trainer, judge
from recommender.judge.permutation import permuted
from recommender.judge.ranking import ranking_figures

FIGURES = ("hits@10", "mrr")


def permuted_part(snapshot: Snapshot, real: Judged, trainer: Trainer, graphs: int, tell: Progress) -> dict[str, Any]:
    """Gains over the degree prior on permuted graphs, beside those on the real one.

    Args:
        snapshot: the real graph.
        real: the case that was judged on it.
        trainer: trains anew on each graph.
        graphs: how many are made.
        tell: told how far it is.

    Returns:
        ``graphs``; for each direction the mean figures and gains, the same of the ``real`` graph, and ``share_of_real_gain``
        where there is a real gain.
    """
    gains: list[dict[str, dict[str, float]]] = []
    case = real.case
    seen = np.concatenate([case.train, case.queries])
    for seed in range(1, graphs + 1):
        tell("permuted graphs", (seed - 1) / graphs)
        graph, pairs = permuted(snapshot, seen, seed)
        train, queries = pairs[: len(case.train)], pairs[len(case.train) :]
        item = judge(Case(train, queries, pairs), trainer(graph), plain_counts(graph), seed)
        gains.append({d: _gain(item, d) for d in DIRECTIONS})
    found: dict[str, Any] = {"graphs": graphs}
    for d in DIRECTIONS:
        mean = {name: float(np.mean([gain[d][name] for gain in gains])) for name in gains[0][d]}
        own = _gain(real, d)
        shares = {n: mean[f"{n} gain"] / own[f"{n} gain"] for n in FIGURES if own[f"{n} gain"] > 0}
        found[d] = {**mean, "real": own, "share_of_real_gain": shares}
    return found


def _gain(item: Judged, direction: str) -> dict[str, float]:
    """Hits@10 and MRR, and how far both are above the degree prior's."""
    ours, prior = (ranking_figures(item.ranks[name][direction]) for name in (OURS, DEGREE))
    found: dict[str, float] = {}
    for name in FIGURES:
        value = float(ours[name] or 0)
        found |= {name: value, f"{name} gain": value - float(prior[name] or 0)}
    return found
