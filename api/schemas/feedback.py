"""What people say of an answer's suggestions."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.base import Answer, Body, Parameters
from graph.elements import EdgeKind
from graph.schema import EDGE_RULES
from recommender.feedback_log import DismissReason, FeedbackKind

OUTCOMES = EDGE_RULES[EdgeKind.TAKES].properties["outcome"].values
MAX_REVIEW = 2000
_NEEDED = {"dismiss": "reason", "outcome": "outcome", "rating": "rating", "review": "review"}


class FeedbackGiven(Body):
    """What is said of one medicine: a kind, and the one field that it needs."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"medicine": "RxNorm:29046", "kind": "dismiss", "reason": "side-effect"}}
    )

    medicine: str = Field(min_length=1, max_length=264, description="the medicine's id")
    kind: Literal["accept", "dismiss", "outcome", "rating", "review"]
    reason: str | None = Field(None, max_length=32, description=f"of a dismissal: one of {', '.join(DismissReason)}")
    outcome: str | None = Field(None, max_length=32, description=f"one of {', '.join(OUTCOMES)}")
    rating: int | None = Field(None, ge=1, le=10, description="1 is worst")
    review: str | None = Field(None, min_length=1, max_length=MAX_REVIEW, description="in the reader's own words")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = {name for name in _NEEDED.values() if getattr(self, name) is not None}
        needed = {_NEEDED[self.kind]} if self.kind in _NEEDED else set()
        if given != needed:
            raise ValueError(f"of this kind {' and '.join(needed) or 'nothing further'} is expected")
        if self.reason is not None and self.reason not in set(DismissReason):
            raise ValueError(f"reason: one of {', '.join(DismissReason)} is expected")
        if self.outcome is not None and self.outcome not in OUTCOMES:
            raise ValueError(f"outcome: one of {', '.join(OUTCOMES)} is expected")
        return self

    @property
    def word(self) -> str:
        """The text that goes with the kind; empty where none does."""
        return self.reason or self.outcome or self.review or ""


class FeedbackAnswerPath(Parameters):
    """Which answer."""

    answer: str = Field(min_length=1, max_length=64, description="the answer's id")


class FeedbackPath(FeedbackAnswerPath):
    """Which answer, and what was said of it."""

    feedback: str = Field(min_length=1, max_length=32, description="what was said")


class FeedbackShown(Answer):
    """What the account said."""

    id: str
    answer: str
    medicine: str
    kind: FeedbackKind
    value: str = Field(description="reason, outcome or review; empty where there is none")
    rating: int | None
    said: str = Field(description="when, ISO with its offset")


class FeedbacksShown(Answer):
    """All that the account said of an answer."""

    items: list[FeedbackShown]
