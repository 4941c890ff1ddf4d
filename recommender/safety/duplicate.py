"""Duplicate therapy: the same ingredient twice is excluded, and so is a second medicine of a class that is given one at a time.

Of other chemical classes a second medicine is a caution.
ATC groups whose code ends in X gather what fits nowhere else ("other antiepileptics") and are no class in this sense.
"""

from graph.elements import Edge, EdgeKind, NodeKind
from recommender.record import Fact, PatientRecord
from recommender.safety.components import Way
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity, fact_payload

_SUBGROUPS = "A02BA A02BC A10BG A10BH A10BJ A10BK B01AA B01AF C07AA C07AB C08CA C09AA C09CA C10AA M05BA N06AA N06AB N06AG R06AE"
ONE_AT_A_TIME = frozenset(f"ATC:{code}" for code in _SUBGROUPS.split())
"""Chemical subgroups of one mechanism, of which no second medicine is added to a first.

Acid blockers, glitazones, gliptins, incretins, gliflozins, vitamin K antagonists, factor Xa inhibitors, beta blockers,
dihydropyridines, ACE inhibitors, angiotensin receptor blockers, statins, bisphosphonates, tricyclics, SSRIs, MAO-A inhibitors,
piperazine antihistamines: general clinical knowledge. Other subgroups are combined on purpose (insulins, diuretics).
"""


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
            classes = screening.components.classes(fact.node)
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

    def _alike(self, screening: Screening, fact: Fact, medicine: int, classes: dict[int, Way]) -> Finding | None:
        snapshot, own = screening.snapshot, screening.components.classes(medicine) if classes else {}
        shared = [group for group in own if group in classes]
        if not shared:
            return None
        group = min(shared, key=lambda g: snapshot.id(g) not in ONE_AT_A_TIME)
        (taken, taken_edges), (nodes, edges) = classes[group], own[group]
        conclusion = f"{snapshot.name(medicine)} is of the class {snapshot.name(group)} like {snapshot.name(fact.node)}"
        chain = (*taken, *reversed(nodes[:-1])), (*taken_edges, *reversed(edges))
        proof = Proof(self.name, fact_payload(snapshot, fact), *chain, conclusion)
        severity = Severity.EXCLUDE if snapshot.id(group) in ONE_AT_A_TIME else Severity.CAUTION
        return Finding(medicine, severity, f"{conclusion}, which is being taken.", proof)
