"""Pharmacogenomics: what a guideline says of a medicine for the patient's phenotypes.

"Avoid" excludes; another medicine, another dose or closer watching is a caution; "no change" says nothing.
"""

from graph.elements import EdgeKind, NodeKind
from recommender.record import PatientRecord
from recommender.safety.finding import Finding, Proof, Screening, Severity, fact_payload


class PharmacogenomicsRule:
    """See the module."""

    name = "pharmacogenomics"
    needs = ((EdgeKind.AFFECTS_RESPONSE, NodeKind.PHENOTYPE, NodeKind.MEDICINE),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any phenotype is on file."""
        return any(True for _ in record.of(EdgeKind.HAS_PHENOTYPE))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates, one for each phenotype that a guideline speaks of."""
        snapshot, found = screening.snapshot, []
        inner = {c.medicine: (m, c) for m in screening.candidates for c in reversed(screening.components.of(m))}
        for fact in screening.record.of(EdgeKind.HAS_PHENOTYPE):
            for other, edges in snapshot.neighbours(EdgeKind.AFFECTS_RESPONSE, fact.node, NodeKind.MEDICINE):
                action = str(edges[0].properties["action"])
                if other not in inner or action == "no change":
                    continue
                medicine, component = inner[other]
                severity = Severity.EXCLUDE if action == "avoid" else Severity.CAUTION
                advice = str(edges[0].properties.get("recommendation") or action)
                conclusion = f"{snapshot.name(fact.node)}: {action} for {snapshot.name(medicine)}"
                chain = (fact.node, *component.nodes), (edges[0], *component.edges)
                proof = Proof(self.name, fact_payload(snapshot, fact), *chain, conclusion)
                sentence = f"{snapshot.name(fact.node)} and {snapshot.name(medicine)}: {advice.rstrip('.')}."
                found.append(Finding(medicine, severity, sentence, proof))
        return found
