"""Searching medicines."""

from pydantic import Field

from api.schemas.base import Answer, Parameters
from api.schemas.finding import Codes


class MedicineQuery(Parameters):
    """What is looked for."""

    q: str = Field(min_length=1, max_length=100, description="the beginning or a part of a name, synonym or code")
    limit: int = Field(10, ge=1, le=100)


class MedicineFound(Answer):
    """A medicine that fits."""

    id: str
    name: str
    codes: Codes
    matched: str = Field(description="the name, synonym or code that fits")


class MedicinesFound(Answer):
    """What was found; when nothing fits, names that are spelled alike."""

    items: list[MedicineFound]
    nearest: list[str]
