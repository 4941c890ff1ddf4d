"""A case in a body. These classes describe it; :func:`recommender.case.read_case` alone checks it, for shell and API alike."""

from typing import Any, Literal

from pydantic import Field, RootModel

from api.schemas.base import Body


class CaseAllergy(Body):
    """An allergy."""

    substance: str = Field(description="an ingredient, a class of medicines, a substance or a medicine")
    severity: Literal["mild", "moderate", "severe", "unknown"] | None = None
    reaction: str | None = None


class CaseResult(Body):
    """A laboratory result."""

    test: str
    value: float
    unit: str | None = None
    date: str | None = Field(None, description="ISO date")


class CaseFields(Body):
    """A patient described in a request; every field is optional, each name a code or plain words."""

    age: float | None = Field(None, ge=0, le=130, description="years")
    sex: Literal["female", "male", "other", "unknown"] | None = None
    pregnant: bool | None = None
    breast_feeding: bool | None = None
    conditions: list[str] = Field(default_factory=list)
    symptoms: list[str] = Field(default_factory=list)
    medicines: list[str] = Field(default_factory=list, description="in use today")
    allergies: list[CaseAllergy] = Field(default_factory=list)
    results: list[CaseResult] = Field(default_factory=list)
    phenotypes: list[str] = Field(default_factory=list)


EXAMPLE = {
    "age": 62,
    "sex": "female",
    "conditions": ["hypertension"],
    "medicines": ["metformin"],
    "allergies": [{"substance": "penicillin", "severity": "severe"}],
}


class Case(RootModel[dict[str, Any]]):
    """A case as it came."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # as pydantic declares it
        """What the OpenAPI document says of a case."""
        return CaseFields.model_json_schema(*args, **kwargs) | {"title": "Case", "example": EXAMPLE}
