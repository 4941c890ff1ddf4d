"""The commands that learn and judge: ``train``, ``evaluate``, ``report`` and ``embeddings``."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from graph.consents import willing
from graph.snapshot import Snapshot
from recommender.errors import EvaluationError
from recommender.shell import judging, reporting, training
from recommender.shell.opening import opened, print_json, progress_bar, recommender_of
from recommender.shell.whom import day_of


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    train = commands.add_parser("train", help="learn weights and probabilities from the known treatments; or a predictor")
    train.set_defaults(run=_train)
    told = train.add_mutually_exclusive_group()
    told.add_argument("--brief", action="store_true", help="say in one line what was learned")
    told.add_argument("--json", action="store_true", help="what was learned as JSON")
    training.add_options(train)
    for name, run, text in (
        ("evaluate", _evaluate, "how well unseen treatments are found, beside what any model has to beat"),
        ("report", _report, "the same as one HTML page with plots"),
    ):
        judge = commands.add_parser(name, help=text)
        judge.set_defaults(run=run)
        what = judge.add_mutually_exclusive_group()
        what.add_argument(
            "--split", type=Path, metavar="DIR", help="train.txt, dev.txt and test.txt of treatments to hide and find"
        )
        what.add_argument("--pairs", type=Path, metavar="FILE", help="a list with columns compound_id, disease_id and label")
        judge.add_argument("--on", choices=["dev", "test"], help="the part of the split to find (test where there is one)")
        judge.add_argument(
            "--permuted", type=int, default=0, metavar="N", help="train on N degree-preserving permutations, too"
        )
        if name == "evaluate":
            what.add_argument(
                "--alerts",
                action="store_true",
                help="what safety says about the patients of the store, and how far paths carry scores, instead",
            )
            what.add_argument(
                "--predictions",
                action="store_true",
                help="whether what predictors say makes recommendations better, on patients of the store whom they do not know",
            )
            judge.add_argument(
                "--as-of", metavar="DATE", help="the day of the answers of --alerts and --predictions (ISO; today)"
            )
            judge.add_argument("--json", action="store_true", help="all figures as JSON")
        else:
            judge.add_argument("--out", type=Path, default=Path("report.html"), metavar="FILE", help="the page (report.html)")
            reporting.add_options(judge)
    embeddings = commands.add_parser("embeddings", help="how well node vectors find hidden edges, method by method")
    embeddings.set_defaults(run=_embeddings)
    embeddings.add_argument("--seed", type=int, default=0, metavar="N", help="of what is hidden and of the vectors")


def _train(given: argparse.Namespace) -> int:
    if training.wanted(given):
        return training.train_predictor(given)
    from rich.console import Console

    from recommender.bundling import train
    from recommender.training_tables import render_training, training_payload

    with opened() as (settings, store, snapshot), progress_bar() as progress:
        trained = train(store, snapshot, settings.home, progress=progress)
    if given.json:
        print_json(training_payload(trained))
    else:
        render_training(trained, Console(highlight=False), brief=given.brief)
    return 0


def _judged(given: argparse.Namespace) -> dict[str, Any]:
    from recommender.judge.evaluation import run_evaluate
    from recommender.training import fit, prepare
    from recommender.training_config import read_training

    if given.on and not given.split:
        raise EvaluationError("--on chooses a part of a --split")
    shared = _shared()
    with opened() as (_, _, snapshot), progress_bar() as progress:

        def trainer(graph: Snapshot) -> Callable[[Any], Any]:
            prepared = prepare(graph, read_training(), progress)
            return lambda treatments: fit(prepared, treatments, progress)

        return run_evaluate(
            snapshot,
            trainer,
            split=given.split,
            pairs=given.pairs,
            on=given.on,
            graphs=given.permuted,
            shared=shared / "data",
            progress=progress,
        )


def _shared() -> Path:
    """Where reference data lie: the setting, or beside the project."""
    return Path(os.environ.get("RXPATH_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def _evaluate(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.judge.alerting_table import render_alerting
    from recommender.judge.evaluation_tables import render_evaluation
    from recommender.judge.predictions_table import render_predictions

    of_patients = given.alerts or given.predictions
    if given.as_of and not of_patients:
        raise EvaluationError("--as-of is the day of --alerts or --predictions")
    if of_patients and (given.on or given.permuted):
        raise EvaluationError("--on and --permuted judge treatments; --alerts and --predictions are about patients")
    show: Callable[[dict[str, Any], Console], None]
    if given.alerts:
        result, show = _alerts(given), render_alerting
    elif given.predictions:
        result, show = judging.judged_predictions(day_of(given.as_of)), render_predictions
    else:
        result, show = _judged(given), render_evaluation
    if given.json:
        print_json(result)
    else:
        show(result, Console(highlight=False))
    return 0


def _alerts(given: argparse.Namespace) -> dict[str, Any]:
    from recommender.faithfulness import Faithfulness, cohort_faithfulness
    from recommender.judge.alerting import alerting
    from recommender.request import Request

    day = day_of(given.as_of)
    with opened() as (settings, store, snapshot), progress_bar() as progress:
        recommender = recommender_of(settings, store, snapshot)
        patients = [node.id for node in willing(store)]
        carried: list[Faithfulness] = []

        def answers() -> Iterator[dict[str, Any]]:
            for i, patient in enumerate(patients, start=1):
                body = recommender.recommend(Request(as_of=day, patient=patient, faithfulness=True)).body
                found = (item["faithfulness"] for item in body["recommendations"])
                carried.extend(Faithfulness(**figures) for figures in found if figures)
                yield body
                progress("answering patients", i / len(patients))

        return alerting(answers()) | {"faithfulness": cohort_faithfulness(carried)}


def _report(given: argparse.Namespace) -> int:
    if reporting.wanted(given):
        return reporting.report_on_predictors(given, _shared())
    from recommender.artifacts import FOLDER, find_bundle
    from recommender.judge.report import write_report

    result = _judged(given)
    with opened() as (settings, _, snapshot):
        bundle = find_bundle(settings.home / FOLDER, snapshot)
    if bundle:
        result["calibration"] = bundle.notes["reliability"]["exploratory"]
    print(write_report(result, given.out))
    return 0


def _embeddings(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.link_prediction import run_comparison, table

    with opened() as (_, _, snapshot), progress_bar() as progress:
        rows = run_comparison(snapshot, given.seed, lambda text: progress(text, 0.0))
    Console(highlight=False).print(table(rows))
    return 0
