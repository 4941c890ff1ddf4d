"""Jobs, and what orders them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from flask_openapi3.models.file import FileStorage
from pydantic import BeforeValidator, Field

from api.schemas.base import Answer, Body, Parameters

ID = "[0-9a-f]{32}"
EXAMPLE_ID = "3f2a8c5d9e0b4176a1c2d3e4f5061728"


class JobListed(Answer):
    """Work that was ordered, and where it stands."""

    id: str = Field(description="32 hexadecimal digits", json_schema_extra={"example": EXAMPLE_ID})
    kind: Literal["import", "training", "report", "evaluation"] = Field(description="what it does")
    state: Literal["queued", "running", "done", "failed", "cancelled", "lost"] = Field(
        description="where it stands; lost: whoever ran it is gone, and it cannot go on where it stopped"
    )
    asked_by: str = Field(description="name of the account")
    order: dict[str, Any] = Field(description="what was ordered; files are called as the report calls them")
    queued_at: datetime
    started_at: datetime | None = Field(description="of the latest attempt")
    finished_at: datetime | None = Field(description="when it ended")
    step: str = Field(description="what is being done")
    progress: float = Field(ge=0, le=1, description="the share of that step that is done")
    attempt: int = Field(ge=0, description="how often it was begun")
    cancelling: bool = Field(description="whether it was asked to end")
    error: str = Field(description="why it did not succeed; empty otherwise")


class JobShown(JobListed):
    """Work that was ordered, and what became of it."""

    result: dict[str, Any] | None = Field(description="what came of it: of an import the report, row by row, without values")


class JobsShown(Answer):
    """Jobs, the newest first."""

    items: list[JobListed] = Field(description="without their results")


class JobPath(Parameters):
    """Which job."""

    job: str = Field(pattern=f"^{ID}$", description="its id", json_schema_extra={"example": EXAMPLE_ID})


class JobsQuery(Parameters):
    """Which jobs."""

    limit: int = Field(20, ge=1, le=100, description="how many at most")
    after: str = Field("", pattern=f"^({ID})?$", description="the id of the last job that was seen; those before it follow")


def _said(text: object) -> object:
    # As the document has it: a form has text alone, and the library takes 0, off and n for it, too.
    if text in ("true", "false"):
        return text == "true"
    if isinstance(text, bool):
        return text
    raise ValueError("true or false is expected")


class ImportForm(Parameters):
    """Files for the graph, as a form with files."""

    files: list[FileStorage] = Field(
        min_length=1,
        max_length=50,
        description=(
            "tables, as `python -m loaders` takes them: a file called after its table (medicine.csv, patient.csv, "
            "diagnosis.csv, sources.csv, also .csv.gz) is read as that, any other by its header"
        ),
    )
    mode: Literal["build", "add", "validate"] = Field(
        "add", description="build: the graph of these files alone; add: merged into the graph; validate: only reported on"
    )
    dry_run: Annotated[bool, BeforeValidator(_said)] = Field(False, description="count what would change, and change nothing")
    mapping: str = Field("", max_length=65_536, description="which columns of foreign tables mean what (TOML)")


class TrainingOrder(Body):
    """What is to be trained."""

    what: Literal["graph", "conditions", "groups", "outcome", "sequence"] = Field(
        description="the graph, or a predictor that learns from records", json_schema_extra={"example": "graph"}
    )


class ReportOrder(Body):
    """What is to be reported on."""

    kind: Literal["report", "predictors", "evaluation"] = Field(
        description="the recommender as a page, its predictors as a page with pictures, or the figures alone",
        json_schema_extra={"example": "evaluation"},
    )


class ReportFile(Answer):
    """A file that a job wrote."""

    name: str = Field(json_schema_extra={"example": "report.html"})
    size: int = Field(ge=0, description="bytes")


class ReportFiles(Answer):
    """The files that a job wrote; none while it runs."""

    items: list[ReportFile]


class ReportFilePath(JobPath):
    """Which file of which job."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", json_schema_extra={"example": "report.html"})
