"""Adversarial patients, the same for the same seed and number.

Each is drawn at random, and steered towards a few of the rules: towards a row of a table directly, or by the way on which it is
inherited (a child of the condition, a combination, the other end of a cross-reactivity), and often just past it: the parent of
the condition, a value at the limit, a medicine that was stopped yesterday.
"""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from tests.safety_cohort.draft import AGES, ROUTES, SEXES, Draft
from tests.safety_cohort.patient import Allergy, Patient, Policy, Response
from tests.safety_cohort.reach import Reach
from tests.safety_cohort.tables import Tables
from tests.safety_cohort.therapies import MODIFIER

RECORDS = 4
"""Every so many patients one is a record in a store; the others are cases."""
STEERS = (3, 6)
_P = "rx:phenotype-"
CALLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("CYP2C19", "*2/*2", (f"{_P}cyp2c19-poor-metabolizer",)),
    ("CYP2C19", "*2/*1", (f"{_P}cyp2c19-intermediate-metabolizer",)),
    ("CYP2C19", "*17/*17", (f"{_P}cyp2c19-ultrarapid-metabolizer",)),
    ("CYP2C19", "*1/*777", (f"{_P}cyp2c19-indeterminate",)),
    ("CYP2C9", "*3/*3", (f"{_P}cyp2c9-poor-metabolizer",)),
    (
        "CYP2C9",
        "*1/*3",
        (f"{_P}cyp2c9-intermediate-metabolizer", f"{_P}cyp2c9-intermediate-metabolizer-activity-score-1"),
    ),
    ("CYP2D6", "*4/*4", (f"{_P}cyp2d6-poor-metabolizer",)),
    ("CYP2D6", "*1x2/*1", (f"{_P}cyp2d6-ultrarapid-metabolizer",)),
    ("CYP2D6", "*1/*777", (f"{_P}cyp2d6-indeterminate",)),
    ("TPMT", "*3A/*3A", (f"{_P}tpmt-poor-metabolizer",)),
    ("TPMT", "*1/*1", (f"{_P}tpmt-normal-metabolizer",)),
    ("SLCO1B1", "*5/*5", (f"{_P}slco1b1-poor-function",)),
    ("UGT1A1", "*28/*28", (f"{_P}ugt1a1-poor-metabolizer",)),
    ("HLA-B", "*57:01 positive", (f"{_P}hla-b-57-01-positive",)),
    ("NUDT15", "*3/*3", (f"{_P}nudt15-poor-metabolizer",)),
)
"""Genotypes whose phenotypes CPIC names, and alleles that nobody knows."""
RAISES = (("note", "caution"), ("caution", "sign-off"), ("sign-off", "exclude"))
RULES = (
    *("allergy", "contraindication", "interaction", "additive", "duplicate", "history", "pharmacogenomics", "formulary"),
    *(f"limit:{kind}" for kind in ("age", "sex", "pregnancy", "breast feeding", "renal", "hepatic", "result")),
    *("supply", "unresolved"),
)


class Patients:
    """Draws patients.

    Args:
        tables: what there is to draw from.
        seed: another seed, other patients.
        day: the day of the answer.
    """

    def __init__(self, tables: Tables, seed: int, day: date) -> None:
        self._tables, self._seed, self._day = tables, seed, day
        self._reach = Reach(tables)

    def draw(self, number: int) -> Patient:
        """The patient of a number."""
        random = Random(f"{self._seed} {number}")
        draft = Draft(random, self._tables, self._day, told=number % RECORDS != 0)
        one = draft.one
        draft.said = {
            "age": one(AGES) if draft.chance(0.9) else None,
            "sex": one(SEXES),
            "pregnant": one([None, None, True, False, False]),
            "breast_feeding": one([None, None, True, False, False]),
        }
        steers = self.steers()
        for steer in random.sample(steers, random.randint(*STEERS)):
            steer(draft)
        self._noise(draft)
        return draft.patient(number)

    def steered(self, number: int, names: Sequence[str]) -> Patient:
        """A patient who is steered towards some things alone, with nothing beside."""
        random = Random(f"{self._seed} {number}")
        draft = Draft(random, self._tables, self._day, told=number % 2 != 0)
        draft.said = {"age": draft.one(AGES), "sex": draft.one(SEXES)}
        draft.said |= {"pregnant": draft.one([None, True, False]), "breast_feeding": draft.one([None, True, False])}
        for name in random.sample(names, random.randint(max(1, len(names) - 1), len(names))):
            getattr(self, name)(draft)
        return draft.patient(number)

    def steers(self) -> list[Callable[[Draft], None]]:
        """Everything that a patient may be steered towards."""
        return [
            *(
                self._allergy,
                self._allergy,
                self._crossing,
                self._crossing,
                self._diagnosis,
                self._child,
                self._past,
                self._combined,
            ),
            *(
                self._interaction,
                self._within,
                self._modified,
                self._modified,
                self._modified,
                self._local,
                self._additive,
                self._additive,
            ),
            *(self._duplicate, self._twin, self._history, self._history, self._result, self._result, self._kidneys),
            *(self._liver, self._expecting, self._phenotype, self._genotype, self._supply, self._policy, self._nameless),
            self._person,
        ]

    def _noise(self, draft: Draft) -> None:
        """What is on file beside, of no rule in particular."""
        tables, random = self._tables, draft.random
        for condition in random.sample(tables.conditions, random.randint(0, 2)):
            draft.one([draft.has, draft.has, draft.had])(condition)
        for medicine in random.sample(list(tables.medicines), random.randint(0, 2)):
            draft.one([draft.take, draft.take, draft.stopped])(medicine)
        if draft.chance(0.3):
            test = draft.one(list(tables.tests.values()))
            draft.measure(test, draft.one([0.5, 1.0, 5.0, 40.0, 200.0]))

    # Allergies

    def _allergy(self, draft: Draft) -> None:
        draft.allergies.append(self._reaction(draft, draft.one(draft.one(self._reach.allergens))))

    def _crossing(self, draft: Draft) -> None:
        tables = self._tables
        substances = [row for row in tables.crossing if {*row[:2]} & {*tables.substances}]
        end = draft.one(draft.one(draft.one([tables.crossing, substances]))[:2])
        below = sorted(tables.below.get(end, {end}) - {end}) or [end]
        members = sorted(m for k in tables.below.get(end, ()) for m in tables.members.get(k, ())) or [end]
        draft.allergies.append(self._reaction(draft, draft.one(draft.one([[end], below, below, below, members]))))

    def _reaction(self, draft: Draft, allergen: str) -> Allergy:
        one = draft.one
        return Allergy(
            allergen,
            one(["", "allergy", "allergy", "intolerance"]),
            one(["", "confirmed", "confirmed", "suspected", "suspected", "refuted"]),
            one(["", "mild", "moderate", "severe", "severe", "unknown"]),
            "" if draft.told else draft.start(),
        )

    # Conditions

    def _diagnosis(self, draft: Draft) -> None:
        condition = draft.one(self._tables.contras).condition
        # What is forbidden in asthma is not forbidden in all diseases of the lungs.
        above = sorted(self._tables.parents.get(condition, ()))
        draft.one([draft.has, draft.has, draft.had])(draft.one([condition, condition, *above]))

    def _child(self, draft: Draft) -> None:
        condition = draft.one(self._reach.with_children)
        draft.one([draft.has, draft.has, draft.had])(draft.one(sorted(self._tables.below[condition] - {condition})))

    def _past(self, draft: Draft) -> None:
        draft.had(draft.one(draft.one([self._reach.historic, self._tables.contras])).condition)

    def _combined(self, draft: Draft) -> None:
        draft.has(draft.one(self._reach.combined_contras).condition)

    # Medicines

    def _interaction(self, draft: Draft) -> None:
        medicine = draft.one(draft.one(self._tables.interactions).medicines)
        draft.one([draft.take, draft.take, draft.take, draft.stopped])(medicine)

    def _within(self, draft: Draft) -> None:
        medicine = draft.one(draft.one(self._reach.combined_interactions).medicines)
        draft.take(draft.one(sorted(self._tables.holders[medicine])))

    def _local(self, draft: Draft) -> None:
        if draft.chance(0.25):
            # The skin may be a way into the body.
            draft.take(*draft.one(self._reach.absorbed))
            return
        row = draft.one(self._reach.local_interactions)
        near = sorted(row.medicines, key=self._reach.has_local)
        # Either it is the candidate that is applied locally, or what is being taken.
        draft.take(near[0]) if draft.chance(0.3) else draft.take(near[1], draft.local_route(near[1]))

    def _modified(self, draft: Draft) -> None:
        kind = draft.one([*sorted(self._reach.modified), "route", "with", "result"])
        row = draft.one(self._reach.modified[kind])
        medicine = draft.one(row.medicines)
        route, dose, unit = "", None, ""
        for text in row.modifiers:
            said = MODIFIER.fullmatch(text)
            assert said
            if said["kind"] in ("route", "dose") and draft.chance(0.8):
                medicine = said["subject"]
            if said["kind"] == "route" and medicine == said["subject"]:
                route = draft.one([said["route"], said["route"], "", "oral"])
            elif said["kind"] == "dose":
                unit, factor = draft.one([("mg", 1.0), ("mg", 1.0), ("g", 1000.0), ("ug", 0.001), ("drops", 1.0), ("", 1.0)])
                dose = draft.around(float(said["value"])) / factor
            else:
                self._condition(draft, said["kind"], said["subject"], said["value"])
        draft.take(medicine, route, dose, unit)

    def _condition(self, draft: Draft, kind: str, subject: str, value: str) -> None:
        tables = self._tables
        if kind == "age":
            draft.said["age"] = int(float(value)) + draft.one([-1, 0, 0, 1, 5])
        elif kind == "with" and draft.chance(0.7):
            members = [m.id for m in tables.medicines.values() if m.id == subject or subject in m.classes]
            draft.one([draft.take, draft.stopped])(draft.one(members))
        elif kind == "result" and draft.chance(0.9):
            draft.measure(tables.tests[subject], draft.around(float(value)))

    def _additive(self, draft: Draft) -> None:
        points = self._tables.points[draft.one(sorted(self._tables.points))]
        for medicine in draft.random.sample(sorted(points), draft.one([1, 1, 2, 2, 3])):
            holders = sorted(self._tables.holders[medicine])
            draft.take(
                draft.one([medicine, medicine, draft.one(holders)]), draft.one(["", "", "", draft.local_route(medicine)])
            )
        if draft.chance(0.3):
            draft.said["age"] = draft.one([64, 65, 66, 80])

    def _duplicate(self, draft: Draft) -> None:
        draft.take(draft.one(self._reach.one_at_a_time))

    def _twin(self, draft: Draft) -> None:
        draft.take(draft.one(draft.one([self._reach.shared, self._reach.combinations])))

    def _history(self, draft: Draft) -> None:
        medicine = draft.one(draft.one([list(self._tables.medicines), self._reach.shared, self._reach.combinations]))
        # Of a medicine that was tried twice the worse end counts.
        for _ in range(draft.one([1, 1, 2])):
            draft.stopped(medicine)

    # The person

    def _result(self, draft: Draft) -> None:
        telling = [limit for limit in self._reach.limits["result"] if limit.missing]
        limit = draft.one(draft.one([self._reach.limits["result"], telling]))
        # Of several results the newest counts.
        for _ in range(draft.one([1, 1, 2, 3])):
            draft.measure(self._tables.tests[limit.test], draft.around(float(limit.value)), limit.max_age)

    def _kidneys(self, draft: Draft) -> None:
        limit = draft.one(self._reach.limits["renal"])
        if draft.chance(0.5):
            draft.said["age"], draft.said["sex"] = draft.one([17, 18, 40, 70, None]), draft.one(["female", "male", None])
            draft.measure(
                self._tables.tests["LOINC:2160-0"], draft.one([0.4, 0.7, 0.9, 1.3, 1.6, 2.2, 4.0, 7.0]), limit.max_age
            )
        else:
            test = draft.one(["LOINC:98979-8", "LOINC:33914-3", "LOINC:62238-1"])
            draft.measure(self._tables.tests[test], draft.around(float(limit.value)), limit.max_age)

    def _liver(self, draft: Draft) -> None:
        if draft.chance(0.6):
            limit = draft.one(self._reach.limits["hepatic"])
            draft.measure(self._tables.tests["rx:lab-child-pugh"], draft.one([5, 6, 7, 9, 10, 15]), limit.max_age)
        if draft.chance(0.6):
            draft.one([draft.has, draft.had])(draft.one(sorted(self._tables.below["ICD10CM:K70-K77"])))

    def _expecting(self, draft: Draft) -> None:
        if draft.chance(0.7):
            draft.said |= {"sex": draft.one(["female", None]), "age": draft.one([11, 12, 30, 55, 56])}
            draft.said |= {"pregnant": draft.one([None, False]), "breast_feeding": draft.one([None, False])}
        draft.one([draft.has, draft.has, draft.had])(draft.one(draft.one(self._reach.expecting)))

    def _person(self, draft: Draft) -> None:
        months = [limit for limit in self._reach.limits["age"] if limit.unit == "months"]
        limit = draft.one(draft.one([self._reach.limits["age"], months]))
        years = float(limit.value) / (12 if limit.unit == "months" else 1)
        draft.said["age"] = max(0, int(years) + draft.one([-1, 0, 1]))
        draft.said |= {"sex": draft.one(SEXES), "pregnant": draft.one([None, None, True]), "breast_feeding": None}

    def _phenotype(self, draft: Draft) -> None:
        spoken = draft.one(draft.one(self._reach.advice))
        phenotype = draft.one([spoken, spoken, draft.one(sorted(self._tables.unclear))])
        draft.responses.append(Response(phenotype, "" if draft.told else draft.start()))

    def _genotype(self, draft: Draft) -> None:
        gene, diplotype, phenotypes = draft.one(CALLS)
        draft.responses += [Response(phenotype, "", gene, diplotype) for phenotype in phenotypes]

    def _supply(self, draft: Draft) -> None:
        medicine = draft.one([m for m in self._tables.medicines.values() if m.routes])
        extra = draft.random.sample(ROUTES, draft.one([0, 0, 1, 3]))
        draft.said["avoid_routes"] = tuple(dict.fromkeys((*medicine.routes, *extra)))

    def _policy(self, draft: Draft) -> None:
        medicines = sorted(self._tables.medicines)
        listed = frozenset(draft.random.sample(medicines, 600)) if draft.chance(0.5) else None
        raises = [(rule, *draft.one(RAISES)) for rule in draft.random.sample(RULES, 4)]
        draft.said["policy"] = Policy(listed, tuple((*line, draft.one(["", "", draft.one(medicines)])) for line in raises))

    def _nameless(self, draft: Draft) -> None:
        draft.unknown.append((draft.one(["allergies", "medicines", "conditions"]), "zzyzx-9"))
