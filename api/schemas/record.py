"""Patients' records: the shapes of bodies and answers, those of entries made from the graph's schema.

What is said here of a field is for people and the document; whether a value is allowed the graph's schema decides alone, in
:mod:`api.services.records`.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, create_model

from api.record_kinds import RECORD_KINDS, RecordKind
from api.schemas.base import Answer, Body, Parameters
from graph.property_rules import PropertyRule
from graph.schema import ROUTES

MAX_TEXT = 2000
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "diagnoses": {"condition": "pneumonia", "start": "2026-01-05", "status": "active"},
    "symptoms": {"symptom": "headache", "severity": "severe"},
    "results": {"test": "creatinine", "value": 2.5, "unit": "mg/dL", "date": "2026-02-01"},
    "allergies": {"substance": "penicillin", "severity": "severe", "reaction": "hives", "since": "2001-01-01"},
    "phenotypes": {"phenotype": "CYP2C19 poor metabolizer", "diplotype": "*2/*2"},
    "therapy": {"medicine": "lisinopril", "start": "2026-01-05", "route": "oral", "daily_dose": 10, "dose_unit": "mg"},
}
"""A body that puts an entry on file, by the name of its kind."""
Sex = Literal["female", "male", "other", "unknown"]
_ROUTE = f"of {', '.join(ROUTES)}"
_PATIENT = "the patient's id; for clinicians also a source's identifier"


class PatientValues(Body):
    """What is known of a patient as a person; a field that is null is taken away."""

    model_config = ConfigDict(json_schema_extra={"example": {"birth_year": 1961, "sex": "female", "pregnant": False}})

    birth_year: int | None = Field(None, ge=1880, le=2200, description="the year of birth")
    sex: Sex | None = Field(None, description="at birth")
    pregnant: bool | None = Field(None, description="whether she is, today")
    breast_feeding: bool | None = Field(None, description="whether she is, today")
    avoid_routes: list[str] | None = Field(
        None, max_length=len(ROUTES), description=f"routes by which nothing can be given, {_ROUTE}"
    )


class NewPatient(PatientValues):
    """A patient to be put on file."""

    identifier: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="what the source calls the patient; it is not kept: a keyed hash of it becomes the id",
    )


class PersonShown(Answer):
    """A patient as a person."""

    id: str = Field(description="a keyed pseudonym", json_schema_extra={"example": "patient:beb32a0c78d0da84de443deb"})
    birth_year: int | None = Field(None, description="the year of birth")
    sex: Sex | None = Field(None, description="at birth")
    pregnant: bool | None = Field(None, description="whether she is, today")
    breast_feeding: bool | None = Field(None, description="whether she is, today")
    avoid_routes: list[str] = Field(description=f"routes by which nothing can be given, {_ROUTE}")
    synthetic: bool = Field(description="whether the patient never lived")
    source: str = Field(description="who said so last")


class Preferences(Body):
    """What the patient wants, or cannot take."""

    model_config = ConfigDict(json_schema_extra={"example": {"avoid_routes": ["injection"]}})

    avoid_routes: list[str] = Field(max_length=len(ROUTES), description=f"routes by which nothing can be given, {_ROUTE}")


class PreferencesShown(Answer):
    """What the patient wants, or cannot take."""

    avoid_routes: list[str] = Field(description=f"routes by which nothing can be given, {_ROUTE}")


class EntryPath(Parameters):
    """Which entry of whose record."""

    patient: str = Field(min_length=1, max_length=200, description=_PATIENT)
    entry: str = Field(pattern="^[0-9a-f]{32}$", description="the entry's id")


class EntryNode(Answer):
    """What an entry is about."""

    id: str = Field(description="its id in the graph")
    name: str = Field(description="what it is called; its id when the knowledge graph has it no more")


class HistoryEvent(Answer):
    """One entry of the record at its date."""

    date: str | None = Field(description="ISO date from which it holds; null when none is on file")
    kind: str = Field(description=f"one of {', '.join(RECORD_KINDS)}")
    entry: str = Field(description="the entry's id")
    about: EntryNode = Field(description="what it is about")
    said: dict[str, Any] = Field(description="everything else that the entry says")
    source: str = Field(description="who said so")


class History(Answer):
    """Everything that is on file, in the order of time; what has no date comes last."""

    items: list[HistoryEvent] = Field(description="the entries")


class Erased(Answer):
    """What an erasure took away."""

    id: str = Field(description="of the patient, which is nobody's any more")
    edges: int = Field(description="what was on file in the graph, with what was derived of it")
    answers: int = Field(description="stored recommendations; of each a tombstone stays")
    elsewhere: dict[str, int] = Field(description="rows in other stores, by the store's name")
    quarantined: int = Field(description="rejected rows of imports")
    predictors: list[str] = Field(description="predictors that were retired: fit them again")


def _type(rule: PropertyRule) -> Any:  # a type made of a rule is none that a checker knows
    if rule.values:
        return Literal[rule.values]
    return list[str] if rule.type is tuple else rule.type


def _field(rule: PropertyRule, name: str, default: Any) -> Any:  # as pydantic declares its fields
    said: dict[str, Any] = {"description": name.replace("_", " ") + (", an ISO date" if rule.date else "")}
    if rule.type is str and not rule.values:
        said["max_length"] = MAX_TEXT
    said |= {"ge": rule.low} if rule.low > float("-inf") else {}
    said |= {"le": rule.high} if rule.high < float("inf") else {}
    return Field(default, **said)


def _fields(kind: RecordKind, *, change: bool) -> dict[str, Any]:
    return {
        name: (_type(rule), _field(rule, name, ...))
        if rule.required and not change
        else (_type(rule) | None, _field(rule, name, None))
        for name, rule in kind.fields.items()
    }


def _about(kind: RecordKind) -> str:
    return f"a name, code or id: {' or '.join(f'{end}' for end in kind.ends)}"


def _new(kind: RecordKind) -> type[Body]:
    about: dict[str, Any] = {kind.node: (str, Field(min_length=1, max_length=500, description=_about(kind)))}
    fields: dict[str, Any] = about | _fields(kind, change=False)
    made: type[Body] = create_model(f"New{kind.entry.title()}", __base__=Body, **fields)
    made.__doc__ = f"A {kind.entry} to be put on file."
    made.model_config["json_schema_extra"] = {"example": {**EXAMPLES[kind.name]}}
    return made


def _change(kind: RecordKind) -> type[Body]:
    made: type[Body] = create_model(f"{kind.entry.title()}Change", __base__=Body, **_fields(kind, change=True))
    made.__doc__ = f"What changes about a {kind.entry}: a field that is null is taken away, one that is missing stays."
    return made


def _shown(kind: RecordKind) -> type[Answer]:
    head: dict[str, Any] = {
        "id": (str, Field(description="of the entry")),
        kind.node: (EntryNode, Field(description="what it is about")),
        "source": (str, Field(description="who said so")),
        "recorded": (str | None, Field(None, description="ISO date on which it was put on file, where that is known")),
    }
    # What a file said may be older than the rule that refuses it today: an answer shows it as it is.
    for name, rule in kind.fields.items():
        head[name] = (_type(rule) | None, Field(None, description=name.replace("_", " ")))
    made: type[Answer] = create_model(f"{kind.entry.title()}Shown", __base__=Answer, **head)
    made.__doc__ = f"A {kind.entry} on file."
    return made


def _listed(kind: RecordKind, shown: type[Answer]) -> type[Answer]:
    items: Any = (list[shown], Field(description="the entries, by what they are about"))  # type: ignore[valid-type]
    made: type[Answer] = create_model(f"{kind.entry.title()}List", __base__=Answer, items=items)
    made.__doc__ = f"All entries of {kind.name}."
    return made


NEW: Mapping[str, type[Body]] = {name: _new(kind) for name, kind in RECORD_KINDS.items()}
"""Bodies that put an entry on file, by the name of its kind."""
CHANGE: Mapping[str, type[Body]] = {name: _change(kind) for name, kind in RECORD_KINDS.items()}
"""Bodies that change an entry."""
SHOWN: Mapping[str, type[Answer]] = {name: _shown(kind) for name, kind in RECORD_KINDS.items()}
"""Entries as they are answered."""
LISTED: Mapping[str, type[Answer]] = {name: _listed(kind, SHOWN[name]) for name, kind in RECORD_KINDS.items()}
"""Lists of entries as they are answered."""
