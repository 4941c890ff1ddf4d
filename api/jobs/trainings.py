"""Trainings: what ``python -m recommender train`` does, on the graph or for one predictor that learns from records."""

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from typing import Any

from api.jobs.setup import Setup, Tell
from graph.compiler import current_snapshot
from graph.connect import open_store

GRAPH = "graph"
"""What is trained where no predictor is named."""
PREDICTORS = ("conditions", "groups", "outcome", "sequence")
"""Predictors that learn from the records of the store; the others learn from tables, at the shell."""


def run_training(order: Mapping[str, Any], setup: Setup, tell: Tell) -> dict[str, Any]:
    """Train, and let what was learned serve.

    Args:
        order: ``what``: the graph, or a predictor.
        setup: of the site.
        tell: is told of the progress.

    Raises:
        TrainingError: when there is too little to learn from.
        PredictorError: when the predictor cannot be fitted on these records.
        SnapshotError: when there is no graph.
    """
    settings = setup.graph
    with closing(open_store(settings.graph, settings.credentials)) as store:
        snapshot = current_snapshot(store, settings.snapshots)
        if order["what"] == GRAPH:
            from recommender.bundling import train
            from recommender.training_tables import training_payload

            return training_payload(train(store, snapshot, settings.home, progress=tell))
        from recommender.likeness import mirror_groups
        from recommender.predictors.bundles import PredictorBundles
        from recommender.predictors.foresight import likeness_of
        from recommender.predictors.promotion import fit_on_records
        from recommender.predictors.registry import entry

        bundles = PredictorBundles(settings.home)
        told = fit_on_records(entry(order["what"]), bundles, store, snapshot, date.today(), tell)
        if order["what"] == "groups":
            # Written to the store as well, so that analysts see them.
            counts = mirror_groups(likeness_of(bundles.read("groups"), snapshot), store)
            told["mirrored"] = {"created": counts.created, "changed": counts.changed, "removed": counts.removed}
        return told
