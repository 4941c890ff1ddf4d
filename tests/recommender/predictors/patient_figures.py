"""Prints how well what is learned from patients holds for patients who were hidden.

``python -m tests.recommender.predictors.patient_figures [conditions sequence stay]``: conditions and next visits of the store
that the settings name, next visits and stays of the MIMIC demo, all as JSON with intervals over people.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from recommender.predictors.conditions.figures import conditions_figures
from recommender.predictors.population.meds_events import MIMIC_DEMO
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.from_records import read_histories
from recommender.predictors.sequence.judging import sequence_figures
from recommender.predictors.sequence.mimic_demo import read_mimic_demo
from recommender.predictors.stay.fitting import fit_stay
from recommender.predictors.stay.mimic_demo import read_mimic_stays
from recommender.shell.opening import opened
from tests.shared_data import SHARED

EVENTS = SHARED / "data" / MIMIC_DEMO


def _conditions() -> dict[str, Any]:
    with opened() as (_, store, snapshot):
        return conditions_figures(store, snapshot)


def _sequence() -> dict[str, Any]:
    with opened() as (_, store, snapshot):
        on_file = read_histories(store, snapshot, date.today(), SequenceConfig())
    return {"store": sequence_figures(on_file), "mimic_demo": sequence_figures(read_mimic_demo(EVENTS))}


def _stay() -> dict[str, Any]:
    fit = fit_stay(read_mimic_stays(EVENTS))
    return {"mimic_demo": fit.fitted.comparison.payload() | {"interval": fit.figures}}


FIGURES: Mapping[str, Callable[[], dict[str, Any]]] = {"conditions": _conditions, "sequence": _sequence, "stay": _stay}


def main() -> None:
    """Print the figures that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.recommender.predictors.patient_figures", description=__doc__)
    parser.add_argument("predictors", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    for name in parser.parse_args().predictors or FIGURES:
        json.dump({name: FIGURES[name]()}, sys.stdout, indent=1)
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
