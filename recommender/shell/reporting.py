"""``report --predictors``: what predictors learn from, how well they do and what they rest on, as one page and pictures."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graph.config import GraphSettings
from graph.errors import RxpathError
from recommender.errors import EvaluationError
from recommender.shell.opening import opened, progress_bar

if TYPE_CHECKING:
    from recommender.judge.predictor_report import Site

ITS_OWN = ("table", "mapping", "target", "positive", "png", "repeats", "trials", "candidates", "rows", "example")
OF_TREATMENTS = ("split", "pairs", "on", "permuted")


def add_options(report: argparse.ArgumentParser) -> None:
    """Add what belongs to predictors to the parser of ``report``."""
    of = report.add_argument_group("predictors")
    of.add_argument("--predictors", action="store_true", help="report on predictors and their tables instead")
    of.add_argument(
        "--table",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a table to report on, again for each (those of the shared data)",
    )
    of.add_argument("--mapping", type=Path, metavar="FILE", help="what the columns of the one table hold (TOML)")
    of.add_argument("--target", default="", metavar="COLUMN", help="the column of the one table to be predicted")
    of.add_argument("--positive", default="", metavar="VALUE", help="the value of it that counts as 1")
    of.add_argument("--repeats", type=int, metavar="N", help="of the outer folds (1)")
    of.add_argument("--trials", type=int, metavar="N", help="settings that each candidate is tried with (1)")
    of.add_argument("--candidates", default="", metavar="NAMES", help="to be compared, with commas between them (all)")
    of.add_argument("--rows", type=int, metavar="N", help="that a table is represented by at most (2000)")
    of.add_argument("--example", type=int, metavar="LINE", help="show this line of the one table as the one patient (nobody)")
    of.add_argument("--png", type=Path, metavar="DIR", help="write each plot as a picture, too")


def wanted(given: argparse.Namespace) -> bool:
    """Whether predictors are reported on.

    Raises:
        EvaluationError: when options of the one report are given with the other, or one table's options with several.
    """
    stray = [name for name in (OF_TREATMENTS if given.predictors else ITS_OWN) if getattr(given, name)]
    if stray:
        raise EvaluationError(f"--{stray[0]} does not go {'with' if given.predictors else 'without'} --predictors")
    if len(given.table) != 1 and (given.mapping or given.target or given.positive or given.example):
        raise EvaluationError("--mapping, --target, --positive and --example belong to one --table")
    return bool(given.predictors)


def report_on_predictors(given: argparse.Namespace, shared: Path) -> int:
    """Write the page, and print where it is."""
    from recommender.judge.predictor_report import ReportOptions, write_predictor_report

    options = ReportOptions(
        shared,
        tuple(given.table),
        given.mapping,
        given.target,
        given.positive,
        given.repeats or 1,
        given.trials or 1,
        tuple(filter(None, given.candidates.split(","))),
        given.rows or 2000,
        given.png,
        given.example or 0,
    )
    with _site() as site, progress_bar() as progress:
        print(write_predictor_report(options, site, given.out, progress))
    return 0


@contextmanager
def _site() -> Iterator["Site"]:
    """The store, its graph and its predictors; where no graph is built the report is of tables alone."""
    from recommender.judge.predictor_report import Site
    from recommender.predictors.bundles import PredictorBundles

    with ExitStack() as stack:
        try:
            settings, store, snapshot = stack.enter_context(opened())
        except RxpathError:
            yield Site(bundles=PredictorBundles(GraphSettings.from_environment().home))
            return
        yield Site(store, snapshot, PredictorBundles(settings.home))
