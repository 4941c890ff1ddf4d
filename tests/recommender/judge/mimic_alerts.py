"""Prints how much safety says about the MIMIC demo patients: ``python -m tests.recommender.judge.mimic_alerts``.

It wants a graph (``RXPATH_HOME``), the shared folder (``RXPATH_SHARED``) and pyarrow. The patients are real and de-identified;
the data are under the Open Database License, and nothing of them is kept.
"""

import sys
from datetime import date

from rich.console import Console

from recommender.judge.alerting import alerting
from recommender.judge.alerting_table import render_alerting
from recommender.request import Request
from recommender.shell.opening import opened, recommender_of
from tests.recommender.judge.mimic_cases import FILE, map_cases, read_events
from tests.shared_data import SHARED


def main() -> int:
    """Print the figures; 2 when pyarrow or the data are not there."""
    path = SHARED / "data" / FILE
    console = Console(highlight=False)
    with opened() as (settings, store, snapshot):
        try:
            mapped = map_cases(read_events(path), snapshot)
        except (ModuleNotFoundError, OSError) as missing:
            Console(stderr=True).print(f"mimic_alerts: {missing}")
            return 2
        recommender = recommender_of(settings, store, snapshot)
        answers = (recommender.recommend(Request(as_of=date.today(), case=case)).body for case in mapped.cases)
        figures = alerting(answers)
    counts = mapped.counts
    console.print(f"{len(mapped.cases)} of {counts['patients']} patients have a stay that is coded in ICD-10")
    for what in ("diagnoses", "medicines"):
        console.print(f"{counts[f'{what} mapped']:,} of {counts[what]:,} {what} mapped")
    render_alerting(figures, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
