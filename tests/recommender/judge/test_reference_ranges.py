"""Reference ranges: of adults, of both sexes together, in the unit of the table."""

from math import inf

from recommender.judge.reference_ranges import reference_ranges
from recommender.predictors.tables.table import Column, ColumnKind
from tests.recommender.conftest import Build

TESTS = {
    "L:hb": {
        "unit": "g/dL",
        "other_units": ("g/L=0.1",),
        "ranges": ("female|18||12|16|7|", "male|18||14|18|7|", "any|0|17|9|20||"),
    },
    "L:crp": {"unit": "mg/L", "ranges": ("any|18|||5||",)},
    "L:odd": {"unit": "mg/L", "ranges": ()},
    "L:child": {"unit": "mg/L", "ranges": ("any|0|12|1|2||",)},
}


def number(node: str, unit: str) -> Column:
    return Column(node, ColumnKind.NUMBER, unit=unit, node=node)


def test_ranges_of_adults_in_the_table_s_unit(build: Build) -> None:
    with build([("M:a", "TREATS", "C:x")], TESTS) as graph:
        columns = (number("L:hb", "g/L"), number("L:crp", "mg/L"), number("L:odd", "mg/L"), number("L:child", "mg/L"))
        found = reference_ranges(graph.snapshot, columns)
    assert set(found) == {"L:hb", "L:crp"}
    assert [round(end, 9) for end in found["L:hb"]] == [120.0, 180.0]
    assert found["L:crp"] == (-inf, 5.0)


def test_an_unknown_unit_or_node_has_none(build: Build) -> None:
    with build([("M:a", "TREATS", "C:x")], TESTS) as graph:
        columns = (number("L:hb", "mol"), number("C:x", "g"), number("L:none", "g"), Column("plain", ColumnKind.NUMBER))
        assert reference_ranges(graph.snapshot, columns) == {}
