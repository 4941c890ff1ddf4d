"""The quick regression: its counts are those of the walk, it learns, and it comes again."""

from collections.abc import Callable

import numpy as np
import pytest

from graph.array_file import Array
from graph.elements import NodeKind
from recommender.features import known_pairs
from recommender.judge.floor import DAMPING, FOLDS, PlainCounts, by_hand, floor_scores, plain_counts
from recommender.judge.ranking import auroc
from recommender.metapaths import Metapath, parse_steps
from recommender.walk import Walker
from tests.recommender.conftest import Graph
from tests.recommender.judge.fixed_model import RING

MIXED = [
    *RING,
    *((f"M:{i:02}", "RESEMBLES", f"M:{i + 1:02}") for i in range(10)),
    *((f"M:{i:02}", "TREATS", f"C:{(i + 1) % 4}") for i in range(0, 24, 3)),
    *((f"M:{i:02}", "PALLIATES", f"C:{(i + j) % 4}") for i in range(0, 24, 5) for j in range(2)),
    *((f"M:{i:02}", "IN_CLASS", f"K:{i % 5}") for i in range(12)),
    *((f"C:{i}", "PRESENTS", f"Y:{j}") for i in range(4) for j in range(i + 1)),
    *((f"C:{i}", "UPREGULATES", f"G:{i % 3}") for i in range(4)),
    *((f"M:{i:02}", "DOWNREGULATES", f"G:{i % 3}") for i in range(6)),
    ("C:1", "RESEMBLES", "C:2"),
]
WALKS = {
    "CaGbM": "Condition -ASSOCIATES-> Gene <-BINDS- Medicine",
    "CuGdM": "Condition -UPREGULATES-> Gene <-DOWNREGULATES- Medicine",
    "CrCtM": "Condition -RESEMBLES- Condition <-TREATS- Medicine",
    "CrCrCtM": "Condition -RESEMBLES- Condition -RESEMBLES- Condition <-TREATS- Medicine",
    "CtMrM": "Condition <-TREATS- Medicine -RESEMBLES- Medicine",
    "CtMrMrM": "Condition <-TREATS- Medicine -RESEMBLES- Medicine -RESEMBLES- Medicine",
    "CtMkKkM": "Condition <-TREATS- Medicine -IN_CLASS-> DrugClass <-IN_CLASS- Medicine",
    "CtMtCtM": "Condition <-TREATS- Medicine -TREATS-> Condition <-TREATS- Medicine",
    "ClMlClM": "Condition <-PALLIATES- Medicine -PALLIATES-> Condition <-PALLIATES- Medicine",
    "CpYpCtM": "Condition -PRESENTS-> Symptom <-PRESENTS- Condition <-TREATS- Medicine",
    "CrCaGbM": "Condition -RESEMBLES- Condition -ASSOCIATES-> Gene <-BINDS- Medicine",
}


@pytest.mark.parametrize("code", WALKS)
def test_counts_are_those_of_the_walk(graph_of: Callable[..., Graph], code: str) -> None:
    snapshot = graph_of(MIXED).snapshot
    metapath = Metapath(code, parse_steps(WALKS[code]), 1.0, "")
    walker = Walker(snapshot, [metapath], DAMPING, compiled=False)
    walked = np.stack([walker.count(metapath, {c: 1.0}) for c in snapshot.numbers(NodeKind.CONDITION)])

    counted = plain_counts(snapshot).counts(known_pairs(snapshot))[code]

    assert walked.any()
    np.testing.assert_allclose(counted, walked, atol=1e-12)


def test_hidden_treatments_count_nowhere(graph_of: Callable[..., Graph]) -> None:
    whole, less = graph_of(MIXED).snapshot, graph_of([e for e in MIXED if e != ("M:03", "TREATS", "C:3")]).snapshot
    seen = known_pairs(less)

    one, other = plain_counts(whole).counts(seen), plain_counts(less).counts(seen)

    for code, count in one.items():
        np.testing.assert_array_equal(count, other[code], err_msg=code)


def test_it_learns_and_comes_again(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    treatments = known_pairs(snapshot)
    hidden = treatments[::4]
    seen = np.delete(treatments, np.s_[::4], axis=0)
    counts = plain_counts(snapshot)

    scores = floor_scores(counts, seen, 1)

    assert np.array_equal(scores, floor_scores(counts, seen, 1))
    labels = np.zeros(scores.shape, bool)
    labels[tuple(hidden.T)] = True
    unseen = np.ones(scores.shape, bool)
    unseen[tuple(seen.T)] = False
    assert auroc(scores[unseen], labels[unseen]) > 0.75


def test_eight_metapaths_by_hand_speak_for_nothing_where_no_path_leads(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of(RING).snapshot
    medicines = snapshot.numbers(NodeKind.MEDICINE)
    alone = snapshot.number("M:91") - medicines.start

    scores = by_hand(plain_counts(snapshot).counts(known_pairs(snapshot)))

    assert scores.shape == (4, len(medicines))
    assert not scores[:, alone].any()
    assert scores.max() > 0
    assert scores.min() >= 0


def test_no_pair_is_learned_by_its_own_edge(graph_of: Callable[..., Graph], monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = graph_of(RING).snapshot
    treatments = known_pairs(snapshot)
    counts = plain_counts(snapshot)
    asked: list[list[list[int]]] = []
    real = PlainCounts.counts

    def recorded(_: PlainCounts, seen: Array) -> dict[str, Array]:
        asked.append(seen.tolist())
        return real(counts, seen)

    monkeypatch.setattr(PlainCounts, "counts", recorded)
    floor_scores(counts, treatments, 1)

    whole, *parts = asked
    hidden = [pair for part in parts for pair in whole if pair not in part]
    assert whole == treatments.tolist()
    assert len(parts) == FOLDS
    assert sorted(hidden) == whole
