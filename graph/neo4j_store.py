"""The store on a Neo4j server: the only module that knows the driver.

Every statement is a file of ``cypher/store/``. A store is a node that points at one *graph* (a number that all its elements
carry), so that a build goes into another graph beside it and takes its place by moving the pointer. A writer first locks that
node, which keeps other writers out until its transaction ends; every transaction may be run twice without harm, so that the
driver retries it when a connection is lost. The server shows readers what others commit meanwhile: what is read in several
steps is read again when the store changed in between.
"""

import logging
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from secrets import token_hex
from typing import Any, LiteralString, TypeVar

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    Driver,
    GraphDatabase,
    ManagedTransaction,
    NotificationMinimumSeverity,
    Session,
)
from neo4j.exceptions import ClientError, DriverError, IncompleteCommit, Neo4jError

from graph import neo4j_told
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import SchemaError, StoreUnavailableError, UnknownNodeError
from graph.neo4j_address import Neo4jAddress
from graph.neo4j_build import OTHER, abandon, adopt, begin, check_format, check_version, delete_retired, others_build, state_of
from graph.neo4j_read import ElementReader
from graph.neo4j_rows import FORMAT
from graph.neo4j_statements import BUILDING, LIVE, Rows, Run, State
from graph.neo4j_write import finish, remove_some, write_batch
from graph.queries import catalogue, query
from graph.schema import CURIE
from graph.store import Batch, EdgeColumns, GraphStore, Load, LoadCounts, check_batch
from graph.telling import Decide
from graph.told import ToldRecord, carry_told

T = TypeVar("T")
ATTEMPTS = 20
"""How often a build is given what was told while it was about to take its place."""
# What goes wrong is said once, by our errors: without a handler the driver's warnings would stand on the standard error.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class Neo4jServer:
    """Connections to a database, its transactions and its errors.

    Args:
        address: where it is.
    """

    def __init__(self, address: Neo4jAddress) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._driver: Driver | None = None
        self._process = os.getpid()
        self._closed = False

    def read(self, work: Callable[[Run], T]) -> T:
        """What a transaction that only reads answers; it is run again when a connection is lost."""
        with self._session(READ_ACCESS) as session:
            return session.execute_read(lambda transaction: work(_run_in(transaction)))

    def change(self, work: Callable[[Run], T]) -> T:
        """What a transaction that writes answers; it is run again when a connection is lost, even if it had been committed."""
        with self._session(WRITE_ACCESS) as session:
            try:
                return session.execute_write(lambda transaction: work(_run_in(transaction)))
            except IncompleteCommit:
                return session.execute_write(lambda transaction: work(_run_in(transaction)))

    def run(self, name: str, **params: Any) -> None:
        """Run a statement that makes transactions of its own."""
        with self._session(WRITE_ACCESS) as session:
            session.run(_statement(name), params).consume()

    def define(self, name: str) -> None:
        """Run a statement that makes a constraint or an index, which another process may be making at this moment."""
        with self._session(WRITE_ACCESS) as session:
            try:
                session.execute_write(lambda transaction: _run_in(transaction)(name))
            except ClientError as error:
                if error.code != "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists":
                    raise

    @contextmanager
    def _session(self, mode: str) -> Iterator[Session]:
        with (
            _guard(self.address),
            self._driver_here().session(database=self.address.database, default_access_mode=mode, fetch_size=10_000) as session,
        ):
            yield session

    def _driver_here(self) -> Driver:
        """The driver of this process: a forked one shares no connections with its parent."""
        with self._lock:
            if self._closed:
                raise StoreUnavailableError(f"the store {self.address} was closed")
            if self._driver is None or self._process != os.getpid():
                signed = (self.address.credentials.user, self.address.credentials.password)
                self._driver = GraphDatabase.driver(
                    self.address.server,
                    auth=signed,
                    notifications_min_severity=NotificationMinimumSeverity.OFF,
                    telemetry_disabled=True,
                    user_agent="rxpath",
                    # A request that finds no server is answered within four seconds; the driver's own defaults wait a minute.
                    connection_timeout=1.0,
                    connection_acquisition_timeout=2.0,
                    max_transaction_retry_time=2.0,
                )
                self._process = os.getpid()
            return self._driver

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            self._closed = True
            if self._driver is not None and self._process == os.getpid():
                self._driver.close()


class Neo4jStore:
    """A :class:`graph.store.GraphStore` in a Neo4j database, which becomes one when it is none yet.

    Args:
        address: where the database is.
        name: which of its stores: the live one, or the one that a build goes into.
        graph: the number of the graph that is built; None for the live store, whose graph changes.

    Raises:
        StoreUnavailableError: when the server cannot be reached or used, is too old, or holds a store of another format.
    """

    def __init__(self, address: Neo4jAddress, name: str = LIVE, graph: int | None = None) -> None:
        self.address = address
        self.name = name
        self._graph = graph
        self._server = Neo4jServer(address)
        self._reader = ElementReader(self._server, name)
        try:
            check_version(self._server, address)
            state = state_of(self._server, LIVE)
            # A database that was imported has its content, and neither constraints nor indexes.
            if state is None or state.get("imported"):
                self._prepare()
            check_format(self._server, address)
        except BaseException:
            self._server.close()
            raise

    def _prepare(self) -> None:
        for name in catalogue():
            if name.startswith("schema/"):
                self._server.define(name)
        self._server.run("store/await_indexes")
        self._server.change(lambda run: run("store/create_live", format=FORMAT, stamp=token_hex(8)))

    def _change(self, work: Callable[[Run, State], T], *, load: bool = True) -> T:
        """Run a transaction that alone writes to this store; it is given what the store's node says.

        Args:
            work: what to do.
            load: whether it belongs to a load, so that no build that began before may take this store's place.
        """

        def locked(run: Run) -> T:
            rows = run("store/lock", store=self.name, stamp=token_hex(8), load=load)
            return work(run, self._own(rows))

        return self._server.change(locked)

    def _own(self, rows: Rows) -> State:
        """What the store's node says, unless it is another build's by now."""
        if not rows or self._graph not in (None, rows[0][0]["graph"]):
            raise StoreUnavailableError(f"{self.address} holds no {self.name} store any more; run the command again")
        state: State = rows[0][0]
        return state

    # Loads

    def start_load(self, fingerprint: str) -> Load:
        """See :meth:`graph.store.GraphStore.start_load`."""
        rows = self._change(lambda run, _: run("store/start_load", store=self.name, fingerprint=fingerprint))
        number, progress, resumed = rows[0]
        if self._graph is not None and others_build(self._server, self._graph, fingerprint):
            # Which of both came first is not known, and both would remove the other's elements as stale.
            self.discard()
            raise StoreUnavailableError(OTHER)
        return Load(number, fingerprint, progress, resumed)

    def write(self, batch: Batch, load: Load, progress: str) -> None:
        """See :meth:`graph.store.GraphStore.write`."""
        check_batch(batch)

        def work(run: Run, state: State) -> None:
            kept = neo4j_told.unmarked(run, state["graph"], batch)
            write_batch(run, self.name, state, kept, load.number, progress)

        self._change(work)

    def finish_load(self, load: Load, *, remove_stale: bool, derived: bool = False) -> LoadCounts:
        """See :meth:`graph.store.GraphStore.finish_load`."""
        tag = load.number
        if remove_stale:
            # In parts: the memory of a transaction is bounded. A load that is interrupted here goes on with the rest.
            if not derived:
                self._change(lambda run, state: run("store/keep_ends", graph=state["graph"], tag=tag))
            whole = ("store/remove_stale_edges", "store/remove_stale_nodes")
            for name in ("store/remove_stale_derived",) if derived else whole:
                while self._change(partial(remove_some, store=self.name, name=name, tag=tag)):
                    pass
        return self._change(lambda run, state: finish(run, self.name, state, tag))

    # Reading

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        node = self._reader.node(node_id) if CURIE.fullmatch(node_id) else None
        if node is None:
            raise UnknownNodeError(node_id)
        return node

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        return self._reader.nodes(kind, after, limit)

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        return self._reader.edges_from(node_id, kinds or tuple(EdgeKind)) if CURIE.fullmatch(node_id) else ()

    def knowledge_edges(self, *, derived: bool = False) -> Iterator[EdgeColumns]:
        """See :meth:`graph.store.GraphStore.knowledge_edges`."""
        return self._reader.knowledge_edges(derived=derived)

    def counts(self) -> dict[str, int]:
        """See :meth:`graph.store.GraphStore.counts`."""
        return self._reader.counts()

    # Notes

    def revision(self) -> str:
        """See :meth:`graph.store.GraphStore.revision`."""
        return str(self._state()["revision"])

    def _state(self) -> State:
        return self._own(self._server.read(lambda run: run("store/state", store=self.name)))

    def note(self, key: str, value: str) -> None:
        """See :meth:`graph.store.GraphStore.note`."""

        def keep(run: Run, _: State | None = None) -> None:
            run("store/note", store=self.name, key=key, text=value)

        # Who builds writes no note for another build; one beside the live store leaves that as it was.
        if self._graph is None:
            self._server.change(keep)
        else:
            self._change(keep)

    def noted(self, key: str) -> str:
        """See :meth:`graph.store.GraphStore.noted`."""
        rows = self._server.read(lambda run: run("store/noted", store=self.name, key=key))
        return str(rows[0][0]) if rows else ""

    # Told of patients

    def tell(self, patient: NodeId, decide: Decide) -> None:
        """See :meth:`graph.telling.LiveRecords.tell`."""
        self._change(lambda run, state: neo4j_told.tell(run, self.name, state, patient, decide), load=False)

    def forget(self, patient: NodeId) -> int:
        """See :meth:`graph.telling.LiveRecords.forget`."""
        gone = self._change(lambda run, state: neo4j_told.forget(run, self.name, state, patient), load=False)
        delete_retired(self._server)
        return gone

    def is_erased(self, patient: NodeId) -> bool:
        """See :meth:`graph.telling.LiveRecords.is_erased`."""
        return self.told_record(patient).erased

    def last_telling(self) -> int:
        """See :meth:`graph.told.ToldStore.last_telling`."""
        return int(self._state().get("told", 0))

    def told_before(self) -> int:
        """See :meth:`graph.told.ToldStore.told_before`."""
        return int(self._state().get("told_before", 0))

    def told_since(self, number: int) -> Sequence[NodeId]:
        """See :meth:`graph.told.ToldStore.told_since`."""
        rows = self._server.read(lambda run: run("store/told_since", store=self.name, number=number))
        return [NodeId(patient) for (patient,) in rows]

    def told_record(self, patient: NodeId) -> ToldRecord:
        """See :meth:`graph.told.ToldStore.told_record`."""

        return self._server.read(
            lambda run: neo4j_told.record_of(run, self._own(run("store/state", store=self.name))["graph"], patient)
        )

    # Building beside

    def staging(self) -> "Neo4jStore":
        """See :meth:`graph.store.GraphStore.staging`."""
        return Neo4jStore(self.address, BUILDING, begin(self._server, FORMAT))

    def adopt(self, staging: GraphStore) -> None:
        """See :meth:`graph.store.GraphStore.adopt`."""
        if not isinstance(staging, Neo4jStore) or staging._graph is None:
            raise TypeError("only a staging of the same store can be adopted")
        for _ in range(ATTEMPTS):
            if adopt(self._server, staging._graph, carry_told(self, staging)):
                staging.close()
                return
        raise StoreUnavailableError("the store is told of patients without a pause; run the build again")

    def discard(self) -> None:
        """See :meth:`graph.store.GraphStore.discard`."""
        abandon(self._server, self._graph)
        self.close()

    def close(self) -> None:
        """See :meth:`graph.store.GraphStore.close`."""
        self._server.close()


def holds_store(address: Neo4jAddress) -> bool:
    """Whether a database holds a store; asking makes none.

    Raises:
        StoreUnavailableError: when it cannot be asked.
    """
    server = Neo4jServer(address)
    try:
        return state_of(server, LIVE) is not None
    finally:
        server.close()


def _run_in(transaction: ManagedTransaction) -> Run:
    def run(name: str, /, **params: Any) -> Rows:
        return [record.values() for record in transaction.run(_statement(name), params)]

    return run


def _statement(name: str) -> LiteralString:
    # The catalogue's texts are files of the project: as good as literals.
    return query(name).text


@contextmanager
def _guard(address: Neo4jAddress) -> Iterator[None]:
    """Turn the driver's errors into ours; a server's message may repeat what was written, so that only its code goes on."""
    try:
        yield
    except Neo4jError as error:
        raise StoreUnavailableError(_reason(address, error.code or "")) from None
    except DriverError as error:
        reason = "its certificate is not trusted" if _is_about_tls(error) else type(error).__name__
        raise StoreUnavailableError(f"{address} cannot be reached: {reason}") from None
    except UnicodeEncodeError:
        raise SchemaError("text", "bad-text", "a text that UTF-8 can hold is expected") from None


def _is_about_tls(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, is about a certificate."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason(address: Neo4jAddress, code: str) -> str:
    """Why a server does not do what it is told, by the code of its error."""
    prefix = address.credentials.prefix
    stopped = "stopped for an error that its own log tells, such as a full disk; restart it when that is mended"
    reasons = {
        "Neo.ClientError.Security.Unauthorized": f"refuses user or password; {prefix}_USER and {prefix}_PASSWORD give them",
        "Neo.ClientError.Security.AuthenticationRateLimit": "refuses to check more passwords for a while after wrong ones",
        "Neo.ClientError.Security.CredentialsExpired": "wants another password to be set first",
        "Neo.ClientError.Database.DatabaseNotFound": "has no such database",
        "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": "is read-only",
        "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": "is read-only",
        "Neo.DatabaseError.Transaction.TransactionLogError": stopped,
        "Neo.DatabaseError.Transaction.TransactionCommitFailed": stopped,
        "Neo.DatabaseError.Transaction.TransactionStartFailed": stopped,
    }
    return f"{address} {reasons.get(code, f'cannot do it now: {code}')}"
