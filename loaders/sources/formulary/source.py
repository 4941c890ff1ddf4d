"""The formulary as a format: which files are its tables, and what is wrong with a row once the other tables are known."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from graph.columns import Value
from graph.elements import Edge, Node, NodeId, NodeKind
from graph.key_set import KeySet
from graph.row_report import Code, RowReport
from graph.rows import RowBatch, read_header
from graph.store import Batch
from loaders.source import Context, Source, TableFile, check_reference, edge_groups
from loaders.sources.formulary import edges, nodes
from loaders.sources.formulary.edge_checks import check_edges
from loaders.sources.formulary.ranges import Ranges
from loaders.sources.formulary.tables import NODE_NAMES, REFERENCE_RANGE, TABLES
from loaders.sources.formulary.trees import Trees

FOLDERS = ("", "derived", "parts")
"""Where a formulary's files lie below its folder."""
_PARTS = "parts"


class FormularySource(Source):
    """A folder of the formulary's tables, or single files of it."""

    name = "formulary"

    def __init__(self) -> None:
        self._ranges = Ranges()
        self._trees = Trees()

    def tables(self, path: Path) -> Sequence[TableFile]:
        """See :meth:`loaders.source.Source.tables`."""
        if path.is_file():
            table = _table_of(path, part=True) or _table_by_header(path)
            return [_file(path, path.name, table)] if table else []
        found = []
        for folder in FOLDERS:
            for file in sorted((path / folder).glob("*.csv")):
                if table := _table_of(file, part=folder == _PARTS):
                    found.append(_file(file, str(file.relative_to(path)), table))
        return sorted(found, key=lambda file: (file.rank, file.label))

    def read(self, file: TableFile, report: RowReport, seen: KeySet, withheld: frozenset[str]) -> Iterator[RowBatch]:
        """See :meth:`loaders.source.Source.read`."""
        for rows in super().read(file, report, seen, withheld):
            if "parent" in rows.values:
                self._trees.add(rows)
            yield rows

    def described(self, file: TableFile, rows: RowBatch, position: int) -> tuple[NodeId, NodeKind] | None:
        """See :meth:`loaders.source.Source.described`."""
        kind = nodes.KINDS.get(file.table.name)
        return (NodeId(str(rows.values["id"][position])), kind) if kind else None

    def check(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        """See :meth:`loaders.source.Source.check`."""
        table = file.table.name
        for i in rows.kept():
            if str(rows.values["source"][i]) not in context.sources:
                rows.reject(i, "source", Code.UNKNOWN_SOURCE, "a source that sources.csv lists")
        if table == REFERENCE_RANGE.name:
            check_reference(rows, "test", (NodeKind.LAB_TEST,), context)
            self._ranges.add(rows)
        elif table in nodes.KINDS:
            _check_node_references(table, rows, context)
            if "parent" in rows.values:
                self._trees.check(rows)
        else:
            check_edges(table, rows, context)

    def transform(self, file: TableFile, rows: RowBatch, context: Context) -> Batch:
        """See :meth:`loaders.source.Source.transform`."""
        table = file.table.name
        if table == REFERENCE_RANGE.name:
            return Batch([context.vocabulary.merge(node) for node in self._ranges.known_tests(rows, context.vocabulary)])
        new: list[Node] = []
        found: list[Edge] = []
        for row in _rows(rows):
            provenance = context.sources[str(row["source"])]
            if table in nodes.KINDS:
                new.append(context.vocabulary.merge(self._ranges.on(nodes.node(table, row, provenance))))
                found.extend(nodes.edges(table, row, provenance, context.vocabulary))
            else:
                found.append(edges.edge(table, row, provenance, context.vocabulary))
        return Batch(new, edge_groups(found, context))


def _rows(rows: RowBatch) -> Iterator[dict[str, Value]]:
    for i in rows.kept():
        yield {name: column[i] for name, column in rows.values.items()}


def _file(path: Path, label: str, table: str) -> TableFile:
    return TableFile(path, label, TABLES[table], list(TABLES).index(table), whole=table in NODE_NAMES)


def _table_of(path: Path, *, part: bool) -> str | None:
    stem = path.name.split(".", 1)[0]
    if stem in TABLES:
        return stem
    head = stem.rpartition("_")[0]
    return head if part and head in TABLES else None


def _table_by_header(path: Path) -> str | None:
    header = set(read_header(path))
    # Several tables may fit a header; the one that uses most of it is meant.
    fitting = [t for t in TABLES.values() if {column.name for column in t.columns if column.required} <= header]
    return max(fitting, key=lambda t: len(header & {column.name for column in t.columns})).name if fitting else None


def _check_node_references(table: str, rows: RowBatch, context: Context) -> None:
    kind = nodes.KINDS[table]
    for i in rows.kept():
        if context.vocabulary.kind(str(rows.values["id"][i])) is not kind:
            rows.reject(i, "id", Code.INCONSISTENT, f"an id that no node of another kind than {kind} has")
    if "parent" in rows.values:
        check_reference(rows, "parent", (kind,), context)
    if table == "medicine":
        check_reference(rows, "ingredients", (NodeKind.INGREDIENT,), context)
        for i in rows.kept():
            row = {"atc": rows.values["atc"][i]}
            if any(context.vocabulary.kind(end) is not NodeKind.DRUG_CLASS for end in nodes.classes(row)):
                rows.reject(i, "atc", Code.UNKNOWN_ID, "a code of seven characters below a known drug class")
