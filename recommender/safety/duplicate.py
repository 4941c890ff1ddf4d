"""Duplicate therapy: the same ingredient twice is excluded, a second medicine of the same chemical class is a caution.

ATC groups whose code ends in X gather what fits nowhere else ("other antiepileptics") and are no class in this sense.
"""

from typing import TypeAlias

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

_Way: TypeAlias = tuple[tuple[int, ...], tuple[Edge, ...]]


class DuplicateRule:
    """See the module."""

    name = "duplicate"
    needs: tuple[tuple[Need, ...], ...] = (((EdgeKind.HAS_INGREDIENT, NodeKind.MEDICINE, NodeKind.INGREDIENT),),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any medicine is being taken."""
        return any(True for _ in record.of(EdgeKind.TAKES))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates, one for each current medicine."""
        found = []
        for fact in screening.record.of(EdgeKind.TAKES):
            inside = dict(screening.components.ingredients(fact.node))
            classes = _classes(screening, fact.node)
            for medicine in screening.candidates:
                finding = self._same(screening, fact, medicine, inside) or self._alike(screening, fact, medicine, classes)
                if finding:
                    found.append(finding)
        return found

    def _same(self, screening: Screening, fact: Fact, medicine: int, inside: dict[int, Edge]) -> Finding | None:
        snapshot = screening.snapshot
        name, current = snapshot.name(medicine), snapshot.name(fact.node)
        if medicine == fact.node:
            proof = Proof(self.name, fact_payload(snapshot, fact), (medicine,), (), f"{name} is being taken already")
            return Finding(medicine, Severity.EXCLUDE, f"{name} is being taken already.", proof)
        for ingredient, edge in screening.components.ingredients(medicine):
            if ingredient in inside:
                conclusion = f"{name} contains {snapshot.name(ingredient)} like {current}"
                nodes, edges = (fact.node, ingredient, medicine), (inside[ingredient], edge)
                proof = Proof(self.name, fact_payload(snapshot, fact), nodes, edges, conclusion)
                return Finding(medicine, Severity.EXCLUDE, f"{conclusion}, which is being taken.", proof)
        return None

    def _alike(self, screening: Screening, fact: Fact, medicine: int, classes: dict[int, _Way]) -> Finding | None:
        snapshot = screening.snapshot
        for group, (nodes, edges) in _classes(screening, medicine).items() if classes else ():
            if group in classes:
                conclusion = f"{snapshot.name(medicine)} is of the class {snapshot.name(group)} like {snapshot.name(fact.node)}"
                taken = classes[group]
                chain = (*taken[0], *reversed(nodes[:-1])), (*taken[1], *reversed(edges))
                proof = Proof(self.name, fact_payload(snapshot, fact), *chain, conclusion)
                return Finding(medicine, Severity.CAUTION, f"{conclusion}, which is being taken.", proof)
        return None


def _classes(screening: Screening, medicine: int) -> dict[int, _Way]:
    """Chemical subgroups (ATC level 4) of a medicine and of the single medicines in it, each with the way there."""
    snapshot, found = screening.snapshot, dict[int, _Way]()
    for component in screening.components.of(medicine):
        for group, said in snapshot.neighbours(EdgeKind.IN_CLASS, component.medicine, NodeKind.DRUG_CLASS):
            code = snapshot.id(group).removeprefix("ATC:")
            if len(code) == 5 and not code.endswith("X"):
                found.setdefault(group, ((*reversed(component.nodes), group), (*reversed(component.edges), said[0])))
    return found
