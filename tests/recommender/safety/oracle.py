"""What safety must find, worked out by brute force from plain tuples: it shares no code with the engine and reads no graph.

A table is what the reference files say, a patient what is on file. Every answer is ``{(medicine, rule): severity}``, the most
severe of each rule; what is silent is absent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

ORDER = ("exclude", "caution", "note")
TODAY = "2024-06-01"
YEAR = 2024
ONE_AT_A_TIME = ("ATC:C09AA", "ATC:C10AA")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """The reference data; an id's prefix says what it is, as everywhere in these tests."""

    medicines: list[str]
    ingredients: Pairs = field(default_factory=list)
    members: Pairs = field(default_factory=list)
    groups: Pairs = field(default_factory=list)
    parents: Pairs = field(default_factory=list)
    allergy_classes: list[str] = field(default_factory=list)
    crossing: list[tuple[str, str, str]] = field(default_factory=list)
    contraindications: list[tuple[str, str, str, str]] = field(default_factory=list)
    interactions: list[tuple[str, str, str]] = field(default_factory=list)
    limits: list[tuple[str, str, str, str]] = field(default_factory=list)
    responses: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Patient:
    """What is on file; times are (start, stop), either of which may be empty."""

    age: int | None = None
    sex: str | None = None
    pregnant: bool | None = None
    breast_feeding: bool | None = None
    diagnoses: list[tuple[str, str, tuple[str, str]]] = field(default_factory=list)
    therapy: list[tuple[str, tuple[str, str]]] = field(default_factory=list)
    allergies: Pairs = field(default_factory=list)
    phenotypes: Pairs = field(default_factory=list)
    results: list[tuple[str, float, str, str]] = field(default_factory=list)


def verdicts(table: Table, patient: Patient) -> dict[tuple[str, str], str]:
    """The most severe answer of every rule about every medicine."""
    found: dict[tuple[str, str], str] = {}
    for medicine in table.medicines:
        for rule, severity in judge(table, patient, medicine):
            known = found.get((medicine, rule), "note")
            found[medicine, rule] = min(known, severity, key=ORDER.index)
    return found


def judge(table: Table, patient: Patient, medicine: str) -> Iterator[tuple[str, str]]:
    yield from (("allergy", s) for s in allergy(table, patient, medicine))
    yield from (("contraindication", s) for s in contraindication(table, patient, medicine))
    yield from (("interaction", s) for s in interaction(table, patient, medicine))
    yield from (("duplicate", s) for s in duplicate(table, patient, medicine))
    yield from limit(table, patient, medicine)
    yield from (("pharmacogenomics", s) for s in response(table, patient, medicine))


# Trees and parts


def closure(pairs: Pairs, start: str) -> set[str]:
    """Everything that a chain of pairs leads to, from the first of a pair to the second."""
    found = {start}
    while more := {b for a, b in pairs if a in found} - found:
        found |= more
    return found


def up(table: Table, node: str) -> set[str]:
    return closure(table.parents, node)


def down(table: Table, node: str) -> set[str]:
    return closure([(b, a) for a, b in table.parents], node)


def contents(table: Table, medicine: str) -> set[str]:
    return {i for m, i in table.ingredients if m == medicine}


def singles(table: Table, medicine: str) -> set[str]:
    """The medicine, and what it combines: every medicine of one ingredient alone that it contains."""
    inside = contents(table, medicine)
    alone = {m for m in table.medicines if len(contents(table, m)) == 1 and contents(table, m) <= inside}
    return {medicine} | (alone if len(inside) > 1 else set())


# Times


def known(start: str) -> bool:
    return not start or start <= TODAY


def lasting(stop: str) -> bool:
    return not stop or stop > TODAY


def taken(patient: Patient) -> list[str]:
    return [m for m, (start, stop) in patient.therapy if known(start) and lasting(stop)]


# Rules


def allergy(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    parts = contents(table, medicine) | singles(table, medicine)
    for allergen, since in patient.allergies:
        if known(since):
            for part in parts:
                yield from ("caution" if s == "low" else "exclude" for s in related(table, allergen, part))


def related(table: Table, allergen: str, part: str) -> Iterator[str]:
    """How strongly an allergy concerns an ingredient or a medicine, once for each reason."""
    if allergen.startswith("M:"):
        for inside in contents(table, allergen):
            yield from kin(table, inside, part)
        yield from kin(table, allergen, part)
    elif allergen.startswith("I:"):
        yield from kin(table, allergen, part)
    elif allergen.startswith("S:"):
        yield from crosses(table, allergen, part)
    else:
        for below in down(table, allergen):
            if (part, below) in table.members + table.groups:
                yield "high"
            yield from crosses(table, below, part)


def kin(table: Table, allergen: str, part: str) -> Iterator[str]:
    if allergen == part:
        yield "high"
    yield from crosses(table, allergen, part)
    for member, group in table.members:
        if member == allergen and group in table.allergy_classes:
            if any((part, below) in table.members for below in down(table, group)):
                yield "high"
            yield from crosses(table, group, part)


def crosses(table: Table, node: str, part: str) -> Iterator[str]:
    for one, other, strength in table.crossing:
        for here, there in ((one, other), (other, one)):
            if here in up(table, node) and (there == part or any((part, k) in table.members for k in down(table, there))):
                yield strength


def contraindication(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    for condition, status, (start, stop) in patient.diagnoses:
        if not known(start) or status == "refuted":
            continue
        active = lasting(stop) if stop else status == "active"
        for other, forbidden, strength, applies in table.contraindications:
            if other in singles(table, medicine) and forbidden in up(table, condition) and (active or applies == "history"):
                yield "exclude" if strength == "absolute" else "caution"


def interaction(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    words = {"severe": "exclude", "moderate": "caution", "mild": "note"}
    for current in taken(patient):
        for a, b, severity in table.interactions:
            for one, other in ((a, b), (b, a)):
                if one in singles(table, current) and other in singles(table, medicine):
                    yield words[severity]


def duplicate(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    def groups(of: str) -> set[str]:
        return {g for m, g in table.groups if m in singles(table, of) and len(g) == len("ATC:A01AA") and g[-1] != "X"}

    for current in taken(patient):
        if current == medicine or contents(table, current) & contents(table, medicine):
            yield "exclude"
        for group in groups(current) & groups(medicine):
            yield "exclude" if group in ONE_AT_A_TIME else "caution"


def response(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    for phenotype, since in patient.phenotypes:
        for other, m, action in table.responses:
            if known(since) and other == phenotype and m in singles(table, medicine) and action != "no change":
                yield "exclude" if action == "avoid" else "caution"


def limit(table: Table, patient: Patient, medicine: str) -> Iterator[tuple[str, str]]:
    for m, kind, value, strength in table.limits:
        if m in singles(table, medicine):
            answer = {"age": age, "sex": sex, "renal": renal, "hepatic": hepatic}.get(kind)
            broken, grave = answer(table, patient, value) if answer else state(table, patient, kind)
            if broken:
                yield f"limit:{kind}", "exclude" if strength == "absolute" else "caution"
            elif broken is None:
                yield f"limit:{kind}", "caution" if strength == "absolute" and grave else "note"


def age(table: Table, patient: Patient, value: str) -> tuple[bool | None, bool]:
    comparator, number, unit = value.split()
    if patient.age is None:
        return None, True
    edge = float(number) / (12 if unit == "months" else 1)
    return {"below": patient.age < edge, "above": patient.age > edge, "at_least": patient.age >= edge}[comparator], True


def sex(table: Table, patient: Patient, value: str) -> tuple[bool | None, bool]:
    return (None if patient.sex not in ("female", "male") else patient.sex == value), True


def state(table: Table, patient: Patient, kind: str) -> tuple[bool | None, bool]:
    node, said = ("C:pregnancy", patient.pregnant) if kind == "pregnancy" else ("C:feeding", patient.breast_feeding)
    if said or any(node in up(table, c) for c in active(patient)):
        return True, True
    asked = patient.sex != "male" and (patient.age is None or 12 <= patient.age <= 55)
    return (None if said is None and asked else False), kind == "pregnancy"


def active(patient: Patient) -> list[str]:
    return [
        c
        for c, status, (start, stop) in patient.diagnoses
        if known(start) and status != "refuted" and (lasting(stop) if stop else status == "active")
    ]


def renal(table: Table, patient: Patient, value: str) -> tuple[bool | None, bool]:
    rates = [
        (day, rate) for test, number, unit, day in patient.results if known(day) and (rate := egfr(patient, test, number, unit))
    ]
    return (max(rates)[1] < float(value) if rates else None), True


def egfr(patient: Patient, test: str, number: float, unit: str) -> float | None:
    if test == "LOINC:98979-8":
        return number
    if test != "LOINC:2160-0" or patient.age is None or patient.age < 18 or patient.sex not in ("female", "male"):
        return None
    creatinine = number / 88.4173 if unit == "umol/L" else number
    if patient.sex == "female":
        power = -0.241 if creatinine <= 0.7 else -1.2
        return 142 * (creatinine / 0.7) ** power * 0.9938**patient.age * 1.012
    power = -0.302 if creatinine <= 0.9 else -1.2
    return 142 * (creatinine / 0.9) ** power * 0.9938**patient.age


def hepatic(table: Table, patient: Patient, value: str) -> tuple[bool | None, bool]:
    scores = [(day, number) for test, number, _, day in patient.results if known(day) and test == "L:pugh"]
    if not scores:
        return None, any("ICD10CM:K70-K77" in up(table, c) for c in active(patient))
    points = max(scores)[1]
    return points >= {"A": 5, "B": 7, "C": 10}[value], True
