"""Writes a cohort: seven CSV files, one patient after another, nothing held in memory.

The files appear under their names only when all of them are whole; until then they are called ``patient.part`` and so on, which
no loader takes for a table.
"""

import csv
from contextlib import ExitStack
from pathlib import Path

from loaders.synthetic.patient import COLUMNS, Simulation
from loaders.synthetic.tables import CohortError

MOST_PATIENTS = 1_000_000_000


def write_cohort(folder: Path, patients: int, seed: int, data: Path) -> int:
    """Write a synthetic cohort.

    The same seed, parameters and formulary give the same bytes, and patient ``k`` is the same in a cohort of any size.

    Args:
        folder: where the files go; made if it is missing, files of the same names are replaced.
        patients: how many, from 1.
        seed: any whole number.
        data: folder of the formulary.

    Returns:
        The number of rows written to all files, headers not counted.

    Raises:
        CohortError: when the number of patients, the parameters or the tables under them cannot be used.
        OSError: when the folder cannot be written.
    """
    if not 1 <= patients <= MOST_PATIENTS:
        raise CohortError("--patients", f"a number from 1 to {MOST_PATIENTS} is expected")
    # Before the folder is touched: unusable parameters leave it as it was.
    simulation = Simulation(data, seed)
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f"{name}.part" for name in COLUMNS}
    rows = 0
    with ExitStack() as files:
        writers = {}
        for name, part in parts.items():
            stream = files.enter_context(part.open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(stream, lineterminator="\n")
            writers[name].writerow(COLUMNS[name])
        for number in range(1, patients + 1):
            for name, cells in simulation.patient(number).items():
                writers[name].writerows(cells)
                rows += len(cells)
    for name, part in parts.items():
        part.replace(folder / f"{name}.csv")
    return rows
