"""The engine beside the oracle: what the two say of a patient, medicine by medicine, and where they disagree."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from graph.compiler import current_snapshot
from graph.connect import open_store
from graph.elements import NodeKind
from recommender.case import read_case
from recommender.record import PatientRecord, read_record
from recommender.safety.components import Components
from recommender.safety.finding import Finding, Grounds, proof_payload
from recommender.safety.screen import Screened, screen
from recommender.verify.court import Court
from recommender.verify.knowledge import Knowledge
from tests.safety_cohort.filing import as_case, file_records, patient_id, site_of
from tests.safety_cohort.oracle import RAISED, Oracle
from tests.safety_cohort.patient import Patient
from tests.safety_cohort.patients import Patients
from tests.safety_cohort.tables import Tables
from tests.safety_cohort.verdict import ORDER, Verdict, Worst, worst

DAY = date(2026, 6, 30)
PROVED_EVERY = 50
"""Of every so many patients, proofs of one that is a record and of one that is a case are verified."""
PROOFS = 40


@dataclass(frozen=True)
class Disagreement:
    """What the engine and the oracle say differently; nothing said is empty."""

    patient: int
    medicine: str
    rule: str
    engine: str
    oracle: str

    @property
    def violation(self) -> bool:
        """Whether the engine is less severe; otherwise it takes away what it need not."""
        return _rank(self.engine) > _rank(self.oracle)


def _rank(severity: str) -> int:
    return ORDER.index(severity) if severity else len(ORDER)


@dataclass
class Outcome:
    """What came of a share of the cohort.

    ``hits`` counts verdicts by rule and way, ``people`` the patients of each; ``wrong_lists`` is what is wrong with whole
    answers, of whose suggestions ``suggested`` were looked through.
    """

    patients: int = 0
    checks: int = 0
    proofs: int = 0
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)
    false_proofs: list[str] = field(default_factory=list)
    wrong_lists: list[str] = field(default_factory=list)
    suggested: int = 0
    lowered_pairs: int = 0

    def add(self, other: "Outcome") -> None:
        """Add what came of another share."""
        self.patients += other.patients
        self.checks += other.checks
        self.proofs += other.proofs
        self.hits.update(other.hits)
        self.people.update(other.people)
        self.disagreements += other.disagreements
        self.false_proofs += other.false_proofs
        self.wrong_lists += other.wrong_lists
        self.suggested += other.suggested
        self.lowered_pairs += other.lowered_pairs


class Trial:
    """One store with its knowledge, and the oracle of the tables that it was made of.

    Args:
        data: the folder of the tables.
        url: the store.
        snapshots: where its snapshots are kept.
        seed: of the patients.
        share: how many of the medicines are checked for each patient, beside those that an oracle's verdict is about.
    """

    def __init__(self, data: Path, url: str, snapshots: Path, seed: int, share: float = 1.0) -> None:
        self.tables = Tables(data)
        self.oracle = Oracle(self.tables, DAY.isoformat())
        self.patients = Patients(self.tables, seed, DAY)
        self.store = open_store(url)
        self.snapshot = current_snapshot(self.store, snapshots)
        self._components = Components(self.snapshot)
        self._knowledge = Knowledge(self.store)
        self._numbers = {str(self.snapshot.id(n)): n for n in self.snapshot.numbers(NodeKind.MEDICINE)}
        self._share = share

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def run(self, numbers: Sequence[int]) -> Outcome:
        """Check the patients of some numbers."""
        drawn = [self.patients.draw(number) for number in numbers]
        records = [patient for patient in drawn if not patient.told]
        name = f"safety cohort {numbers[0]} {numbers[-1]}"
        file_records(self.store, self.snapshot, records, DAY.isoformat(), name)
        total = Outcome()
        for patient in drawn:
            total.add(self.check(patient))
        return total

    def record(self, patient: Patient) -> PatientRecord:
        """What the engine reads of a patient."""
        if patient.told:
            return read_case(as_case(patient), self.snapshot, DAY)
        return read_record(self.store, self.snapshot, patient_id(patient), DAY)

    def screened(self, patient: Patient, medicines: Iterable[str]) -> Screened:
        """What the engine finds about some medicines."""
        candidates = [self._numbers[medicine] for medicine in medicines]
        site = site_of(patient, self.snapshot)
        return screen(self.snapshot, self._components, self.record(patient), candidates, DAY, site=site)

    def check(self, patient: Patient) -> Outcome:
        """Everything that the two say of a patient."""
        verdicts = self.oracle.verdicts(patient)
        medicines = self._candidates(patient, verdicts)
        expected = {key: said for key, said in worst(verdicts).items() if key[0] in medicines}
        screened = self.screened(patient, medicines)
        found = self.said(screened)
        outcome = Outcome(1, len(medicines))
        for key in found.keys() | expected.keys():
            if found.get(key) != expected.get(key):
                disagreement = Disagreement(patient.number, *key, found.get(key, ""), expected.get(key, ""))
                outcome.disagreements.append(disagreement)
        outcome.hits.update(decisive(verdicts, expected))
        outcome.people.update(outcome.hits.keys())
        if patient.number % PROVED_EVERY in (0, 1):
            self._prove(patient, screened, outcome)
        return outcome

    def _candidates(self, patient: Patient, verdicts: Iterable[Verdict]) -> set[str]:
        every = list(self.tables.medicines)
        if self._share >= 1:
            return set(every)
        random = Random(patient.number)
        count = int(len(every) * self._share) // 2
        # Of each rule and way one, lest what is rare is left out; then any.
        rare = {(v.rule, way): v.medicine for v in verdicts for way in v.ways}
        told = sorted({v.medicine for v in verdicts if not v.rule.startswith(("limit", "formulary", "unresolved", "supply"))})
        return {*rare.values(), *random.sample(told, min(len(told), count)), *random.sample(every, count)}

    def said(self, screened: Screened) -> Worst:
        """The most severe finding of every rule on every medicine."""
        found: Worst = {}
        for medicine, findings in screened.findings.items():
            # The most severe comes first.
            for finding in reversed(findings):
                found[str(self.snapshot.id(medicine)), finding.proof.rule] = str(finding.severity)
        return found

    def _prove(self, patient: Patient, screened: Screened, outcome: Outcome) -> None:
        """Verify proofs of a patient: of every rule, severity and length some."""
        kinds: dict[object, list[Finding]] = {}
        for finding in (f for findings in screened.findings.values() for f in findings):
            kinds.setdefault((finding.proof.rule, finding.severity, len(finding.proof.edges)), []).append(finding)
        random = Random(patient.number)
        chosen = [random.choice(findings) for findings in kinds.values()][:PROOFS]
        case = as_case(patient) if patient.told else None
        grounds = Grounds(self.snapshot, None if patient.told else patient_id(patient), DAY)
        court = Court(self.store, case)
        # Reading all names of the store anew takes longer than verifying.
        court._knowledge = self._knowledge
        for finding in chosen:
            # As it leaves the program: what JSON makes of it.
            proof = json.loads(json.dumps(proof_payload(finding, grounds)))
            verdict = court.verify(proof)
            outcome.proofs += 1
            if not verdict.valid:
                outcome.false_proofs.append(f"patient {patient.number}: {proof['conclusion']}: {verdict.payload()}")


def decisive(verdicts: Iterable[Verdict], expected: Mapping[tuple[str, str], str]) -> Counter[tuple[str, str]]:
    """By rule and way, how often it decided: all verdicts that are as severe as the worst hold by that way."""
    ways: dict[tuple[str, str], set[str]] = {}
    for medicine, rule, severity, by in verdicts:
        if expected.get((medicine, rule)) == severity:
            key = (medicine, rule)
            ways[key] = ways[key] & set(by) if key in ways else set(by)
    hits = Counter[tuple[str, str]]()
    for (medicine, rule), by in ways.items():
        severity = expected[medicine, rule]
        hits.update((rule, way) for way in (*by - {RAISED}, severity))
        if RAISED in by:
            hits["site", f"raised to {severity}"] += 1
    return hits


def told(disagreements: Iterable[Disagreement]) -> Iterator[str]:
    """Disagreements in words, one of each kind."""
    kinds = Counter((d.rule, d.engine, d.oracle) for d in disagreements)
    first = {(d.rule, d.engine, d.oracle): d for d in reversed(list(disagreements))}
    for (rule, engine, oracle), count in kinds.most_common():
        one = first[rule, engine, oracle]
        yield (
            f"{count} x {rule}: engine {engine or 'nothing'}, oracle {oracle or 'nothing'}"
            f" (patient {one.patient}, {one.medicine})"
        )
