"""Features of records: the same for a store and a case, placed in reference ranges, of five people or more."""

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import Node
from recommender.case import read_case
from recommender.predictors.population.features import (
    AGE,
    FARTHEST,
    FEMALE,
    MEDICINES,
    FeatureReader,
    patient_features,
    patients,
    place_in_range,
)
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES, village


def test_a_record_is_read_as_named_numbers(graph_of: Callable[..., Graph]) -> None:
    patient = {"birth_year": 1960, "sex": "female"}
    graph = graph_of(
        [
            *KNOWLEDGE,
            ("patient:p", "HAS_DIAGNOSIS", "C:pressure", {"record": "d"}),
            ("patient:p", "HAS_DIAGNOSIS", "C:kidney", {"record": "e", "status": "refuted"}),
            ("patient:p", "TAKES", "M:pril", {"record": "t"}),
            ("patient:p", "TAKES", "M:olol", {"record": "u", "stop": "2020-01-01"}),
            ("patient:p", "HAS_RESULT", "L:hb", {"value": 9.0, "unit": "g/dL", "date": "2023-01-01", "record": "old"}),
            ("patient:p", "HAS_RESULT", "L:hb", {"value": 160.0, "unit": "g/L", "date": "2024-01-01", "record": "new"}),
        ],
        NODES | {"patient:p": patient},
    )

    # 160 g/L are 16 g/dL, the upper end of a woman's range.
    assert FeatureReader(graph.snapshot).read(graph.record()) == {
        AGE: 64.0,
        FEMALE: 1.0,
        MEDICINES: 1.0,
        "C:pressure": 1.0,
        "ICD10CM:I00-I99": 1.0,
        "L:hb": pytest.approx(1.0),
    }


def test_a_case_is_read_as_a_record_is(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(KNOWLEDGE, NODES)
    case = {"age": 64, "sex": "male", "conditions": ["High pressure"], "results": [{"test": "hb", "value": 16.0}]}

    found = FeatureReader(graph.snapshot).read(read_case(case, graph.snapshot))

    assert found == {AGE: 64.0, FEMALE: 0.0, MEDICINES: 0.0, "C:pressure": 1.0, "ICD10CM:I00-I99": 1.0, "L:hb": 0.0}


def test_what_is_not_told_is_missing(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(KNOWLEDGE, NODES)

    assert FeatureReader(graph.snapshot).read(read_case({"sex": "other"}, graph.snapshot)) == {MEDICINES: 0.0}


@pytest.mark.parametrize(
    ("value", "ranges", "sex", "age", "place"),
    [
        (14.0, ["female|18||12|16||"], "female", 30, 0.0),
        (12.0, ["female|18||12|16||"], "female", 30, -1.0),
        (14.0, ["female|18||12|16||"], "male", 30, None),
        (14.0, ["any|1|17|10|12||", "any|18||12|16||"], "male", 30, 0.0),
        (11.0, ["any|1|17|10|12||", "any|18||12|16||"], "male", 9, 0.0),
        (11.0, ["any|1|17|10|12||"], "male", 30, None),
        # An age that is not known is an adult's.
        (14.0, ["any|1|17|10|12||", "any|18||12|16||"], None, None, 0.0),
        # An open end: the range is as wide below the high end as zero, or as far above the low end as it is above zero.
        (100.0, ["any|18|||200||"], "male", 30, 0.0),
        (90.0, ["any|18||60|||"], "male", 30, 0.0),
        (1e9, ["any|18||12|16||"], "male", 30, FARTHEST),
        (-1e9, ["any|18||12|16||"], "male", 30, -FARTHEST),
        (14.0, ["any|18|||||"], "male", 30, None),
        (14.0, [], "male", 30, None),
    ],
)
def test_a_result_has_a_place_in_its_range(
    value: float, ranges: list[str], sex: str | None, age: int | None, place: float | None
) -> None:
    assert place_in_range(value, ranges, sex, age) == (None if place is None else pytest.approx(place))


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_higher_result_is_no_lower_in_its_range(one: float, other: float) -> None:
    low, high = (place_in_range(value, ["any|18||12|16||"], None, 30) for value in sorted((one, other)))

    assert low is not None
    assert high is not None
    assert -FARTHEST <= low <= high <= FARTHEST


def test_a_column_is_of_five_people_or_more(graph_of: Callable[..., Graph]) -> None:
    rare = [(f"patient:v{i:04d}", "HAS_DIAGNOSIS", "C:fever", {"record": "f"}) for i in range(4)]
    edges, nodes = village(20)

    few = patient_features((graph := graph_of(edges + rare, nodes)).store, graph.snapshot, TODAY)
    more = [("patient:v0004", "HAS_DIAGNOSIS", "C:fever", {"record": "f"})]
    enough = patient_features((graph := graph_of(edges + rare + more, nodes)).store, graph.snapshot, TODAY)

    assert "C:fever" not in few.names
    assert enough.matrix[:, enough.names.index("C:fever")].sum() == 5
    assert set(enough.names) - set(few.names) == {"C:fever", "ICD10CM:A00-B99"}


def test_a_condition_that_is_not_on_file_is_none_and_a_result_is_unknown(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(20)
    graph = graph_of([e for e in edges if e[:2] != ("patient:v0000", "HAS_RESULT")], nodes)

    found = patient_features(graph.store, graph.snapshot, TODAY)
    first = dict(zip(found.names, found.matrix[0], strict=True))

    assert first["C:pressure"] == 0.0
    assert math.isnan(first["L:hb"])
    assert np.isfinite(found.matrix[1:]).all()


def test_what_was_not_known_on_the_day_is_not_there(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(20)
    graph = graph_of(edges, nodes)

    found = patient_features(graph.store, graph.snapshot, date(2019, 1, 1))

    assert not {"C:pressure", "L:hb"} & set(found.names)


def test_who_may_not_be_learned_of_is_not_read(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(20)
    graph = graph_of(edges, nodes)

    def young(patient: Node) -> bool:
        return int(str(patient.properties["birth_year"])) > 1980

    assert len(list(patients(graph.store))) == 20
    assert len(list(patients(graph.store, young))) == 10
    assert len(patient_features(graph.store, graph.snapshot, TODAY, young).matrix) == 10
