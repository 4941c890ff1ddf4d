"""Pharmacogenomics: what a guideline says of a medicine for the patient's phenotypes.

"Avoid" excludes; another medicine, another dose or closer watching is a caution; "no change" says nothing. A phenotype that
could not be told is never taken for a normal one: it is a caution on every medicine that some phenotype of its gene matters to.
"""

from collections.abc import Iterator, Mapping

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Component
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

_NO_CHANGE = "no change"
ACTIONS: Mapping[str, str] = {
    "avoid": "do not give it",
    "alternative": "choose another medicine",
    "reduce": "give less of it",
    "increase": "more of it is needed",
    "monitor": "watch more closely",
    _NO_CHANGE: "give it as usual",
}
"""What a guideline may say, in words, the most severe first: of several sources that one counts."""
_RANKS = {action: i for i, action in enumerate(ACTIONS)}


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
            unclear = bool(snapshot.properties(fact.node).get("indeterminate"))
            for other, nodes, edges in _unclear(snapshot, fact.node) if unclear else _advised(snapshot, fact.node):
                for medicine, component in inside.get(other, ()):
                    key, rank = (medicine, fact.node), _rank(edges[-1])
                    if key not in best or rank < best[key][0]:
                        make = _indeterminate if unclear else _finding
                        best[key] = (rank, make(snapshot, fact, nodes, edges, component, medicine))
        return [finding for _, finding in best.values()]


_Way = tuple[int, tuple[int, ...], tuple[Edge, ...]]
"""A medicine, and the nodes and edges from the patient's phenotype to it, the medicine left out."""


def _advised(snapshot: Snapshot, phenotype: int) -> Iterator[_Way]:
    """Medicines that a phenotype changes something for."""
    for medicine, edges in snapshot.neighbours(EdgeKind.AFFECTS_RESPONSE, phenotype, NodeKind.MEDICINE):
        edge = min(edges, key=_rank)
        if edge.properties["action"] != _NO_CHANGE:
            yield medicine, (phenotype,), (edge,)


def _unclear(snapshot: Snapshot, phenotype: int) -> Iterator[_Way]:
    """Medicines that another phenotype of the same gene changes something for."""
    gene = snapshot.properties(phenotype).get("gene")
    for other in snapshot.numbers(NodeKind.PHENOTYPE) if gene else ():
        if other != phenotype and snapshot.properties(other).get("gene") == gene:
            nodes, edges = _by_gene(snapshot, phenotype, other)
            for medicine, _, said in _advised(snapshot, other):
                yield medicine, (*nodes, other), (*edges, *said)


def _by_gene(snapshot: Snapshot, phenotype: int, other: int) -> tuple[tuple[int, ...], tuple[Edge, ...]]:
    """The way from a phenotype over its gene to another; no way where the graph has the gene as a word alone."""
    for gene, edges in snapshot.neighbours(EdgeKind.VARIANT_OF, phenotype, NodeKind.GENE):
        for sibling, said in snapshot.sources(EdgeKind.VARIANT_OF, NodeKind.PHENOTYPE, gene):
            if sibling == other:
                return (phenotype, gene), (edges[0], said[0])
    return (), ()


def _rank(edge: Edge) -> int:
    return _RANKS[str(edge.properties["action"])]


def _finding(
    snapshot: Snapshot, fact: Fact, nodes: tuple[int, ...], edges: tuple[Edge, ...], component: Component, medicine: int
) -> Finding:
    said, name = edges[-1].properties, snapshot.name(medicine)
    action, phenotype = str(said["action"]), _phenotype(snapshot, fact)
    strength = f" ({said['strength']} recommendation)" if said.get("strength") else ""
    advice = str(said.get("recommendation") or "").rstrip(".")
    sentence = f"{phenotype} and {name}: {ACTIONS[action]}{strength}." + (f" {advice}." if advice else "")
    chain = (*nodes, *component.nodes), (*edges, *component.edges)
    proof = Proof("pharmacogenomics", fact_payload(snapshot, fact), *chain, f"{phenotype}: {action} for {name}")
    return Finding(medicine, Severity.EXCLUDE if action == "avoid" else Severity.CAUTION, sentence, proof)


def _indeterminate(
    snapshot: Snapshot, fact: Fact, nodes: tuple[int, ...], edges: tuple[Edge, ...], component: Component, medicine: int
) -> Finding:
    about = f"{_phenotype(snapshot, fact)}: the response cannot be told"
    conclusion = f"{_phenotype(snapshot, fact)}: the response to {snapshot.name(medicine)} cannot be told"
    chain = (*nodes, *component.nodes), (*edges, *component.edges)
    proof = Proof("pharmacogenomics", fact_payload(snapshot, fact), *chain, conclusion)
    return Finding(medicine, Severity.CAUTION, f"{conclusion}.", proof, about)


def _phenotype(snapshot: Snapshot, fact: Fact) -> str:
    """A phenotype with the diplotype that it was told from."""
    told = fact.properties.get("diplotype")
    return f"{snapshot.name(fact.node)} ({told})" if told else snapshot.name(fact.node)
