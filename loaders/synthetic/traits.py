"""What comes with a person or with a diagnosis: symptoms, allergies and phenotypes."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from loaders.synthetic.ailments import SEXES, Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.people import Diagnosis, Person
from loaders.synthetic.tables import CohortError

SEVERITIES = ("mild", "moderate", "severe")
LOOK_BACK = 900
"""Days before the end in which the symptoms of a chronic condition are on record."""


class Complaint(NamedTuple):
    """A symptom of a person; ``stop`` is 0 while it lasts."""

    symptom: str
    start: int
    stop: int
    severity: str


class Allergy(NamedTuple):
    """What a person is allergic to, and since which day."""

    substance: str
    severity: str
    reaction: str
    since: int


class Finding(NamedTuple):
    """A phenotype of a person, and the day of the test."""

    phenotype: str
    day: int


class Traits:
    """Draws symptoms, allergies and phenotypes.

    Args:
        parameters: of the cohort.
        formulary: for the symptoms of conditions.

    Raises:
        CohortError: when the formulary uses a frequency that ``cohort.toml`` gives no chance for.
    """

    def __init__(self, parameters: Parameters, formulary: Formulary) -> None:
        self._settings = parameters.settings
        self._end = parameters.settings.as_of.toordinal()
        self._ailments = parameters.ailments
        self._allergens = parameters.allergens
        self._markers = parameters.markers
        self._severity = tuple(accumulate(parameters.settings.symptoms.severity))
        frequency = parameters.settings.symptoms.frequency
        try:
            symptoms = [
                [(symptom, frequency[word]) for symptom, word in formulary.nearest(formulary.symptoms, ailment.condition)]
                for ailment in parameters.ailments
            ]
        except KeyError as error:
            raise CohortError("cohort.toml", f"[symptoms.frequency] lacks {error}, which presentation.csv uses") from None
        one_sex = parameters.one_sex
        self._symptoms = [
            [tuple(pair for pair in pairs if one_sex.get(pair[0], sex) == sex) for pairs in symptoms] for sex in SEXES
        ]

    def complaints(self, person: Person, diagnoses: Sequence[Diagnosis], draws: Draws) -> list[Complaint]:
        """Symptoms of all diagnoses that were not refuted, each symptom once."""
        found: dict[str, Complaint] = {}
        uniform = draws.uniform
        for diagnosis in diagnoses:
            if diagnosis.status == "refuted":
                continue
            for symptom, chance in self._symptoms[person.sex][diagnosis.index]:
                if uniform() < chance and symptom not in found:
                    found[symptom] = self._complaint(symptom, person, diagnosis, draws)
        return list(found.values())

    def allergies(self, person: Person, draws: Draws) -> list[Allergy]:
        """What the person is allergic to."""
        return [
            Allergy(
                allergen.substance,
                SEVERITIES[draws.weighted(allergen.severity)],
                draws.pick(allergen.reactions),
                draws.between(person.born, self._end - 1),
            )
            for allergen in self._allergens
            if draws.chance(allergen.share)
        ]

    def phenotypes(self, person: Person, draws: Draws) -> list[Finding]:
        """What a gene test found, for the few who had one: all genes on one day, long or shortly before the end."""
        settings = self._settings.phenotypes
        if not draws.chance(settings.tested):
            return []
        day = draws.between(max(person.born, self._end - 3650), self._end - 1)
        found = []
        for marker in self._markers:
            # Drawn whether the gene was covered or not: what a person is does not depend on the test.
            chosen = draws.uniform()
            if draws.chance(settings.gene) and chosen < marker.shares[-1]:
                found.append(Finding(marker.phenotypes[bisect_right(marker.shares, chosen)], day))
        return found

    def _complaint(self, symptom: str, person: Person, diagnosis: Diagnosis, draws: Draws) -> Complaint:
        severity = SEVERITIES[draws.weighted(self._severity)]
        last = diagnosis.stop or self._end - 1
        if self._ailments[diagnosis.index].course is Course.CHRONIC:
            start = draws.between(min(max(diagnosis.start, self._end - LOOK_BACK), last), last)
            if not diagnosis.stop and draws.chance(self._settings.symptoms.lasting):
                return Complaint(symptom, start, 0, severity)
            return Complaint(symptom, start, min(start + draws.between(3, 240), last), severity)
        start = max(person.born, diagnosis.start - draws.between(0, 3))
        return Complaint(symptom, start, diagnosis.stop and draws.between(diagnosis.start, last), severity)
