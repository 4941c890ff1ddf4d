"""Hostile texts in every place: they are stored as they are, or refused, and no statement but the catalogue's is sent."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from neo4j import READ_ACCESS, GraphDatabase, NotificationMinimumSeverity
from neo4j.exceptions import Neo4jError

from deploy.neo4j.server import Server
from graph.connect import open_store
from graph.elements import EdgeKind, Node, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import SchemaError, UnknownNodeError
from graph.queries import Query, catalogue, query
from graph.schema import EDGE_RULES, NODE_RULES
from graph.snapshot import Snapshot
from graph.store import Batch, EdgeColumns, GraphStore
from tests.faults.commands import Site
from tests.faults.database import ask_each
from tests.faults.hostile import (
    LONGEST_TAIL,
    REFUSED,
    TEXTS,
    hostile_batch,
    hostile_edges,
    hostile_nodes,
    hostile_tables,
    is_free,
)
from tests.faults.sampling import ALL
from tests.faults.tap import Tap
from tests.graph.building import SMALL, batch, knowledge, load, node

MESSAGES = {0x01, 0x02, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x2F, 0x3F, 0x66, 0x6A, 0x6B}
"""What a driver may say: hello, goodbye, reset, run, begin, commit, rollback, discard, pull, route, log on, log off."""
TOO_LONG = 140_000
"""Characters that no cell of a table may have."""
SAMPLE = 3
"""Texts of a column, or of a parameter, when not all are tried."""


@pytest.fixture
def tap(neo4j_url: str, neo4j_server: Server) -> Iterator[Tap]:
    """A tap before the session's server, whose database is empty."""
    with Tap(neo4j_server.home.port("bolt")) as opened:
        yield opened


def strange(tap: Tap) -> list[bytes]:
    """Statements that left the driver and are none of the catalogue, byte for byte."""
    known = {entry.text.encode() for entry in catalogue().values()}
    return [sent.text for sent in tap.sent if sent.text not in known]


def passed(tap: Tap, text: str) -> bool:
    """Whether a text went by as a parameter."""
    return any(text.encode() in sent.rest for sent in tap.sent)


def check(tap: Tap) -> None:
    """Nothing was sent but statements of the catalogue, and what a driver needs besides."""
    assert strange(tap) == []
    assert set(tap.messages) <= MESSAGES
    assert tap.sent


def inventory(server: Server) -> dict[str, Any]:
    """What hostile texts might have made: labels, types, names of properties, constraints, indexes, users, odd nodes."""
    asked = {
        "labels": "MATCH (n) UNWIND labels(n) AS label RETURN DISTINCT label ORDER BY label",
        "types": "MATCH ()-[r]->() RETURN DISTINCT type(r) AS type ORDER BY type",
        "keys": "MATCH (n) UNWIND keys(n) AS key RETURN DISTINCT key ORDER BY key",
        "more keys": "MATCH ()-[r]->() UNWIND keys(r) AS key RETURN DISTINCT key ORDER BY key",
        "constraints": "SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name",
        "indexes": "SHOW INDEXES YIELD name RETURN name ORDER BY name",
        "users": "SHOW USERS YIELD user",
        "odd": "MATCH (n) WHERE NOT n:Entity AND NOT n:Store AND NOT n:Load AND NOT n:Note RETURN count(*)",
    }
    return dict(zip(asked, ask_each(server, *asked.values()), strict=True))


def words(found: Mapping[str, Any], name: str) -> set[str]:
    return {word for (word,) in found[name]}


def private(store: GraphStore) -> list[object]:
    """All that is stored about patients."""
    return [(person, list(store.edges_from(person.id))) for person in store.nodes(NodeKind.PATIENT)]


def all_nodes(store: GraphStore) -> list[Node]:
    return [found for kind in NodeKind for found in store.nodes(kind)]


@pytest.mark.neo4j
def test_every_text_field_of_nodes_and_edges(
    tap: Tap,
    neo4j_server: Server,
    tmp_path: Path,
    compiled: Callable[[GraphStore], Snapshot],
    figure: Callable[[str], None],
) -> None:
    hostile = hostile_batch(TEXTS)
    with closing(open_store(tap.url)) as store, closing(EmbeddedStore(tmp_path / "twin.sqlite")) as twin:
        for each in (store, twin):
            load(each, SMALL)
            load(each, hostile, batch([node("M:a")]), name=TEXTS[-1])
            for text in TEXTS:
                each.note(text[:LONGEST_TAIL], text)
        assert all_nodes(store) == all_nodes(twin)
        assert knowledge(store) == knowledge(twin)
        assert private(store) == private(twin)
        assert compiled(store).checksum == compiled(twin).checksum
        assert {store.node(item.id).provenance.source for item in hostile.nodes[:: len(NODE_RULES)]} == set(TEXTS)
        for text in TEXTS:
            assert store.noted(text[:LONGEST_TAIL]) == text
            run = store.start_load(text)
            store.write(batch([node("M:a")]), run, text)
            assert store.start_load(text).progress == text
            assert list(store.nodes(NodeKind.MEDICINE, after=text)) == list(twin.nodes(NodeKind.MEDICINE, after=text))
            assert list(store.edges_from(NodeId(text))) == []
            with pytest.raises(UnknownNodeError):
                store.node(NodeId(text))
    check(tap)
    assert all(passed(tap, text) for text in TEXTS)
    found = inventory(neo4j_server)
    assert words(found, "labels") == {"Entity", "Store", "Load", "Note", *map(str, NodeKind)}
    assert words(found, "types") == set(map(str, EdgeKind))
    assert words(found, "users") == {"neo4j"}
    assert words(found, "constraints") <= {name.removeprefix("schema/") for name in catalogue()}
    assert found["odd"] == [[0]]
    figure(
        f"hostile texts at the port: {len(TEXTS)} texts in {len(hostile.nodes)} nodes and {sum(map(len, hostile.edges))} "
        f"edges, {len(tap.sent)} statements on the wire, none but the catalogue's"
    )


def fields(nodes: Iterator[Node], text: str) -> Iterator[Node]:
    """Nodes with a refused text in one field each."""
    for item in nodes:
        for name in ("source", "source_version", "licence"):
            yield replace(item, provenance=replace(item.provenance, **{name: text}))
        yield replace(item, id=NodeId(f"X:{text}"))
        yield replace(item, name=text)
        yield replace(item, aliases=("good", text))
        for name, rule in NODE_RULES[item.kind].items():
            if rule.type in (str, tuple):
                yield replace(item, properties={**item.properties, name: (text,) if rule.type is tuple else text})


def edge_fields(text: str) -> Iterator[EdgeColumns]:
    """Edges with a refused text in one field each."""
    for (kind, start, end), item in hostile_edges("good", 0):
        for name in ("evidence", "record", "known_since"):
            yield EdgeColumns.of([replace(item, **{name: text})], start, end)
        for name in ("source", "source_version", "licence"):
            yield EdgeColumns.of([replace(item, provenance=replace(item.provenance, **{name: text}))], start, end)
        for name, rule in EDGE_RULES[kind].properties.items():
            if rule.type in (str, tuple):
                changed = replace(item, properties={**item.properties, name: (text,) if rule.type is tuple else text})
                yield EdgeColumns.of([changed], start, end)


@pytest.mark.parametrize("adapter", ["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def test_what_no_store_could_keep_is_refused_in_every_field(
    adapter: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite://{tmp_path / 'graph.sqlite'}" if adapter == "embedded" else request.getfixturevalue("neo4j_url")
    with closing(open_store(url)) as store:
        load(store, batch([node("M:a")]), hostile_batch(["good"]))
        before = (all_nodes(store), knowledge(store), private(store))
        run = store.start_load("refused")
        for text in REFUSED:
            for item in fields(hostile_nodes("good", 0), text):
                with pytest.raises(SchemaError):
                    store.write(Batch([item]), run, "refused")
            for columns in edge_fields(text):
                with pytest.raises(SchemaError):
                    store.write(Batch([], [columns]), run, "refused")
        # Where only some texts are allowed, no hostile one is.
        for text in TEXTS:
            for (kind, start, end), item in hostile_edges("good", 0):
                closed = {name for name, rule in EDGE_RULES[kind].properties.items() if rule.type is str and not is_free(rule)}
                for name in closed:
                    wrong = replace(item, properties={**item.properties, name: text})
                    with pytest.raises(SchemaError):
                        store.write(Batch([], [EdgeColumns.of([wrong], start, end)]), run, "refused")
        for call in (store.start_load, store.noted, lambda text: store.note("key", text), lambda text: store.note(text, "x")):
            with pytest.raises(SchemaError):
                call("\ud800")

        assert (all_nodes(store), knowledge(store), private(store)) == before
        assert store.start_load("refused").progress == ""


def values(entry: Query, text: str) -> dict[str, object]:
    """Parameters of a statement with the text in each of them."""
    lists = {"nodes": [text], "edges": [[text] * 5]}
    return {name: lists.get(name, text) for name in entry.params}


@pytest.mark.neo4j
def test_every_parameter_of_the_statements_that_people_run(
    tap: Tap, neo4j_server: Server, figure: Callable[[str], None]
) -> None:
    entries = [entry for name, entry in catalogue().items() if name.startswith(("answer/", "analyst/")) and entry.params]
    with closing(open_store(tap.url)) as store:
        load(store, SMALL)
        before = (all_nodes(store), knowledge(store), private(store), inventory(neo4j_server))
        texts = TEXTS if ALL else (*Random(37).sample(TEXTS[:-1], SAMPLE), TEXTS[-1])
        picky: set[str] = set()
        with (
            GraphDatabase.driver(
                tap.url,
                auth=(neo4j_server.user, neo4j_server.password),
                notifications_min_severity=NotificationMinimumSeverity.OFF,
            ) as driver,
            driver.session(default_access_mode=READ_ACCESS) as session,
        ):
            for entry in entries:
                for text in (*texts, "\x00"):
                    try:
                        session.run(entry.text, values(entry, text)).consume()  # type: ignore[arg-type]
                    except Neo4jError:
                        picky.add(entry.name)
        assert (all_nodes(store), knowledge(store), private(store), inventory(neo4j_server)) == before
    check(tap)
    assert all(passed(tap, text) for text in texts)
    # Where a day or a number is expected any other text is refused, as a value.
    assert all(set(catalogue()[name].params) & {"day", "after", "until"} for name in picky)
    figure(f"hostile parameters: {len(entries)} statements, {len(texts) + 1} texts each; refused as values by {sorted(picky)}")


@pytest.mark.neo4j
def test_a_statement_made_of_text_would_be_noticed(tap: Tap, neo4j_server: Server) -> None:
    made = query("store/node").text.replace("$id", "'M:a'")

    with GraphDatabase.driver(tap.url, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        driver.execute_query(query("store/node").text, store="live", id="M:a")
        assert strange(tap) == []
        driver.execute_query(made, store="live")

    assert strange(tap) == [made.encode()]


@pytest.mark.neo4j
@pytest.mark.slow
def test_every_column_of_the_loaders_tables(
    tap: Tap, neo4j_url: str, neo4j_server: Server, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    texts = (*TEXTS, *REFUSED[:-1], "x" * TOO_LONG)
    tables = hostile_tables(texts, Random(41), len(texts) if ALL else SAMPLE)
    for name, content in tables.items():
        (data / name).write_bytes(content)
    twin = Site.embedded(tmp_path / "home")
    site = twin.at(tap.url, neo4j_server.password)

    expected = twin.run("loaders", "add", data, "--json", "--problems", "1000000")
    said = site.run("loaders", "add", data, "--json", "--problems", "1000000")

    assert (said.code, said.err) == (expected.code, expected.err) == (1, "")
    assert said.out == expected.out
    assert '"refused": true' not in said.out
    assert site.at(neo4j_url, site.password).content() == twin.content()
    check(tap)
    found = inventory(neo4j_server)
    assert words(found, "labels") <= {"Entity", "Store", "Load", "Note", *map(str, NodeKind)}
    assert words(found, "types") <= set(map(str, EdgeKind))
    assert (found["odd"], words(found, "users")) == ([[0]], {"neo4j"})
    columns = sum(content.splitlines()[0].count(b",") + 1 for content in tables.values())
    total = said.out[said.out.rindex('"total"') :]
    figure(f"hostile texts through the loaders: {columns} columns of {len(tables)} tables, {len(tap.sent)} statements, {total}")
