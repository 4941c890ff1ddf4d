"""What is on file of the person that a proof is about, read from the store or from a case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from graph.elements import Edge, NodeKind
from recommender.verify.knowledge import Knowledge
from recommender.verify.proof import ON_FILE, FactClaim
from recommender.verify.verdict import NotProvedError


@dataclass(frozen=True, slots=True)
class OnFile:
    """One thing that is on file.

    Attributes:
        kind: the kind of edge.
        node: id of what it leads to.
        active: whether it holds on the day.
        record: where it stands.
        properties: what it says.
    """

    kind: str
    node: str
    active: bool
    record: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """What is on file of one person on one day; None is what is not.

    Attributes:
        age: in whole years.
        sex: at birth.
        pregnant: whether she is.
        breast_feeding: whether she is.
        avoid_routes: by which nothing can be given.
        facts: everything else.
        unplaced: what no node stands for: where it stands, by the word for what it should have been.
    """

    age: int | None
    sex: str | None
    pregnant: bool | None
    breast_feeding: bool | None
    avoid_routes: tuple[str, ...]
    facts: tuple[OnFile, ...]
    unplaced: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str, *, active: bool = True) -> Iterator[OnFile]:
        """What is on file of a kind; by default what holds on the day."""
        return (fact for fact in self.facts if fact.kind == kind and (fact.active or not active))


def assuming(person: Person, claims: Sequence[FactClaim]) -> Person:
    """The person if what some claims say were on file, too, before everything else."""
    taken = tuple(OnFile(c.kind, c.node.id, c.active, c.record, c.properties) for c in claims if c.node)
    return replace(person, facts=(*taken, *person.facts))


def read_patient(knowledge: Knowledge, patient: str, day: date) -> Person:
    """The person in the store.

    Raises:
        NotProvedError: when there is none of this id.
    """
    node = knowledge.node(patient)
    if node is None or node.kind is not NodeKind.PATIENT:
        raise NotProvedError("the store has no such patient")
    said, facts, unplaced = node.properties, [], {}
    for kind in ON_FILE:
        for edge in knowledge.edges(patient, kind):
            if not _begun(edge, day):
                continue
            if knowledge.node(edge.end) is None:
                unplaced[edge.record or edge.evidence] = kind
            facts.append(OnFile(kind, edge.end, _lasts(edge, day), edge.record or edge.evidence, plain(edge.properties)))
    born = said.get("birth_year")
    routes = said.get("avoid_routes", ())
    return Person(
        day.year - born if isinstance(born, int) and born <= day.year else None,
        str(said["sex"]) if "sex" in said else None,
        bool(said["pregnant"]) if "pregnant" in said else None,
        bool(said["breast_feeding"]) if "breast_feeding" in said else None,
        tuple(map(str, routes)) if isinstance(routes, tuple) else (),
        tuple(facts),
        unplaced,
    )


def plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as JSON reads them: lists in the place of tuples."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in properties.items()}


def _begun(edge: Edge, day: date) -> bool:
    """Whether it was known by the day: the first of its dates that is there says so."""
    begin = next((edge.properties[key] for key in ("start", "date", "since") if edge.properties.get(key)), "")
    return str(begin) <= day.isoformat()


def _lasts(edge: Edge, day: date) -> bool:
    """Whether it holds on the day: nobody refuted it, and its end, or without one its status, does not say otherwise."""
    said = edge.properties
    if "refuted" in (said.get("certainty"), said.get("status")):
        return False
    if said.get("stop"):
        return str(said["stop"]) > day.isoformat()
    return said.get("status", "active") == "active"
