"""The rules against the oracle: random patients, random small reference tables, no disagreement and no false proof."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recommender.conftest import REFERENCE, Build, Graph
from tests.recommender.safety.oracle import ENDS, YEAR, Patient, Table, verdicts

MEDICINES = [f"M:{i}" for i in range(6)]
INGREDIENTS = [f"I:{i}" for i in range(4)]
CLASSES = [f"K:{i}" for i in range(4)]
SUBSTANCES = ["S:0", "S:1"]
GROUPS = ["ATC:A01AA", "ATC:A01AB", "ATC:A01AX", "ATC:A01A", "ATC:C09AA"]
CONDITIONS = [f"C:{i}" for i in range(5)]
PLACES = ["C:pregnancy", "C:feeding", "ICD10CM:K70-K77"]
PHENOTYPES = ["P:0", "P:1", "P:2"]
ROUTES = ["oral", "injection", "topical", "nasal"]
CODES = ["D01AA01", "M02AA01", "R01AA01", "C09AA01"]
EGFR, CREATININE, PUGH, POTASSIUM = "LOINC:98979-8", "LOINC:2160-0", "L:pugh", "L:potassium"
EFFECTS = ["UMLS:C0020461", "UMLS:C0151500"]
MODIFIERS = [
    *("with M:0: mild", "with M:3: none", "with M:4: severe", "with ATC:A01A: mild", "age >= 65: severe", "age < 18: mild"),
    *("result L:potassium > 5: severe", "result L:potassium < 3.5: mild", "result L:potassium >= 3.5: moderate"),
]
OWN_MODIFIERS = ["route {} topical: moderate", "route {} nasal: severe", "route {} oral: mild", "dose {} <= 4 mg: mild"]
LIMIT_ENDS = {
    "age": "L:age",
    "sex": "L:sex",
    "renal": EGFR,
    "hepatic": PUGH,
    "pregnancy": "C:pregnancy",
    "breast feeding": "C:feeding",
    "result": POTASSIUM,
}
PROBLEMS = [*CONDITIONS, *PLACES]
ALLERGENS = [*MEDICINES, *INGREDIENTS, *CLASSES, *SUBSTANCES, *GROUPS]
RESULTS = [
    *((EGFR, value, "") for value in (15.0, 29.5, 30.0, 59.0, 61.0)),
    *((CREATININE, value, "mg/dL") for value in (0.6, 1.1, 1.9, 4.0)),
    *((CREATININE, value, "umol/L") for value in (53.0, 97.0, 350.0)),
    *((PUGH, value, "") for value in (5.0, 7.0, 9.0, 10.0)),
    *((POTASSIUM, value, "") for value in (3.4, 3.5, 5.0, 5.1)),
    *((POTASSIUM, value, "mg/dL") for value in (11.7, 23.5)),
    (POTASSIUM, 4.0, "stone"),
]
DAYS = ("", "2020-03-01", "2023-06-01", "2023-06-02", "2024-06-01", "2024-06-02")


def pairs(nodes: list[str]) -> list[tuple[str, str]]:
    """Every pair of different nodes, the earlier first: as child and parent they make no circle."""
    return list(combinations(nodes, 2))


LIMITS = [
    *product(MEDICINES, ["age"], ["below 18 years", "below 30 months", "above 65 years", "at_least 66 years"]),
    *product(MEDICINES, ["sex"], ["female", "male"]),
    *product(MEDICINES, ["renal"], ["30", "60"]),
    *product(MEDICINES, ["hepatic"], ["A", "B", "C"]),
    *product(MEDICINES, ["pregnancy", "breast feeding"] * 3, [""]),
    *product(MEDICINES, ["result"], ["below 3.5 365", "above 5 365", "above 5 10"]),
]


class World:
    """A random reference table, and random patients: the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        upward = [*pairs([*CONDITIONS, *PLACES[:2]]), *((c, PLACES[2]) for c in CONDITIONS)]
        reactive = pairs([*INGREDIENTS[:2], *CLASSES, *SUBSTANCES])
        self.table = Table(
            MEDICINES,
            ingredients=self._some(product(MEDICINES, INGREDIENTS), 4, 10),
            members=self._some(product([*INGREDIENTS, *MEDICINES[:2]], CLASSES), 2, 8),
            groups=self._some(product(MEDICINES, GROUPS), 2, 12),
            parents=self._some(pairs(CLASSES), 0, 4) + self._some(upward, 2, 8),
            allergy_classes=self._some(CLASSES, 1, 4),
            # Some pairs twice, as two sources may differ in the strength.
            crossing=[
                (*pair, strength)
                for pair in self._some(reactive, 0, 6)
                for strength in self._some(["high", "moderate", "low", "low", "low"], 1, 2)
            ],
            contraindications=self._some(
                product(MEDICINES, [*CONDITIONS, *PLACES], ["absolute", "relative"], ["active", "history"]), 2, 10
            ),
            interactions=[
                (a, b, s, self._modifiers(a, b))
                for (a, b), s in self._some(product(pairs(MEDICINES), ["severe", "moderate", "mild"]), 3, 10)
            ],
            limits=[
                (
                    *row,
                    self._random.choice(["absolute", "relative"]),
                    self._random.choice(["", "", "note", "caution", "sign-off"]),
                )
                for row in dict.fromkeys(self._some(LIMITS, 8, 20))
            ],
            points=self._some(product(MEDICINES, EFFECTS, [1, 2, 3]), 2, 10),
            responses=self._some(product(PHENOTYPES, MEDICINES, ["avoid", "reduce", "no change"]), 2, 8),
            routes=self._some(product(MEDICINES, ROUTES), 3, 10),
            codes=self._some(product(MEDICINES, CODES), 3, 10),
            genes=[(p, self._random.choice(["G:0", "G:1"])) for p in PHENOTYPES],
            unclear=self._some(PHENOTYPES, 0, 2),
        )

    def _modifiers(self, *medicines: str) -> tuple[str, ...]:
        own = [text.format(medicine) for text in OWN_MODIFIERS for medicine in medicines]
        return tuple(self._some([*MODIFIERS, *own], 0, 3))

    def _some(self, values: Iterable[Any], least: int, most: int) -> list[Any]:
        return self._random.sample(list(values), self._random.randint(least, most))

    def _times(self) -> tuple[str, str]:
        return self._random.choice(["", "", "2020-03-01", "2024-06-02"]), self._random.choice(["", "", *DAYS])

    def patient(self) -> Patient:
        one = self._random.choice
        days = self._some(DAYS, 0, 3)
        return Patient(
            age=one([None, 0, 2, 11, 12, 17, 18, 40, 55, 56, 65, 66, 90]),
            sex=one([None, "female", "female", "male", "male", "other", "unknown"]),
            pregnant=one([None, True, False]),
            breast_feeding=one([None, True, False]),
            diagnoses=[
                (c, one(["active", "active", "resolved", "refuted"]), self._times()) for c in self._some(PROBLEMS, 0, 3)
            ],
            therapy=[
                (m, self._times(), one([*ENDS, "improved", ""]), one(["", "", *ROUTES]), one([None, 4.0, 4.5]))
                for m in self._some(MEDICINES, 0, 3)
            ],
            allergies=[(a, one(["", "", *DAYS]), *self._reaction()) for a in self._some(ALLERGENS, 0, 2)],
            phenotypes=[(p, one(["", "", *DAYS])) for p in self._some(PHENOTYPES, 0, 2)],
            # One result a day, so that it is plain which is the newest.
            results=[(*one(RESULTS), day) for day in days],
            avoid_routes=tuple(self._some(ROUTES, 0, 2)),
        )

    def _reaction(self) -> tuple[str, str, str]:
        one = self._random.choice
        certainty = one(["", "confirmed", "confirmed", "suspected", "refuted"])
        return one(["", "allergy", "allergy", "intolerance"]), certainty, one(["", "mild", "severe"])


def reference(table: Table) -> Iterator[tuple[Any, ...]]:
    """The edges that a table makes; rows that differ in their values alone come from two sources."""
    yield from ((m, "HAS_INGREDIENT", i) for m, i in table.ingredients)
    yield from ((m, "IN_CLASS", k) for m, k in (*table.members, *table.groups))
    yield from ((a, "IS_A", b) for a, b in table.parents)
    for i, (a, b, strength) in enumerate(table.crossing):
        kinds = "SKI" if i % 2 else "IKS"
        ends = sorted((a, b), key=lambda n: (kinds.index(n[0]), n))
        yield (*(ends[0], "CROSS_REACTS_WITH", ends[1]), {"strength": strength, "source": strength})
    for m, c, strength, applies in table.contraindications:
        yield m, "CONTRAINDICATED_IN", c, {"strength": strength, "applies": applies, "source": strength + applies}
    for i, (a, b, severity, modifiers) in enumerate(table.interactions):
        changed = {"modifiers": modifiers} if modifiers else {}
        stated = {"severity": severity, "source": severity} | changed
        yield (*((a, "INTERACTS_WITH", b) if i % 2 else (b, "INTERACTS_WITH", a)), stated)
    for m, kind, value, strength, missing in table.limits:
        said: dict[str, Any] = {"value": value}
        if kind in ("age", "result"):
            said = dict(zip(("comparator", "value", "unit"), value.split(), strict=True))
        if kind == "result":
            said |= {"max_age_days": int(said.pop("unit"))}
        said |= {"limit": kind, "strength": strength, "missing": missing, "record": value}
        yield m, "LIMITED_BY", LIMIT_ENDS[kind], {k: v for k, v in said.items() if v != ""}
    for m, effect, points in table.points:
        yield m, "ADDS_TO", effect, {"points": points, "source": str(points)}
    yield from ((p, "VARIANT_OF", gene) for p, gene in table.genes)
    for p, m, action in table.responses:
        yield p, "AFFECTS_RESPONSE", m, {"action": action, "source": action}


def facts(patient: Patient, node: str) -> Iterator[tuple[Any, ...]]:
    """The edges of what is on file."""

    def said(i: int, **values: Any) -> dict[str, Any]:
        return {"record": str(i)} | {k: v for k, v in values.items() if v != ""}

    for i, (c, status, (start, stop)) in enumerate(patient.diagnoses):
        yield node, "HAS_DIAGNOSIS", c, said(i, status=status, start=start, stop=stop)
    for i, (m, (start, stop), outcome, route, dose) in enumerate(patient.therapy):
        amount = {} if dose is None else {"daily_dose": dose, "dose_unit": "mg"}
        yield node, "TAKES", m, said(i, start=start, stop=stop, outcome=outcome, route=route, **amount)
    for i, (a, since, kind, certainty, grade) in enumerate(patient.allergies):
        yield node, "ALLERGIC_TO", a, said(i, since=since, type=kind, certainty=certainty, severity=grade)
    for i, (p, day) in enumerate(patient.phenotypes):
        yield node, "HAS_PHENOTYPE", p, said(i, date=day)
    for i, (test, value, unit, day) in enumerate(patient.results):
        yield node, "HAS_RESULT", test, said(i, value=value, unit=unit, date=day)


def person(patient: Patient) -> dict[str, Any]:
    known = {
        "birth_year": None if patient.age is None else YEAR - patient.age,
        "sex": patient.sex,
        "pregnant": patient.pregnant,
        "breast_feeding": patient.breast_feeding,
        "avoid_routes": patient.avoid_routes or None,
    }
    return {k: v for k, v in known.items() if v is not None}


def nodes(table: Table) -> dict[str, dict[str, Any]]:
    every = (*MEDICINES, *INGREDIENTS, *SUBSTANCES, *GROUPS, *CONDITIONS, *PLACES, *PHENOTYPES, *LIMIT_ENDS.values())
    found: dict[str, dict[str, Any]] = {i: {} for i in every}
    found |= {k: {"scheme": "allergy" if k in table.allergy_classes else "pharmacologic"} for k in CLASSES}
    for medicine in MEDICINES:
        said = {
            name: tuple(b for a, b in rows if a == medicine) for name, rows in (("routes", table.routes), ("atc", table.codes))
        }
        found[medicine] = {name: values for name, values in said.items() if values}
    for phenotype, gene in table.genes:
        found[phenotype] = {"gene": gene, "indeterminate": phenotype in table.unclear}
    found[PUGH] = {"name": "Child-Pugh score"}
    found[EGFR] = {"unit": "mL/min/{1.73_m2}"}
    found[POTASSIUM] = {"unit": "mmol/L", "other_units": ("mg/dL=0.2558",)}
    found[CREATININE] = {"unit": "mg/dL", "other_units": ("umol/L=0.01131",)}
    return found


def engine(graph: Graph, patient: str) -> dict[tuple[str, str], str]:
    """What the rules find, in the oracle's form; every proof is checked on the way."""
    found: dict[tuple[str, str], str] = {}
    for medicine, findings in graph.screened(patient).findings.items():
        for finding in reversed(findings):
            graph.check_proof(finding)
            found[str(graph.snapshot.id(medicine)), finding.proof.rule] = str(finding.severity)
    return {key: severity for key, severity in found.items() if key[0] in MEDICINES}


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_the_rules_agree_with_the_oracle(build: Build, seed: int) -> None:
    world = World(seed)
    people = {f"patient:{i}": world.patient() for i in range(12)}
    known = [fact for i, patient in people.items() for fact in facts(patient, i)]
    persons = {i: person(patient) for i, patient in people.items()}
    with build([*REFERENCE, *reference(world.table), *known], nodes(world.table) | persons) as graph:
        for i, patient in people.items():
            assert engine(graph, i) == verdicts(world.table, patient), (world.table, patient)


def test_random_patients_meet_every_rule() -> None:
    met = Counter[tuple[str, str]]()
    for seed in range(120):
        world = World(seed)
        for _ in range(12):
            met.update((rule, severity) for (_, rule), severity in verdicts(world.table, world.patient()).items())

    rules = ["allergy", "contraindication", "interaction", "duplicate", "pharmacogenomics"]
    rules += [f"limit:{kind}" for kind in LIMIT_ENDS]
    assert all(met[rule, severity] >= 40 for rule in rules for severity in ("exclude", "caution")), met
    signed = [*(f"limit:{kind}" for kind in LIMIT_ENDS), "additive", "allergy", "history"]
    assert all(met[rule, "sign-off"] >= 40 for rule in signed), met
    assert all(met[rule, "note"] >= 40 for rule in ("allergy", "interaction", "history")), met
    assert met["supply", "exclude"] >= 40, met
