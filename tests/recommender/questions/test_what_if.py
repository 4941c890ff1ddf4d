"""What if: a change moves what it should, and nothing is written."""

from typing import Any

import pytest

from recommender.errors import CaseError
from recommender.questions.what_if import changed, what_if
from tests.recommender.questions.small import GraphOf, recommender_on, request


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["medicine"]["id"] for entry in entries]


def test_a_removed_diagnosis_frees_what_it_forbade(graph_of: GraphOf) -> None:
    recommender = recommender_on(graph_of)
    before = recommender.recommend(request()).json()

    found = what_if(recommender, request(), {"remove": ["C:angioedema"]})

    assert ids(found["exclusions"]["fall"]) == ["M:enalapril"]
    assert found["exclusions"]["arise"] == []
    row = next(row for row in found["moved"] if row["medicine"]["id"] == "M:enalapril")
    assert (row["before"], row["after"]["list"]) == (None, "recommendations")
    assert found["changed"] == {"added": [], "removed": ["HAS_DIAGNOSIS angioedema"]}
    assert recommender.recommend(request()).json() == before


def test_a_started_medicine_forbids_what_it_interacts_with(graph_of: GraphOf) -> None:
    found = what_if(recommender_on(graph_of), request(), {"medicines": ["lithium"]})

    assert ids(found["exclusions"]["arise"]) == ["M:losartan"]
    assert found["changed"]["added"] == ["TAKES lithium"]


def test_a_new_diagnosis_brings_its_medicines_and_paths(graph_of: GraphOf) -> None:
    found = what_if(recommender_on(graph_of), request(), {"conditions": ["diabetes"]})

    assert "M:metformin" in [row["medicine"]["id"] for row in found["moved"] if row["before"] is None]
    assert found["before"] != found["after"]


def test_single_values_take_the_place_of_those_on_file(graph_of: GraphOf) -> None:
    recommender = recommender_on(graph_of)
    record = recommender.record(request())

    other = changed(record, {"age": 12, "sex": "female", "pregnant": True, "avoid_routes": ["oral"]}, recommender.snapshot)

    assert (other.age, other.sex, other.pregnant, other.avoid_routes) == (12, "female", True, ("oral",))
    assert other.facts == record.facts


def test_a_case_can_be_changed_too_and_its_answer_has_another_id(graph_of: GraphOf) -> None:
    asked = request(patient=None, case={"age": 50, "conditions": ["Hypertension"]})

    found = what_if(recommender_on(graph_of), asked, {"allergies": [{"substance": "losartan"}]})

    assert found["before"] != found["after"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({}, ""),
        ({"remove": ["C:diabetes"]}, "/remove/0"),
        ({"remove": "C:diabetes"}, "/remove"),
        ({"colour": "red"}, "/colour"),
        ({"age": -1}, "/age"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_place(graph_of: GraphOf, change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(CaseError) as caught:
        what_if(recommender_on(graph_of), request(), change)

    assert caught.value.pointer == pointer


def test_bare_nodes_have_nothing_to_change(graph_of: GraphOf) -> None:
    with pytest.raises(CaseError, match="a patient or a case"):
        what_if(recommender_on(graph_of), request(patient=None, nodes=("C:hypertension",)), {"age": 3})
