from api.schemas.case import Case, CaseAllergy, CaseFields, CaseResult
from recommender.case import FIELDS


def test_the_documented_fields_are_those_that_are_read() -> None:
    assert tuple(CaseFields.model_fields) == FIELDS
    assert list(CaseAllergy.model_fields) == ["substance", "severity", "reaction"]
    assert list(CaseResult.model_fields) == ["test", "value", "unit", "date"]


def test_a_case_is_handed_on_as_it_came() -> None:
    given = {"age": "old", "nonsense": [1, {"a": None}]}

    assert Case.model_validate(given).root == given


def test_the_document_names_the_fields() -> None:
    schema = Case.model_json_schema(ref_template="#/components/schemas/{model}")

    assert set(schema["properties"]) == set(FIELDS)
    assert set(schema["$defs"]) == {"CaseAllergy", "CaseResult"}
