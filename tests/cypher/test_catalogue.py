"""Every statement of the catalogue is used, is known to the server, and none is written in Python."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity

from deploy.neo4j.server import Server
from graph.connect import open_store
from graph.credentials import Credentials
from graph.elements import EdgeKind, Node, NodeId, NodeKind, PropertyValue
from graph.queries import FOLDER, Query, catalogue
from graph.store import Batch, EdgeColumns
from tests.cypher.asking import Asker
from tests.cypher.python_texts import cypher_in, modules, names_in
from tests.cypher.small import LABEL, PATIENT, edge

ANALYST = [name for name in catalogue() if name.startswith("analyst/")]
BENCHMARKS = sorted((FOLDER.parent / "tests" / "benchmarks").glob("*.py"))
NAMED = {path: names_in(path.read_text(encoding="utf-8")) for path in (*modules(), *BENCHMARKS)}

OF_GROUP: dict[str, PropertyValue] = {"people": 5, "bundle": "b1"}
GROUP = Node(NodeId("rx:group-1"), NodeKind.GROUP, "older", LABEL, (), OF_GROUP)
RESPONDED = edge(GROUP.id, EdgeKind.RESPONDED_TO, "M:nifedipine", share=0.5, shift=0.1, **OF_GROUP)
PREDICTED = edge(PATIENT, EdgeKind.PREDICTED, "C:angina", probability=0.5, predictor="conditions", bundle="b1")
"""What predictors write, which the small graph has not."""


def code(name: str) -> str:
    """A statement without comments and what stands in quotes."""
    return re.sub(r"//[^\n]*|'[^']*'", "", catalogue()[name].text)


class TestFiles:
    @pytest.mark.parametrize("name", catalogue())
    def test_a_file_is_plain_text_and_one_statement(self, name: str) -> None:
        written = (FOLDER / f"{name}.cypher").read_bytes().decode("utf-8")
        assert catalogue()[name].text == written
        assert written.isprintable() or not set(written) & {"\r", "\t", "\f", "\v", "\N{BYTE ORDER MARK}"}
        assert ";" not in code(name)

    @pytest.mark.parametrize("name", ANALYST)
    def test_an_analyst_reads_the_live_graph_and_writes_nothing(self, name: str) -> None:
        assert code(name).lstrip().startswith("MATCH (store:Store {name: })\n")
        assert "graph: store.graph" in code(name)
        assert re.search(r"\b(CREATE|MERGE|DELETE|SET|REMOVE|FOREACH|LOAD)\b", code(name)) is None

    @pytest.mark.parametrize("name", ANALYST)
    def test_an_analyst_s_statement_is_a_question_on_the_first_line(self, name: str) -> None:
        assert "?" in catalogue()[name].purpose

    def test_every_edge_kind_has_the_statement_that_writes_it(self) -> None:
        written = {name.rpartition("/")[2] for name in catalogue() if name.startswith("store/edges/")}
        assert written == set(EdgeKind)


class TestUse:
    def test_every_name_in_python_is_a_file(self) -> None:
        folders = {name.rpartition("/")[0] + "/" for name in catalogue()}
        known = set(catalogue()) | folders
        assert [(path.name, name) for path, names in NAMED.items() for name in sorted(names - known)] == []

    @pytest.mark.parametrize("name", [name for name in catalogue() if name.startswith("benchmark/")])
    def test_a_statement_of_a_benchmark_is_named_in_one(self, name: str) -> None:
        texts = [path.read_text(encoding="utf-8") for path in (FOLDER.parent / "tests/benchmarks").glob("*.py")]
        assert any(f'"{name}"' in text for text in texts)

    @pytest.mark.parametrize("name", [name for name in catalogue() if name not in ANALYST and "benchmark/" not in name])
    def test_a_statement_of_the_product_is_named_in_it(self, name: str) -> None:
        named = set().union(*NAMED.values())
        assert name in named or name.rpartition("/")[0] + "/" in named

    @pytest.mark.parametrize("name", ANALYST)
    def test_a_statement_for_analysts_has_a_test_of_its_answer(self, name: str) -> None:
        tests = (FOLDER.parent / "tests/cypher/test_analyst.py").read_text(encoding="utf-8")
        assert f'ask("{name.removeprefix("analyst/")}"' in tests


@pytest.fixture(scope="module")
def talkative(ask: Asker, neo4j_server: Server) -> Iterator[Driver]:
    """Tells every warning and every hint, over a graph in which all that statements name is found."""
    with closing(open_store(neo4j_server.bolt, Credentials(neo4j_server.user, neo4j_server.password))) as store:
        run = store.start_load("predictors")
        groups = EdgeColumns.of([RESPONDED], NodeKind.GROUP, NodeKind.MEDICINE)
        store.write(Batch((GROUP,), [groups, EdgeColumns.of([PREDICTED], NodeKind.PATIENT, NodeKind.CONDITION)]), run, "all")
        store.finish_load(run, remove_stale=False)
    auth = (neo4j_server.user, neo4j_server.password)
    lowest = NotificationMinimumSeverity.INFORMATION
    with GraphDatabase.driver(neo4j_server.bolt, auth=auth, notifications_min_severity=lowest) as driver:
        yield driver


def test_the_server_explains_every_statement_without_warning(talkative: Driver) -> None:
    warned = {}
    for asked in catalogue().values():
        with talkative.session() as session:
            result = session.run(f"EXPLAIN {asked.text}", dict.fromkeys(asked.params) | {"limit": 1})
            assert tuple(result.keys()) == asked.columns, asked.name
            told = [status for status in result.consume().gql_status_objects if status.is_notification]
        warned[asked.name] = [status.status_description for status in told if not is_expected(asked, status.gql_status)]
    assert {name: told for name, told in warned.items() if told} == {}


def is_expected(asked: Query, status: str) -> bool:
    """Whether a hint says what is meant: that a constraint is there already, or that a kind is only known when it is asked."""
    already_there, dynamic = "00NA0", "03NA0"
    return asked.name.startswith("schema/") and status in (already_there, dynamic)


class TestPython:
    def test_no_module_holds_a_text_that_looks_like_cypher(self) -> None:
        assert {path.name: found for path in modules() if (found := cypher_in(path.read_text(encoding="utf-8")))} == {}

    @pytest.mark.parametrize(
        "source",
        [
            '"MATCH (n) RETURN n"',
            'f"MATCH (n:{kind}) RETURN n"',
            '"MATCH " + "(a)-[:" + kind + "]->(b)"',
            '"match path=(a)"',
            '"MERGE (n {id: $id})"',
            'f"CREATE ({name})"',
            '"UNWIND $rows AS row"',
            '"DETACH DELETE n"',
            '"LOAD CSV FROM $url"',
            '"CALL db.labels()"',
            '"CALL (n) { RETURN 1 }"',
            '"CREATE CONSTRAINT FOR"',
            'f"WHERE n.id = ${name}"',
            'f"SET n.{name} = $x"',
            '"(n:Patient)"',
            '"(a)-->(b)"',
        ],
    )
    def test_cypher_is_recognised(self, source: str) -> None:
        assert cypher_in(f"text = {source}")

    @pytest.mark.parametrize(
        "source",
        [
            '"CREATE TABLE node (id TEXT)"',
            '"CREATE UNIQUE INDEX node_id ON node (id)"',
            'f"SELECT id FROM {table} WHERE kind = ? AND id > ?"',
            '"MERGE two tables"',
            '"a match (or none) was found"',
            '"Condition <-TREATS- Medicine"',
            '"Hypertension ←treats– Lisinopril"',
        ],
    )
    def test_sql_and_sentences_are_not(self, source: str) -> None:
        assert cypher_in(f'"""MATCH (n) in a docstring."""\ntext = {source}') == []

    def test_names_are_read_from_constants_and_the_heads_of_f_strings(self) -> None:
        source = 'run("store/lock")\nrun(f"store/edges/{kind}")\nname.startswith("schema/")\n"""store/none"""'
        assert names_in(source) == {"store/lock", "store/edges/", "schema/"}
