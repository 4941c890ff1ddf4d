"""What answers."""

from pydantic import Field

from api.schemas.base import Answer


class Version(Answer):
    """What answers: code, knowledge, training, rules."""

    code: str = Field(description="version of the service")
    snapshot: str = Field(description="checksum of the knowledge that serves")
    bundle: str | None = Field(description="which training serves; null for weights set by hand")
    rules: str = Field(description="version of the safety rules")
    predictors: dict[str, str] = Field(description="which version of each predictor serves; empty where it cannot be told")
