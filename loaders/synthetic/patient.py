"""One synthetic patient: all rows that the files of a cohort hold about them."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from loaders.synthetic.ailments import SEXES, Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.health import Health
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.people import Diagnosis, Person, Population
from loaders.synthetic.results import Laboratory
from loaders.synthetic.screening import BREAST_FEEDING, PREGNANCY, Screening
from loaders.synthetic.therapy import Chart, Prescriber
from loaders.synthetic.traits import Traits

Cells = tuple[str | int | float, ...]

MOST_DAYS = 50_000
"""Days whose spelling is kept: more than a long life has, so that none is spelled twice."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "patient": ("patient_id", "birth_year", "sex", "pregnant", "breast_feeding", "synthetic"),
    "diagnosis": ("patient_id", "condition", "start", "stop", "status"),
    "patient_symptom": ("patient_id", "symptom", "start", "stop", "severity"),
    "patient_result": ("patient_id", "test", "value", "unit", "date"),
    "patient_allergy": ("patient_id", "substance", "severity", "reaction", "since"),
    "patient_phenotype": ("patient_id", "phenotype", "date"),
    "therapy": ("patient_id", "medicine", "start", "stop", "outcome", "rating", "adherence", "review"),
}
"""Columns of each file of a cohort, by the file's name without its ending."""


class Simulation:
    """Makes patients.

    Args:
        data: folder of the formulary; its parameters lie in ``synthetic/`` below it.
        seed: patients of one seed and number are the same whatever else is made.

    Raises:
        CohortError: when the parameters or the tables under them cannot be used.
    """

    def __init__(self, data: Path, seed: int) -> None:
        parameters = Parameters.read(data / "synthetic")
        formulary = Formulary.read(data, parameters.one_sex, parameters.settings.therapy.one_of)
        formulary.check(parameters, data)
        self._seed = seed
        self._year = parameters.settings.as_of.year
        self._ailments = parameters.ailments
        self._formulary = formulary
        self._screening = Screening.read(data, formulary, parameters)
        health = Health(parameters.ailments, parameters.links, len(parameters.settings.population.ages))
        self._population = Population(parameters, health)
        self._laboratory = Laboratory(parameters, formulary)
        self._traits = Traits(parameters, formulary)
        self._prescriber = Prescriber(parameters, formulary, self._screening)

    def patient(self, number: int) -> Mapping[str, Sequence[Cells]]:
        """Rows of the patient of this number (from 1), by the file that they belong to."""
        draws = Draws(f"{self._seed}/{number}")
        person = self._population.person(number, draws)
        diagnoses = self._population.diagnoses(person, draws)
        results = self._laboratory.results(person, diagnoses, draws)
        complaints = self._traits.complaints(person, diagnoses, draws)
        allergies = self._traits.allergies(person, draws)
        phenotypes = self._traits.phenotypes(person, draws)
        had = {self._ailments[one.index].condition for one in diagnoses if one.status != "refuted"}
        gfr = self._laboratory.kidney_function(results)
        ruled_out = self._screening.against(SEXES[person.sex], person.age, had, (one.substance for one in allergies), gfr)
        chart = Chart(person, ruled_out, self._actions(one.phenotype for one in phenotypes))
        therapies = self._prescriber.therapies(chart, diagnoses, draws)
        patient, units = person.patient, self._formulary.units
        return {
            "patient": [self._demographics(person, had)],
            "diagnosis": self._diagnoses(person, diagnoses),
            "patient_symptom": [(patient, one.symptom, _day(one.start), _day(one.stop), one.severity) for one in complaints],
            "patient_result": [(patient, one.test, one.value, units[one.test], _day(one.day)) for one in results],
            "patient_allergy": [(patient, one.substance, one.severity, one.reaction, _day(one.since)) for one in allergies],
            "patient_phenotype": [(patient, one.phenotype, _day(one.day)) for one in phenotypes],
            "therapy": [
                (
                    patient,
                    one.medicine,
                    _day(one.start),
                    _day(one.stop),
                    one.outcome,
                    one.rating or "",
                    one.adherence,
                    one.review,
                )
                for one in therapies
            ],
        }

    def _demographics(self, person: Person, had: set[str]) -> Cells:
        pregnant, breast_feeding = (str(state in had).lower() for state in (PREGNANCY, BREAST_FEEDING))
        return (person.patient, self._year - person.age, SEXES[person.sex], pregnant, breast_feeding, "true")

    def _diagnoses(self, person: Person, diagnoses: Sequence[Diagnosis]) -> list[Cells]:
        return [
            (person.patient, self._ailments[one.index].condition, _day(one.start), _day(one.stop), one.status)
            for one in sorted(diagnoses, key=lambda one: one.start)
            if self._ailments[one.index].course is not Course.STATE
        ]

    def _actions(self, phenotypes: Iterable[str]) -> Mapping[str, str]:
        actions: dict[str, str] = {}
        for phenotype in phenotypes:
            actions.update(self._formulary.actions.get(phenotype, {}))
        return actions


@lru_cache(maxsize=MOST_DAYS)
def _day(ordinal: int) -> str:
    return datetime.date.fromordinal(ordinal).isoformat() if ordinal else ""
