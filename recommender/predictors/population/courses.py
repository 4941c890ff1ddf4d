"""What became of each course of a medicine, with what was on file of the patient on the day when it began; never kept.

Of several courses of one medicine the last whose outcome is known counts, as :mod:`recommender.outcomes` has it. A course is
taken for one condition: of those that the medicine is known to treat and that the patient had at the time, the one whose
diagnosis began last. So each course lies in one cell of a table of medicines and conditions, and cells add up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from graph.elements import Edge, EdgeKind, NodeId
from graph.snapshot import Snapshot
from recommender.evidence import ancestors
from recommender.outcomes import GOOD, Places, last_courses, meet
from recommender.predictors.population.features import Chosen, FeatureReader, OnePatient, PopulationStore, everyone, patients
from recommender.record import PatientRecord, read_record

NO_CONDITION = -1
"""Stands for the condition of a course that nothing on file explains."""


class Result(IntEnum):
    """How a course went, in four words."""

    GOOD = 0
    NO_BETTER = 1
    STOPPED = 2
    SIDE_EFFECT = 3


RESULTS: Mapping[str, Result] = {
    **dict.fromkeys(GOOD, Result.GOOD),
    "unchanged": Result.NO_BETTER,
    "worse": Result.NO_BETTER,
    "stopped": Result.STOPPED,
    "side effect": Result.SIDE_EFFECT,
}
"""Outcomes as edges name them."""


@dataclass(frozen=True, slots=True)
class Course:
    """One course of a medicine.

    Attributes:
        person: number of the patient in the order of reading; says nothing of who it is.
        medicine: number of the medicine.
        condition: number of the condition that it was taken for, or ``NO_CONDITION``.
        result: how it went.
        rating: 1 to 10; 0 where there is none.
        features: what was on file when it began, as :class:`FeatureReader` names it.
        phenotypes: numbers of the patient's phenotypes.
    """

    person: int
    medicine: int
    condition: int
    result: Result
    rating: int
    features: Mapping[str, float]
    phenotypes: frozenset[int]


def read_courses(store: PopulationStore, snapshot: Snapshot, as_of: date, chosen: Chosen = everyone) -> list[Course]:
    """All courses whose outcome is known.

    Args:
        store: where patients are; each is read once.
        snapshot: treatments, the condition tree, tests with their ranges.
        as_of: the day from which is looked back, for courses without a first day.
        chosen: who may be learned of.
    """
    reader = _CourseReader(snapshot, as_of)
    found = []
    for person, node in enumerate(patients(store, chosen)):
        kept = OnePatient(node, store.edges_from(node.id))
        found += [replace(course, person=person) for course in reader.read(kept, node.id)]
    return found


class _CourseReader:
    """Reads courses of one patient after another."""

    def __init__(self, snapshot: Snapshot, as_of: date) -> None:
        self._snapshot = snapshot
        self._as_of = as_of
        self._places = Places(snapshot)
        self._features = FeatureReader(snapshot)

    def read(self, kept: OnePatient, patient: NodeId) -> Iterator[Course]:
        diagnoses = [d for d in kept.edges_from(patient, (EdgeKind.HAS_DIAGNOSIS,)) if d.properties.get("status") != "refuted"]
        # Genes are inborn: what was found of them later held then.
        today = read_record(kept, self._snapshot, patient, self._as_of)
        phenotypes = frozenset(fact.node for fact in today.of(EdgeKind.HAS_PHENOTYPE))
        for taken in last_courses(iter(kept.edges_from(patient, (EdgeKind.TAKES,)))):
            medicine = self._places.number(taken.end)
            if medicine < 0:
                continue
            record = self._before(read_record(kept, self._snapshot, patient, self._first_day(taken)), medicine)
            rating = taken.properties.get("rating")
            yield Course(
                person=-1,
                medicine=medicine,
                condition=self._purpose(taken, medicine, diagnoses),
                result=RESULTS[str(taken.properties["outcome"])],
                rating=rating if isinstance(rating, int) else 0,
                features=self._features.read(record),
                phenotypes=phenotypes,
            )

    def _first_day(self, taken: Edge) -> date:
        start = taken.properties.get("start")
        return date.fromisoformat(start) if isinstance(start, str) and start else self._as_of

    def _before(self, record: PatientRecord, medicine: int) -> PatientRecord:
        """The record without the course itself, which begins that day."""
        kept = tuple(f for f in record.facts if f.kind is not EdgeKind.TAKES or f.node != medicine)
        return replace(record, facts=kept)

    def _purpose(self, taken: Edge, medicine: int, diagnoses: Sequence[Edge]) -> int:
        treated = self._places.treated.get(medicine, frozenset())
        had = sorted((d for d in diagnoses if meet(d, taken)), key=lambda d: (str(d.properties.get("start", "")), d.end))
        for diagnosis in reversed(had):
            number = self._places.number(diagnosis.end)
            above = self._places.above(diagnosis.end) & treated
            for chain, _ in ancestors(self._snapshot, number) if above else ():
                if chain[-1] in above:
                    return chain[-1]
        return NO_CONDITION
