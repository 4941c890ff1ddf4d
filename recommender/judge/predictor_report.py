"""``report --predictors``: tables are read, fitted, judged and explained, and all of it becomes one page and pictures."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from graph.consents import willing
from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import EvaluationError, PredictorError
from recommender.judge.model_plots import model_plots
from recommender.judge.plots.canvas import UNDRAWN, Plot, undrawn, write_png
from recommender.judge.plots.flow import draw_flow
from recommender.judge.population_plots import Population, population_plots
from recommender.judge.predictor_page import (
    Section,
    all_plots,
    cards_section,
    flow_section,
    missing_section,
    page_of,
    population_section,
    story_section,
)
from recommender.judge.predictor_story import Progress, story_of
from recommender.judge.reference_ranges import reference_ranges
from recommender.judge.table_plots import table_plots
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.groups.fitting import fit_groups
from recommender.predictors.groups.model import Groups
from recommender.predictors.learning.config import CLASSIFIERS, REGRESSORS, LearningConfig, read_learning
from recommender.predictors.population.features import patient_features
from recommender.predictors.registry import entry
from recommender.predictors.shape import ModelCard
from recommender.predictors.tables.mapping import read_mapping
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Table

SHARED = (
    "uci-heart-failure/heart_failure_clinical_records_dataset.csv",
    "pima-diabetes/pima-indians-diabetes.csv",
    "uci-blood-transfusion/blood.csv",
    "hospital-deterioration/patients.csv.gz",
)
"""Tables of the shared data that the report is of where no other is named."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the report is of.

    Attributes:
        tables: files; those of ``SHARED`` that are there when none is named.
        mapping: what the columns of the one table hold; None for known tables.
        target, positive: of the one table; as its mapping says when empty.
        repeats, trials: of the fits.
        candidates: that are compared; all of them when empty.
        rows: that a table is represented by at most, drawn by person.
        shared: folder of the shared data.
        png: folder for the pictures; None for no pictures.
        example: line of the one table that is shown as the one patient; 0 where nobody is to be.
    """

    shared: Path
    tables: tuple[Path, ...] = ()
    mapping: Path | None = None
    target: str = ""
    positive: str = ""
    repeats: int = 1
    trials: int = 1
    candidates: tuple[str, ...] = ()
    rows: int = 2000
    png: Path | None = None
    example: int = 0


@dataclass(frozen=True)
class Site:
    """What is there beside the tables; None where it is not.

    Attributes:
        store, snapshot: of the patients, and the graph with its reference ranges.
        bundles: the predictors that serve.
    """

    store: GraphStore | None = None
    snapshot: Snapshot | None = None
    bundles: PredictorBundles | None = None


def write_predictor_report(options: ReportOptions, site: Site, out: Path, progress: Progress) -> Path:
    """Write the page, and the pictures where a folder is named.

    Raises:
        EvaluationError: when there is nothing to report on, or something cannot be written.
        PredictorError: when a table cannot be read or learned from.
    """
    sections = [flow_section(Plot("data-flow", "How do data flow?", FLOW, lambda f: draw_flow(f.subplots()), (10.0, 3.5)))]
    paths = _tables(options)
    for path in paths:
        try:
            sections.append(_of_table(path, options, site, progress))
        except PredictorError as error:
            # One table of several may be left out, but not the only one that was asked for.
            if len(paths) == 1:
                raise
            sections.append(missing_section(path.name, f"{error}."))
        except UNDRAWN as error:
            sections.append(missing_section(path.name, undrawn(error)))
    sections += _of_store(site, progress)
    if len(sections) == 1:
        raise EvaluationError("there is nothing to report on: name a table (--table FILE), or train a predictor first")
    page = page_of(sections)
    try:
        if options.png is not None:
            options.png.mkdir(parents=True, exist_ok=True)
            for plot in all_plots(sections):
                write_png(plot, options.png)
        return _written(page, out)
    except OSError as error:
        raise EvaluationError(f"the report cannot be written to {out}: {error.strerror}") from error


FLOW = (
    "From a table or records to an answer in the graph: read, derive, fold, encode, search, judge; then promote, calibrate, "
    "keep, serve, explain and walk. Encoding and search are done anew within the training part of each outer fold."
)


def _written(page: str, out: Path) -> Path:
    partial = out.with_name(f"{out.name}.{os.getpid()}.partial")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(page, encoding="utf-8")
        return partial.replace(out)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise


def _tables(options: ReportOptions) -> Sequence[Path]:
    if options.tables:
        return options.tables
    return [path for name in SHARED if (path := options.shared / "data" / name).is_file()]


def _of_table(path: Path, options: ReportOptions, site: Site, progress: Progress) -> Section:
    mapping = read_mapping(options.mapping) if options.mapping else None
    table, report = read_table(path, mapping, target=options.target, positive=options.positive)
    some, notes = drawn(table, options.rows, always=options.example)
    read = report.payload()
    story = story_of(some, {**read, "notes": [*read["notes"], *notes]}, learning(options), progress, options.example)
    ranges = reference_ranges(site.snapshot, story.table.columns) if site.snapshot else {}
    return story_section(story, [*table_plots(story, ranges), *model_plots(story)])


def learning(options: ReportOptions) -> LearningConfig:
    """The usual settings, with as many repeats and trials, and those candidates, that were asked for."""
    usual = replace(read_learning(), repeats=options.repeats, trials=options.trials)
    if not options.candidates:
        return usual
    # Of each kind those that the other kind has not are left out: the same names serve tables of both.
    classifiers = tuple(name for name in CLASSIFIERS if name in options.candidates)
    regressors = tuple(name for name in REGRESSORS if name in options.candidates)
    if unknown := set(options.candidates) - {*CLASSIFIERS, *REGRESSORS}:
        known = ", ".join(dict.fromkeys(CLASSIFIERS + REGRESSORS))
        raise PredictorError(f"--candidates: {min(unknown)} is none; there are {known}")
    return replace(
        usual,
        candidates=tuple(dict.fromkeys(("floor", "logistic", *classifiers))),
        regressors=tuple(dict.fromkeys(("floor", *regressors))),
    )


def drawn(table: Table, rows: int, seed: int = 0, always: int = 0) -> tuple[Table, list[str]]:
    """The table, or people drawn from it until it has that many rows or just more; and what a reader has to know of that.

    Args:
        table: with its groups.
        rows: about how many.
        seed: of the draw.
        always: line of the file whose person is among them; 0 for nobody in particular.
    """
    if len(table) <= rows:
        return table, []
    people, whose, counts = np.unique(table.groups, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(people))
    taken = order[: int(np.searchsorted(np.cumsum(counts[order]), rows)) + 1]
    is_taken = np.isin(whose.reshape(-1), taken) | np.isin(table.groups, table.groups[table.rows == always])
    some = table.take(np.flatnonzero(is_taken).astype(np.int64))
    return some, [f"{len(some):,} of {len(table):,} rows were drawn, by person, for this page; --rows N takes more"]


def _of_store(site: Site, progress: Progress) -> list[Section]:
    found = []
    if site.store is not None and site.snapshot is not None and any(True for _ in willing(site.store)):
        progress("reading patients", 0.0)
        try:
            population = population_of(site.store, site.snapshot, site.bundles, date.today())
            found.append(population_section(population, population_plots(population)))
        except UNDRAWN as error:
            found.append(missing_section("Patients of the store", undrawn(error)))
    cards, refused = kept_cards(site.bundles, site.snapshot) if site.bundles else ([], [])
    return [*found, cards_section(cards, refused)] if cards or refused else found


def population_of(store: GraphStore, snapshot: Snapshot, bundles: PredictorBundles | None, as_of: date) -> Population:
    """The patients of a store with the groups that serve, or with new ones where none do."""
    features = patient_features(store, snapshot, as_of)
    labels = {name: snapshot.name(snapshot.number(name)) for name in features.names if ":" in name}
    try:
        if bundles is not None and bundles.has("groups"):
            stored = bundles.read("groups")
            groups = Groups.of(stored.arrays, stored.notes)
        else:
            groups = fit_groups(store, snapshot, as_of)
        if missing := set(groups.scaling.names) - set(features.names):
            raise PredictorError(f"the groups rest on {len(missing)} features that few patients have now")
    except PredictorError as error:
        return Population(features, labels, None, str(error))
    return Population(features, labels, groups)


def kept_cards(bundles: PredictorBundles, snapshot: Snapshot | None) -> tuple[list[ModelCard], list[str]]:
    """The cards of the predictors that serve, and why others have none to show."""
    cards, refused = [], []
    for name in bundles.names():
        try:
            stored = bundles.read(name)
            kept = stored.notes.get("card")
            cards.append(ModelCard(**kept) if kept else entry(name).read(stored, snapshot).card)
        except PredictorError as error:
            refused.append(f"{name}: {error}")
    return cards, refused
