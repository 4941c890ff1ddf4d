"""What safety must find, by brute force from the raw tables: it shares no code with the engine and reads no graph."""

from collections import defaultdict
from collections.abc import Iterator

from tests.safety_cohort.allergies import Allergens
from tests.safety_cohort.measures import limits
from tests.safety_cohort.patient import Patient
from tests.safety_cohort.tables import Contra, Tables
from tests.safety_cohort.therapies import additive, duplicate, history, interaction
from tests.safety_cohort.verdict import Verdict, begun, holds

RAISED = "raised by the site"
BLOCKING = ("allergies", "medicines")


class Oracle:
    """Judges patients on one day.

    Args:
        tables: the reference data.
        day: the day of the answer, as ISO 8601 writes it.
    """

    def __init__(self, tables: Tables, day: str) -> None:
        self._tables, self._day = tables, day
        self._allergens = Allergens(tables)
        self._contras: dict[str, list[Contra]] = defaultdict(list)
        for row in tables.contras:
            self._contras[row.condition].append(row)

    def verdicts(self, patient: Patient) -> list[Verdict]:
        """Every verdict on every medicine, as severe as the patient's site has it."""
        rules = (interaction, additive, duplicate, history, limits)
        found = [verdict for rule in rules for verdict in rule(self._tables, patient, self._day)]
        found += [
            *self._allergens.verdicts(patient, self._day),
            *self._contraindication(patient),
            *self._response(patient),
            *self._supply(patient),
            *self._unresolved(patient),
            *self._formulary(patient),
        ]
        return [raised(patient, verdict) for verdict in found] if patient.policy.raises else found

    def _contraindication(self, patient: Patient) -> Iterator[Verdict]:
        for condition, status, start, stop in patient.diagnoses:
            if status == "refuted" or not begun(patient, start, self._day):
                continue
            active = holds(status, stop, self._day)
            for node in self._tables.above[condition]:
                for row in self._contras.get(node, ()):
                    if active or row.history:
                        strength = "absolute" if row.absolute else "relative"
                        ways = [strength] + ["tree"] * (node != condition) + ["history"] * (not active)
                        for medicine in self._tables.holders[row.medicine]:
                            combined = ["combination"] * (medicine != row.medicine)
                            severity = "exclude" if row.absolute else "caution"
                            yield Verdict(medicine, "contraindication", severity, (*ways, *combined))

    def _response(self, patient: Patient) -> Iterator[Verdict]:
        for phenotype, day, gene, _ in patient.responses:
            if not begun(patient, day, self._day):
                continue
            unclear, told = phenotype in self._tables.unclear, ["genotype"] * bool(gene)
            for other, medicine, action in self._tables.advice:
                of_gene = other != phenotype and self._tables.genes[other] == self._tables.genes[phenotype]
                if action == "no change" or not (of_gene if unclear else other == phenotype):
                    continue
                severity, way = ("caution", "indeterminate") if unclear else (_response(action), action)
                for outer in self._tables.holders[medicine]:
                    ways = (way, *told, *["combination"] * (outer != medicine))
                    yield Verdict(outer, "pharmacogenomics", severity, ways)

    def _supply(self, patient: Patient) -> Iterator[Verdict]:
        for medicine in self._tables.medicines.values() if patient.avoid_routes else ():
            if medicine.routes and set(medicine.routes) <= set(patient.avoid_routes):
                several = ("several routes",) if len(medicine.routes) > 1 else ()
                yield Verdict(medicine.id, "supply", "exclude", several)

    def _unresolved(self, patient: Patient) -> Iterator[Verdict]:
        for field, _ in patient.unknown:
            if field in BLOCKING:
                for medicine in self._tables.medicines:
                    yield Verdict(medicine, "unresolved", "caution", (field,))

    def _formulary(self, patient: Patient) -> Iterator[Verdict]:
        if patient.policy.formulary is not None:
            for medicine in self._tables.medicines.keys() - patient.policy.formulary:
                yield Verdict(medicine, "formulary", "sign-off", ())


def _response(action: str) -> str:
    return "exclude" if action == "avoid" else "caution"


def raised(patient: Patient, verdict: Verdict) -> Verdict:
    """A verdict as severe as the patient's site has it."""
    for rule, origin, to, medicine in patient.policy.raises:
        if (rule, origin) == (verdict.rule, verdict.severity) and medicine in ("", verdict.medicine):
            return verdict._replace(severity=to, ways=(*verdict.ways, RAISED))
    return verdict
