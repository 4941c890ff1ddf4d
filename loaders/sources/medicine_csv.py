"""Foreign tables that join medicines and other things by name, read through a mapping.

A name is matched with the ids, names and synonyms of the nodes that the load knows. One that has several meanings is not
decided here: the row is quarantined and the report lists the ids it may mean. A medicine or a condition that is not known
becomes a new node that says that it is not verified, and everything that such a table states is unreviewed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from graph.columns import Column, ColumnType, Value
from graph.elements import Edge, Node, NodeId, NodeKind, Provenance
from graph.key_set import KeySet
from graph.row_report import Code
from graph.rows import RowBatch, Table
from graph.store import Batch
from graph.terms import normalise
from loaders.errors import LoadError
from loaders.mapping import MappableSource, TableMapping, fitting_mapping, shipped_mappings
from loaders.provenance import UNREVIEWED
from loaders.source import Context, TableFile, edge_groups
from loaders.sources.formulary.edge_checks import modifiers_fault
from loaders.sources.formulary.edges import SHAPES, edge
from loaders.sources.formulary.tables import EVIDENCE, TABLES

NEW_KINDS = {NodeKind.MEDICINE: "medicine", NodeKind.CONDITION: "condition"}
"""Kinds of node that a name may bring, and the word in their ids."""
DEFAULTS = {"relation": "treats", "line": "unstated", "strength": "relative", "applies": "active", "severity": "moderate"}
"""What stands in a required column that neither the file nor the mapping fills."""
ORIGIN = ("source", "source_version", "licence")
"""Values of a mapping that say where the table comes from."""
_UNSTATED = "unstated"
_SLUG = 120


class MedicineSource(MappableSource):
    """Tables whose columns a mapping names."""

    name = "medicine"

    def __init__(self) -> None:
        self._ends: dict[tuple[str, str], NodeId] = {}
        self._seen = KeySet()

    @property
    def kinds(self) -> Sequence[str]:
        """See :attr:`loaders.mapping.MappableSource.kinds`."""
        return sorted(set(SHAPES) - {"limit"})

    def tables(self, path: Path) -> Sequence[TableFile]:
        """See :meth:`loaders.source.Source.tables`."""
        mappings = shipped_mappings()
        files = [path] if path.is_file() else sorted(path.glob("*.csv"))
        return [self.mapped(file, found) for file in files if (found := fitting_mapping(file, mappings))]

    def mapped(self, path: Path, mapping: TableMapping) -> TableFile:
        """See :meth:`loaders.mapping.MappableSource.mapped`."""
        table = TABLES[mapping.kind]
        known = {column.name for column in table.columns}
        for name in (*mapping.columns, *mapping.values):
            if name not in known and name not in ORIGIN:
                raise LoadError(f"{mapping.origin}: {mapping.kind} has no column {name!r}; it has {', '.join(sorted(known))}")
        columns = tuple(_named(column) for column in table.columns if column.name in mapping.columns)
        _check_values(mapping, table)
        return TableFile(path, path.name, Table(table.name, columns), names=mapping.columns, values=mapping.values)

    def check(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        """See :meth:`loaders.source.Source.check`."""
        table = file.table.name
        shape = SHAPES[table]
        for column, kinds in (shape.start, shape.end):
            texts = rows.texts(column)
            for i in rows.kept():
                found = context.vocabulary.candidates(texts[i], kinds)
                if len(found) > 1:
                    rows.reject(i, column, Code.AMBIGUOUS_NAME, f"one of {', '.join(found)}")
                elif not found and not set(kinds) & set(NEW_KINDS):
                    rows.reject(i, column, Code.UNKNOWN_NAME, f"the id or a name of a known {' or '.join(kinds)}")
                else:
                    self._ends[column, texts[i]] = found[0] if found else new_id(texts[i], kinds[0])
        for i, row in self._rows(file, rows):
            start, end = row[shape.start[0]], row[shape.end[0]]
            if start == end:
                rows.reject(i, shape.end[0], Code.INCONSISTENT, f"another node than that of {shape.start[0]}")
            elif not self._seen.add([shape.kind(row)], [start], [end])[0]:
                rows.reject(i, shape.start[0], Code.DUPLICATE_KEY, "one row for each pair")
            elif fault := modifiers_fault(row.get("modifiers"), {str(start), str(end)}, context):
                rows.reject(i, "modifiers", *fault)

    def _rows(self, file: TableFile, rows: RowBatch) -> Iterator[tuple[int, Mapping[str, Value]]]:
        """Positions and rows that are not rejected, in our columns, with ids in the place of names."""
        table = file.table.name
        shape = SHAPES[table]
        given: dict[str, Value] = {column.name: DEFAULTS.get(column.name) for column in TABLES[table].columns}
        given |= {**file.values, "level": UNREVIEWED}
        for i in rows.kept():
            row = given | {name: column[i] for name, column in rows.values.items() if column[i] is not None}
            for column in (shape.start[0], shape.end[0]):
                row[column] = self._ends[column, str(row[column])]
            yield i, row

    def transform(self, file: TableFile, rows: RowBatch, context: Context) -> Batch:
        """See :meth:`loaders.source.Source.transform`."""
        provenance = _provenance(file, context)
        shape = SHAPES[file.table.name]
        new: dict[NodeId, Node] = {}
        for column, kinds in (shape.start, shape.end):
            texts = rows.texts(column)
            # In the order of the texts: of two spellings of one new name, the same one wins whatever the order of the rows.
            for text in sorted({texts[i] for i in rows.kept()}):
                node_id = self._ends[column, text]
                if context.vocabulary.kind(node_id) is None and node_id not in new:
                    name = " ".join(text.split())
                    new[node_id] = Node(node_id, kinds[0], name, provenance, properties={"verified": False})
        nodes = [context.vocabulary.merge(node) for node in new.values()]
        edges: list[Edge] = []
        for _, row in self._rows(file, rows):
            edges.append(edge(file.table.name, row, provenance, context.vocabulary))
        return Batch(nodes, edge_groups(edges, context))


def _named(column: Column) -> Column:
    """The column of a foreign table: names in the place of ids."""
    return replace(column, type=ColumnType.TEXT) if column.type is ColumnType.CURIE else column


def _check_values(mapping: TableMapping, table: Table) -> None:
    for column in table.columns:
        value = mapping.values.get(column.name)
        if value is not None and column.parse_all([value])[1]:
            raise LoadError(f"{mapping.origin}: [values] {column.name}: it is not usable in {table.name}")
        given = column.name in mapping.columns or value is not None or column.name in DEFAULTS
        if column.required and not given and column not in EVIDENCE:
            raise LoadError(f"{mapping.origin}: neither [columns] nor [values] has {column.name}, which {table.name} requires")


def _provenance(file: TableFile, context: Context) -> Provenance:
    source = file.values.get("source") or normalise(file.path.name.split(".", 1)[0]).replace(" ", "-") or "table"
    if source in context.sources:
        return context.sources[source]
    return Provenance(source, file.values.get("source_version", ""), file.values.get("licence", _UNSTATED))


def new_id(name: str, kind: NodeKind) -> NodeId:
    """The id of a node that only a name is known of: ``rx:medicine-`` or ``rx:condition-`` and the name's words.

    >>> new_id("Foo-Bar  XR", NodeKind.MEDICINE)
    'rx:medicine-foo-bar-xr'
    """
    words = normalise(name).replace(" ", "-").replace("%", "-percent")
    if not words or len(words) > _SLUG:
        words = f"{words[:_SLUG]}-{blake2b(name.encode(), digest_size=6).hexdigest()}".lstrip("-")
    return NodeId(f"rx:{NEW_KINDS[kind]}-{words}")
