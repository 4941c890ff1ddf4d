"""What all schemas share: nothing unknown is let in, and nothing is converted that was not asked for."""

from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A shape that the service answers with; every field of an answer is described."""

    model_config = ConfigDict(extra="forbid")


class Body(BaseModel):
    """A shape that the service takes in a body: values are of their type, or refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Parameters(BaseModel):
    """A shape of what stands in an address, where everything is text."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # as pydantic declares it
        """The JSON schema; kept, because flask-openapi3 asks for it with every request and making it takes a millisecond."""
        return _kept_schema(cls, args, tuple(sorted(kwargs.items())))


@lru_cache
def _kept_schema(model: type[Parameters], args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return super(Parameters, model).model_json_schema(*args, **dict(kwargs))
