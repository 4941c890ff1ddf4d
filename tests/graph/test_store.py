"""The values that travel through the port: columns of edges, batches, and the check of a batch."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import EdgeKind, KnowledgeLevel, NodeId, NodeKind
from graph.errors import SchemaError
from graph.store import Batch, EdgeColumns, Repeated, check_batch, distinct
from tests.graph.building import SMALL, SOURCE, batch, edge, node

ENDS = (NodeKind.MEDICINE, NodeKind.CONDITION)
PAIRS = ([NodeId("M:a"), NodeId("M:b")], [NodeId("C:a"), NodeId("C:b")])
UNIFORM = EdgeColumns.uniform(EdgeKind.TREATS, ENDS, PAIRS, SOURCE, KnowledgeLevel.ASSERTION)


@given(count=st.integers(0, 5), start=st.none() | st.integers(-6, 6), stop=st.none() | st.integers(-6, 6))
def test_a_repeated_value_is_a_sequence_like_a_list_of_it(count: int, start: int | None, stop: int | None) -> None:
    repeated, listed = Repeated("x", count), ["x"] * count

    assert len(repeated) == len(listed)
    assert list(repeated) == list(repeated[:]) == listed
    assert list(repeated[start:stop]) == listed[start:stop]
    for i in range(-count, count):
        assert repeated[i] == "x"
    for i in (count, -count - 1):
        with pytest.raises(IndexError):
            repeated[i]


def test_distinct_values_of_a_column() -> None:
    assert list(distinct(["a", "b", "a"])) == ["a", "b"]
    assert list(distinct(Repeated("a", 3))) == ["a"]
    assert list(distinct(Repeated("a", 0))) == []
    assert {*distinct([1, True, 1.0])} == {1}
    assert [type(value) for value in distinct([1, True, 1.0])] == [int, bool, float]


def test_columns_and_edges_are_two_forms_of_one_thing() -> None:
    edges = [
        edge(EdgeKind.TREATS, "M:a", "C:a", evidence="e", record="r", known_since="2020-01-01", line="first"),
        edge(EdgeKind.TREATS, "M:b", "C:a", level=KnowledgeLevel.PREDICTION),
    ]

    assert list(EdgeColumns.of(edges, *ENDS).rows()) == edges
    assert len(EdgeColumns.of(edges, *ENDS)) == 2


def test_uniform_columns_carry_nothing_of_their_own() -> None:
    assert list(UNIFORM.rows()) == [edge(EdgeKind.TREATS, "M:a", "C:a"), edge(EdgeKind.TREATS, "M:b", "C:b")]
    assert UNIFORM.is_plain
    assert not EdgeColumns.uniform(EdgeKind.TREATS, ENDS, ([], []), SOURCE, KnowledgeLevel.ASSERTION).is_plain
    assert not EdgeColumns.of(list(UNIFORM.rows()), *ENDS).is_plain
    assert not replace(UNIFORM, evidences=Repeated("pmid:1", 2)).is_plain


@pytest.mark.parametrize("name", ["ends", "provenances", "levels", "evidences", "records", "known_sinces", "properties"])
def test_columns_are_of_equal_length(name: str) -> None:
    with pytest.raises(ValueError, match="equal length"):
        replace(UNIFORM, **{name: getattr(UNIFORM, name)[:1]})


def test_a_batch_that_fits_the_schema_passes() -> None:
    check_batch(Batch())
    check_batch(SMALL)
    check_batch(Batch([], [UNIFORM]))


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("unknown-property", batch([node("M:a", colour="red")])),
        ("bad-ends", Batch([], [replace(UNIFORM, start_kind=NodeKind.GENE)])),
        ("bad-property", batch([], [edge(EdgeKind.TREATS, "M:a", "C:a", line="zeroth")])),
        ("missing-source", Batch([], [replace(UNIFORM, provenances=Repeated(replace(SOURCE, source=""), 2))])),
        ("bad-date", Batch([], [replace(UNIFORM, known_sinces=["2020-01-01", "2020"])])),
        ("bad-text", Batch([], [replace(UNIFORM, evidences=["", "\x00"])])),
        ("bad-text", Batch([], [replace(UNIFORM, records=Repeated("\ud800", 2))])),
    ],
)
def test_a_batch_that_breaks_the_schema_does_not(code: str, wrong: Batch) -> None:
    with pytest.raises(SchemaError) as caught:
        check_batch(wrong)

    assert caught.value.code == code
