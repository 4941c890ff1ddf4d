"""What is inside a medicine: its ingredients, and the single medicines that a combination stands for.

Labels speak of single medicines; whatever holds against one of them holds against a combination that contains it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot

SUBGROUP = 5
"""Characters of a chemical subgroup's ATC code."""


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


Way: TypeAlias = tuple[tuple[int, ...], tuple[Edge, ...]]
"""Numbers of nodes one after the other, and the edges between them."""


class Components:
    """Ingredients, components, classes and effects of the medicines of a snapshot, each worked out once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[int, tuple[Component, ...]] = {}
        self._ingredients: dict[int, list[tuple[int, Edge]]] = {}
        self._classes: dict[int, dict[int, Way]] = {}
        self._adding: dict[int, Mapping[int, Edge]] = {}

    def ingredients(self, medicine: int) -> list[tuple[int, Edge]]:
        """Numbers of a medicine's ingredients, each with the edge that says so."""
        if medicine not in self._ingredients:
            found = self._snapshot.neighbours(EdgeKind.HAS_INGREDIENT, medicine, NodeKind.INGREDIENT)
            self._ingredients[medicine] = [(ingredient, edges[0]) for ingredient, edges in found]
        return self._ingredients[medicine]

    def classes(self, medicine: int) -> dict[int, Way]:
        """Chemical subgroups (ATC level 4) of a medicine and of the single medicines in it, each with the way there.

        ATC groups whose code ends in X gather what fits nowhere else ("other antiepileptics") and are left out.
        """
        if medicine not in self._classes:
            ways: dict[int, Way] = {}
            for component in self.of(medicine):
                for group, said in self._snapshot.neighbours(EdgeKind.IN_CLASS, component.medicine, NodeKind.DRUG_CLASS):
                    code = self._snapshot.id(group).removeprefix("ATC:")
                    if len(code) == SUBGROUP and not code.endswith("X"):
                        ways.setdefault(group, ((*reversed(component.nodes), group), (*reversed(component.edges), said[0])))
            self._classes[medicine] = ways
        return self._classes[medicine]

    @cached_property
    def side_effects(self) -> Mapping[str, int]:
        """Numbers of the side effects by their ids."""
        return {self._snapshot.id(node): node for node in self._snapshot.numbers(NodeKind.SIDE_EFFECT)}

    def adding(self, effect: int) -> Mapping[int, Edge]:
        """Medicines that add to an effect, each with the edge of most points."""
        if effect not in self._adding:
            found = self._snapshot.sources(EdgeKind.ADDS_TO, NodeKind.MEDICINE, effect)
            self._adding[effect] = {m: max(edges, key=lambda edge: int(str(edge.properties["points"]))) for m, edges in found}
        return self._adding[effect]

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
