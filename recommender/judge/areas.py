"""Where a model is good: figures by the group of the condition, or by how much is known of it where there are no groups."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors
from recommender.judge.judging import DIRECTIONS, OURS, Judged
from recommender.judge.ranking import ranking_figures

BANDS = ((0, "no known treatment"), (2, "1–2"), (5, "3–5"), (10, "6–10"))
"""Conditions by how many treatments training knows of them, each up to a number."""


def areas_part(snapshot: Snapshot, judged: Sequence[Judged]) -> dict[str, Any]:
    """Figures by the group of the condition: the highest one of a tree, else by how many treatments training knows."""
    ranks: dict[str, dict[str, list[float]]] = {}
    for item in judged:
        for i, (condition, _) in enumerate(item.case.queries.tolist()):
            peers = int(np.count_nonzero(item.case.train[:, 0] == condition))
            area = ranks.setdefault(_area(snapshot, condition, peers), {d: [] for d in DIRECTIONS})
            for d in DIRECTIONS:
                area[d].append(float(item.ranks[OURS][d][i]))
    found = {name: {d: ranking_figures(np.array(values)) for d, values in area.items()} for name, area in ranks.items()}
    return dict(sorted(found.items()))


def _area(snapshot: Snapshot, condition: int, peers: int) -> str:
    if snapshot.relation(EdgeKind.IS_A, NodeKind.CONDITION, NodeKind.CONDITION) is not None:
        top = list(ancestors(snapshot, snapshot.numbers(NodeKind.CONDITION)[condition]))[-1][0][-1]
        return snapshot.name(top)
    band = next((name for most, name in BANDS if peers <= most), "more than 10")
    return f"known treatments of the condition: {band}"
