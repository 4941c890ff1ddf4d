"""Pairs of which physicians said that the medicine does not treat the condition: they should rank below treatments.

From PharmacotherapyDB (Himmelstein et al. 2016, category NOT); read for judging alone, never for training.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.errors import EvaluationError
from recommender.judge.pairs_file import PairIds, as_pairs
from recommender.judge.ranking import auroc, recall_at

FILE = Path("pharmacotherapydb", "indications.tsv")
TOPS = (100, 1000)


def read_non_indications(shared: Path, snapshot: Snapshot) -> Array | None:
    """The NOT pairs that the graph knows both ends of, shape (n, 2); nothing where the file is not there.

    Raises:
        EvaluationError: when the file lacks a column.
    """
    path = shared / FILE
    if not path.is_file():
        return None
    ids = PairIds(snapshot)
    with path.open(encoding="utf-8", newline="") as file:
        try:
            rows = [(r["drugbank_id"], r["doid_id"]) for r in csv.DictReader(file, delimiter="\t") if r["category"] == "NOT"]
        except KeyError as error:
            raise EvaluationError(f"{path.name}: no column {error}") from error
    found = {ids.pair(*row) for row in rows}
    return as_pairs([pair for pair in found if pair is not None])


def against(scores: Array, treatments: Array, never: Array, seen: Array) -> dict[str, Any] | None:
    """How well treatments stand above NOT pairs.

    Args:
        scores: shape (conditions, medicines).
        treatments: shape (n, 2): held-out treatments.
        never: shape (m, 2): NOT pairs.
        seen: shape (k, 2): what the scores were learned from; left out of the ranking of all pairs.

    Returns:
        ``auroc`` of treatments against NOT pairs, and ``recall@k`` of NOT pairs among all unseen pairs, where low is good;
        nothing when either is empty.
    """
    if not len(treatments) or not len(never):
        return None
    values = np.concatenate([scores[tuple(pairs.T)] for pairs in (treatments, never)])
    labels = np.arange(len(values)) < len(treatments)
    unseen, negative = np.ones(scores.shape, bool), np.zeros(scores.shape, bool)
    unseen[tuple(seen.T)] = False
    negative[tuple(never.T)] = True
    flat, marked = scores[unseen], negative[unseen]
    tops = {f"recall@{k}": recall_at(flat, marked, k) for k in TOPS} if marked.any() else {}
    return {"auroc": auroc(values, labels), **tops}


def mean_figures(folds: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The mean of each figure over folds."""
    return {name: float(np.mean([fold[name] for fold in folds])) for name in folds[0]}
