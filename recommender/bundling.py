"""Trains on a store's knowledge and keeps what came of it: the bundle in the home, its edges in the store.

The steps are similar edges, path counts, weights, calibrations, and shifts by outcomes. What the first two made is kept until
the bundle is there, so that an interrupted training goes on where it stopped.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.store import GraphStore, LoadCounts
from recommender.artifacts import FOLDER, Bundle, read_bundle, write_bundle
from recommender.calibration import Calibration
from recommender.config import ScoringConfig, read_scoring
from recommender.features import Progress
from recommender.metapaths import read_metapaths
from recommender.mirror import derived_columns, mirror
from recommender.model import Model
from recommender.outcomes import Examples, outcomes_and_examples, shifts
from recommender.scoring import Scorer, path_count_means
from recommender.similarity import extend
from recommender.stages import Stages
from recommender.training import examples, fit, prepare
from recommender.training_config import TrainingConfig, read_training
from recommender.walk import Walker

SCALED_BY = 200
"""Known treatments that the scale of direct support is taken from at most."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training made.

    Attributes:
        bundle: as it serves.
        model: the weights with their path counts.
        mirrored: what changed in the store.
        resumed: how many intermediate results were found from an earlier attempt.
    """

    bundle: Bundle
    model: Model
    mirrored: LoadCounts
    resumed: int


def train(
    store: GraphStore,
    snapshot: Snapshot,
    home: Path,
    config: TrainingConfig | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Learn from all known treatments of a snapshot, and keep the bundle.

    Args:
        store: where outcomes of patients are read, and where the similar edges go.
        snapshot: of the store's knowledge.
        home: where bundles are kept.
        config: how training goes; that of ``training.toml`` by default.
        progress: told how far it is.

    Raises:
        TrainingError: when there is too little to learn from.
        BundleError: when the bundle cannot be written.
    """
    config, scoring = config or read_training(), read_scoring()
    folder = home / FOLDER
    stages = Stages(folder / f"{snapshot.checksum}-{config.digest}.stages")
    prepared = prepare(snapshot, config, progress, stages)
    model = fit(prepared, None, progress)
    observed, told = outcomes_and_examples(store, snapshot)
    outcomes, scale = shifts(observed), direct_scale(model, scoring)
    calibrations = {"exploratory": exploratory(model)}
    if told.enough:
        calibrations["established"] = established(model, scoring, told, scale)
    notes = {
        "config": config.digest,
        "seed": config.seed,
        "treatments": len(model.treatments),
        "candidates": len(model.counts.candidates),
        "offsets": list(model.offsets),
        "trials": [[t.damping, t.l1, t.l2, t.loss] for t in model.trials],
        "vectors": dict(prepared.vectors),
        "reliability": {name: calibration.reliability() for name, calibration in calibrations.items()},
    }
    complete = with_symptoms(model)
    walked = {(step.source, step.method) for metapath in complete.metapaths for step in metapath.steps}
    similar = [edges for edges in prepared.similar if (edges.key.start, edges.key.method) in walked]
    path = write_bundle(folder, complete, similar, extend(snapshot, similar)[1], calibrations, outcomes, scale, notes)
    bundle = read_bundle(path, snapshot)
    mirrored = mirror(derived_columns(bundle.snapshot), store, bundle.tag)
    stages.clear()
    return Trained(bundle, model, mirrored, stages.resumed)


def exploratory(model: Model) -> Calibration:
    """How likely a pair is a known treatment, by the walk's score while nothing was known of it."""
    score, positive, folds, weights = examples(model.held_out, model.treatments, model.counts.shape)
    return Calibration.fit(score, positive, folds, weights=weights)


def established(model: Model, scoring: ScoringConfig, told: Examples, scale: float) -> Calibration:
    """How likely a known treatment has a good outcome, by the score of its pair; ``told`` has enough of them.

    Scores are without the shifts by outcomes: those come of the very outcomes that are to be told.
    """
    walker = Walker(model.snapshot, model.metapaths, model.damping)
    config = replace(scoring, damping=model.damping, intercept=model.intercept)
    scorer = Scorer(walker, config, model.means, scale=scale)
    first = model.snapshot.numbers(NodeKind.MEDICINE).start
    scores = np.zeros(len(told.good))
    for condition in np.unique(told.condition):
        here = told.condition == condition
        scores[here] = scorer.score({int(condition): 1.0}).total[told.medicine[here] - first]
    return Calibration.fit(scores, told.good, told.fold)


def direct_scale(model: Model, scoring: ScoringConfig) -> float:
    """The factor with which direct support stands to the walk as it does with the weights by hand.

    Lines of therapy are weighed by hand against walks that were weighed by hand, too. Learned weights are on the scale of
    log-odds and several times as large; without the factor a second line that much speaks for would pass the first line.

    Returns:
        The ratio of both walks' mean scores over known treatments, at least 1.
    """
    by_hand = Walker(model.snapshot, read_metapaths(), scoring.damping)
    hand = Scorer(by_hand, scoring, path_count_means(by_hand))
    random = np.random.default_rng(0)
    pairs = model.treatments[np.sort(random.permutation(len(model.treatments))[:SCALED_BY])]
    first = model.snapshot.numbers(NodeKind.CONDITION).start
    conditions, place = np.unique(pairs[:, 0], return_inverse=True)
    rows = np.array([hand.walk_scores({first + int(c): 1.0}) for c in conditions])
    theirs = float(rows[place, pairs[:, 1]].mean())
    ours = float(model.scores(conditions)[place, pairs[:, 1]].mean())
    return max(ours / theirs, 1.0) if theirs > 0 else 1.0


def with_symptoms(model: Model) -> Model:
    """The model with the table's metapaths that start at no condition: they keep their weights, as no edge tells theirs."""
    others = [m for m in read_metapaths() if m.start is not NodeKind.CONDITION]
    walker = Walker(model.snapshot, others, model.damping)
    means = {code: mean for code, mean in path_count_means(walker).items() if mean > 0}
    found = tuple(m for m in walker.metapaths if m.code in means)
    return replace(model, metapaths=(*model.metapaths, *found), means={**model.means, **means})
