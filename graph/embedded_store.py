"""The default store: one SQLite file, no server, opened by several processes at once.

WAL lets readers go on while one process writes; a transaction is whole or absent after a kill. Ids are numbered once, so that
an edge is five small integers in a clustered table. Each element carries three load tags — the load that created it, the last
that changed it, the last that saw it — from which a finished load's counts and the stale elements follow.
"""

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import cast

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.embedded_sql import CREATE, FORMAT, UPSERT_EDGE, UPSERT_NODE
from graph.errors import SchemaError, StoreUnavailableError, UnknownNodeError
from graph.store import PATIENT_EDGES, Batch, EdgeColumns, GraphStore, Load, LoadCounts, check_batch

NUMBERS_KEPT = 300_000
"""Ids whose numbers are kept in memory, so that a load of any size needs bounded memory."""
NONE: Mapping[str, PropertyValue] = MappingProxyType({})


def _text(properties: Mapping[str, PropertyValue]) -> str:
    return json.dumps(dict(properties), sort_keys=True, ensure_ascii=False, separators=(",", ":")) if properties else ""


def _properties(text: str) -> dict[str, PropertyValue]:
    loaded = json.loads(text) if text else {}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in loaded.items()}


class EmbeddedStore:
    """A :class:`graph.store.GraphStore` in one SQLite file.

    Args:
        path: the file; made, with its folder, when it does not exist.

    Raises:
        StoreUnavailableError: when the file cannot be opened or is not such a store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._numbers: dict[str, tuple[int, int]] = {}
        self._provenances: dict[Provenance, tuple[int, int]] = {}
        with self._guard():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not self._has_tables():
                self._connection.executescript(CREATE)
            found = self.noted("format") or FORMAT
            if found != FORMAT:
                raise StoreUnavailableError(
                    f"{path} has format {found}, {FORMAT} is expected; rebuild it with `python -m loaders build`"
                )
            if not self.noted("format"):
                self.note("format", FORMAT)
            self._words = self._read_words()
            self._codes = {word: number for number, word in self._words.items()}
            self._patient = self._codes[NodeKind.PATIENT]
            self._patient_edges = frozenset(self._codes[kind] for kind in PATIENT_EDGES)

    def _has_tables(self) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE name = 'edge'"
        return self._connection.execute(query).fetchone() is not None

    def _read_words(self) -> dict[int, str]:
        """Numbers of the kinds and levels in this file: words are numbered by the file, so a new kind renumbers none."""
        known = dict(self._connection.execute("SELECT num, word FROM word"))
        new = [(word,) for word in (*NodeKind, *EdgeKind, *KnowledgeLevel) if word not in set(known.values())]
        if new:
            self._connection.executemany("INSERT OR IGNORE INTO word (word) VALUES (?)", new)
            known = dict(self._connection.execute("SELECT num, word FROM word"))
        return known

    @property
    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=60, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA cache_size=-65536")
            self._local.connection = connection
            self._connections.append(connection)
        return cast(sqlite3.Connection, connection)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn SQLite's and the file system's errors into ours."""
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreUnavailableError(f"the store {self.path} cannot be used: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                self._numbers.clear()
                self._provenances.clear()
                raise
            connection.execute("COMMIT")

    # Loads

    def start_load(self, fingerprint: str) -> Load:
        """See :meth:`graph.store.GraphStore.start_load`."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT number, progress FROM load WHERE fingerprint = ? AND state = 'running'", (fingerprint,)
            ).fetchone()
            if row:
                return Load(row[0], fingerprint, row[1], resumed=True)
            cursor = connection.execute(
                "INSERT INTO load (fingerprint, state, progress, revision) VALUES (?, 'running', '', ?)",
                (fingerprint, self.revision()),
            )
            return Load(cast(int, cursor.lastrowid), fingerprint, "", resumed=False)

    def write(self, batch: Batch, load: Load, progress: str) -> None:
        """See :meth:`graph.store.GraphStore.write`."""
        check_batch(batch)
        with self._transaction() as connection:
            self._write_nodes(connection, batch.nodes, load.number)
            for columns in batch.edges:
                self._write_edges(connection, columns, load.number)
            knows = any(n.kind is not NodeKind.PATIENT for n in batch.nodes) or any(
                c.kind not in PATIENT_EDGES for c in batch.edges
            )
            if knows:
                self._put(connection, "revision", f"unfinished-{load.number}")
            self._put(connection, "stamp", f"{load.number}:{progress}")
            connection.execute("UPDATE load SET progress = ? WHERE number = ?", (progress, load.number))

    def _write_nodes(self, connection: sqlite3.Connection, nodes: Sequence[Node], tag: int) -> None:
        rows = [
            (
                node.id,
                self._codes[node.kind],
                node.name,
                json.dumps(node.aliases, ensure_ascii=False) if node.aliases else "",
                _text(node.properties),
                self._provenance(connection, node.provenance)[0],
                tag,
                tag,
                tag,
            )
            for node in nodes
        ]
        connection.executemany(UPSERT_NODE, rows)
        for node in nodes:
            self._numbers.pop(node.id, None)

    def _write_edges(self, connection: sqlite3.Connection, columns: EdgeColumns, tag: int) -> None:
        numbers = self._lookup(connection, columns)
        provenance = {p: self._provenance(connection, p) for p in set(columns.provenances)}
        kind = self._codes[columns.kind]
        rows = zip(
            [kind] * len(columns),
            [numbers[i] for i in columns.starts],
            [numbers[i] for i in columns.ends],
            [provenance[p][1] for p in columns.provenances],
            columns.records,
            [provenance[p][0] for p in columns.provenances],
            [self._codes[level] for level in columns.levels],
            columns.evidences,
            columns.known_sinces,
            [_text(p) if p else "" for p in columns.properties],
            [tag] * len(columns),
            [tag] * len(columns),
            [tag] * len(columns),
            strict=True,
        )
        connection.executemany(UPSERT_EDGE, sorted(rows, key=itemgetter(1, 2)))

    def _lookup(self, connection: sqlite3.Connection, columns: EdgeColumns) -> dict[str, int]:
        """Numbers of all ends of the columns, each of the kind that the columns say."""
        if len(self._numbers) > NUMBERS_KEPT:
            self._numbers.clear()
        found: dict[str, int] = {}
        for ids, kind in ((set(columns.starts), columns.start_kind), (set(columns.ends), columns.end_kind)):
            missing = [i for i in ids if i not in self._numbers]
            for chunk in (missing[i : i + 20_000] for i in range(0, len(missing), 20_000)):
                query = "SELECT id, num, kind FROM node WHERE id IN (SELECT value FROM json_each(?))"
                for node_id, number, code in connection.execute(query, (json.dumps(chunk),)):
                    self._numbers[node_id] = (number, code)
            for i in ids:
                if i not in self._numbers:
                    raise SchemaError(str(columns.kind), "unknown-end", f"no {kind} node {i!r} in the store")
                number, code = self._numbers[i]
                if code != self._codes[kind]:
                    raise SchemaError(str(columns.kind), "bad-ends", f"{i!r} is a {self._words[code]}, a {kind} is expected")
                found[i] = number
        return found

    def _provenance(self, connection: sqlite3.Connection, provenance: Provenance) -> tuple[int, int]:
        """Numbers of the provenance and of its source."""
        if provenance not in self._provenances:
            row = (provenance.source, provenance.source_version, provenance.licence)
            connection.execute("INSERT OR IGNORE INTO origin (source) VALUES (?)", row[:1])
            connection.execute("INSERT OR IGNORE INTO provenance (source, source_version, licence) VALUES (?, ?, ?)", row)
            query = """SELECT p.num, o.num FROM provenance p JOIN origin o ON o.source = p.source
                       WHERE p.source = ? AND p.source_version = ? AND p.licence = ?"""
            self._provenances[provenance] = connection.execute(query, row).fetchone()
        return self._provenances[provenance]

    def finish_load(self, load: Load, *, remove_stale: bool) -> LoadCounts:
        """See :meth:`graph.store.GraphStore.finish_load`."""
        tag = load.number
        with self._transaction() as connection:
            removed = self._remove_stale(connection, tag) if remove_stale else {}
            created, changed, knowledge = 0, 0, sum(n for patient, n in removed.items() if not patient)
            for table, patient_kinds in (("node", {self._patient}), ("edge", self._patient_edges)):
                query = f"""SELECT kind, sum(created = ?1), sum(changed = ?1 AND created <> ?1) FROM {table}
                            WHERE changed = ?1 GROUP BY kind"""
                for kind, new, other in connection.execute(query, (tag,)):
                    created, changed = created + new, changed + other
                    knowledge += 0 if kind in patient_kinds else new + other
            row = connection.execute("SELECT revision FROM load WHERE number = ?", (tag,)).fetchone()
            self._put(connection, "revision", f"load-{tag}" if knowledge else row[0])
            self._put(connection, "stamp", f"{tag}:finished")
            connection.execute("UPDATE load SET state = 'finished' WHERE number = ?", (tag,))
        return LoadCounts(created, changed, sum(removed.values()))

    def _remove_stale(self, connection: sqlite3.Connection, tag: int) -> dict[bool, int]:
        """Remove what earlier loads saw and this did not; how many, patients' elements (True) and knowledge (False)."""
        removed = {True: 0, False: 0}
        connection.execute("CREATE TEMP TABLE gone AS SELECT num, kind FROM node WHERE seen <> ?", (tag,))
        dangling = "seen <> ? OR start IN (SELECT num FROM gone) OR end IN (SELECT num FROM gone)"
        for kind, n in connection.execute(f"SELECT kind, count(*) FROM edge WHERE {dangling} GROUP BY kind", (tag,)):
            removed[kind in self._patient_edges] += n
        for kind, n in connection.execute("SELECT kind, count(*) FROM gone GROUP BY kind"):
            removed[kind == self._patient] += n
        connection.execute(f"DELETE FROM edge WHERE {dangling}", (tag,))
        connection.execute("DELETE FROM node WHERE num IN (SELECT num FROM gone)")
        connection.execute("DROP TABLE gone")
        self._numbers.clear()
        return removed

    # Reading

    def _node(self, row: tuple[str, int, str, str, str, str, str, str]) -> Node:
        node_id, kind, name, aliases, properties, *provenance = row
        return Node(
            NodeId(node_id),
            NodeKind(self._words[kind]),
            name,
            Provenance(*provenance),
            tuple(json.loads(aliases)) if aliases else (),
            _properties(properties),
        )

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        query = """SELECT id, kind, name, aliases, properties, source, source_version, licence
                   FROM node JOIN provenance ON provenance.num = node.provenance WHERE id = ?"""
        with self._guard():
            row = self._connection.execute(query, (node_id,)).fetchone()
        if row is None:
            raise UnknownNodeError(node_id)
        return self._node(row)

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        query = """SELECT id, kind, name, aliases, properties, source, source_version, licence
                   FROM node JOIN provenance ON provenance.num = node.provenance
                   WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"""
        with self._guard():
            rows = self._connection.execute(query, (self._codes[kind], after, -1 if limit is None else limit))
            yield from map(self._node, rows)

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        codes = json.dumps(sorted(self._codes[k] for k in (kinds or EdgeKind)))
        query = """SELECT edge.kind, target.id, p.source, p.source_version, p.licence, level, evidence, record,
                          known_since, edge.properties
                   FROM edge JOIN node AS target ON target.num = edge.end JOIN provenance AS p ON p.num = edge.provenance
                   WHERE edge.kind IN (SELECT value FROM json_each(?)) AND start = (SELECT num FROM node WHERE id = ?)"""
        with self._guard():
            rows = self._connection.execute(query, (codes, node_id)).fetchall()
        edges = [
            Edge(
                EdgeKind(self._words[kind]),
                node_id,
                NodeId(end),
                Provenance(*provenance),
                KnowledgeLevel(self._words[level]),
                evidence,
                record,
                known_since,
                _properties(properties),
            )
            for kind, end, *provenance, level, evidence, record, known_since, properties in rows
        ]
        return sorted(edges, key=lambda edge: edge.key)

    def knowledge_edges(self) -> Iterator[EdgeColumns]:
        """See :meth:`graph.store.GraphStore.knowledge_edges`."""
        with self._guard():
            connection = self._connection
            # Numbers are dense: a list answers several times faster than a dictionary.
            size = (connection.execute("SELECT max(num) FROM node").fetchone()[0] or 0) + 1
            ids, kinds = [NodeId("")] * size, [self._patient] * size
            query = "SELECT num, id, kind FROM node WHERE kind <> ?"
            for number, node_id, kind in connection.execute(query, (self._patient,)):
                ids[number], kinds[number] = NodeId(node_id), kind
            query = "SELECT num, source, source_version, licence FROM provenance"
            provenances = {number: Provenance(*row) for number, *row in connection.execute(query)}
            query = "SELECT start, end, provenance, level, evidence, record, known_since, properties FROM edge WHERE kind = ?"
            for kind in sorted(set(EdgeKind) - PATIENT_EDGES):
                rows = connection.execute(query, (self._codes[kind],)).fetchall()
                joined: dict[tuple[int, int], list[tuple[int, int, int, int, str, str, str, str]]] = defaultdict(list)
                for row in rows:
                    joined[kinds[row[0]], kinds[row[1]]].append(row)
                for (start_kind, end_kind), group in sorted(joined.items(), key=lambda item: item[0]):
                    yield self._columns(kind, (start_kind, end_kind), group, ids, provenances)

    def _columns(
        self,
        kind: EdgeKind,
        ends: tuple[int, int],
        rows: Sequence[tuple[int, int, int, int, str, str, str, str]],
        ids: Sequence[NodeId],
        provenances: Mapping[int, Provenance],
    ) -> EdgeColumns:
        starts, stops, sources, levels, evidences, records, sinces, texts = zip(*rows, strict=True)
        level_of = {self._codes[level]: level for level in KnowledgeLevel}
        return EdgeColumns(
            kind,
            NodeKind(self._words[ends[0]]),
            NodeKind(self._words[ends[1]]),
            list(map(ids.__getitem__, starts)),
            list(map(ids.__getitem__, stops)),
            list(map(provenances.__getitem__, sources)),
            list(map(level_of.__getitem__, levels)),
            evidences,
            records,
            sinces,
            [_properties(text) if text else NONE for text in texts],
        )

    def counts(self) -> dict[str, int]:
        """See :meth:`graph.store.GraphStore.counts`."""
        with self._guard():
            nodes = self._connection.execute("SELECT kind, count(*) FROM node GROUP BY kind ORDER BY kind").fetchall()
            edges = self._connection.execute("SELECT kind, count(*) FROM edge GROUP BY kind ORDER BY kind").fetchall()
        return {self._words[kind]: n for kind, n in nodes + edges}

    # Notes

    def _put(self, connection: sqlite3.Connection, key: str, value: str) -> None:
        connection.execute("INSERT INTO note VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))

    def revision(self) -> str:
        """See :meth:`graph.store.GraphStore.revision`."""
        return self.noted("revision") or "empty"

    def note(self, key: str, value: str) -> None:
        """See :meth:`graph.store.GraphStore.note`."""
        with self._guard():
            self._put(self._connection, key, value)

    def noted(self, key: str) -> str:
        """See :meth:`graph.store.GraphStore.noted`."""
        with self._guard():
            row = self._connection.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    # Building beside

    @property
    def _staging_path(self) -> Path:
        return self.path.with_name(self.path.name + ".building")

    def staging(self) -> "EmbeddedStore":
        """See :meth:`graph.store.GraphStore.staging`."""
        base = f"base {self.noted('stamp')}"
        if self._staging_path.exists():
            found = EmbeddedStore(self._staging_path)
            if found.noted("base") == base:
                return found
            found.discard()
        staging = EmbeddedStore(self._staging_path)
        with self._guard():
            self._connection.backup(staging._connection)
        staging.note("base", base)
        return staging

    def adopt(self, staging: GraphStore) -> None:
        """See :meth:`graph.store.GraphStore.adopt`."""
        if not isinstance(staging, EmbeddedStore):
            raise TypeError("only a staging of the same store can be adopted")
        if staging.noted("base") != f"base {self.noted('stamp')}":
            raise StoreUnavailableError("the store was written to while the build ran; run the build again")
        with self._guard():
            # One step of SQLite's backup is one transaction of the target: readers see the old content or the new.
            staging._connection.backup(self._connection)
        self._numbers.clear()
        self._provenances.clear()
        staging.discard()

    def discard(self) -> None:
        """Close the store and delete its files."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """See :meth:`graph.store.GraphStore.close`."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()
