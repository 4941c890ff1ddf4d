"""A case in a body. These classes describe it; :func:`recommender.case.read_case` alone checks it, for shell and API alike."""

from typing import Any, Literal

from pydantic import Field, RootModel
from pydantic.config import JsonDict

from api.schemas.base import Body
from graph.schema import ROUTES


class CaseAllergy(Body):
    """An allergy."""

    substance: str = Field(description="an ingredient, a class of medicines, a substance or a medicine")
    type: Literal["allergy", "intolerance"] | None = None
    certainty: Literal["confirmed", "suspected", "refuted"] | None = None
    severity: Literal["mild", "moderate", "severe", "unknown"] | None = None
    reaction: str | None = None


class CaseCondition(Body):
    """A diagnosis of which more than its name is known."""

    condition: str
    status: Literal["active", "resolved", "refuted"] | None = None
    start: str | None = Field(None, description="ISO date")
    stop: str | None = Field(None, description="ISO date")


class CaseMedicine(Body):
    """A medicine of which more than its name is known; one that was stopped is history."""

    medicine: str
    route: str | None = Field(None, description=f"one of {', '.join(ROUTES)}")
    daily_dose: float | None = Field(None, ge=0)
    dose_unit: str | None = None
    start: str | None = Field(None, description="ISO date")
    stop: str | None = Field(None, description="ISO date")
    outcome: str | None = Field(None, description="recovered, improved, unchanged, worse, side effect, stopped or unknown")


class CaseResult(Body):
    """A laboratory result."""

    test: str
    value: float
    unit: str | None = None
    date: str | None = Field(None, description="ISO date")


class CaseGenotype(Body):
    """What a laboratory called of a gene; what cannot be told from it is indeterminate."""

    gene: str = Field(description="its symbol, such as CYP2C19")
    diplotype: str = Field(description="*1/*2; *1x2/*4 for copies; *57:01 positive for an HLA allele")


class CaseFields(Body):
    """A patient described in a request; every field is optional, each name a code or plain words."""

    age: float | None = Field(None, ge=0, le=130, description="years")
    sex: Literal["female", "male", "other", "unknown"] | None = None
    pregnant: bool | None = None
    breast_feeding: bool | None = None
    conditions: list[str | CaseCondition] = Field(default_factory=list)
    symptoms: list[str] = Field(default_factory=list)
    medicines: list[str | CaseMedicine] = Field(default_factory=list, description="in use today, or stopped")
    allergies: list[CaseAllergy] = Field(default_factory=list)
    results: list[CaseResult] = Field(default_factory=list)
    phenotypes: list[str] = Field(default_factory=list)
    genotypes: list[CaseGenotype] = Field(default_factory=list)
    avoid_routes: list[str] = Field(default_factory=list, description="routes by which nothing can be given")


EXAMPLE: JsonDict = {
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
