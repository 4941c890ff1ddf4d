"""Mechanisms: the files are joined right, and paths are counted as one counts them by hand."""

import gzip
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.snapshot import Snapshot
from recommender.features import known_pairs
from recommender.judge.best_paths import PathFinder
from recommender.judge.mechanism import chance_of_hit, mechanism_figures, read_mechanisms
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer


def entry(drug: str, disease: str, *nodes: str) -> dict[str, object]:
    return {"graph": {"drugbank": drug, "disease_mesh": disease}, "nodes": [{"id": node} for node in nodes]}


def shared_folder(folder: Path, entries: list[dict[str, object]], genes: str = "P1\tH\t0\nP2\tH\t1\nP3\tH\t777\n") -> Path:
    texts = {
        "drugmechdb/drugmechdb-paths-dev.jsonl.gz": "".join(json.dumps(row) + "\n" for row in entries),
        "gene-ids/uniprot-hgnc-entrez.tsv.gz": f"uniprot\thgnc\tentrez\n{genes}",
        "disease-ontology/xrefs-prop-slim.tsv.gz": "doid_code\tresource\tresource_id\nC:0\tMSH\tD1\nC:1\tNCI\tD2\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture
def ring(graph_of: Callable[..., Graph]) -> Snapshot:
    return graph_of(RING).snapshot


def test_mechanisms_are_joined_to_the_graph(graph_of: Callable[..., Graph], tmp_path: Path) -> None:
    snapshot = graph_of([*RING, ("M:DB7", "BINDS", "G:1")]).snapshot
    rows = [
        entry("DB:DB7", "MESH:D1", "UniProt:P1", "GO:1"),
        entry("DB:B7", "MESH:D1", "UniProt:P2"),
        entry("DB:04", "MESH:D1", "UniProt:P3"),
        entry("DB:05", "MESH:D2", "UniProt:P1"),
        entry("DB:absent", "MESH:D1", "UniProt:P1"),
    ]

    found = read_mechanisms(shared_folder(tmp_path, rows), snapshot)

    medicine = snapshot.number("M:DB7") - snapshot.number("M:00")
    assert found == {(0, medicine): frozenset({snapshot.number("G:0"), snapshot.number("G:1")})}


def test_absent_files_are_no_mechanisms(ring: Snapshot, tmp_path: Path) -> None:
    assert read_mechanisms(tmp_path, ring) is None


@pytest.mark.parametrize(
    ("total", "missing", "k", "chance"), [(0, 0, 5, 0.0), (3, 3, 2, 0.0), (3, 0, 1, 1.0), (4, 2, 2, 5 / 6)]
)
def test_chances_by_hand(total: int, missing: int, k: int, chance: float) -> None:
    assert chance_of_hit(total, missing, k) == pytest.approx(chance)


@given(st.integers(1, 8), st.data())
def test_the_chance_is_that_of_all_draws(total: int, data: st.DataObject) -> None:
    missing, k = data.draw(st.integers(0, total)), data.draw(st.integers(1, total))

    draws = list(combinations(range(total), k))

    hits = sum(any(i >= missing for i in draw) for draw in draws)
    assert chance_of_hit(total, missing, k) == pytest.approx(hits / len(draws))


def test_hits_stand_beside_those_of_random_paths(ring: Snapshot) -> None:
    model = trainer(CtMbGbM=0.0)(ring)(known_pairs(ring))
    gene, other = ring.number("G:0"), ring.number("G:3")
    mechanisms = {(0, 1): frozenset({gene}), (0, 4): frozenset({gene}), (0, 8): frozenset({other}), (0, 25): frozenset({gene})}

    found = mechanism_figures(PathFinder(model, compiled=False), mechanisms, 1)

    # Condition 0 reaches medicines over gene 0 alone: 4 and 8 bind it, 1 and 25 do not.
    assert (found["pairs"], found["joined"]) == (4, 2)
    assert [found[f"hit@{k}"] for k in (1, 10, 50)] == [0.25] * 3
    assert found["random"] == {"hit@1": 0.25, "hit@10": 0.25, "hit@50": 0.25}
    assert found["intervals"]["hit@1"][0] <= 0.25 <= found["intervals"]["hit@1"][1]
