"""Writes a generated table: ``recovery.csv`` or ``blood.csv``, whose true probabilities are known."""

import csv
from pathlib import Path

from loaders.synthetic.table_rows import TableRows
from loaders.synthetic.table_settings import TableSettings
from loaders.synthetic.tables import CohortError

TABLES = ("blood", "recovery")
MOST_ROWS = 100_000_000


def write_table(folder: Path, table: str, rows: int, seed: int, data: Path) -> Path:
    """Write a synthetic table of rows that do not depend on each other.

    The same seed and settings give the same bytes, and row ``k`` is the same in a table of any length.

    Args:
        folder: where the file goes; made if it is missing, a file of the same name is replaced.
        table: one of ``TABLES``.
        rows: how many, from 1.
        seed: any whole number.
        data: folder of the formulary; the settings lie in ``synthetic/`` below it.

    Returns:
        The file.

    Raises:
        CohortError: when the table is unknown, the number of rows cannot be, or the settings cannot be used.
        OSError: when the folder cannot be written.
    """
    if table not in TABLES:
        raise CohortError("--table", f"one of {', '.join(TABLES)} is expected")
    if not 1 <= rows <= MOST_ROWS:
        raise CohortError("--rows", f"a number from 1 to {MOST_ROWS} is expected")
    # Before the folder is touched: unusable settings leave it as it was.
    settings = TableSettings.read(data / "synthetic" / f"{table}.toml")
    maker = TableRows(table, settings, seed)
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / f"{table}.csv", folder / f"{table}.part"
    with part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(settings.header)
        writer.writerows(maker.row(number) for number in range(1, rows + 1))
    part.replace(path)
    return path
