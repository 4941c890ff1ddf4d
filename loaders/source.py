"""What a format is to a load: the shape that every module of :mod:`loaders.sources` has.

``tables`` says which files of a path are of the format, ``read`` gives their rows, ``check`` rejects rows that are at odds with
what is known, and ``transform`` makes nodes and edges of the others. Writing them is the work of :mod:`loaders.run`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from graph.elements import Edge, NodeId, NodeKind
from graph.key_set import KeySet
from graph.row_report import Code, RowReport
from graph.rows import BATCH_ROWS, RowBatch, Table, read_table
from graph.store import Batch, EdgeColumns
from loaders.provenance import Sources
from loaders.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a format.

    Attributes:
        path: where it is.
        label: what reports call it.
        table: the shape of its rows.
        rank: files of lower rank are loaded first.
        whole: whether other rows may refer to its rows: such files are read whole before any is transformed.
        names: headers of the file where they are not the table's column names.
        values: what stands in columns that the file lacks.
    """

    path: Path
    label: str
    table: Table
    rank: int = 0
    whole: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    """What a load knows while it runs.

    Attributes:
        sources: the provenances that rows may name.
        vocabulary: the knowledge nodes that rows may refer to.
        patient_key: the key of the site's patient pseudonyms.
        patients: ids of the patients that rows may refer to.
        synthetic: ids of those patients that are synthetic.
        today: the day on which an age is taken to be stated.
    """

    sources: Sources
    vocabulary: Vocabulary
    patient_key: bytes
    patients: KeySet
    synthetic: KeySet
    today: date


class Source(ABC):
    """A format.

    Attributes:
        name: what the command line calls it.
        batch_rows: records of one batch.
    """

    name: str
    batch_rows = BATCH_ROWS

    @abstractmethod
    def tables(self, path: Path) -> Sequence[TableFile]:
        """The files of this format at a path (a file or a folder), in the order of loading; none when there are none."""

    def read(self, file: TableFile, report: RowReport, seen: KeySet, withheld: frozenset[str]) -> Iterator[RowBatch]:
        """The rows of a file that are well formed; the others are reported."""
        return read_table(
            file.path,
            file.table,
            report,
            names=file.names,
            seen=seen,
            withheld=withheld,
            batch_rows=self.batch_rows,
        )

    def described(self, file: TableFile, rows: RowBatch, position: int) -> tuple[NodeId, NodeKind] | None:
        """The node that a row of a whole file describes, if it does, so that other rows may refer to it."""
        return None

    @abstractmethod
    def check(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        """Reject rows that are at odds with what is known; called again when other rows were rejected."""

    @abstractmethod
    def transform(self, file: TableFile, rows: RowBatch, context: Context) -> Batch:
        """Nodes and edges of the rows that are not rejected."""


def check_reference(rows: RowBatch, column: str, kinds: Sequence[NodeKind], context: Context) -> None:
    """Reject rows whose column names a node that is not known, or of another kind; an empty cell names none."""
    known = context.vocabulary.kind
    expected = f"the id of a known {' or '.join(kinds)}"
    for i in rows.kept():
        value = rows.values[column][i]
        ids = value if isinstance(value, tuple) else (value,)
        if any(node_id is not None and known(str(node_id)) not in kinds for node_id in ids):
            rows.reject(i, column, Code.UNKNOWN_ID, expected)


def edge_groups(edges: Iterable[Edge], context: Context) -> list[EdgeColumns]:
    """Edges as columns, one group for each kind of edge and of its ends, in a fixed order."""
    groups: dict[tuple[str, NodeKind, NodeKind], list[Edge]] = {}
    kind = context.vocabulary.kind
    for edge in edges:
        ends = kind(edge.start), kind(edge.end)
        if ends[0] is not None and ends[1] is not None:
            groups.setdefault((str(edge.kind), ends[0], ends[1]), []).append(edge)
    return [EdgeColumns.of(groups[key], key[1], key[2]) for key in sorted(groups)]
