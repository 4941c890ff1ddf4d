"""Reports and evaluations: what ``python -m recommender report|evaluate`` does, as files and as figures."""

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from api.jobs.setup import Setup, Tell
from graph.compiler import current_snapshot
from graph.connect import open_store
from graph.snapshot import Snapshot

PAGE, FIGURES = "report.html", "evaluation.json"
REPORT, PREDICTORS, EVALUATION = "report", "predictors", "evaluation"


def run_report(order: Mapping[str, Any], out: Path, setup: Setup, tell: Tell) -> dict[str, Any]:
    """Judge the recommender or its predictors.

    Args:
        order: ``what``: the report, that of predictors, or the figures of the evaluation alone.
        out: folder for the files; made when it is not there.
        setup: of the site.
        tell: is told of the progress.

    Returns:
        The names of the files, and the figures of rankings where the recommender was judged.

    Raises:
        EvaluationError: when there is nothing to judge.
        TrainingError: when there is too little to learn from.
        SnapshotError: when there is no graph.
    """
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = _predictors(out, setup, tell) if order["what"] == PREDICTORS else _recommender(order["what"], out, setup, tell)
    return told | {"files": sorted(path.name for path in out.iterdir())}


def _recommender(what: str, out: Path, setup: Setup, tell: Tell) -> dict[str, Any]:
    from recommender.artifacts import FOLDER, find_bundle
    from recommender.judge.evaluation import run_evaluate
    from recommender.judge.report import write_report
    from recommender.training import fit, prepare
    from recommender.training_config import read_training

    def trainer(graph: Snapshot) -> Callable[[Any], Any]:
        prepared = prepare(graph, read_training(), tell)
        return lambda treatments: fit(prepared, treatments, tell)

    settings = setup.graph
    with closing(open_store(settings.graph, settings.credentials)) as store:
        snapshot = current_snapshot(store, settings.snapshots)
    result = run_evaluate(snapshot, trainer, shared=setup.shared / "data", progress=tell)
    if bundle := find_bundle(settings.home / FOLDER, snapshot):
        result["calibration"] = bundle.notes["reliability"]["exploratory"]
    (out / FIGURES).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    if what == REPORT:
        write_report(result, out / PAGE)
    return {name: result[name] for name in ("drug_to_disease", "disease_to_drug", "intervals") if name in result}


def _predictors(out: Path, setup: Setup, tell: Tell) -> dict[str, Any]:
    from recommender.judge.predictor_report import ReportOptions, Site, write_predictor_report
    from recommender.predictors.bundles import PredictorBundles

    settings = setup.graph
    with closing(open_store(settings.graph, settings.credentials)) as store:
        site = Site(store, current_snapshot(store, settings.snapshots), PredictorBundles(settings.home))
        write_predictor_report(ReportOptions(setup.shared, png=out), site, out / PAGE, tell)
    return {}
