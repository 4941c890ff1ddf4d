"""GraphML: what is written is read again by networkx, and by any XML reader."""

import json
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest

from graph.elements import EdgeKind, NodeKind
from graph.errors import SnapshotError
from graph.exchange import write_graphml
from graph.snapshot import Snapshot
from graph.store import GraphStore
from tests.graph.building import batch, edge, load, node

HOSTILE = "<a href=\"x\">&amp; 'quoted' ]]> \x01\x0b\ufffe 糖尿病 \U0001f48a"


def test_a_graph_is_read_again(snapshot: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "graph.graphml"

    assert write_graphml(snapshot, path) == (7, 8)

    graph = networkx.read_graphml(path, force_multigraph=True)
    whole = snapshot.to_networkx()
    assert graph.graph["snapshot"] == snapshot.checksum
    assert set(graph.nodes) == set(whole.nodes)
    assert sorted((a, b, d["kind"], d["source"]) for a, b, d in graph.edges(data=True)) == sorted(
        (a, b, d["kind"], d["source"]) for a, b, d in whole.edges(data=True)
    )
    assert json.loads(graph.nodes["M:aspirin"]["atc"]) == ["N02BA01", "B01AC06"]
    assert "icd10cm" in graph.nodes["C:hypertension"]
    assert "atc" not in graph.nodes["M:warfarin"]
    assert [item.name for item in tmp_path.iterdir() if "graphml" in item.name] == ["graph.graphml"]


def test_every_edge_has_an_id_of_its_own(snapshot: Snapshot, tmp_path: Path) -> None:
    write_graphml(snapshot, tmp_path / "graph.graphml")

    edges = ElementTree.parse(tmp_path / "graph.graphml").iter("{http://graphml.graphdrawing.org/xmlns}edge")  # noqa: S314 (our own file)

    ids = [item.get("id") for item in edges]
    assert len(ids) == len(set(ids)) == 8


def test_the_same_snapshot_gives_the_same_file(snapshot: Snapshot, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_graphml(snapshot, tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert b"patient" not in (tmp_path / "one").read_bytes()


def test_chosen_kinds_only(snapshot: Snapshot, tmp_path: Path) -> None:
    assert write_graphml(snapshot, tmp_path / "graph.graphml", [NodeKind.CONDITION, NodeKind.SYMPTOM]) == (3, 2)


def test_hostile_text_stays_text(store: GraphStore, tmp_path: Path) -> None:
    from graph.compiler import compile_snapshot

    treats = edge(EdgeKind.TREATS, "M:<&>", "C:a", evidence=HOSTILE, note=HOSTILE)
    load(store, batch([node("M:<&>", HOSTILE, (HOSTILE,), note=HOSTILE), node("C:a")], [treats]))

    write_graphml(compile_snapshot(store, tmp_path), tmp_path / "graph.graphml")

    graph = networkx.read_graphml(tmp_path / "graph.graphml")
    seen = HOSTILE.replace("\x01", "\ufffd").replace("\x0b", "\ufffd").replace("\ufffe", "\ufffd")
    assert graph.nodes["M:<&>"]["name"] == graph.nodes["M:<&>"]["note"] == seen
    assert json.loads(graph.nodes["M:<&>"]["aliases"])[0].replace("\x01", "\ufffd").replace("\x0b", "\ufffd") == seen
    assert graph.edges["M:<&>", "C:a"]["evidence"] == seen


def test_a_file_that_cannot_be_written_is_told(snapshot: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be written"):
        write_graphml(snapshot, tmp_path / "none" / "graph.graphml")
