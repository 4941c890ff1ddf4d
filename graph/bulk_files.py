"""Writes a store as files for ``neo4j-admin database import full``: the quickest way of millions of edges into Neo4j.

Each element is written as the Neo4j store itself would have written it (:mod:`graph.neo4j_rows`), as of one finished load, and
beside the elements stand the store's own nodes, so that the imported database opens as a live store with the same knowledge.
The folder appears whole or not at all, and tells in a file how it is imported.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from graph.bulk_table import BulkTable, Shape, Value
from graph.elements import Edge, EdgeKind, Node, NodeKind
from graph.errors import SnapshotError, StoreUnavailableError
from graph.neo4j_rows import FORMAT, edge_values, node_values, shared_values
from graph.property_rules import Properties
from graph.schema import EDGE_RULES, NODE_RULES
from graph.store import KNOWLEDGE_NODES, UNFINISHED, EdgeColumns, GraphStore

ARGUMENTS = "import.args"
"""The file that holds the importer's options."""
COMMAND = f"neo4j-admin database import full neo4j @{ARGUMENTS}"
"""What imports the files, run in their folder. The database's name comes first: an option takes every word behind it."""

PatientRecords = Iterable[tuple[Node, Sequence[Edge]]]
"""Patients, each with the edges that start there."""

_TYPES = {str: "string", int: "long", float: "double", bool: "boolean", tuple: "string[]"}
_ORIGIN = {"source": "string", "source_version": "string", "licence": "string", "digest": "string"}
_TAGS = {"created": "long", "changed": "long", "seen": "long"}
_NODE = {"id": "ID(Entity)", "kind": "string", "name": "string", "aliases": "string[]", "graph": "long", **_ORIGIN, **_TAGS}
_EDGE = {"knowledge_level": "string", "evidence": "string", "record": "string", "known_since": "string", **_ORIGIN, **_TAGS}
_ENDS = (":START_ID(Entity)", ":END_ID(Entity)")
_STORE = dict.fromkeys(("name", "format", "revision", "before", "stamp"), "string")
_STORE |= {"graph": "long", "last": "long", "loads": "long", "retired": "long[]", "imported": "boolean"}
_LOAD = dict.fromkeys(("fingerprint", "state", "progress"), "string")
_LOAD |= dict.fromkeys(("graph", "number", "created", "changed", "removed"), "long")
_LOAD |= {"started": "datetime", "finished": "datetime"}


def _types(rules: Properties) -> Mapping[str, str]:
    return {name: _TYPES[rule.type] for name, rule in rules.items()}


NODES = {kind: Shape(str(kind), f"--nodes=Entity:{kind}", {**_NODE, **_types(NODE_RULES[kind])}) for kind in NodeKind}
"""The tables of nodes."""
EDGES = {
    kind: Shape(str(kind), f"--relationships={kind}", {**_EDGE, **_types(EDGE_RULES[kind].properties)}, _ENDS)
    for kind in EdgeKind
}
"""The tables of edges."""
STORE, LOAD = Shape("Store", "--nodes=Store", _STORE), Shape("Load", "--nodes=Load", _LOAD)
"""The tables of the store's own nodes."""
_GRAPH = _NUMBER = 1
_TAGGED: Mapping[str, Value] = dict.fromkeys(_TAGS, _NUMBER)
_OPTIONS = ("--id-type=string", "--array-delimiter=U+0000", "--bad-tolerance=0", "--strict=true")
_BUFFER = 4 * 2**20
_ROOM = 8
_README = """A graph of Rxpath for Neo4j 5.26 or later.

nodes    {counts.nodes}
edges    {counts.edges}
patients {counts.patients}

With the server stopped, as the user that it runs as, in this folder:

    {command}

If the database exists, it is deleted and made anew only with one more option before the @: --overwrite-destination=true
"""
_TOLD_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class BulkCounts:
    """How many nodes and edges were written, and how many of the nodes are patients."""

    nodes: int
    edges: int
    patients: int


def write_bulk_files(
    store: GraphStore,
    folder: Path,
    patients: PatientRecords = (),
    listener: Callable[[str, int], None] = lambda table, rows: None,
) -> BulkCounts:
    """Write a store's knowledge, and the patients that are given, for ``neo4j-admin database import full``.

    Args:
        store: whose knowledge to write.
        folder: where the files go; it is made, or is an empty one.
        patients: what to write of patients.
        listener: is told what is being written, and how many rows of it there are so far.

    Raises:
        SnapshotError: when the store is empty, the folder is not, or a file cannot be written.
        StoreUnavailableError: when the knowledge changes meanwhile.
        SchemaError: with code ``not-importable`` when the importer has no way to read a value.
    """
    revision = store.revision()
    if not store.counts():
        raise SnapshotError("the store is empty; load something first: python -m loaders build")
    if revision.startswith(UNFINISHED):
        raise _unsteady()
    try:
        with _made_whole(folder) as partial:
            with _Tables(partial, listener) as tables:
                tables.add_elements(store, patients)
                counts = tables.counts()
                if store.revision() != revision:
                    raise _unsteady()
                tables.add_store(revision, counts)
            (partial / ARGUMENTS).write_text("".join(f"{line}\n" for line in tables.arguments()), encoding="utf-8")
            (partial / "README.txt").write_text(_README.format(counts=counts, command=COMMAND), encoding="utf-8")
    except OSError as error:
        raise SnapshotError(f"{folder} cannot be written: {error.strerror}") from error
    return counts


def _unsteady() -> StoreUnavailableError:
    return StoreUnavailableError("the knowledge changes while it is written out; run the command again when the load is done")


@contextmanager
def _made_whole(folder: Path) -> Iterator[Path]:
    """A folder to fill that takes the wanted one's place at the end, and vanishes when the block is left by an error."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SnapshotError(f"{folder} is no empty folder; name another")
    place = folder.absolute()
    partial = place.with_name(f"{place.name}.{token_hex(8)}.partial")
    partial.mkdir(parents=True)
    try:
        yield partial
        partial.rename(place)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


class _Tables:
    """The tables of one export, each made when its first row comes.

    Args:
        folder: where they go.
        listener: is told of the progress.
    """

    def __init__(self, folder: Path, listener: Callable[[str, int], None]) -> None:
        self._folder = folder
        self._listener = listener
        self._made: dict[str, BulkTable] = {}
        self._open = ExitStack()

    def __enter__(self) -> "_Tables":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add_elements(self, store: GraphStore, patients: PatientRecords) -> None:
        """Add a store's knowledge, and patients."""
        for kind in NodeKind:
            # Patients are given by the caller, in the form in which they may leave.
            for node in store.nodes(kind) if kind in KNOWLEDGE_NODES else ():
                self._add_node(node)
        for derived in (False, True):
            for columns in store.knowledge_edges(derived=derived):
                self._add_edges(columns)
        for node, edges in patients:
            self._add_node(node)
            for edge in edges:
                self._add_edge(edge)

    def _add_node(self, node: Node) -> None:
        values = {**node_values(node), **_TAGGED, "graph": _GRAPH}
        self._table(NODES[node.kind], values).add(values)

    def _add_edge(self, edge: Edge) -> None:
        values = {**edge_values(edge), **_TAGGED}
        self._table(EDGES[edge.kind], values).add(values, edge.start, edge.end)

    def _add_edges(self, columns: EdgeColumns) -> None:
        shared = shared_values(columns)
        if shared is None:
            for edge in columns.rows():
                self._add_edge(edge)
        else:
            values = {**shared, **_TAGGED}
            self._table(EDGES[columns.kind], values).add_alike(values, zip(columns.starts, columns.ends, strict=True))

    def add_store(self, revision: str, counts: BulkCounts) -> None:
        """Add the nodes that make the imported database a live store, whose one load wrote everything."""
        live: dict[str, Value] = {"name": "live", "format": FORMAT, "revision": revision, "before": "", "stamp": token_hex(8)}
        # An empty list cannot be imported: a graph that has no elements is marked for deletion in its place.
        live |= {"graph": _GRAPH, "last": _GRAPH, "loads": _NUMBER, "retired": ["0"], "imported": True}
        self._table(STORE, live).add(live)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        load: dict[str, Value] = {"graph": _GRAPH, "number": _NUMBER, "fingerprint": token_hex(16), "progress": ""}
        load |= {"created": counts.nodes + counts.edges, "changed": 0, "removed": 0}
        load |= {"state": "finished", "started": now, "finished": now}
        self._table(LOAD, load).add(load)

    def _table(self, shape: Shape, values: Mapping[str, Value]) -> BulkTable:
        fitting = shape.holding(values)
        table = self._made.get(fitting.name)
        if table is None:
            table = self._made[fitting.name] = BulkTable(self._folder, fitting)
            self._open.callback(table.close)
        if not table.rows % _TOLD_EVERY:
            self._listener(table.name, table.rows)
        return table

    def counts(self) -> BulkCounts:
        """How many nodes and edges were added."""
        rows = {name: table.rows for name, table in self._made.items()}
        nodes = sum(rows.get(kind, 0) for kind in NodeKind)
        return BulkCounts(nodes, sum(rows.values()) - nodes, rows.get(NodeKind.PATIENT, 0))

    def arguments(self) -> Iterator[str]:
        """The importer's options; asked for when all tables are closed."""
        yield from _OPTIONS
        tables = self._made.values()
        if multiline := [f"{table.name}.csv" for table in tables if table.multiline]:
            yield "--multiline-fields-format=v2"
            yield f"--multiline-fields={','.join(multiline)}"
        # A row must fit into the importer's buffer, of four megabytes when nothing is said, several times (tried).
        longest = max(table.longest for table in tables)
        if _ROOM * longest > _BUFFER:
            yield f"--read-buffer-size={_ROOM * longest}"
        yield from sorted(table.argument for table in tables)
