"""What of patients leaves the store: nobody, everybody as they are, or everybody under a pseudonym.

A pseudonym is drawn at random for each export and kept nowhere, so that neither two exports nor an export and the store can be
joined by it. Beside it go the things by which somebody who knows a patient could find them: the ids of records, free text, and
whatever is exact about time. A day of birth or admission is known to neighbours and colleagues, a month to few; trends are
counted by months. What stays is decided by the schema, so that a property added later is left out until it is a coded one.
Patients under a pseudonym are still personal data: a rare combination of conditions remains one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from enum import StrEnum
from random import SystemRandom
from secrets import token_hex

from graph.consents import Purpose, willing
from graph.elements import PATIENT_PREFIX, Edge, EdgeKind, Node, NodeId, NodeKind, PropertyValue
from graph.errors import UnknownNodeError
from graph.property_rules import Properties
from graph.property_text import properties_text
from graph.schema import EDGE_RULES, NODE_RULES
from graph.store import GraphStore
from graph.units import convert

PatientRecords = Iterator[tuple[Node, Sequence[Edge]]]
"""Patients, each with the edges that start there."""
YEARS = 5
"""Years of birth are told by the first of so many."""
OLDEST = 90
"""Years of age; whoever is older counts as born so long ago, for there are few of them."""
AGE_TEST = "LOINC:30525-0"
"""The laboratory's word for an age, which would tell the year of birth."""
_PAGE = 1_000


class Patients(StrEnum):
    """Who is told of."""

    NONE = "none"
    PSEUDONYMS = "pseudonyms"
    ALL = "all"


def disclosed(store: GraphStore, patients: Patients, today: date) -> PatientRecords:
    """The patients of a store, each with their edges, as they may leave it.

    Args:
        store: where they are.
        patients: who is told of.
        today: the day from which ages are reckoned.
    """
    if patients is Patients.ALL:
        return _whole(store)
    return _Pseudonyms(store, today).records() if patients is Patients.PSEUDONYMS else iter(())


def _whole(store: GraphStore) -> PatientRecords:
    after = ""
    while page := list(store.nodes(NodeKind.PATIENT, after=after, limit=_PAGE)):
        for node in page:
            yield node, store.edges_from(node.id)
        after = page[-1].id


class _Pseudonyms:
    """Patients without what would tell who they are.

    Args:
        store: where they are.
        today: the day from which ages are reckoned.
    """

    def __init__(self, store: GraphStore, today: date) -> None:
        self._store = store
        self._first_year = (today.year - OLDEST) // YEARS * YEARS
        self._tests = {node.id: node for node in store.nodes(NodeKind.LAB_TEST)}

    def records(self) -> PatientRecords:
        """All patients who do not refuse research, in no order."""
        ids = [node.id for node in willing(self._store, Purpose.RESEARCH)]
        # Ids are in an order, and so would be what is written of them: a place in it would tell much of an id.
        SystemRandom().shuffle(ids)
        for node_id in ids:
            pseudonym = NodeId(f"{PATIENT_PREFIX}{token_hex(12)}")
            # A patient who was taken out meanwhile is not told of.
            with suppress(UnknownNodeError):
                yield self._patient(self._store.node(node_id), pseudonym), self._edges(node_id, pseudonym)

    def _patient(self, node: Node, pseudonym: NodeId) -> Node:
        kept = _coarse(NODE_RULES[NodeKind.PATIENT], node.properties)
        year = kept.get("birth_year")
        if isinstance(year, int):
            kept["birth_year"] = max(year // YEARS * YEARS, self._first_year)
        return Node(pseudonym, NodeKind.PATIENT, "", node.provenance, properties=kept)

    def _edges(self, node_id: NodeId, pseudonym: NodeId) -> Sequence[Edge]:
        found = [self._edge(edge, pseudonym) for edge in self._store.edges_from(node_id)]
        kept = [edge for edge in found if edge is not None]
        # Records are numbered by what is told of them, so that the numbers say nothing of the ids that they had.
        kept.sort(key=lambda edge: (edge.key, edge.known_since, edge.level, properties_text(edge.properties)))
        return [replace(edge, record=str(number)) for number, edge in enumerate(kept, 1)]

    def _edge(self, edge: Edge, pseudonym: NodeId) -> Edge | None:
        """The edge as it may be told, or nothing when what is left of it would be false or tell too much."""
        kept = _coarse(EDGE_RULES[edge.kind].properties, edge.properties)
        if edge.kind is EdgeKind.HAS_RESULT:
            unit = edge.properties.get("unit")
            if edge.end == AGE_TEST or not (unit is None or self._is_unit(str(unit), edge.end)):
                return None
            kept |= {} if unit is None else {"unit": unit}
        since = _month(edge.known_since) if edge.known_since else ""
        return Edge(edge.kind, pseudonym, edge.end, edge.provenance, edge.level, known_since=since, properties=kept)

    def _is_unit(self, unit: str, test: NodeId) -> bool:
        """Whether a unit is one of the test's, and no text that somebody wrote in its place."""
        properties = self._tests[test].properties if test in self._tests else {}
        others = properties.get("other_units", ())
        return isinstance(others, tuple) and convert(1.0, unit, str(properties.get("unit", "")), others) is not None


def _coarse(rules: Properties, values: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    """Numbers, truth values and coded texts as they are, dates by their month; texts that people write are left out."""
    kept: dict[str, PropertyValue] = {}
    for name, value in values.items():
        if isinstance(value, str) and rules[name].date:
            kept[name] = _month(value)
        elif isinstance(value, int | float) or (isinstance(value, str) and rules[name].values):
            kept[name] = value
    return kept


def _month(day: str) -> str:
    return f"{day[:-2]}01"
