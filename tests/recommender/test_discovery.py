"""Metapaths that are found from a schema, and the rules that leave some out."""

from collections.abc import Callable

import pytest

from graph.elements import EdgeKind, NodeKind
from recommender.discovery import AGAINST, discover
from recommender.errors import MetapathError
from recommender.metapaths import MAX_STEPS, Metapath, MetapathTable, parse_steps, read_table, written
from tests.recommender.conftest import Graph

TABLE = read_table()


def codes(graph: Graph) -> set[str]:
    return {c.metapath.code for c in discover(graph.snapshot, TABLE)}


def test_hops_before_and_after_the_known_treatment(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(
        [
            ("M:a", "TREATS", "C:x"),
            ("C:x", "RESEMBLES", "C:y"),
            ("M:a", "BINDS", "G:g"),
            ("M:b", "BINDS", "G:g"),
        ]
    )

    # Before: nothing, r or r there and back; after: nothing or b there and back; of those 2 to 4 edges.
    assert codes(graph) == {"CrCtM", "CrCrCtM", "CtMbGbM", "CrCtMbGbM"}


def test_bridges_over_other_kinds(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(
        [
            ("C:x", "ASSOCIATES", "G:g"),
            ("M:a", "BINDS", "G:g"),
            ("G:g", "INTERACTS", "G:h"),
            ("X:lung", "EXPRESSES", "G:g"),
        ]
    )

    # No treatment is known: bridges are all there is. Over the anatomy leads a bridge of four edges, there and back.
    assert codes(graph) == {"CaGbM", "CaGiGbM", "CaGxAxGbM"}


def test_what_warns_of_a_medicine_carries_no_metapath(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(
        [
            ("M:a", "TREATS", "C:x"),
            ("M:a", "CONTRAINDICATED_IN", "C:x", {"strength": "absolute"}),
            ("M:a", "INTERACTS_WITH", "M:b", {"severity": "severe"}),
        ]
    )

    assert codes(graph) == set()
    assert {EdgeKind.CONTRAINDICATED_IN, EdgeKind.INTERACTS_WITH} <= AGAINST


def test_a_hub_is_left_out_where_there_are_many_to_join(graph_of: Callable[..., Graph]) -> None:
    # 40 medicines that all cause one side effect, and each of another four: the first kind tells nothing, with a share it does.
    hub = [(f"M:{i}", "CAUSES", "E:all") for i in range(40)]
    four = [(f"M:{i}", "CAUSES", f"E:{i // 4}") for i in range(40)]
    known = [("M:1", "TREATS", "C:x")]

    assert codes(graph_of([*known, *hub])) == set()
    assert codes(graph_of([*known, *four])) == {"CtMeEeM"}
    assert codes(graph_of([*known, *hub[:20]])) == {"CtMeEeM"}


def test_every_metapath_crosses_once_and_ends_in_a_medicine(graph_of: Callable[..., Graph]) -> None:
    kinds = [
        ("M:a", "TREATS", "C:x"),
        ("M:a", "PALLIATES", "C:x"),
        ("C:x", "IS_A", "C:y"),
        ("M:a", "RESEMBLES", "M:b"),
        ("C:x", "PRESENTS", "Y:s"),
    ]
    found = discover(graph_of(kinds).snapshot, TABLE)

    assert len({c.metapath.code for c in found}) == len(found) > 10
    for c in found:
        steps = c.metapath.steps
        assert 2 <= len(steps) <= MAX_STEPS
        assert (steps[0].source, steps[-1].target) == (NodeKind.CONDITION, NodeKind.MEDICINE)
        assert sum(s.kind in ("TREATS", "PALLIATES") for s in steps) == 1
        assert steps == (*c.left, c.crossing, *c.right)
        assert c.metapath.sentence.count("{") == len(steps) + 1


def test_a_metapath_is_named_after_its_kinds_or_as_the_table_names_it() -> None:
    by_hand = parse_steps("Condition -RESEMBLES- Condition <-TREATS- Medicine")
    named = Metapath("Kin", by_hand, 0.5, "{2} for {0} by {1}")
    table = MetapathTable((named,), TABLE.letters, TABLE.words)
    found = parse_steps("Condition <-IS_A- Condition <-TREATS- Medicine -SIMILAR_TO:side-effects- Medicine")

    assert table.metapath(by_hand, 2.0) == Metapath("Kin", by_hand, 2.0, "{2} for {0} by {1}")
    assert table.metapath(found).code == "C<nCtM~(side-effects)M"
    assert table.metapath(found).sentence == ("{3} is similar to (side-effects) {2}, which treats {1}, which is a kind of {0}")
    assert parse_steps(written(found)) == found


def test_a_kind_without_words_is_told() -> None:
    table = MetapathTable((), TABLE.letters, {})
    with pytest.raises(MetapathError, match=r"no words for TREATS; add them under \[letters\] or \[words\]"):
        table.metapath(parse_steps("Condition <-TREATS- Medicine"))


def test_every_kind_of_the_schema_has_its_own_letter_and_words() -> None:
    assert set(TABLE.letters) == set(NodeKind) - {NodeKind.PATIENT}
    assert len(set(TABLE.letters.values())) == len(TABLE.letters)
    assert len({w.letter for w in TABLE.words.values()}) == len(TABLE.words)
