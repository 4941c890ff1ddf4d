"""Lists and splits that others bring: every form of an id, and every way in which a file can be wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.snapshot import Snapshot
from recommender.errors import EvaluationError
from recommender.judge.pairs_file import read_pairs, read_split
from tests.recommender.conftest import Graph

HEADER = "compound_id,disease_id,label\n"
NODES = {
    "M:DB1": {"aliases": ["Compound::DB1"]},
    "M:DB2": {"aliases": ["Compound::DB2"]},
    "C:7": {"aliases": ["Disease::C:7"]},
    "C:8": {"aliases": ["Disease::C:8"]},
}
"""Positions: C:7 is condition 0, C:8 is 1; M:DB1 is medicine 0, M:DB2 is 1."""


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Snapshot:
    return graph_of([("M:DB1", "TREATS", "C:7")], NODES).snapshot


def written(folder: Path, text: str, name: str = "pairs.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def split(folder: Path, **parts: str) -> Path:
    for name, text in parts.items():
        written(folder, text, f"{name}.txt")
    return folder


LINE = "Compound::{}\tCtD\tDisease::{}\n"


@pytest.mark.parametrize("medicine", ["DB1", "M:DB1", "Compound::DB1"])
@pytest.mark.parametrize("condition", ["C:7", "Disease::C:7"])
def test_ids_are_read_in_every_form(graph: Snapshot, tmp_path: Path, medicine: str, condition: str) -> None:
    found = read_pairs(written(tmp_path, f"{HEADER}{medicine},{condition},1\nDB2,C:8,0\n"), graph)

    assert found.pairs.tolist() == [[0, 0], [1, 1]]
    assert found.labels.tolist() == [True, False]
    assert (found.unknown, found.left_out, found.repeated) == ((), 0, 0)


def test_columns_may_stand_in_any_order_among_others_and_be_separated_by_tabs(graph: Snapshot, tmp_path: Path) -> None:
    text = "label\tname\tdisease_id\tcompound_id\n1.0\ta, b\tC:7\tDB2\n0\tc\tC:7\tDB1\n\n"

    found = read_pairs(written(tmp_path, text), graph)

    assert found.pairs.tolist() == [[0, 0], [0, 1]]
    assert found.labels.tolist() == [False, True]


def test_the_order_of_the_file_changes_nothing(graph: Snapshot, tmp_path: Path) -> None:
    rows = ["DB1,C:7,1\n", "DB2,C:8,0\n", "DB2,C:7,0\n"]

    one, other = (read_pairs(written(tmp_path, HEADER + "".join(order)), graph) for order in (rows, rows[::-1]))

    assert one.pairs.tolist() == other.pairs.tolist()
    assert one.labels.tolist() == other.labels.tolist()


def test_what_the_graph_does_not_know_is_counted_and_listed(graph: Snapshot, tmp_path: Path) -> None:
    text = HEADER + "DB1,C:7,1\nDB2,C:8,0\nDB9,C:7,1\nDB9,C:9,0\nM:DB1,C:7,1\n"

    found = read_pairs(written(tmp_path, text), graph)

    assert (found.unknown, found.left_out, found.repeated) == (("DB9", "C:9"), 2, 1)
    assert len(found.pairs) == 2


def test_a_name_is_no_id(graph_of: Callable[..., Graph], tmp_path: Path) -> None:
    snapshot = graph_of([("M:DB1", "TREATS", "C:7")], {"M:DB1": {"name": "aspirin"}, "M:DB2": {}, "C:7": {}}).snapshot

    found = read_pairs(written(tmp_path, HEADER + "aspirin,C:7,1\nDB1,C:7,1\nDB2,C:7,0\n"), snapshot)

    assert found.unknown == ("aspirin",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("compound_id,label\nDB1,1\n", "line 1: no column disease_id"),
        (HEADER + "DB1,C:7,1\nDB2,C:8,maybe\n", "line 3: the label is 0 or 1, not 'maybe'"),
        (HEADER + "DB1,C:7\n", "line 2: 3 columns are expected"),
        (HEADER + "DB1,C:7,1\nDB1,C:7,0\n", "line 3: this pair stands before with the other label"),
        (HEADER + "DB1,C:7,1\nDB9,C:8,0\n", r"one class only \(1 pairs of nodes that the graph knows, 1 others\)"),
        (HEADER, "one class only"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(graph: Snapshot, tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason):
        read_pairs(written(tmp_path, text), graph)


def test_a_list_that_is_not_there_or_no_text_is_refused(graph: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(EvaluationError, match=r"absent\.csv cannot be read"):
        read_pairs(tmp_path / "absent.csv", graph)
    with pytest.raises(EvaluationError, match="no text in UTF-8"):
        read_pairs(tmp_path / "binary.csv", graph)


def test_a_split_is_judged_on_dev_unless_there_is_a_test(graph: Snapshot, tmp_path: Path) -> None:
    folder = split(tmp_path, train=LINE.format("DB1", "C:7"), dev=LINE.format("DB2", "C:7"))

    only_dev = read_split(folder, graph)
    split(folder, test=LINE.format("DB2", "C:8"))
    with_test, on_dev = read_split(folder, graph), read_split(folder, graph, "dev")

    assert (only_dev.on, only_dev.evaluated.tolist(), only_dev.others.tolist()) == ("dev", [[0, 1]], [])
    assert (with_test.on, with_test.evaluated.tolist(), with_test.others.tolist()) == ("test", [[1, 1]], [[0, 1]])
    assert (on_dev.on, on_dev.evaluated.tolist(), on_dev.others.tolist()) == ("dev", [[0, 1]], [[1, 1]])
    assert with_test.train.tolist() == [[0, 0]]


def test_a_split_counts_what_the_graph_does_not_know(graph: Snapshot, tmp_path: Path) -> None:
    lines = LINE.format("DB2", "C:7") + LINE.format("DB9", "C:7")

    found = read_split(split(tmp_path, train=LINE.format("DB1", "C:7"), dev=lines), graph)

    assert (found.unknown, found.left_out, len(found.evaluated)) == (("Compound::DB9",), 1, 1)


@pytest.mark.parametrize(
    ("parts", "on", "reason"),
    [
        ({"dev": LINE.format("DB1", "C:7")}, None, r"train\.txt cannot be read"),
        ({"train": LINE.format("DB1", "C:7")}, None, r"dev\.txt cannot be read"),
        ({"train": LINE.format("DB1", "C:7"), "dev": LINE.format("DB2", "C:7")}, "test", r"test\.txt cannot be read"),
        ({"train": LINE.format("DB1", "C:7"), "dev": LINE.format("DB2", "C:7")}, "rest", "'rest' is no part"),
        ({"train": LINE.format("DB1", "C:7"), "dev": LINE.format("DB1", "C:7")}, None, r"stands in train\.txt, too"),
        ({"train": "Compound::DB1 CtD Disease::C:7\n"}, None, r"train\.txt, line 1: medicine, CtD and disease"),
        ({"train": "Compound::DB1\tCpD\tDisease::C:7\n"}, None, r"train\.txt, line 1: medicine, CtD and disease"),
        ({"train": "\n", "dev": LINE.format("DB1", "C:7")}, None, r"train\.txt names no pair"),
        ({"train": LINE.format("DB1", "C:7"), "dev": LINE.format("DB9", "C:7")}, None, r"names no pair .*\(1 it does not\)"),
    ],
)
def test_a_wrong_split_is_refused(graph: Snapshot, tmp_path: Path, parts: dict[str, str], on: str | None, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason):
        read_split(split(tmp_path, **parts), graph, on)
