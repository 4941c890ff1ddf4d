"""Interactions with current therapy: severe ones exclude, moderate ones are cautions, mild ones notes.

How severe one is for this patient is told by what modifies it (:mod:`recommender.safety.modifiers`). The suggestions of one
list are alternatives to each other, so they are not checked against one another here.
"""

from collections.abc import Sequence

from graph.elements import Edge, EdgeKind, NodeKind
from graph.modifiers import SEVERITIES
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Component
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload
from recommender.safety.modifiers import Use, Weighed, weigh

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
                    for medicine, component in inside.get(other, ()):
                        weighed, edge = _most_severe(screening, edges, fact, taken, component, medicine)
                        known = best.get((medicine, fact.node))
                        if weighed.severity in SEVERITY and (known is None or weighed.rank < known[0]):
                            finding = _finding(screening, fact, taken, edge, weighed, component, medicine)
                            best[medicine, fact.node] = weighed.rank, finding
        return [finding for _, finding in best.values()]


def _most_severe(
    screening: Screening, edges: Sequence[Edge], fact: Fact, taken: Component, component: Component, medicine: int
) -> tuple[Weighed, Edge]:
    """Of several statements about one pair the most severe, each after what modifies it."""
    uses = Use(taken.medicine, fact.node, fact), Use(component.medicine, medicine)
    return min(((weigh(screening, edge, uses), edge) for edge in edges), key=lambda found: found[0].rank)


def _finding(
    screening: Screening, fact: Fact, taken: Component, edge: Edge, weighed: Weighed, component: Component, medicine: int
) -> Finding:
    snapshot, word = screening.snapshot, weighed.severity
    name, current = snapshot.name(medicine), snapshot.name(fact.node)
    texts = [_changed(edge, weighed), *(str(edge.properties.get(k, "")).rstrip(".") for k in ("mechanism", "management"))]
    told = "; ".join(text for text in texts if text)
    sentence = f"{name} with {current}: {word} interaction" + (f" ({told})." if told else ".")
    nodes = (*reversed(taken.nodes), *component.nodes)
    edges = (*reversed(taken.edges), edge, *component.edges)
    conclusion = f"{word} interaction of {name} with {current}"
    proof = Proof("interaction", fact_payload(snapshot, fact), nodes, edges, conclusion, weighed.also)
    return Finding(medicine, SEVERITY[word], sentence, proof)


def _changed(edge: Edge, weighed: Weighed) -> str:
    """What changed the severity, in words; nothing when it is that of the edge."""
    own = str(edge.properties["severity"])
    if weighed.severity == own:
        return ""
    act = "lowered" if weighed.rank > SEVERITIES.index(own) else "raised"
    return f"{act} from {own}: {weighed.why}"
