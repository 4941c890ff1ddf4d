"""Prints what predictions do to recommendations for real patients: ``python -m tests.recommender.judge.predicted_gain``.

It wants a graph with generated patients (``RXPATH_HOME``), the shared folder (``RXPATH_SHARED``) and pyarrow. Predictors learn
of half of the generated patients, as for ``evaluate --predictions``; of the MIMIC demo's patients a fifth of their medicines is
hidden and looked for.
"""

import json
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from recommender.case import read_case
from recommender.judge.hidden import figures_of_settings, hide_medicines
from recommender.judge.parted import fit_part
from recommender.judge.predictions import FACTORS, SETTINGS
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.foresight import foresight_of
from recommender.request import Request
from recommender.service import Recommender
from recommender.shell.opening import opened
from tests.recommender.judge.mimic_cases import FILE, map_cases, read_events
from tests.shared_data import SHARED

TODAY = date(2026, 6, 30)


def main() -> int:
    """Print a line of JSON for each setting and factor."""
    path = SHARED / "data" / FILE
    with opened() as (settings, store, snapshot), TemporaryDirectory() as folder:
        refused = fit_part(store, snapshot, TODAY, PredictorBundles(Path(folder)), lambda words, share: None)
        foresight, likeness = foresight_of(Path(folder), snapshot)
        own = Recommender(store, snapshot, settings.home, foresight=foresight, likeness=likeness, compiled=False)
        records = [read_case(case, snapshot, TODAY) for case in map_cases(read_events(path), snapshot).cases]
        patients = [hidden for i, record in enumerate(records) if (hidden := hide_medicines(record, 0.2, i))]
        pairs = [(setting, factor) for setting in SETTINGS if setting.predictor not in refused for factor in FACTORS]
        found = figures_of_settings(own, patients, Request(as_of=TODAY, case={}), [s.at(f) for s, f in pairs])
        for (setting, factor), figures in zip(pairs, found, strict=True):
            sys.stdout.write(json.dumps({"setting": setting.key, "factor": factor, **figures}) + "\n")
        if refused:
            sys.stdout.write(json.dumps({"not_judged": refused}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
