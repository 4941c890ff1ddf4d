"""What people read: every figure of the result stands in a table, and what is missing is said."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from graph.snapshot import Snapshot
from recommender.judge.evaluation import run_evaluate
from recommender.judge.evaluation_tables import interval, number, render_evaluation
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING, trainer


@pytest.fixture
def ring(graph_of: Callable[..., Graph]) -> Snapshot:
    return graph_of(RING).snapshot


def rendered(result: dict[str, Any]) -> str:
    text = StringIO()
    render_evaluation(result, Console(file=text, width=160, highlight=False))
    return text.getvalue()


def test_rankings_stand_beside_their_baselines(ring: Snapshot, tmp_path: Path) -> None:
    result = run_evaluate(ring, trainer(), graphs=1, shared=tmp_path)

    text = rendered(result)

    assert "Cross-validation, 5 folds; learned from 24 treatments" in text
    for way, words in (("drug_to_disease", "drug → disease"), ("disease_to_drug", "disease → drug")):
        assert f"{words}, 24 queries" in text
        low, high = result["intervals"][way]["mrr"]
        assert f"{result[way]['mrr']:.3f} [{low:.3f}, {high:.3f}]" in text
    for name, figures in result["baselines"].items():
        assert name in text
        assert f"{figures['disease_to_drug']['mrr']:.3f}" in text
    assert "against the floor, paired: hits@10" in text
    assert "Medicines without a known treatment, drug → disease, 24 queries" in text
    assert "Non-indications: not judged, the reference data is not there" in text
    assert "mean of 1 permuted ones" in text
    assert f"Explanations of {result['explanations']['suggestions']} suggestions" in text
    assert f"Variety: {result['variety']['share']:.3f} of the first paths" in text


def test_a_list_and_what_it_left_out(ring: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    unknown = "".join(f"absent{i},C:0,1\n" for i in range(12))
    path.write_text(f"compound_id,disease_id,label\nM:00,C:0,1\nM:90,C:1,0\n{unknown}", encoding="utf-8")

    text = rendered(run_evaluate(ring, trainer(), pairs=path, shared=tmp_path))

    assert "List of 2 pairs, 1 of them positive" in text
    assert "1 known treatments stand on the list and were hidden from training" in text
    assert "12 rows left out, of ids that the graph does not know: absent0" in text
    assert "and 2 more" in text
    assert "degree prior" in text


def test_explanations_that_all_say_the_same_are_warned_of(ring: Snapshot, tmp_path: Path) -> None:
    one = rendered(run_evaluate(ring, trainer(CaGbM=0.0), shared=tmp_path))
    none = rendered(run_evaluate(ring, trainer(CaGbM=0.0, CtMbGbM=0.0), shared=tmp_path))

    assert "are CtMbGbM: explanations that all say the same explain nothing" in one
    assert "nothing is suggested" in none


def test_figures_that_are_none_are_dashes() -> None:
    assert [number(value) for value in (0.12345, None, 7)] == ["0.123", "–", "7"]
    assert (interval([0.1, 0.25]), interval(None), interval([])) == (" [0.100, 0.250]", "", "")


def test_mechanism_and_non_indications_have_their_tables(ring: Snapshot, tmp_path: Path) -> None:
    result = run_evaluate(ring, trainer(), shared=tmp_path)
    result["not_pairs"] = {
        "pairs": 7,
        "auroc": 0.9,
        "recall@100": 0.01,
        "recall@1000": 0.1,
        "baselines": {"floor": {"auroc": 0.8}},
    }
    hits = {"hit@1": 0.125, "hit@10": 0.5}
    result["mechanism"] = {"pairs": 9, "joined": 8, **hits, "intervals": {"hit@1": [0.0, 0.25]}, "random": hits}

    text = rendered(result)

    assert "Treatments against 7 non-indications" in text
    assert "A curated gene among the first k paths, 9 pairs" in text
    assert "0.125 [0.000, 0.250]" in text
