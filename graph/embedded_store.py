"""The default store: one SQLite file, no server, opened by several processes at once.

WAL lets readers go on while one process writes; a transaction is whole or absent after a kill. Ids are numbered once, so that
an edge is five small integers in a clustered table. Each element carries three load tags — the load that created it, the last
that changed it, the last that saw it — from which a finished load's counts and the stale elements follow.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import cast

from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.embedded_file import EmbeddedFile, delete_files
from graph.embedded_read import ElementReader
from graph.embedded_told import ToldRows
from graph.embedded_write import ElementWriter
from graph.errors import StoreUnavailableError, UnknownNodeError
from graph.revision import Revision
from graph.schema import CURIE
from graph.store import (
    DERIVED_EDGES,
    KNOWLEDGE_EDGES,
    KNOWLEDGE_NODES,
    Batch,
    EdgeColumns,
    GraphStore,
    Load,
    LoadCounts,
    check_batch,
)
from graph.telling import Decide
from graph.told import ToldRecord, carry_told, patients_of, without_marked

ATTEMPTS = 20
"""How often a build is given what was told while it was about to take its place."""


class _ToldMeanwhileError(Exception):
    """Something was told of a patient after a build was given what had been told."""


class EmbeddedStore:
    """A :class:`graph.store.GraphStore` in one SQLite file.

    Args:
        path: the file; made, with its folder, when it does not exist.

    Raises:
        StoreUnavailableError: when the file cannot be opened or is not such a store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = EmbeddedFile(path)
        self._words, self._codes = self._file.words, self._file.codes
        self._writer = ElementWriter(self._codes)
        self._reader = ElementReader(self._words)
        self._told = ToldRows(self._codes, self._reader, self._writer)
        self._stamp = ""
        self._knowledge = frozenset(self._codes[kind] for kind in {*KNOWLEDGE_NODES, *KNOWLEDGE_EDGES})
        self._derived = json.dumps(sorted(self._codes[kind] for kind in DERIVED_EDGES))

    @contextmanager
    def _transaction(self, *, load: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction that gives the file a new stamp: a text that names its content, patients included.

        Args:
            load: whether it belongs to a load, so that no build that began before may take this store's place.
        """
        with self._file.transaction() as connection:
            if self._file.get(connection, "state", "stamp") != self._stamp:
                # Another opening has written: numbers may have gone, or be of other nodes.
                self._writer.forget()
            try:
                yield connection
            except BaseException:
                self._writer.forget()
                raise
            self._stamp = token_hex(8)
            self._file.put(connection, "state", "stamp", self._stamp)
            if load:
                self._file.put(connection, "state", "loaded", self._stamp)

    # Loads

    def start_load(self, fingerprint: str) -> Load:
        """See :meth:`graph.store.GraphStore.start_load`."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT number, progress FROM load WHERE fingerprint = ? AND state = 'running'", (fingerprint,)
            ).fetchone()
            if row:
                return Load(row[0], fingerprint, row[1], resumed=True)
            insert = "INSERT INTO load (fingerprint, state, progress, removed) VALUES (?, 'running', '', 0)"
            number = connection.execute(insert, (fingerprint,)).lastrowid
            return Load(cast(int, number), fingerprint, "", resumed=False)

    def write(self, batch: Batch, load: Load, progress: str) -> None:
        """See :meth:`graph.store.GraphStore.write`."""
        check_batch(batch)
        with self._transaction() as connection:
            batch = without_marked(batch, self._told.marks(connection, patients_of(batch)))
            self._writer.write_nodes(connection, batch.nodes, load.number)
            for columns in batch.edges:
                self._writer.write_edges(connection, columns, load.number)
            knows = any(n.kind in KNOWLEDGE_NODES for n in batch.nodes) or any(c.kind in KNOWLEDGE_EDGES for c in batch.edges)
            if knows:
                self._set_revision(connection, self._revision(connection).begin(load.number))
            connection.execute("UPDATE load SET progress = ? WHERE number = ?", (progress, load.number))

    def finish_load(self, load: Load, *, remove_stale: bool, derived: bool = False) -> LoadCounts:
        """See :meth:`graph.store.GraphStore.finish_load`."""
        tag = load.number
        with self._transaction() as connection:
            stale: Counter[bool] = Counter()
            if remove_stale:
                stale = self._remove_derived(connection, tag) if derived else self._remove_stale(connection, tag)
            created, changed, knowledge = 0, 0, stale[True]
            for table in ("node", "edge"):
                query = f"""SELECT kind, sum(created = ?1), sum(changed = ?1 AND created <> ?1) FROM {table}
                            WHERE changed = ?1 GROUP BY kind"""
                for kind, new, other in connection.execute(query, (tag,)):
                    created, changed = created + new, changed + other
                    knowledge += new + other if kind in self._knowledge else 0
            self._set_revision(connection, self._revision(connection).end(tag, changed=knowledge > 0))
            before = connection.execute("SELECT removed FROM load WHERE number = ?", (tag,)).fetchone()[0]
            connection.execute("UPDATE load SET state = 'finished' WHERE number = ?", (tag,))
        return LoadCounts(created, changed, before + stale.total())

    def _set_revision(self, connection: sqlite3.Connection, revision: Revision) -> None:
        self._file.put(connection, "state", "revision", revision.current)
        self._file.put(connection, "state", "revision before", revision.before)

    def _revision(self, connection: sqlite3.Connection) -> Revision:
        current = self._file.get(connection, "state", "revision") or "empty"
        return Revision(current, self._file.get(connection, "state", "revision before"))

    def _remove_derived(self, connection: sqlite3.Connection, tag: int) -> Counter[bool]:
        """Remove derived edges that earlier loads saw and this did not; how many, none of them knowledge."""
        stale = "kind IN (SELECT value FROM json_each(?)) AND seen <> ?"
        return Counter({False: connection.execute(f"DELETE FROM edge WHERE {stale}", (self._derived, tag)).rowcount})

    def _remove_stale(self, connection: sqlite3.Connection, tag: int) -> Counter[bool]:
        """Remove what earlier loads saw and this did not; how many, of knowledge (True) and of all else (False)."""
        removed: Counter[bool] = Counter()
        self._told.keep_ends(connection, tag)
        connection.execute("CREATE TEMP TABLE gone AS SELECT num, kind FROM node WHERE seen NOT IN (0, ?)", (tag,))
        dangling = """(seen NOT IN (0, ?) AND kind NOT IN (SELECT value FROM json_each(?)))
                      OR start IN (SELECT num FROM gone) OR end IN (SELECT num FROM gone)"""
        bound = (tag, self._derived)
        for kind, n in connection.execute(f"SELECT kind, count(*) FROM edge WHERE {dangling} GROUP BY kind", bound):
            removed[kind in self._knowledge] += n
        for kind, n in connection.execute("SELECT kind, count(*) FROM gone GROUP BY kind"):
            removed[kind in self._knowledge] += n
        connection.execute(f"DELETE FROM edge WHERE {dangling}", bound)
        connection.execute("DELETE FROM node WHERE num IN (SELECT num FROM gone)")
        connection.execute("DROP TABLE gone")
        self._writer.forget()
        return removed

    # Reading

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        if not CURIE.fullmatch(node_id):
            raise UnknownNodeError(node_id)
        with self._file.reading() as connection:
            node = self._reader.node(connection, node_id)
        if node is None:
            raise UnknownNodeError(node_id)
        return node

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        with self._file.reading() as connection:
            yield from self._reader.nodes(connection, kind, after, limit)

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        if not CURIE.fullmatch(node_id):
            return ()
        with self._file.reading() as connection:
            return self._reader.edges_from(connection, node_id, kinds or tuple(EdgeKind))

    def knowledge_edges(self, *, derived: bool = False) -> Iterator[EdgeColumns]:
        """See :meth:`graph.store.GraphStore.knowledge_edges`."""
        with self._file.reading() as connection:
            yield from self._reader.edges(connection, DERIVED_EDGES if derived else KNOWLEDGE_EDGES)

    def counts(self) -> dict[str, int]:
        """See :meth:`graph.store.GraphStore.counts`."""
        with self._file.reading() as connection:
            nodes = connection.execute("SELECT kind, count(*) FROM node GROUP BY kind ORDER BY kind").fetchall()
            edges = connection.execute("SELECT kind, count(*) FROM edge GROUP BY kind ORDER BY kind").fetchall()
            return {self._words[kind]: n for kind, n in nodes + edges}

    # Notes

    def revision(self) -> str:
        """See :meth:`graph.store.GraphStore.revision`."""
        with self._file.reading() as connection:
            return self._revision(connection).current

    def note(self, key: str, value: str) -> None:
        """See :meth:`graph.store.GraphStore.note`."""
        with self._file.transaction() as connection:
            self._file.put(connection, "note", key, value)

    def noted(self, key: str) -> str:
        """See :meth:`graph.store.GraphStore.noted`."""
        with self._file.reading() as connection:
            return self._file.get(connection, "note", key)

    # Told of patients

    def tell(self, patient: NodeId, decide: Decide) -> None:
        """See :meth:`graph.telling.LiveRecords.tell`."""
        with self._transaction(load=False) as connection:
            self._told.tell(connection, patient, decide, self._next_telling(connection))

    def forget(self, patient: NodeId) -> int:
        """See :meth:`graph.telling.LiveRecords.forget`."""
        with self._transaction(load=False) as connection:
            gone = self._told.forget(connection, patient, self._next_telling(connection))
        self._file.scrub()
        if self._staging_path.exists():
            # What a build copied, and what an interrupted one left.
            staging = EmbeddedStore(self._staging_path)
            try:
                staging.forget(patient)
            finally:
                staging.close()
        return gone

    def is_erased(self, patient: NodeId) -> bool:
        """See :meth:`graph.telling.LiveRecords.is_erased`."""
        with self._file.reading() as connection:
            return self._told.is_erased(connection, patient)

    def _next_telling(self, connection: sqlite3.Connection) -> int:
        number = int(self._file.get(connection, "state", "told") or 0) + 1
        self._file.put(connection, "state", "told", str(number))
        return number

    def last_telling(self) -> int:
        """See :meth:`graph.told.ToldStore.last_telling`."""
        return int(self._file.state("told") or 0)

    def told_before(self) -> int:
        """See :meth:`graph.told.ToldStore.told_before`."""
        return int(self._file.state("told before") or 0)

    def told_since(self, number: int) -> Sequence[NodeId]:
        """See :meth:`graph.told.ToldStore.told_since`."""
        with self._file.reading() as connection:
            return self._told.since(connection, number)

    def told_record(self, patient: NodeId) -> ToldRecord:
        """See :meth:`graph.told.ToldStore.told_record`."""
        with self._file.reading() as connection:
            return self._told.record(connection, patient)

    # Building beside

    @property
    def _staging_path(self) -> Path:
        return self.path.with_name(self.path.name + ".building")

    def staging(self) -> "EmbeddedStore":
        """See :meth:`graph.store.GraphStore.staging`."""
        found = self._found_staging()
        if found is not None:
            return found
        delete_files(self._staging_path)
        staging = EmbeddedStore(self._staging_path)
        self._file.copy_to(staging._file, check=lambda: None)
        # The copy numbers its words as this file does: one of an older version otherwise than a new file.
        staging.close()
        staging = EmbeddedStore(self._staging_path)
        with staging._transaction() as connection:
            # Notes are about the store that they were kept beside: the staging begins without any.
            connection.execute("DELETE FROM note")
            base = self._file.get(connection, "state", "loaded")
            self._file.put(connection, "state", "base", f"base {base}")
            self._file.put(connection, "state", "told before", self._file.get(connection, "state", "told"))
        return staging

    def _found_staging(self) -> "EmbeddedStore | None":
        """A staging that an interrupted build left, if this store is still as it was then."""
        if not self._staging_path.exists():
            return None
        try:
            found = EmbeddedStore(self._staging_path)
        except StoreUnavailableError:
            return None
        if found._file.state("base") == f"base {self._file.state('loaded')}":
            return found
        found.close()
        return None

    def adopt(self, staging: GraphStore) -> None:
        """See :meth:`graph.store.GraphStore.adopt`."""
        if not isinstance(staging, EmbeddedStore):
            raise TypeError("only a staging of the same store can be adopted")
        with self._file.reading() as connection:
            notes = connection.execute("SELECT key, value FROM note").fetchall()
        with staging._transaction() as connection:
            connection.execute("DELETE FROM note")
            connection.executemany("INSERT INTO note VALUES (?, ?)", notes)
        for _ in range(ATTEMPTS):
            if self._replace_by(staging, carry_told(self, staging)):
                staging.discard()
                return
        raise StoreUnavailableError("the store is told of patients without a pause; run the build again")

    def _replace_by(self, staging: "EmbeddedStore", telling: int) -> bool:
        """Put a staging's content in the place of this store's, unless more was told since a telling.

        Raises:
            StoreUnavailableError: when a load wrote to this store since the staging was made.
        """
        base = staging._file.state("base")

        def check() -> None:
            if base != f"base {self._file.state('loaded')}":
                raise StoreUnavailableError("the store was written to while the build ran; run the build again")
            if self.last_telling() != telling:
                raise _ToldMeanwhileError

        try:
            staging._file.copy_to(self._file, check)
        except _ToldMeanwhileError:
            return False
        return True

    def discard(self) -> None:
        """See :meth:`graph.store.GraphStore.discard`."""
        self._file.delete()

    def close(self) -> None:
        """See :meth:`graph.store.GraphStore.close`."""
        self._file.close()
