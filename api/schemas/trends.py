"""Trends."""

from typing import Literal

from pydantic import Field

from api.schemas.base import Answer, Parameters
from api.schemas.finding import NodeShown


class TrendsQuery(Parameters):
    """Which numbers."""

    measure: Literal["diagnoses", "medicines", "outcomes"] = Field(
        "medicines", description="people who got a diagnosis, began to take a medicine, or stopped one with an outcome"
    )
    by: Literal["month", "year"] = Field("month", description="how long a period is")
    node: str | None = Field(
        None, min_length=1, max_length=300, description="the condition or medicine alone: an id, a name or a synonym"
    )
    since: str | None = Field(None, pattern=r"^[0-9]{4}(-[0-9]{2})?$", description="first period: 2024 or 2024-05")
    until: str | None = Field(None, pattern=r"^[0-9]{4}(-[0-9]{2})?$", description="last period")
    limit: int = Field(100, ge=1, le=1000, description="how many at most")
    offset: int = Field(0, ge=0, le=1_000_000, description="how many are left out")


class TrendShown(Answer):
    """How many people."""

    node: NodeShown = Field(description="the condition or medicine")
    outcome: str | None = Field(description="of outcomes; else null")
    period: str = Field(description="2024-05 or 2024")
    people: int = Field(ge=5, description="so many or up to four more; fewer than five are not told")


class TrendsShown(Answer):
    """How many people, by period; without totals, and without what would tell of fewer than five people."""

    items: list[TrendShown] = Field(description="by period, the latest first; within one the most people first")
    more: int = Field(description="how many follow this page")
    counted: str = Field(description="when, ISO 8601")
    snapshot: str = Field(description="checksum of the knowledge that names the nodes")
