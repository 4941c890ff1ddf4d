"""Files for Neo4j's own importer: what is written, whole or not at all; tests/loaders/test_export.py imports it for real."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.bulk_files import ARGUMENTS, COMMAND, EDGES, NODES, BulkCounts, write_bulk_files
from graph.bulk_table import BulkTable, Shape
from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind
from graph.errors import RxpathError, SchemaError, SnapshotError, StoreUnavailableError
from graph.neo4j_rows import EDGE_WORDS, NODE_WORDS, edge_values, node_values
from graph.schema import EDGE_RULES, NODE_RULES
from graph.store import Batch, EdgeColumns, GraphStore
from tests.graph.building import SMALL, SOURCE, TEXTS, batch, content, edge, load, node
from tests.graph.bulk_reading import table
from tests.graph.hostile import hostile_graph

TAGS = {"created": 1, "changed": 1, "seen": 1}
Patients = Iterator[tuple[Node, Sequence[Edge]]]


def everybody(store: GraphStore) -> Patients:
    return ((patient, store.edges_from(patient.id)) for patient in store.nodes(NodeKind.PATIENT))


def arguments(folder: Path) -> list[str]:
    return (folder / ARGUMENTS).read_text().splitlines()


def names(folder: Path, sort: str) -> list[str]:
    return [line.rpartition(",")[2].removesuffix(".csv") for line in arguments(folder) if line.startswith(f"--{sort}=")]


def exactly(rows: list[dict[str, Any]]) -> list[str]:
    """Rows as texts that tell 1 from 1.0 and from True, in an order of their own."""
    return sorted(repr(sorted(row.items())) for row in rows)


def test_elements_are_written_as_the_store_in_neo4j_writes_them(store: GraphStore, tmp_path: Path) -> None:
    derived = edge(EdgeKind.SIMILAR_TO, "M:aspirin", "M:warfarin")
    load(store, SMALL, hostile_graph(long=3), batch([], [derived]))

    counts = write_bulk_files(store, tmp_path / "files", everybody(store))

    nodes, edges = content(store)
    kinds = [
        row for name in names(tmp_path / "files", "nodes") if name in {*NodeKind} for row in table(tmp_path / "files", name)
    ]
    found = []
    for name in names(tmp_path / "files", "relationships"):
        for row in table(tmp_path / "files", name):
            ends = (name.partition("-")[0], row.pop("START_ID(Entity)"), row.pop("END_ID(Entity)"))
            found.append({"ends": ends, **row})
    assert counts == BulkCounts(len(nodes), len(edges), sum(item.kind is NodeKind.PATIENT for item in nodes))
    assert exactly(kinds) == exactly([node_values(item) | TAGS | {"graph": 1} for item in nodes])
    assert exactly(found) == exactly(
        [{"ends": (str(item.kind), item.start, item.end), **edge_values(item), **TAGS} for item in edges]
    )


def test_edges_that_all_say_the_same_are_written_with_it(store: GraphStore, tmp_path: Path) -> None:
    ids = [NodeId(f'G:{i}"') for i in range(3)]
    pairs = (ids[:2], ids[1:])
    plain = EdgeColumns.uniform(EdgeKind.COVARIES, (NodeKind.GENE, NodeKind.GENE), pairs, SOURCE, KnowledgeLevel.STATISTICAL)
    load(store, Batch([node(item) for item in ids], [plain]))

    write_bulk_files(store, tmp_path / "files")

    said = edge_values(Edge(EdgeKind.COVARIES, ids[0], ids[1], SOURCE, KnowledgeLevel.STATISTICAL)) | TAGS
    assert exactly(table(tmp_path / "files", "COVARIES")) == exactly(
        [{"START_ID(Entity)": start, "END_ID(Entity)": end, **said} for start, end in zip(*pairs, strict=True)]
    )


def test_numbers_keep_their_types_in_tables_of_their_own(store: GraphStore, tmp_path: Path) -> None:
    takes = [edge(EdgeKind.TAKES, "patient:1", "M:a", record=str(i), adherence=value) for i, value in enumerate((1, 1.0, 0.5))]
    load(store, batch([node("M:a"), node("patient:1")], takes))

    write_bulk_files(store, tmp_path / "files", everybody(store))

    found = {
        name: [row["adherence"] for row in table(tmp_path / "files", name)]
        for name in names(tmp_path / "files", "relationships")
    }
    assert found == {"TAKES": [1.0, 0.5], "TAKES-whole-adherence": [1]}
    assert "--relationships=TAKES=TAKES-whole-adherence-header.csv,TAKES-whole-adherence.csv" in arguments(tmp_path / "files")


def test_the_stores_own_nodes_make_it_a_live_store(small_graph: GraphStore, tmp_path: Path) -> None:
    counts = write_bulk_files(small_graph, tmp_path / "files")

    (live,), (run,) = table(tmp_path / "files", "Store"), table(tmp_path / "files", "Load")
    assert (live["name"], live["graph"], live["last"], live["loads"]) == ("live", 1, 1, 1)
    assert (live["revision"], live["before"], live["imported"]) == (small_graph.revision(), "", True)
    assert (run["graph"], run["number"], run["state"], run["created"]) == (1, 1, "finished", counts.nodes + counts.edges)


def test_patients_are_written_only_when_they_are_given(small_graph: GraphStore, tmp_path: Path) -> None:
    counts = write_bulk_files(small_graph, tmp_path / "files")

    assert counts == BulkCounts(7, 8, 0)
    assert not [path for path in (tmp_path / "files").iterdir() if "patient:" in path.read_text()]


def test_the_options_fit_the_files(small_graph: GraphStore, tmp_path: Path) -> None:
    write_bulk_files(small_graph, tmp_path / "files", everybody(small_graph))

    options = arguments(tmp_path / "files")
    files = [file for option in options if option.endswith(".csv") for file in option.rpartition("=")[2].split(",")]
    assert sorted(files) == sorted(path.name for path in (tmp_path / "files").glob("*.csv"))
    assert "--nodes=Entity:Medicine=Medicine-header.csv,Medicine.csv" in options
    assert "--relationships=TREATS=TREATS-header.csv,TREATS.csv" in options
    assert not [option for option in options if "multiline" in option or "buffer" in option]
    assert COMMAND in (tmp_path / "files" / "README.txt").read_text()


def test_files_with_line_ends_in_texts_are_named(store: GraphStore, tmp_path: Path) -> None:
    load(store, batch([node("M:a", "two\nlines"), node("C:a"), node("S:a", "carriage\rreturn"), node("G:a", "\u2028")]))

    write_bulk_files(store, tmp_path / "files")

    assert "--multiline-fields=Medicine.csv,Symptom.csv" in arguments(tmp_path / "files")
    assert "--multiline-fields-format=v2" in arguments(tmp_path / "files")


def test_a_long_row_finds_room_in_the_importers_buffer(store: GraphStore, tmp_path: Path) -> None:
    load(store, batch([node("M:a", "a", [str(i) * 65_536 for i in range(9)])]))

    write_bulk_files(store, tmp_path / "files")

    (option,) = [line for line in arguments(tmp_path / "files") if line.startswith("--read-buffer-size=")]
    assert int(option.partition("=")[2]) > 8 * 9 * 65_536


@given(
    texts=st.lists(TEXTS, min_size=1, max_size=4),
    lists=st.lists(st.lists(TEXTS, min_size=1).filter(lambda some: some != [""]), min_size=4, max_size=4),
    number=st.integers(-(2**63), 2**63 - 1),
    fraction=st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_value_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], lists: list[list[str]], number: int, fraction: float
) -> None:
    folder = tmp_path_factory.mktemp("table")
    shape = Shape(
        "T", "--nodes=T", {"text": "string", "list": "string[]", "number": "long", "fraction": "double"}, ("a:string",)
    )
    written = BulkTable(folder, shape)
    rows = [
        {"text": text, "list": some, "number": number, "fraction": fraction} for text, some in zip(texts, lists, strict=False)
    ]

    for row in rows:
        written.add(row, row["text"])
    written.close()

    assert exactly(table(folder, "T")) == exactly([{"a": row["text"], **row} for row in rows])
    assert written.multiline is any(set(text) & {"\n", "\r"} for row in rows for text in (row["text"], *row["list"]))


@pytest.mark.parametrize(("name", "value"), [("atc", ()), ("atc", ("",))])
def test_what_cannot_be_imported_is_refused(store: GraphStore, tmp_path: Path, name: str, value: Any) -> None:
    load(store, batch([node("M:a", **{name: value})]))

    with pytest.raises(SchemaError, match=r"Medicine: property 'atc': .* cannot be imported") as error:
        write_bulk_files(store, tmp_path / "files")

    assert error.value.code == "not-importable"
    assert list(tmp_path.glob("files*")) == []


def test_an_integer_that_neo4j_cannot_hold_is_refused(tmp_path: Path) -> None:
    written = BulkTable(tmp_path, Shape("T", "--nodes=T", {"number": "long"}))

    with pytest.raises(SchemaError, match="an integer beyond 64 bits"):
        written.add({"number": 2**63})

    written.close()


def test_every_property_has_a_column() -> None:
    for kind in NodeKind:
        assert NODE_WORDS | set(NODE_RULES[kind]) == set(NODES[kind].columns)
    for edge_kind in EdgeKind:
        assert EDGE_WORDS | set(EDGE_RULES[edge_kind].properties) == set(EDGES[edge_kind].columns)


def test_an_empty_folder_is_taken(small_graph: GraphStore, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()

    write_bulk_files(small_graph, tmp_path / "files")

    assert (tmp_path / "files" / ARGUMENTS).exists()


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_what_is_there_is_never_written_over(small_graph: GraphStore, tmp_path: Path, taken: str) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file", tmp_path / "folder" / "mine"):
        path.write_text("mine")

    with pytest.raises(SnapshotError, match="is no empty folder; name another"):
        write_bulk_files(small_graph, tmp_path / taken)

    assert (tmp_path / "file").read_text() == (tmp_path / "folder" / "mine").read_text() == "mine"


def test_an_empty_store_is_told(store: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="the store is empty"):
        write_bulk_files(store, tmp_path / "files")

    assert list(tmp_path.glob("files*")) == []


def test_an_unfinished_load_is_not_written(store: GraphStore, tmp_path: Path) -> None:
    store.write(SMALL, store.start_load("unfinished"), "1")

    with pytest.raises(StoreUnavailableError, match="when the load is done"):
        write_bulk_files(store, tmp_path / "files")

    assert list(tmp_path.glob("files*")) == []


def test_knowledge_that_changes_meanwhile_is_not_written(small_graph: GraphStore, tmp_path: Path) -> None:
    def changing() -> Patients:
        load(small_graph, batch([node("M:new")]), name="new")
        yield from everybody(small_graph)

    with pytest.raises(StoreUnavailableError, match="when the load is done"):
        write_bulk_files(small_graph, tmp_path / "files", changing())

    assert list(tmp_path.glob("files*")) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_export_leaves_nothing(small_graph: GraphStore, tmp_path: Path, error: BaseException) -> None:
    def failing() -> Patients:
        yield from everybody(small_graph)
        raise error

    with pytest.raises((RxpathError, KeyboardInterrupt)) as raised:
        write_bulk_files(small_graph, tmp_path / "files", failing())

    assert list(tmp_path.glob("files*")) == []
    assert not isinstance(error, OSError) or "No space left on device" in str(raised.value)
