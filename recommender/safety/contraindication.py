"""Contraindicated conditions: absolute ones exclude, relative ones are cautions.

A contraindication is inherited down the condition tree, never up: what is forbidden in asthma is forbidden in severe persistent
asthma, but not the other way round. A resolved condition counts only where the rule says that history does.
"""

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.evidence import ancestors
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload


class ContraindicationRule:
    """See the module."""

    name = "contraindication"
    needs: tuple[tuple[Need, ...], ...] = (((EdgeKind.CONTRAINDICATED_IN, NodeKind.MEDICINE, NodeKind.CONDITION),),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any diagnosis is on file."""
        return any(True for _ in record.of(EdgeKind.HAS_DIAGNOSIS, active=False))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates: one for each medicine and diagnosis, the most severe."""
        best: dict[tuple[int, int], Finding] = {}
        wanted = {c.medicine for m in screening.candidates for c in screening.components.of(m)}
        spoken = self._spoken_against(screening, wanted)
        for medicine in screening.candidates:
            for component in screening.components.of(medicine):
                for fact, nodes, edges in spoken.get(component.medicine, ()):
                    chain = (*nodes, *component.nodes), (*edges, *component.edges)
                    finding = self._finding(screening, medicine, fact, *chain, edges[-1])
                    key = (medicine, fact.node)
                    if key not in best or (best[key].severity, finding.severity) == (Severity.CAUTION, Severity.EXCLUDE):
                        best[key] = finding
        return list(best.values())

    def _spoken_against(
        self, screening: Screening, wanted: set[int]
    ) -> dict[int, list[tuple[Fact, tuple[int, ...], tuple[Edge, ...]]]]:
        """For each wanted medicine: the facts that speak against it, with the way from the fact's node to the condition."""
        snapshot = screening.snapshot
        spoken: dict[int, list[tuple[Fact, tuple[int, ...], tuple[Edge, ...]]]] = {}
        for fact in screening.record.of(EdgeKind.HAS_DIAGNOSIS, active=False):
            if fact.properties.get("status") == "refuted":
                continue
            for nodes, chain in ancestors(snapshot, fact.node):
                for medicine, edges in snapshot.sources(EdgeKind.CONTRAINDICATED_IN, NodeKind.MEDICINE, nodes[-1]):
                    for edge in edges if medicine in wanted else ():
                        if fact.active or edge.properties.get("applies") == "history":
                            spoken.setdefault(medicine, []).append((fact, nodes, (*chain, edge)))
        return spoken

    def _finding(
        self,
        screening: Screening,
        medicine: int,
        fact: Fact,
        nodes: tuple[int, ...],
        edges: tuple[Edge, ...],
        edge: Edge,
    ) -> Finding:
        snapshot = screening.snapshot
        name, condition = snapshot.name(medicine), snapshot.name(fact.node)
        absolute = edge.properties["strength"] == "absolute"
        reason = f" ({edge.properties['reason']})" if edge.properties.get("reason") else ""
        history = "" if fact.active else "history of "
        verb = "is contraindicated in" if absolute else "needs care in"
        sentence = f"{name} {verb} {history}{condition}{reason}."
        severity = Severity.EXCLUDE if absolute else Severity.CAUTION
        proof = Proof(self.name, fact_payload(snapshot, fact), nodes, edges, f"{name} {verb} {history}{condition}")
        return Finding(medicine, severity, sentence, proof)
