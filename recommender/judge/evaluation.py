"""The judge: trains on what may be seen, ranks what may not, and prints every figure beside what asks for no model.

With a split, the treatments outside its training part are hidden from all training, and those that stand in no file are not
looked at otherwise. With a list of pairs the model learns from every known treatment but those on the list. Without either, the
known treatments are hidden in folds. Everything is seeded: two runs give the same numbers.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.errors import EvaluationError
from recommender.features import known_pairs
from recommender.judge.areas import areas_part
from recommender.judge.baselines import BY_HAND, DEGREE, FLOOR, POPULARITY, baseline_scores
from recommender.judge.best_paths import Learned, PathFinder, variety
from recommender.judge.faithfulness import explanation_figures
from recommender.judge.floor import plain_counts
from recommender.judge.judging import (
    OURS,
    Case,
    Fit,
    Judged,
    Progress,
    Trainer,
    cold_part,
    folds_of,
    judge,
    query_rows,
    ranking_part,
)
from recommender.judge.mechanism import mechanism_figures, read_mechanisms
from recommender.judge.misses import worst_misses
from recommender.judge.non_indications import against, mean_figures, read_non_indications
from recommender.judge.pairs_file import PairList, Split, read_pairs, read_split
from recommender.judge.permuted_gain import permuted_part
from recommender.judge.ranking import list_figures, list_intervals

FOLDS, SEED = 5, 20171
"""Parts of a cross-validation, and the seed of everything that is drawn."""
LENGTHS = (100, 1000)
"""Lengths of the top of a list."""
NO_DATA = "the reference data is not there"

Result = dict[str, Any]


def evaluate_split(
    snapshot: Snapshot, split: Split, trainer: Trainer, *, graphs: int, shared: Path, progress: Progress | None = None
) -> Result:
    """Figures of a split; see :func:`run_evaluate`."""
    tell = progress or (lambda text, share: None)
    known = np.concatenate([split.train, split.evaluated, split.others])
    case = Case(split.train, split.evaluated, known)
    about = {
        "mode": "split",
        "on": split.on,
        "trained_on": len(split.train),
        "queries": len(split.evaluated),
        "unknown": list(split.unknown),
        "left_out": split.left_out,
    }
    fit = trainer(snapshot)
    result, judged = _rankings(snapshot, [case], fit, shared, about, tell)
    result["mechanism"] = _mechanism(judged[0].model, shared)
    if graphs:
        result["permuted"] = permuted_part(snapshot, judged[0], trainer, graphs, tell)
    return result


def evaluate_folds(
    snapshot: Snapshot, trainer: Trainer, *, graphs: int, shared: Path, progress: Progress | None = None
) -> Result:
    """Figures of a cross-validation over all known treatments; see :func:`run_evaluate`.

    Raises:
        EvaluationError: when the graph knows fewer than two treatments.
    """
    tell = progress or (lambda text, share: None)
    treatments = known_pairs(snapshot)
    if len(treatments) < 2:
        raise EvaluationError("the graph has no treatments to hide; build a graph with treatments, or give --pairs")
    cases = folds_of(treatments, FOLDS, SEED)
    about = {"mode": "folds", "folds": len(cases), "trained_on": len(treatments), "queries": len(treatments)}
    fit = trainer(snapshot)
    result, judged = _rankings(snapshot, cases, fit, shared, about, tell)
    tell("training on all treatments", 0.0)
    result["mechanism"] = _mechanism(fit(treatments), shared)
    if graphs:
        result["permuted"] = permuted_part(snapshot, judged[0], trainer, graphs, tell)
    return result


def evaluate_pairs(snapshot: Snapshot, listed: PairList, trainer: Trainer) -> Result:
    """Figures of a list of labelled pairs; see :func:`run_evaluate`."""
    treatments = known_pairs(snapshot)
    on_list = {tuple(pair) for pair in listed.pairs[listed.labels].tolist()}
    seen = np.array([tuple(pair) not in on_list for pair in treatments.tolist()], bool)
    train = treatments[seen]
    model = trainer(snapshot)(train)
    scores = {OURS: model.scores(), **baseline_scores(plain_counts(snapshot), train, SEED)}
    on = {name: matrix[tuple(listed.pairs.T)] for name, matrix in scores.items()}
    figures = {name: list_figures(values, listed.labels, LENGTHS) for name, values in on.items()}
    first = ("auroc", "average_precision", "recall@100", "prevalence")
    return {
        **{name: figures[OURS][name] for name in first},
        "prior": {name: figures[DEGREE][name] for name in first},
        "recall@1000": figures[OURS]["recall@1000"],
        "baselines": {name: figures[name] for name in (POPULARITY, BY_HAND, FLOOR)},
        "intervals": list_intervals(on[OURS], listed.labels, SEED),
        "evaluated": {
            "mode": "pairs",
            "pairs": len(listed.pairs),
            "positives": int(listed.labels.sum()),
            "trained_on": len(train),
            "hidden": int(np.count_nonzero(~seen)),
            "repeated": listed.repeated,
            "unknown": list(listed.unknown),
            "left_out": listed.left_out,
        },
        **_of_model(model, scores[OURS]),
    }


def _rankings(
    snapshot: Snapshot, cases: Sequence[Case], fit: Fit, shared: Path, about: Result, tell: Progress
) -> tuple[Result, list[Judged]]:
    """Everything that rankings of held-out treatments say."""
    counts = plain_counts(snapshot)
    judged = []
    for i, case in enumerate(cases):
        tell("training and ranking", i / len(cases))
        judged.append(judge(case, fit, counts, SEED))
    tell("training and ranking", 1.0)
    rows = query_rows(judged)
    result = {
        **ranking_part(judged, SEED),
        "evaluated": about,
        "cold_drugs": cold_part(judged, SEED),
        "not_pairs": _not_pairs(judged, shared),
        **_of_model(judged[0].model, judged[0].scores[OURS]),
        "areas": areas_part(snapshot, judged),
        "failures": worst_misses(judged),
        "queries": rows,
    }
    return result, judged


def _of_model(model: Learned, scores: Array) -> Result:
    """What the model says of itself: its metapaths, how alike its explanations are, and whether they carry the scores."""
    rows = sorted(model.metapaths, key=lambda m: (-m.weight, m.code))
    weights = [{"code": m.code, "weight": m.weight, "sentence": m.sentence} for m in rows if m.weight > 0]
    return {
        "variety": variety(PathFinder(model), scores),
        "explanations": explanation_figures(model, scores, SEED),
        "metapaths": weights,
    }


def _not_pairs(judged: Sequence[Judged], shared: Path) -> Result:
    never = read_non_indications(shared, judged[0].model.snapshot)
    if never is None:
        return {"skipped": NO_DATA}
    found: dict[str, list[Result]] = {}
    for item in judged:
        for name, scores in item.scores.items():
            figures = against(scores, item.case.queries, never, item.case.train)
            if figures:
                found.setdefault(name, []).append(figures)
    if OURS not in found:
        return {"skipped": "the graph knows none of these pairs"}
    means = {name: mean_figures(folds) for name, folds in found.items()}
    baselines = {name: figures for name, figures in means.items() if name != OURS}
    return {"pairs": len(never), **means[OURS], "baselines": baselines}


def _mechanism(model: Learned, shared: Path) -> Result:
    mechanisms = read_mechanisms(shared, model.snapshot)
    if mechanisms is None:
        return {"skipped": NO_DATA}
    if not mechanisms:
        return {"skipped": "the graph knows none of these mechanisms"}
    return mechanism_figures(PathFinder(model), mechanisms, SEED)


def run_evaluate(
    snapshot: Snapshot,
    trainer: Trainer,
    *,
    split: Path | None = None,
    pairs: Path | None = None,
    on: str | None = None,
    graphs: int = 0,
    shared: Path,
    progress: Progress | None = None,
) -> Result:
    """Judge a way of training on a graph.

    Args:
        snapshot: the graph.
        trainer: prepares a snapshot, and then learns from the treatments it is given.
        split: a folder of train, dev and test files.
        pairs: a list of pairs with labels; not with a split.
        on: the part of the split to evaluate.
        graphs: how many permuted graphs to train on, too.
        shared: the folder of the reference data.
        progress: told how far it is.

    Returns:
        The figures, as JSON holds them; the ranking or list figures first.

    Raises:
        EvaluationError: when a file is wrong, or there is nothing to judge.
        TrainingError: when there is too little to learn from.
    """
    if split is not None and pairs is not None:
        raise EvaluationError("either a split or a list of pairs is judged, not both")
    if pairs is not None:
        return evaluate_pairs(snapshot, read_pairs(pairs, snapshot), trainer)
    if split is not None:
        parts = read_split(split, snapshot, on)
        return evaluate_split(snapshot, parts, trainer, graphs=graphs, shared=shared, progress=progress)
    return evaluate_folds(snapshot, trainer, graphs=graphs, shared=shared, progress=progress)
