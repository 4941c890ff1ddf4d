"""Prints how near predictors come to the truth of generated tables, whose probabilities are known.

``python -m tests.recommender.predictors.generated_figures [recovery blood] [--rows N] [--seed S]``: every candidate beside the
ROC-AUC of the probabilities that the generator drew from, which nothing can beat but by chance; for blood values also that of
the advice by reference ranges alone.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.metrics import roc_auc_score

from graph.config import PROJECT
from loaders.synthetic.table_file import TABLES, write_table
from recommender.predictors.blood_risk.config import read_blood_risk
from recommender.predictors.blood_risk.fitting import fit_blood_risk
from recommender.predictors.blood_risk.panel import panel_of_row
from recommender.predictors.blood_risk.predictor import BloodQuestion, BloodRiskPredictor
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.blood_risk.signs import read_signs
from recommender.predictors.learning.config import read_learning
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.recovery.config import read_recovery
from recommender.predictors.recovery.fitting import fit_recovery
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Numbers, Table
from tests.recommender.predictors.figures import row_of

TRUE = {"recovery": "true_probability", "blood": "true_risk"}
"""The column of the probability that the outcome was drawn with."""


def figures(name: str, rows: int, seed: int) -> Sequence[str]:
    """The lines of one table."""
    with TemporaryDirectory() as folder:
        path = write_table(Path(folder), name, rows, seed, PROJECT / "data")
        table, _ = read_table(path)
        true = _column(path, TRUE[name])
    fitted = _fitted(name, table)
    said = [f"\n{name}: {rows:,} generated rows of seed {seed}, {fitted.comparison.repeats} x {fitted.comparison.folds} folds"]
    said += [row_of(row, row is fitted.comparison.winner) for row in fitted.comparison.rows]
    best = roc_auc_score(table.target, true)
    said.append(f"the generator's own probabilities: ROC-AUC {best:.4f}")
    served = fitted.comparison.winner.figures["roc_auc"].value
    said.append(f"promoted: {fitted.comparison.promoted}, {served:.4f}, {best - served:.4f} below; {fitted.comparison.why}")
    if name == "blood":
        said.append(f"advice by reference ranges alone: ROC-AUC {roc_auc_score(table.target, _advice(table)):.4f}")
    return said


def _column(path: Path, name: str) -> Numbers:
    with path.open(encoding="utf-8", newline="") as stream:
        return np.array([float(row[name]) for row in csv.DictReader(stream)])


def _fitted(name: str, table: Table) -> Fitted:
    if name == "recovery":
        return fit_recovery(table, read_recovery())
    return fit_blood_risk(table, read_learning(), Reference.of_tables())[1]


def _advice(table: Table) -> Numbers:
    rules = BloodRiskPredictor(read_blood_risk(), read_signs(), None, None)
    reference = Reference.of_tables()
    rows = (table.row(place) for place in range(len(table)))
    panels = (panel_of_row(row, table.columns, reference) for row in rows)
    return np.array([float(rules.assess(BloodQuestion(panel, {})).tier) for panel in panels])


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.recommender.predictors.generated_figures", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--rows", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    for name in given.tables or TABLES:
        sys.stdout.write("\n".join(figures(name, given.rows, given.seed)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
