"""The judge as a whole: what it may see, what it answers, and that it answers the same twice."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.errors import EvaluationError
from recommender.features import known_pairs
from recommender.judge.evaluation import run_evaluate
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer

LINE = "M:{:02}\tCtD\tC:{}\n"
TRAIN = "".join(LINE.format(i, i % 4) for i in range(12))
DEV = "".join(LINE.format(i, i % 4) for i in range(12, 18))
RANKS = ["hits@1", "hits@3", "hits@10", "mrr", "queries"]


@pytest.fixture
def ring(graph_of: Callable[..., Graph]) -> Snapshot:
    return graph_of(RING).snapshot


@pytest.fixture
def split(tmp_path: Path) -> Path:
    folder = tmp_path / "split"
    folder.mkdir()
    (folder / "train.txt").write_text(TRAIN, encoding="utf-8")
    (folder / "dev.txt").write_text(DEV, encoding="utf-8")
    return folder


def listed(folder: Path, *rows: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text("compound_id,disease_id,label\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_split_is_answered_in_the_agreed_shape(ring: Snapshot, split: Path, tmp_path: Path) -> None:
    result = run_evaluate(ring, trainer(), split=split, shared=tmp_path)

    assert list(result)[:3] == ["drug_to_disease", "disease_to_drug", "baselines"]
    assert list(result["drug_to_disease"]) == RANKS
    assert {"popularity", "degree prior", "eight metapaths by hand", "floor"} == result["baselines"].keys()
    for figures in result["baselines"].values():
        assert list(figures) == ["drug_to_disease", "disease_to_drug"]
        assert list(figures["disease_to_drug"]) == RANKS
    assert result["drug_to_disease"]["queries"] == 6
    assert result["evaluated"]["trained_on"] == 12
    assert result["not_pairs"] == result["mechanism"] == {"skipped": "the reference data is not there"}
    assert "permuted" not in result
    json.dumps(result, allow_nan=False)


def test_a_split_learns_from_its_training_part_alone(ring: Snapshot, split: Path, tmp_path: Path) -> None:
    seen: list[tuple[Snapshot, Array]] = []

    run_evaluate(ring, trainer(seen), split=split, shared=tmp_path)

    assert len(seen) == 1
    assert sorted(seen[0][1].tolist()) == sorted([[i % 4, i] for i in range(12)])


def test_treatments_of_no_file_change_nothing(
    graph_of: Callable[..., Graph], ring: Snapshot, split: Path, tmp_path: Path
) -> None:
    nodes: dict[str, dict[str, str]] = {f"M:{i:02}": {} for i in range(24)}
    less = graph_of([e for e in RING if e[1] != "TREATS" or int(e[0][2:]) < 18], nodes).snapshot
    assert len(known_pairs(less)) == 18 < len(known_pairs(ring))

    with_hidden, without = (run_evaluate(s, trainer(), split=split, graphs=1, shared=tmp_path) for s in (ring, less))

    assert with_hidden == without


def test_two_runs_give_the_same_numbers(ring: Snapshot, split: Path, tmp_path: Path) -> None:
    one, other = (run_evaluate(ring, trainer(), split=split, graphs=2, shared=tmp_path) for _ in range(2))

    assert one == other


def test_permuted_graphs_stand_beside_the_real_one(ring: Snapshot, split: Path, tmp_path: Path) -> None:
    seen: list[tuple[Snapshot, Array]] = []

    part = run_evaluate(ring, trainer(seen), split=split, graphs=2, shared=tmp_path)["permuted"]

    assert part["graphs"] == 2
    assert [len(pairs) for _, pairs in seen] == [12, 12, 12]
    assert len({snapshot.checksum for snapshot, _ in seen}) == 3
    way = part["drug_to_disease"]
    assert way["real"]["mrr gain"] > way["mrr gain"]
    assert way["share_of_real_gain"]["mrr"] == pytest.approx(way["mrr gain"] / way["real"]["mrr gain"])


def test_without_a_split_all_treatments_are_hidden_in_turn(ring: Snapshot, tmp_path: Path) -> None:
    seen: list[tuple[Snapshot, Array]] = []
    told: list[tuple[str, float]] = []

    result = run_evaluate(ring, trainer(seen), shared=tmp_path, progress=lambda *step: told.append(step))

    assert result["evaluated"] == {"mode": "folds", "folds": 5, "trained_on": 24, "queries": 24}
    assert [len(pairs) for _, pairs in seen] == [19, 19, 19, 19, 20, 24]
    assert result["drug_to_disease"]["queries"] == 24
    # All conditions but the last have their gene.
    assert result["drug_to_disease"]["hits@3"] > 0.6
    assert result["drug_to_disease"]["mrr"] > result["baselines"]["popularity"]["drug_to_disease"]["mrr"]
    assert ("training and ranking", 1.0) in told


def test_a_list_is_answered_in_the_agreed_shape(ring: Snapshot, tmp_path: Path) -> None:
    rows = ["M:90,C:0,1", "M:90,C:1,0", "M:90,C:2,0", "M:91,C:0,0", "absent,C:0,1"]

    result = run_evaluate(ring, trainer(), pairs=listed(tmp_path, *rows), shared=tmp_path)

    assert list(result)[:5] == ["auroc", "average_precision", "recall@100", "prevalence", "prior"]
    assert list(result["prior"]) == ["auroc", "average_precision", "recall@100", "prevalence"]
    assert (result["auroc"], result["average_precision"], result["prevalence"]) == (1.0, 1.0, 0.25)
    # The degrees of medicine 90 and 91, and of conditions 0 and 1, are the same.
    assert result["prior"]["auroc"] == 0.5
    assert result["evaluated"] == {
        "mode": "pairs",
        "pairs": 4,
        "positives": 1,
        "trained_on": 24,
        "hidden": 0,
        "repeated": 0,
        "unknown": ["absent"],
        "left_out": 1,
    }


def test_known_treatments_on_a_list_are_not_learned_from(ring: Snapshot, tmp_path: Path) -> None:
    seen: list[tuple[Snapshot, Array]] = []

    result = run_evaluate(
        ring, trainer(seen), pairs=listed(tmp_path, "M:00,C:0,1", "M:01,C:1,0", "M:90,C:0,1"), shared=tmp_path
    )

    assert result["evaluated"]["hidden"] == 1
    assert [0, 0] not in seen[0][1].tolist()
    assert [1, 1] in seen[0][1].tolist()


def test_areas_are_groups_of_the_tree_or_bands_of_treatments(
    graph_of: Callable[..., Graph], ring: Snapshot, split: Path, tmp_path: Path
) -> None:
    tree = [("C:0", "IS_A", "C:g"), ("C:1", "IS_A", "C:g"), ("C:g", "IS_A", "C:top")]
    grown = graph_of([*RING, *tree], {"C:top": {"name": "all of these"}}).snapshot

    flat, grouped = (run_evaluate(s, trainer(), split=split, shared=tmp_path)["areas"] for s in (ring, grown))

    assert list(flat) == ["known treatments of the condition: 3–5"]
    assert list(grouped) == ["2", "3", "all of these"]
    assert grouped["all of these"]["drug_to_disease"]["queries"] == 4


def test_what_cannot_be_judged_is_refused(graph_of: Callable[..., Graph], ring: Snapshot, split: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="not both"):
        run_evaluate(ring, trainer(), split=split, pairs=split, shared=tmp_path)
    with pytest.raises(EvaluationError, match="no treatments to hide"):
        run_evaluate(graph_of([("M:1", "BINDS", "G:1"), ("M:1", "PALLIATES", "C:1")]).snapshot, trainer(), shared=tmp_path)


def test_a_model_whose_scores_are_no_numbers_is_refused(ring: Snapshot, split: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no number"):
        run_evaluate(ring, trainer(CaGbM=float("nan"), CtMbGbM=np.nan), split=split, shared=tmp_path)
