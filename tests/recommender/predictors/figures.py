"""Prints how well the tables of EVALUATION §4 are predicted: ``python -m tests.recommender.predictors.figures [TABLE ...]``.

Every candidate is a row, with the shipped settings: repeated stratified folds, rows of one person together, everything inside
the folds. ``--minutes`` is the budget of each table; a comparison that it cut short says with how many repeats it was made.
Beside it stands the best published figure of a comparable protocol that was found, with its source.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from recommender.predictors.learning.comparison import CandidateRow, Comparison
from recommender.predictors.learning.config import LearningConfig, read_learning
from recommender.predictors.learning.fitting import Fitted, fit_model
from recommender.predictors.learning.measures import Figure
from recommender.predictors.learning.optimism import noise_only, optimism
from recommender.predictors.tables.derived import with_derived
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Table
from tests.shared_data import SHARED


@dataclass(frozen=True, slots=True)
class Task:
    """A table to be predicted.

    Attributes:
        file: below the shared data.
        goal: of the promoted candidate's ROC-AUC; None where the honest figure is asked for.
        published: what others found, how and where.
    """

    file: str
    goal: float | None
    published: str


TASKS: Mapping[str, Task] = {
    "heart-failure": Task(
        "uci-heart-failure/heart_failure_clinical_records_dataset.csv",
        0.80,
        "random forest, all columns but time, mean of 100 random splits: ROC-AUC .800 "
        "(Chicco and Jurman 2020, doi:10.1186/s12911-020-1023-5)",
    ),
    "pima-diabetes": Task(
        "pima-diabetes/pima-indians-diabetes.csv",
        0.84,
        "logistic regression, k-fold cross-validation: ROC-AUC .83, random forest .82 "
        "(Battineni et al. 2019, doi:10.3390/machines7040074)",
    ),
    "blood-transfusion": Task(
        "uci-blood-transfusion/blood.csv",
        0.75,
        "one split of 600 and 148 donors, duplicates not grouped: sensitivity .658 at specificity .782, no ROC-AUC in its "
        "abstract (Darwiche et al. 2010, Prediction of blood transfusion donation)",
    ),
    "hospital-deterioration": Task(
        "hospital-deterioration/patients.csv.gz",
        None,
        "none without outcome columns was found; .61 is the note of EVALUATION §4",
    ),
}
MEASURES = ("roc_auc", "average_precision", "brier", "calibration_error", "accuracy", "precision", "recall", "f1")
HEADS = ("ROC-AUC", "avg. precision", "Brier", "calib. error", "accuracy", "precision", "recall", "F1")


def read(name: str) -> Table:
    """A task's table with its derived indices."""
    table, _ = read_table(SHARED / "data" / TASKS[name].file)
    return with_derived(table)


def measured(name: str, config: LearningConfig) -> Fitted:
    """A task's candidates, fitted and judged; says on the error stream how far it is."""
    return fit_model(read(name), config, progress=lambda done, of: _say(f"{name}: {done}/{of}", sys.stderr))


def lines(name: str, comparison: Comparison) -> Iterator[str]:
    """What is printed of a task."""
    task = TASKS[name]
    count = f"{comparison.total_rows} rows, {comparison.people} people, {comparison.repeats} x {comparison.folds} folds"
    yield f"## {name}: {count}"
    yield ""
    yield f"| candidate | {' | '.join(HEADS)} | covered at 90 % |"
    yield f"| {' | '.join(['---'] * (len(HEADS) + 2))} |"
    for row in comparison.rows:
        yield row_of(row, row.name == comparison.promoted)
    yield f"| chosen anew in each fold | {_cells(comparison.procedure)} | |"
    yield ""
    yield f"Promoted: {comparison.promoted}: {comparison.why}."
    yield _verdict(task, comparison)
    yield f"Published: {task.published}."


def _verdict(task: Task, comparison: Comparison) -> str:
    found, plain = comparison.winner.figures["roc_auc"].value, comparison.row("logistic").figures["roc_auc"].value
    beside = f"{found:.3f} beside logistic regression {plain:.3f}"
    if task.goal is None:
        return f"ROC-AUC {beside}; no goal."
    return f"ROC-AUC {beside}; goal {task.goal:.2f}: {'reached' if found >= task.goal else 'missed'}."


def row_of(row: CandidateRow, promoted: bool) -> str:
    """A candidate as a row of a table."""
    name = f"**{row.label}**" if promoted else row.label
    return f"| {name} | {_cells(row.figures)} | {row.coverage.covered:.3f} |"


def _cells(figures: Mapping[str, Figure]) -> str:
    return " | ".join(f"{f.value:.3f} [{f.low:.3f}, {f.high:.3f}]" for f in (figures[name] for name in MEASURES))


def optimism_lines(name: str) -> Iterator[str]:
    """What scaling and selection outside the folds would have made of a task."""
    table = read(name)
    for some in (table, noise_only(table)):
        found = optimism(some)
        yield (
            f"Selection outside the folds, {some.name}, 10 of {found.columns} columns: "
            f"ROC-AUC {found.outside:.3f}, inside {found.inside:.3f}: {found.gap:+.3f} of optimism."
        )


def _say(line: str, stream: TextIO | None = None) -> None:
    """A line at once, so that a log can be followed."""
    to = stream or sys.stdout
    to.write(f"{line}\n")
    to.flush()


def main(given: Sequence[str]) -> int:
    """Print the tasks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.recommender.predictors.figures")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TASKS))
    parser.add_argument("--minutes", type=float, default=60.0, help="budget of each table (60)")
    parser.add_argument("--repeats", type=int, help="of the folds (the shipped ones)")
    asked = parser.parse_args(given)
    if unknown := [name for name in asked.tables if name not in TASKS]:
        parser.error(f"no table {', '.join(unknown)}; known are {', '.join(TASKS)}")
    shipped = read_learning()
    config = replace(shipped, minutes=asked.minutes, repeats=asked.repeats or shipped.repeats)
    for name in asked.tables or TASKS:
        for line in lines(name, measured(name, config).comparison):
            _say(line)
        _say("")
    for line in optimism_lines((asked.tables or list(TASKS))[0]):
        _say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
