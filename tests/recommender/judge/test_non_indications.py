"""Pairs that physicians ruled out: read, joined, and ranked below treatments where a model is good."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import EvaluationError
from recommender.judge.non_indications import against, mean_figures, read_non_indications
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING

HEADER = "doid_id\tdrugbank_id\tdisease\tdrug\tcategory\n"


def shared_folder(folder: Path, text: str) -> Path:
    (folder / "pharmacotherapydb").mkdir()
    (folder / "pharmacotherapydb" / "indications.tsv").write_text(text, encoding="utf-8")
    return folder


def test_only_what_does_not_treat_is_read(graph_of: Callable[..., Graph], tmp_path: Path) -> None:
    rows = "C:1\t00\tx\ty\tNOT\nC:2\t00\tx\ty\tDM\nC:3\t00\tx\ty\tSYM\nC:0\tM:01\tx\ty\tNOT\nC:0\tabsent\tx\ty\tNOT\n"

    found = read_non_indications(shared_folder(tmp_path, HEADER + rows), graph_of(RING).snapshot)

    assert found is not None
    assert found.tolist() == [[0, 1], [1, 0]]


def test_an_absent_file_is_nothing_and_a_wrong_one_is_refused(graph_of: Callable[..., Graph], tmp_path: Path) -> None:
    snapshot = graph_of(RING).snapshot

    assert read_non_indications(tmp_path, snapshot) is None
    with pytest.raises(EvaluationError, match="no column 'category'"):
        read_non_indications(shared_folder(tmp_path, "a\tb\n1\t2\n"), snapshot)


def test_figures_by_hand() -> None:
    scores = np.arange(200.0, 0.0, -1.0).reshape(2, 100)
    treatments, never, seen = np.array([[0, 0], [1, 50]]), np.array([[0, 3], [1, 99]]), np.array([[0, 1], [0, 2]])

    found = against(scores, treatments, never, seen)

    # 198 unseen pairs: the first NOT pair stands second among them, the other last.
    assert found == {"auroc": 0.75, "recall@100": 0.5, "recall@1000": 1.0}


def test_nothing_to_compare_has_no_figures() -> None:
    pairs, none = np.array([[0, 0]]), np.zeros((0, 2), np.int64)

    assert against(np.ones((2, 2)), none, pairs, none) is None
    assert against(np.ones((2, 2)), pairs, none, none) is None


def test_the_mean_over_folds() -> None:
    assert mean_figures([{"auroc": 0.5}, {"auroc": 1.0}]) == {"auroc": 0.75}
