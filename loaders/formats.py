"""The formats that loads know, and the provenances that their rows may name."""

from collections.abc import Sequence
from pathlib import Path

from graph.config import PROJECT
from graph.row_report import RowReport
from loaders.errors import LoadError
from loaders.provenance import FILE, Sources, read_sources
from loaders.source import Source
from loaders.sources.formulary import tables as formulary
from loaders.sources.formulary.source import FormularySource
from loaders.sources.hetionet import HetionetSource
from loaders.sources.medicine_csv import MedicineSource
from loaders.sources.patient_csv import PatientSource
from loaders.sources.patient_tables import TABLES

DATA = PROJECT / "data"
TABLE_NAMES = frozenset({*formulary.TABLES, *TABLES, Path(FILE).stem})
"""Names of files, without their ending, that say what they hold."""


def formats() -> dict[str, Source]:
    """The formats by name, in the order of loading."""
    sources: Sequence[Source] = (FormularySource(), HetionetSource(), MedicineSource(), PatientSource())
    return {source.name: source for source in sources}


def sources_near(paths: Sequence[Path]) -> Sources:
    """The table of sources nearest to the paths, else the project's own.

    Raises:
        LoadError: when something is wrong in it.
    """
    # A single file of a formulary, also of one of its sub-folders, has the sources of its formulary.
    near = [folder / FILE for path in paths for folder in (path, path.parent, path.parent.parent)]
    path = next((p for p in near if p.is_file()), DATA / FILE)
    report = RowReport(path.name)
    sources = read_sources(path, report)
    if report.problems:
        problem = report.problems[0]
        raise LoadError(f"{path}:{problem.line} {problem.column} {problem.code}: {problem.expected} is expected")
    return sources
