"""Prints how recovery serves what Keras fitted, and what blood values of real patients tell beside the rules.

``python -m tests.recommender.predictors.served_figures [keras blood]``. Keras: the largest difference between the weights that
serve and Keras's own answers on a generated table, and one answer beside scikit-learn's ``predict_proba``. Blood: the
blood values of the heart-failure table, every candidate beside the rules alone, which answer a level of advice.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from loaders.synthetic import write_table
from recommender.predictors.blood_risk.config import read_blood_risk
from recommender.predictors.blood_risk.findings import find
from recommender.predictors.blood_risk.fitting import fit_blood_risk
from recommender.predictors.blood_risk.panel import panel_of_row
from recommender.predictors.blood_risk.reference import DATA, Reference
from recommender.predictors.blood_risk.signs import read_signs
from recommender.predictors.forms.encoder import fit_encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.learning.calibrating import serving_calibration
from recommender.predictors.learning.config import read_learning
from recommender.predictors.learning.deep import averaged, deep_nets, exported
from recommender.predictors.learning.measures import roc_auc
from recommender.predictors.recovery.config import read_recovery
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import Numbers, Table
from tests.benchmarks.side_by_side import beside
from tests.shared_data import SHARED

HEART = "data/uci-heart-failure/heart_failure_clinical_records_dataset.csv"
BLOOD = ("age", "sex", "creatinine_phosphokinase", "platelets", "serum_creatinine", "serum_sodium")
"""What of the heart-failure table is a blood value, and whose it is."""
MEASURES = ("roc_auc", "brier", "calibration_error")
RUNS = 300


def keras(rows: int = 4_000, seed: int = 1) -> dict[str, Any]:
    """The weights that serve beside Keras, and the time of an answer; the net has its shipped shape and is trained briefly."""
    with tempfile.TemporaryDirectory() as folder:
        table, _ = read_table(write_table(Path(folder), "recovery", rows, seed, DATA))
    settings = {**read_recovery().deep, "epochs": 5}
    encoder = fit_encoder(table.columns, table.values)
    matrix = encoder.encode(table.values)
    nets = deep_nets(matrix, table.target, settings, seed)
    asked = np.mean([np.asarray(net(matrix.astype(np.float32)))[:, 0].astype(float) for net in nets], axis=0)
    form = averaged([exported(net) for net in nets])
    margins = form.margins(matrix)
    folds = np.arange(rows)[None] % 5
    calibration = serving_calibration(margins[None], table.target, folds, bootstraps=50, seed=seed)
    model = FittedModel(encoder, form, calibration, 0.9, matrix[:0], np.empty(0))
    difference = float(np.abs(margins - asked).max())
    return {"rows": rows, "largest difference in log-odds": difference, "serving": list(_serving(model, table, matrix))}


def _serving(model: FittedModel, table: Table, matrix: Numbers) -> Iterator[str]:
    """One answer, from values by name to a calibrated probability, beside scikit-learn's of a row that is encoded already."""
    widths = tuple(read_recovery().deep["widths"])
    others = {"logistic regression": LogisticRegression(), f"net {widths}": MLPClassifier(widths, early_stopping=True)}
    given, one = cycle([table.row(place) for place in range(200)]), cycle([matrix[i : i + 1] for i in range(200)])
    for name, other in others.items():
        other.fit(matrix, table.target)
        theirs = partial(_ask, other, one)
        beside_it = f"predict_proba of scikit-learn's {name}"
        yield str(beside("one answer", lambda: model.probabilities(next(given)), beside_it, theirs, "<= 1 x", (RUNS, RUNS)))


def _ask(other: Any, rows: Iterator[Numbers]) -> object:
    return other.predict_proba(next(rows))


def blood() -> dict[str, Any]:
    """The blood values, age and sex of the heart-failure table."""
    heart, _ = read_table(SHARED / HEART)
    columns = tuple(column for column in heart.columns if column.name in BLOOD)
    heart = replace(heart, columns=columns, values={column.name: heart.values[column.name] for column in columns})
    _, fitted = fit_blood_risk(heart, replace(read_learning(), repeats=1), Reference.of_tables())
    told = {row.name: {name: row.figures[name].payload() for name in MEASURES} for row in fitted.comparison.rows}
    comparison = {"promoted": fitted.comparison.promoted, "why": fitted.comparison.why, "candidates": told}
    return {"rows": len(heart)} | comparison | {"rules": floor(heart)}


def floor(table: Table) -> dict[str, Any]:
    """What the rules alone tell: the ROC-AUC of their levels, how many people have each, and what became of them."""
    config, signs, reference = read_blood_risk(), read_signs(), Reference.of_tables()
    panels = (panel_of_row(table.row(place), table.columns, reference) for place in range(len(table)))
    tiers = np.array([float(max((one.tier for one in find(panel, signs, config)), default=0)) for panel in panels])
    levels = {int(tier): [int((tiers == tier).sum()), float(table.target[tiers == tier].mean())] for tier in np.unique(tiers)}
    return {"roc_auc": float(roc_auc(table.target, tiers)[0]), "people_and_share_that_it_happened_to": levels}


FIGURES: Mapping[str, Callable[[], dict[str, Any]]] = {"keras": keras, "blood": blood}


def main() -> None:
    """Print the figures that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.recommender.predictors.served_figures")
    parser.add_argument("figures", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    for name in parser.parse_args().figures or FIGURES:
        json.dump({name: FIGURES[name]()}, sys.stdout, indent=1)
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
