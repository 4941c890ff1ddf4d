"""What patients ask of what is kept of them."""

from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Answer


class OwnExport(Answer):
    """Everything that is kept of a patient."""

    patient: str = Field(description="the patient's id")
    made: str = Field(description="when this copy was made, ISO")
    kept: dict[str, dict[str, Any]] = Field(
        description="what each store keeps, by its name: record (node and edges in the graph), identity, answers, …"
    )


class ErasureAsked(Answer):
    """A request to be erased."""

    id: str = Field(description="of the request")
    asked: str = Field(description="when it was asked, ISO")
    state: Literal["open", "done"] = Field(description="open until everything was erased")


class ErasureListed(ErasureAsked):
    """A request, for whoever carries it out by `DELETE /v1/patients/{patient}`."""

    patient: str | None = Field(description="who asks; null once it was done")
    done: str | None = Field(description="when it was carried out, ISO")


class ErasuresListed(Answer):
    """Requests, the open ones first, each group from the oldest on."""

    items: list[ErasureListed] = Field(description="the requests, a thousand at most")
