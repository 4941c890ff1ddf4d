"""What the Neo4j store does beyond the contract: its statements' plans, its leftovers, its labels, its errors."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from deploy.neo4j.server import Server
from graph.connect import open_store, store_exists
from graph.credentials import Credentials
from graph.elements import EdgeKind, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import StoreUnavailableError
from graph.queries import catalogue
from tests.graph.building import SMALL, batch, content, edge, load, node
from tests.graph.processes import FORKS, PATIENCE

pytestmark = pytest.mark.neo4j

SCANS = {"AllNodesScan", "DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan", "DirectedRelationshipTypeScan"}
"""Ways of finding elements that look at the whole database."""
WHOLE = {"store/count_edges", "store/touched_edges"}
"""Statements whose answer is about every edge."""
PROCEDURES = {"store/await_indexes", "store/version"}
GRAPH = batch([node("M:a"), node("C:a")], [edge(EdgeKind.TREATS, "M:a", "C:a")])


@pytest.fixture
def driver(neo4j_server: Server) -> Iterator[Driver]:
    """The database as an analyst sees it."""
    with GraphDatabase.driver(neo4j_server.bolt, auth=(neo4j_server.user, neo4j_server.password)) as opened:
        yield opened


def ask(driver: Driver, text: str, **params: object) -> list[list[Any]]:
    return [record.values() for record in driver.execute_query(text, params).records]  # type: ignore[call-overload]


def operators(plan: Mapping[str, Any]) -> set[str]:
    """Names of all operators of a plan."""
    found = {plan["operatorType"].partition("@")[0]}
    return found.union(*(operators(child) for child in plan.get("children", ())))


def test_no_statement_of_the_store_looks_at_the_whole_database(neo4j_url: str, driver: Driver) -> None:
    """Plans are made while the database is empty, when looking at everything seems cheap, and then kept for a while."""
    open_store(neo4j_url).close()
    plans = {}
    for name, query in catalogue().items():
        # Procedures of the server are looked up, not planned.
        if name.startswith(("store/", "answer/")) and name not in WHOLE | PROCEDURES:
            result = driver.execute_query(f"EXPLAIN {query.text}", dict.fromkeys(query.params))  # type: ignore[call-overload]
            plans[name] = operators(result.summary.plan)

    assert len(plans) > len(EdgeKind)
    assert {name: found & SCANS for name, found in plans.items() if found & SCANS} == {}


def test_every_edge_kind_has_its_statement_and_all_are_alike() -> None:
    found = {name.rpartition("/")[2]: query.text for name, query in catalogue().items() if name.startswith("store/edges/")}

    assert set(found) == set(EdgeKind)
    assert len({text.replace(kind, "KIND") for kind, text in found.items()}) == 1
    assert all(text.count(kind) == 2 for kind, text in found.items()), "in the purpose and in the pattern"


def test_nodes_carry_their_kind_as_a_label_and_edges_as_their_type(neo4j_url: str, driver: Driver) -> None:
    with closing(open_store(neo4j_url)) as store:
        load(store, SMALL)

    labels = ask(driver, "MATCH (n:Entity) RETURN n.kind, [label IN labels(n) WHERE label <> 'Entity']")
    joins = ask(driver, "MATCH (:Medicine {name: 'Lisinopril'})-[r:TREATS]->(c:Condition) RETURN c.name, r.source, r.line")
    assert all(own == [kind] for kind, own in labels)
    assert len(labels) == len(SMALL.nodes)
    assert sorted(joins) == [["Hypertension", "other", None], ["Hypertension", "test", "first"]]


def test_a_node_that_becomes_another_kind_changes_its_label(neo4j_url: str, driver: Driver) -> None:
    with closing(open_store(neo4j_url)) as store:
        load(store, batch([node("M:a")]))
        other = node("M:a")
        object.__setattr__(other, "kind", NodeKind.CONDITION)
        load(store, batch([other]), name="other")

        assert ask(driver, "MATCH (n:Entity) RETURN labels(n)") == [[["Entity", "Condition"]]]
        assert store.counts() == {"Condition": 1}


def graphs_left(driver: Driver) -> set[int]:
    """Numbers of the graphs that elements and loads belong to, but for the live one."""
    live = ask(driver, "MATCH (store:Store {name: 'live'}) RETURN store.graph")[0][0]
    return {number for (number,) in ask(driver, "MATCH (n:Entity|Load) RETURN DISTINCT n.graph")} - {live}


def test_a_build_that_took_the_place_of_the_old_graph_leaves_nothing_of_it(neo4j_url: str, driver: Driver) -> None:
    with closing(open_store(neo4j_url)) as store:
        load(store, SMALL)
        staging = store.staging()
        load(staging, GRAPH, name="new", remove_stale=True)
        assert graphs_left(driver)

        store.adopt(staging)

    assert graphs_left(driver) == set()
    assert ask(driver, "MATCH (store:Store) RETURN store.name, store.retired") == [["live", []]]
    assert ask(driver, "MATCH (n:Entity) RETURN count(*)") == [[len(GRAPH.nodes)]]


def test_a_copy_that_was_interrupted_is_deleted_and_made_anew(neo4j_url: str, driver: Driver) -> None:
    with closing(open_store(neo4j_url)) as store:
        load(store, SMALL)
        store.staging().close()
        ask(driver, "MATCH (store:Store {name: 'building'}) SET store.base = ''")
        ask(driver, "MATCH (n:Gene {graph: 2}) DETACH DELETE n")

        staging = store.staging()

        assert content(staging) == content(store)
        assert graphs_left(driver) == {3}
        staging.discard()
    assert graphs_left(driver) == set()


def test_a_deletion_that_was_interrupted_is_done_by_the_next_build(neo4j_url: str, driver: Driver) -> None:
    with closing(open_store(neo4j_url)) as store:
        load(store, SMALL)
        ask(driver, "CREATE (:Entity {graph: 77, id: 'M:left', kind: 'Medicine'}), (:Load {graph: 77, number: 1})")
        ask(driver, "MATCH (store:Store {name: 'live'}) SET store.retired = [77]")

        store.staging().discard()

    assert graphs_left(driver) == set()


def test_openings_at_once_make_one_store_with_all_constraints(neo4j_url: str, driver: Driver) -> None:
    for (name,) in ask(driver, "SHOW CONSTRAINTS YIELD name"):
        ask(driver, f"DROP CONSTRAINT {name}")
    ask(driver, "DROP INDEX entity_kind IF EXISTS")

    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [neo4j_url] * 4))

    for store in stores:
        assert store.counts() == {}
        store.close()
    names = {name for (name,) in ask(driver, "SHOW CONSTRAINTS YIELD name")} | {
        name for (name,) in ask(driver, "SHOW INDEXES YIELD name")
    }
    assert {name.removeprefix("schema/") for name in catalogue() if name.startswith("schema/")} <= names
    assert ask(driver, "MATCH (store:Store) RETURN store.name, store.graph") == [["live", 1]]


def test_to_ask_for_a_store_makes_none(neo4j_url: str, driver: Driver) -> None:
    assert not store_exists(neo4j_url)
    assert ask(driver, "MATCH (n) RETURN count(*)") == [[0]]

    open_store(neo4j_url).close()

    assert store_exists(neo4j_url)


def test_a_store_of_another_format_is_refused(neo4j_url: str, driver: Driver) -> None:
    open_store(neo4j_url).close()
    ask(driver, "MATCH (store:Store) SET store.format = '0'")

    with pytest.raises(StoreUnavailableError, match="another format"):
        open_store(neo4j_url)


def test_a_server_that_is_too_old_is_refused(neo4j_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.neo4j_build.OLDEST", (9_999, 0))

    with pytest.raises(StoreUnavailableError, match=r"is Neo4j \d+\.\d+\.\d+; 9999\.0 or a later one is needed"):
        open_store(neo4j_url)


def test_a_wrong_password_is_said_and_not_shown(neo4j_url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="refuses user or password; RXPATH_NEO4J_USER") as caught:
        open_store(neo4j_url, Credentials("neo4j", "wr0ng-password"))
    assert "wr0ng-password" not in str(caught.value)


def test_a_database_that_is_not_there_is_said(neo4j_url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="has no such database"):
        open_store(f"{neo4j_url}/nowhere")


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_a_server_that_is_not_there_is_said(scheme: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(StoreUnavailableError, match=f"127.0.0.1:{port} cannot be reached"):
        open_store(f"{scheme}://127.0.0.1:{port}", Credentials("neo4j", "password"))


def test_a_bolt_url_opens_the_same_store(neo4j_url: str) -> None:
    with closing(open_store(neo4j_url)) as store, closing(open_store(neo4j_url.replace("neo4j://", "bolt://"))) as other:
        load(store, SMALL)
        assert content(other) == content(store)


def test_a_closed_store_is_not_used_again(neo4j_url: str) -> None:
    store = open_store(neo4j_url)
    store.close()

    with pytest.raises(StoreUnavailableError, match="was closed"):
        store.revision()


def test_only_a_staging_can_be_adopted(neo4j_url: str, tmp_path: Any) -> None:
    embedded = EmbeddedStore(tmp_path / "graph.sqlite")
    with closing(open_store(neo4j_url)) as store:
        for other in (embedded, store):
            with pytest.raises(TypeError):
                store.adopt(other)
    embedded.close()


def test_a_staging_that_another_process_gave_up_says_so(neo4j_url: str) -> None:
    with closing(open_store(neo4j_url)) as store:
        staging = store.staging()
        load(store, GRAPH)
        store.staging().discard()

        with pytest.raises(StoreUnavailableError, match="run the command again"):
            staging.start_load("late")
        staging.close()


def test_a_forked_process_has_connections_of_its_own(neo4j_url: str) -> None:
    def read(answer: Callable[[object], None]) -> None:
        answer(store.counts())
        os._exit(0)

    with closing(open_store(neo4j_url)) as store:
        load(store, GRAPH)
        ours, theirs = FORKS.Pipe()
        process = FORKS.Process(target=read, args=(theirs.send,))
        process.start()
        assert ours.poll(PATIENCE)
        assert ours.recv() == store.counts() == {"Medicine": 1, "Condition": 1, "TREATS": 1}
        process.join(PATIENCE)
        ours.close()
        theirs.close()


def test_an_id_with_any_character_is_found(neo4j_url: str) -> None:
    with closing(open_store(neo4j_url)) as store:
        load(store, batch([node("M:`'\"\\{}$x//é\U0001f48a")]))

        assert store.node(NodeId("M:`'\"\\{}$x//é\U0001f48a")).name == "M:`'\"\\{}$x//é\U0001f48a"
