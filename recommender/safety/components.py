"""What is inside a medicine: its ingredients, and the single medicines that a combination stands for.

Labels speak of single medicines; whatever holds against one of them holds against a combination that contains it.
"""

from dataclasses import dataclass
from functools import cached_property

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Component:
    """A medicine inside a medicine.

    Attributes:
        medicine: number of the inner medicine; the medicine itself is its own first component.
        nodes: numbers from the inner medicine to the outer one.
        edges: the edges between them.
    """

    medicine: int
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]


class Components:
    """Ingredients and components of the medicines of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[int, tuple[Component, ...]] = {}

    def ingredients(self, medicine: int) -> list[tuple[int, Edge]]:
        """Numbers of a medicine's ingredients, each with the edge that says so."""
        found = self._snapshot.neighbours(EdgeKind.HAS_INGREDIENT, medicine, NodeKind.INGREDIENT)
        return [(ingredient, edges[0]) for ingredient, edges in found]

    @cached_property
    def _single(self) -> dict[int, list[tuple[int, Edge]]]:
        """Medicines of one ingredient alone, by that ingredient."""
        single: dict[int, list[tuple[int, Edge]]] = {}
        for medicine in self._snapshot.numbers(NodeKind.MEDICINE):
            inside = self.ingredients(medicine)
            if len(inside) == 1:
                single.setdefault(inside[0][0], []).append((medicine, inside[0][1]))
        return single

    def of(self, medicine: int) -> tuple[Component, ...]:
        """The medicine itself, and if it is a combination the single medicines in it."""
        if medicine not in self._known:
            found = [Component(medicine, (medicine,), ())]
            inside = self.ingredients(medicine)
            for ingredient, holds in inside if len(inside) > 1 else ():
                for inner, has in self._single.get(ingredient, ()):
                    found.append(Component(inner, (inner, ingredient, medicine), (has, holds)))
            self._known[medicine] = tuple(found)
        return self._known[medicine]
