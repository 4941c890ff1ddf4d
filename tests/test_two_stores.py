"""The same files through both stores: one snapshot, and the same answers byte for byte."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from graph.compiler import compile_snapshot
from graph.connect import open_store
from graph.elements import NodeKind
from graph.store import GraphStore
from loaders.__main__ import main
from recommender.request import Request
from recommender.service import Recommender

DAY = date(2026, 6, 30)


def build(home: Path, url: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Build the graph of the project's data as an engineer does, with the keys of a home."""
    monkeypatch.setenv("RXPATH_HOME", str(home))
    monkeypatch.setenv("RXPATH_GRAPH", url)
    assert main(["build", "--brief", *arguments]) == 0


def answers(store: GraphStore, folder: Path) -> dict[str, bytes]:
    """What is recommended to each patient of the cohort."""
    recommender = Recommender(store, compile_snapshot(store, folder), folder)
    patients = [node.id for node in store.nodes(NodeKind.PATIENT)]
    return {patient: recommender.recommend(Request(as_of=DAY, patient=patient, top=5)).json() for patient in patients}


@pytest.mark.neo4j
def test_both_stores_give_one_snapshot_and_the_same_answers(
    neo4j_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = {"embedded": f"sqlite://{tmp_path / 'graph.sqlite'}", "neo4j": neo4j_url}
    found = {}
    for name, url in urls.items():
        build(tmp_path / "home", url, monkeypatch)
        with closing(open_store(url)) as store:
            found[name] = (compile_snapshot(store, tmp_path / name).checksum, store.counts(), answers(store, tmp_path / name))

    assert found["neo4j"][0] == found["embedded"][0]
    assert found["neo4j"][1] == found["embedded"][1]
    assert found["neo4j"][2] == found["embedded"][2]
    assert len(found["neo4j"][2]) == 500

    capsys.readouterr()
    build(tmp_path / "home", neo4j_url, monkeypatch)
    assert "created 0, changed 0, removed 0" in capsys.readouterr().out, "the same files again change nothing"
