"""A person as plain values, ids as the tables have them; a date is ISO 8601, and empty where nothing is said."""

from dataclasses import dataclass
from typing import NamedTuple


class Diagnosis(NamedTuple):
    """A condition, with its status: active, resolved or refuted."""

    condition: str
    status: str = "active"
    start: str = ""
    stop: str = ""


class Therapy(NamedTuple):
    """A medicine that is or was taken."""

    medicine: str
    start: str = ""
    stop: str = ""
    outcome: str = ""
    route: str = ""
    dose: float | None = None
    unit: str = ""


class Allergy(NamedTuple):
    """What a reaction was to: an ingredient, a class, a substance or a medicine."""

    allergen: str
    type: str = ""
    certainty: str = ""
    severity: str = ""
    since: str = ""


class Result(NamedTuple):
    """A measured value."""

    test: str
    value: float
    unit: str = ""
    date: str = ""


class Response(NamedTuple):
    """A phenotype; where it was told from a diplotype, with its gene."""

    phenotype: str
    date: str = ""
    gene: str = ""
    diplotype: str = ""


@dataclass(frozen=True)
class Policy:
    """What a site decided: the medicines that it has (None: no list), and (rule, from, to, medicine or nothing)."""

    formulary: frozenset[str] | None = None
    raises: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True)
class Patient:
    """Everything that is on file; ``told`` is a case, the others are records in a store.

    ``unknown`` are names that nothing is called by, each with the list of a case that holds it.
    """

    number: int
    told: bool = True
    age: int | None = None
    sex: str | None = None
    pregnant: bool | None = None
    breast_feeding: bool | None = None
    avoid_routes: tuple[str, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    therapies: tuple[Therapy, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    results: tuple[Result, ...] = ()
    responses: tuple[Response, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    policy: Policy = Policy()
