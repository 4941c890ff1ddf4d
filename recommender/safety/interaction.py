"""Interactions with current therapy: severe ones exclude, moderate ones are cautions, mild ones notes.

The suggestions of one list are alternatives to each other, so they are not checked against one another here.
"""

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Component
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

SEVERITY = {"severe": Severity.EXCLUDE, "moderate": Severity.CAUTION, "mild": Severity.NOTE}


class InteractionRule:
    """See the module."""

    name = "interaction"
    needs: tuple[tuple[Need, ...], ...] = (((EdgeKind.INTERACTS_WITH, NodeKind.MEDICINE, NodeKind.MEDICINE),),)

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any medicine is being taken."""
        return any(True for _ in record.of(EdgeKind.TAKES))

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates: one for each medicine and current medicine, the most severe."""
        snapshot = screening.snapshot
        inside = screening.inside()
        best: dict[tuple[int, int], tuple[int, Finding]] = {}
        for fact in screening.record.of(EdgeKind.TAKES):
            for taken in screening.components.of(fact.node):
                for other, edges in snapshot.neighbours(EdgeKind.INTERACTS_WITH, taken.medicine, NodeKind.MEDICINE):
                    edge = min(edges, key=_rank)
                    for medicine, component in inside.get(other, ()):
                        key = (medicine, fact.node)
                        if key not in best or _rank(edge) < best[key][0]:
                            best[key] = (_rank(edge), _finding(snapshot, fact, taken, edge, component, medicine))
        return [finding for _, finding in best.values()]


def _rank(edge: Edge) -> int:
    return list(SEVERITY).index(str(edge.properties["severity"]))


def _finding(snapshot: Snapshot, fact: Fact, taken: Component, edge: Edge, component: Component, medicine: int) -> Finding:
    word = str(edge.properties["severity"])
    name, current = snapshot.name(medicine), snapshot.name(fact.node)
    told = "; ".join(str(edge.properties[k]).rstrip(".") for k in ("mechanism", "management") if edge.properties.get(k))
    sentence = f"{name} with {current}: {word} interaction" + (f" ({told})." if told else ".")
    nodes = (*reversed(taken.nodes), *component.nodes)
    edges = (*reversed(taken.edges), edge, *component.edges)
    proof = Proof("interaction", fact_payload(snapshot, fact), nodes, edges, f"{word} interaction of {name} with {current}")
    return Finding(medicine, SEVERITY[word], sentence, proof)
