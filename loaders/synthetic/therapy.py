"""Which medicines people were given, and how that went.

A medicine is chosen among the first-line ones of a condition, by popularity, passing over what the person must not have, what
they have had before, and a second medicine of a class that they still take. People who take it more faithfully fare better, and
those whose genes speak against it fare worse, so that there is something in the cohort to learn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from loaders.synthetic.ailments import SEXES, Ailment, Course
from loaders.synthetic.draws import Draws
from loaders.synthetic.formulary import Formulary
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.people import YEAR, Diagnosis, Person
from loaders.synthetic.reviews import SIDE_EFFECT, Experience, Reviewer
from loaders.synthetic.screening import Screening

FAILED = ("worse", SIDE_EFFECT, "stopped")
ADVISED_AGAINST = ("avoid", "alternative", "reduce")
TOO_LITTLE = ("increase",)
SOON = 0.5
"""Share of chronic conditions that are treated as soon as they are known; the others wait for years."""


@dataclass(frozen=True, slots=True)
class Therapy:
    """One medicine of one person.

    Attributes:
        medicine: id of the medicine.
        start: first day.
        stop: last day, or 0 while it is taken.
        outcome: how it went.
        rating: 1 to 10, or 0 where there is none.
        adherence: share of doses taken, 0 to 1.
        review: what the person wrote, or nothing.
    """

    medicine: str
    start: int
    stop: int
    outcome: str
    rating: int
    adherence: float
    review: str


@dataclass(slots=True)
class Chart:
    """What a prescriber has before them: who it is, what they must not have, what their genes ask, what they were given so far.

    Attributes:
        ruled_out: medicines that they must not have, those that they have had among them.
        actions: what a phenotype asks of a medicine.
        given: therapies so far, by medicine.
    """

    person: Person
    ruled_out: set[str]
    actions: Mapping[str, str]
    given: dict[str, Therapy] = field(default_factory=dict)


class Prescriber:
    """Draws therapies.

    Args:
        parameters: of the cohort.
        formulary: for first-line medicines, names and side effects.
        screening: for what rules a medicine out.
    """

    def __init__(self, parameters: Parameters, formulary: Formulary, screening: Screening) -> None:
        self._settings = parameters.settings.therapy
        self._outcomes = parameters.settings.outcomes
        self._end = parameters.settings.as_of.toordinal()
        self._ailments = parameters.ailments
        self._formulary = formulary
        self._screening = screening
        self._reviewer = Reviewer(parameters.templates, parameters.settings.reviews, self._outcomes)
        self._medicines = [
            [
                (one, parameters.popularity.get(one, 1.0))
                for one in formulary.nearest(formulary.first_line, ailment.condition)
                if parameters.popularity.get(one, 1.0)
            ]
            for ailment in parameters.ailments
        ]

    def therapies(self, chart: Chart, diagnoses: Sequence[Diagnosis], draws: Draws) -> list[Therapy]:
        """Therapies of all diagnoses that were not refuted, in the order of their start; fills the chart."""
        for diagnosis in diagnoses:
            ailment = self._ailments[diagnosis.index]
            on_record = diagnosis.status != "refuted" and self._last_day(diagnosis) >= self._end - self._settings.days
            if on_record and draws.chance(ailment.treated):
                self._treat(chart, diagnosis, ailment, draws)
        return sorted(chart.given.values(), key=lambda one: one.start)

    def _treat(self, chart: Chart, diagnosis: Diagnosis, ailment: Ailment, draws: Draws) -> None:
        start = self._first_day(diagnosis, ailment, draws)
        for further in range(ailment.medicines):
            if further and not draws.chance(self._settings.further):
                break
            after = start
            # What failed is followed by another try; nothing is tried again, so that this comes to an end.
            while therapy := self._prescribe(chart, diagnosis, ailment, after, draws):
                after = therapy.stop + 1
                if (
                    therapy.outcome not in FAILED
                    or after >= self._last_day(diagnosis)
                    or not draws.chance(self._settings.switch)
                ):
                    break
            if therapy is None:
                break

    def _first_day(self, diagnosis: Diagnosis, ailment: Ailment, draws: Draws) -> int:
        last = self._last_day(diagnosis)
        if ailment.course is not Course.CHRONIC:
            return min(diagnosis.start + draws.between(0, 3), last)
        first = min(max(diagnosis.start, self._end - self._settings.days), last)
        if draws.chance(SOON):
            return min(first + draws.between(0, self._settings.delay), last)
        return draws.between(first, last)

    def _last_day(self, diagnosis: Diagnosis) -> int:
        return diagnosis.stop or self._end - 1

    def _prescribe(self, chart: Chart, diagnosis: Diagnosis, ailment: Ailment, start: int, draws: Draws) -> Therapy | None:
        choice = self._choice(chart, diagnosis.index, start)
        if not choice:
            return None
        medicine = choice[0][draws.weighted(choice[1])]
        side_effects = self._formulary.side_effects.get((SEXES[chart.person.sex], medicine))
        adherence = self._adherence(ailment, draws)
        over = diagnosis.status == "resolved"
        weights = self._weights(ailment.course, adherence, chart.actions.get(medicine, ""), over, side_effects is not None)
        outcome = self._outcomes.names[draws.weighted(weights)]
        effect = side_effects.names[draws.weighted(side_effects.weights)] if side_effects and outcome == SIDE_EFFECT else ""
        stop = self._stop(diagnosis, ailment, start, outcome, draws)
        rating = draws.between(*self._outcomes.ratings[outcome]) if outcome in self._outcomes.ratings else 0
        days = (stop or self._end) - start
        told = Experience(outcome, ailment.course, rating, self._formulary.names[medicine], ailment.said, effect, days)
        review = self._reviewer.write(told, draws) if rating else ""
        chart.given[medicine] = therapy = Therapy(medicine, start, stop, outcome, rating, adherence, review)
        chart.ruled_out.update((medicine,), self._screening.by_medicine.get(medicine, ()))
        return therapy

    def _choice(self, chart: Chart, index: int, start: int) -> tuple[list[str], list[float]] | None:
        """Medicines that may be given now, with running weights of popularity."""
        # The age at that time, not that of today: the therapy may lie years back.
        too_young = self._screening.by_age[max(0, int((start - chart.person.born) / YEAR))]
        taken = set[str]().union(*(self._formulary.classes[one] for one, therapy in chart.given.items() if not therapy.stop))
        allowed = [
            (medicine, weight)
            for medicine, weight in self._medicines[index]
            if medicine not in chart.ruled_out
            and medicine not in too_young
            and taken.isdisjoint(self._formulary.classes[medicine])
        ]
        return ([one for one, _ in allowed], list(accumulate(weight for _, weight in allowed))) if allowed else None

    def _adherence(self, ailment: Ailment, draws: Draws) -> float:
        """Mostly high, with a long tail of people who forget; better over a short course."""
        missed = float(draws.uniform() ** (3.0 if ailment.course is Course.ACUTE else 1.8))
        return round(1 - 0.8 * missed, 2)

    def _weights(self, course: Course, adherence: float, action: str, over: bool, side_effects: bool) -> list[float]:
        """Running weights of the outcomes; the factors average about 1 over all people."""
        usual = self._outcomes.acute if course is Course.ACUTE else self._outcomes.chronic
        weights = dict(zip(self._outcomes.names, usual, strict=True))
        for outcome in ("recovered", "improved"):
            weights[outcome] *= 0.4 + 0.8 * adherence
        for outcome in ("unchanged", "worse"):
            weights[outcome] *= 2.0 - 1.3 * adherence
        # Nobody recovers from what they still have.
        if not over:
            weights["improved"] += weights["recovered"]
            weights["recovered"] = 0
        if action in ADVISED_AGAINST:
            weights[SIDE_EFFECT] *= self._outcomes.phenotype
        if action in TOO_LITTLE:
            weights["unchanged"] *= self._outcomes.phenotype
        if not side_effects:
            weights[SIDE_EFFECT] = 0
        return list(accumulate(weights[name] for name in self._outcomes.names))

    def _stop(self, diagnosis: Diagnosis, ailment: Ailment, start: int, outcome: str, draws: Draws) -> int:
        if outcome in FAILED:
            days = self._settings.acute_course if ailment.course is Course.ACUTE else self._settings.failed_course
            return min(start + draws.between(*days), self._end - 1)
        if ailment.course is not Course.CHRONIC:
            stop = start + draws.between(*self._settings.acute_course)
        elif diagnosis.status == "resolved" or draws.chance(self._settings.ended):
            stop = draws.between(start, self._last_day(diagnosis))
        else:
            return 0
        return stop if stop < self._end else 0
