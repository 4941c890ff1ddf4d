import pytest

from api.schemas.base import Body
from api.schemas.case import Case, CaseAllergy, CaseCondition, CaseFields, CaseGenotype, CaseMedicine, CaseResult
from graph.elements import EdgeKind
from graph.schema import EDGE_RULES
from recommender.case import FIELDS


def test_the_documented_fields_are_those_that_are_read() -> None:
    assert tuple(CaseFields.model_fields) == FIELDS
    assert list(CaseResult.model_fields) == ["test", "value", "unit", "date"]
    assert list(CaseGenotype.model_fields) == ["gene", "diplotype"]


@pytest.mark.parametrize(
    ("body", "name", "kind", "left_out"),
    [
        (CaseAllergy, "substance", EdgeKind.ALLERGIC_TO, {"since"}),
        (CaseCondition, "condition", EdgeKind.HAS_DIAGNOSIS, set()),
        (CaseMedicine, "medicine", EdgeKind.TAKES, {"rating", "adherence", "review"}),
    ],
)
def test_what_may_be_told_beside_a_name_is_what_a_record_may_say(
    body: type[Body], name: str, kind: EdgeKind, left_out: set[str]
) -> None:
    assert set(body.model_fields) == {name} | (set(EDGE_RULES[kind].properties) - left_out)


def test_a_case_is_handed_on_as_it_came() -> None:
    given = {"age": "old", "nonsense": [1, {"a": None}]}

    assert Case.model_validate(given).root == given


def test_the_document_names_the_fields() -> None:
    schema = Case.model_json_schema(ref_template="#/components/schemas/{model}")

    assert set(schema["properties"]) == set(FIELDS)
    assert set(schema["$defs"]) == {"CaseAllergy", "CaseCondition", "CaseGenotype", "CaseMedicine", "CaseResult"}
