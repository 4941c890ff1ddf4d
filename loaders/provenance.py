"""The sources that rows name: their versions and licences, from a table beside the data.

A row that names a source which is not in ``sources.csv`` is reported: nothing enters the graph without saying where it comes
from and under which licence.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from graph.columns import Column
from graph.elements import KnowledgeLevel, Provenance
from graph.row_report import RowReport
from graph.rows import Table, read_table

FILE = "sources.csv"
TABLE = Table(
    "sources",
    (
        Column("source", required=True),
        Column("title", required=True),
        Column("version"),
        Column("licence", required=True),
        Column("url"),
    ),
    ("source",),
)
UNREVIEWED_SOURCE = "general-clinical-knowledge"
CHECKED = "checked"
UNREVIEWED = "unreviewed"


class Sources:
    """The known sources.

    Args:
        provenances: the provenance of each source by its key.
    """

    def __init__(self, provenances: Mapping[str, Provenance]) -> None:
        self._provenances = dict(provenances)

    def __contains__(self, source: object) -> bool:
        return source in self._provenances

    def __getitem__(self, source: str) -> Provenance:
        return self._provenances[source]

    def all(self) -> Sequence[Provenance]:
        """The provenances of all sources, by their keys."""
        return [self._provenances[source] for source in sorted(self._provenances)]


def read_sources(path: Path, report: RowReport) -> Sources:
    """The sources of a table; none when there is no such file.

    Args:
        path: a table with the columns source, title, version, licence, url.
        report: where its faults go.
    """
    found: dict[str, Provenance] = {}
    if path.exists():
        for rows in read_table(path, TABLE, report):
            columns = (rows.texts(name) for name in ("source", "version", "licence"))
            for source, version, licence in zip(*columns, strict=True):
                found[source] = Provenance(source, version, licence)
    return Sources(found)


def knowledge_level(level: str) -> KnowledgeLevel:
    """How a row of the formulary is known: ``checked`` rows are assertions, all others unreviewed."""
    return KnowledgeLevel.ASSERTION if level == CHECKED else KnowledgeLevel.UNREVIEWED
