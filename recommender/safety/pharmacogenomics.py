"""Pharmacogenomics: what a guideline says of a medicine for the patient's phenotypes.

"Avoid" excludes; another medicine, another dose or closer watching is a caution; "no change" says nothing.
"""

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Component
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

ACTIONS = ("avoid", "alternative", "reduce", "increase", "monitor", "no change")
"""What a guideline may say, the most severe first: of several sources that one counts."""


class PharmacogenomicsRule:
    """See the module."""

    name = "pharmacogenomics"
    needs: tuple[tuple[Need, ...], ...] = (((EdgeKind.AFFECTS_RESPONSE, NodeKind.PHENOTYPE, NodeKind.MEDICINE),),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any phenotype is on file."""
        return any(True for _ in record.of(EdgeKind.HAS_PHENOTYPE))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates: one for each medicine and phenotype, the most severe."""
        snapshot, inside = screening.snapshot, screening.inside()
        best: dict[tuple[int, int], tuple[int, Finding]] = {}
        for fact in screening.record.of(EdgeKind.HAS_PHENOTYPE):
            for other, edges in snapshot.neighbours(EdgeKind.AFFECTS_RESPONSE, fact.node, NodeKind.MEDICINE):
                edge = min(edges, key=_rank)
                for medicine, component in inside.get(other, ()) if edge.properties["action"] != "no change" else ():
                    key = (medicine, fact.node)
                    if key not in best or _rank(edge) < best[key][0]:
                        best[key] = (_rank(edge), _finding(snapshot, fact, edge, component, medicine))
        return [finding for _, finding in best.values()]


def _rank(edge: Edge) -> int:
    return ACTIONS.index(str(edge.properties["action"]))


def _finding(snapshot: Snapshot, fact: Fact, edge: Edge, component: Component, medicine: int) -> Finding:
    action, phenotype, name = str(edge.properties["action"]), snapshot.name(fact.node), snapshot.name(medicine)
    advice = str(edge.properties.get("recommendation") or action).rstrip(".")
    chain = (fact.node, *component.nodes), (edge, *component.edges)
    proof = Proof("pharmacogenomics", fact_payload(snapshot, fact), *chain, f"{phenotype}: {action} for {name}")
    severity = Severity.EXCLUDE if action == "avoid" else Severity.CAUTION
    return Finding(medicine, severity, f"{phenotype} and {name}: {advice}.", proof)
