"""What a patient's record may be used for: a fact about the patient, so a property of the patient's node.

A record says what is refused. What no file states is not refused: the site loaded the record under its own legal basis. Whoever
learns from patients reads them through :func:`willing`, and nowhere else, so that a refusal holds in every training, at the
shell as over HTTP.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from graph.elements import Node, NodeKind

REFUSED = "refused"
"""The property that lists the refused purposes; absent where nothing is."""


class Purpose(StrEnum):
    """What a record may be used for."""

    TREATMENT = "treatment"
    """Recommendations and predictions for the patient, to whoever treats them."""
    LEARNING = "learning"
    """Training, trends, groups, and the people that others are compared with."""
    RESEARCH = "research"
    """Reading by analysts, who know the patient by a pseudonym."""
    SHARING = "sharing"
    """Leaving the site."""


BEGINNING = (Purpose.LEARNING, Purpose.RESEARCH, Purpose.SHARING)
"""What is refused of a record that a person makes over HTTP, until consent is given."""


class PatientNodes(Protocol):
    """Where patients are read from: a part of :class:`graph.store.GraphStore`."""

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        ...


def refused(patient: Node) -> frozenset[Purpose]:
    """What a patient's record may not be used for."""
    found = patient.properties.get(REFUSED, ())
    return frozenset(map(Purpose, found)) if isinstance(found, tuple) else frozenset()


def allows(patient: Node, purpose: Purpose) -> bool:
    """Whether a patient's record may be used for a purpose."""
    return purpose not in refused(patient)


def willing(store: PatientNodes, purpose: Purpose = Purpose.LEARNING) -> Iterator[Node]:
    """The patients whose records may be used for a purpose, in the order of their ids.

    Args:
        store: where they are.
        purpose: to learn from them, when nothing else is said.
    """
    return (patient for patient in store.nodes(NodeKind.PATIENT) if allows(patient, purpose))


def refusing(patient: Node, purposes: Collection[Purpose]) -> Node:
    """The patient with nothing refused but these purposes."""
    rest = {name: value for name, value in patient.properties.items() if name != REFUSED}
    listed = tuple(str(purpose) for purpose in Purpose if purpose in purposes)
    return replace(patient, properties=rest | ({REFUSED: listed} if listed else {}))
