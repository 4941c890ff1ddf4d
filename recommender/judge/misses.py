"""The worst misses of a model: what was looked for, what stood before it, the best paths to it, and why they fell short."""

from collections.abc import Sequence
from typing import Any

from recommender.judge.best_paths import PathFinder, top_suggestions
from recommender.judge.judging import DIRECTIONS, OURS, Judged, Names

WORST, PATHS_EACH, BEFORE = 20, 3, 3
"""How many misses are shown, with how many paths, and how many of those that stood before."""
FEW = 2
"""Known treatments up to which there are few."""


def worst_misses(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The queries whose answers stood lowest, as shares of the candidates in both directions, lowest first."""
    found = []
    for number, item in enumerate(judged):
        shape = item.scores[OURS].shape
        ranks = item.ranks[OURS]
        place = sum(ranks[d] / shape[i] for i, d in enumerate(DIRECTIONS))
        found += [(-float(value), number, i) for i, value in enumerate(place)]
    chosen = sorted(found)[:WORST]
    finders = {number: PathFinder(judged[number].model) for number in sorted({number for _, number, _ in chosen})}
    return [_miss(judged[number], i, finders[number]) for _, number, i in chosen]


def _miss(item: Judged, i: int, finder: PathFinder) -> dict[str, Any]:
    condition, medicine = (int(p) for p in item.case.queries[i])
    scores, names = item.scores[OURS], Names(finder.snapshot)
    shares = finder.best(condition, [medicine], PATHS_EACH)[0]
    first = [m for m in top_suggestions(scores, condition) if m != medicine][:BEFORE]
    ahead = finder.best(condition, first[:1], 1)[0] if first else []
    return {
        "condition": names.condition(condition),
        "medicine": names.medicine(medicine),
        "rank": {d: float(item.ranks[OURS][d][i]) for d in DIRECTIONS},
        "score": float(scores[condition, medicine]),
        "paths": [
            {"metapath": s.path.metapath.code, "contribution": s.contribution, "sentence": finder.sentence(s.path)}
            for s in shares
        ],
        "before": [{**names.medicine(m), "score": float(scores[condition, m])} for m in first],
        "before_because": finder.sentence(ahead[0].path) if ahead else "",
        "why": _why(item, condition, medicine, len(shares)),
    }


def _why(item: Judged, condition: int, medicine: int, paths: int) -> str:
    """The reasons that the numbers give, in words."""
    others = int((item.case.train[:, 1] == medicine).sum())
    peers = int((item.case.train[:, 0] == condition).sum())
    found = []
    if not paths:
        found.append("no path of a learned metapath leads from the condition to the medicine")
    if others == 0:
        found.append("the medicine has no other known treatment, so only what resembles it can speak for it")
    elif others <= FEW:
        found.append(f"the medicine has {others} other known treatment{'s' * (others > 1)}")
    if peers == 0:
        found.append("the condition has no other known treatment, so only conditions like it can speak for it")
    elif peers <= FEW:
        found.append(f"the condition has {peers} other known treatment{'s' * (peers > 1)}")
    if not found:
        row = item.scores[OURS][condition]
        found.append(f"{int((row > row[medicine]).sum())} medicines have better paths to the condition than it has")
    return "; ".join(found)
