"""What safety must find, worked out by brute force from plain tuples: it shares no code with the engine and reads no graph.

A table is what the reference files say, a patient what is on file. Every answer is ``{(medicine, rule): severity}``, the most
severe of each rule; what is silent is absent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

ORDER = ("exclude", "sign-off", "caution", "note")
TODAY = "2024-06-01"
YEAR = 2024
THRESHOLDS = {"UMLS:C0020461": (3, 5, 5), "UMLS:C0151500": (3, 6, 5)}
ONE_AT_A_TIME = ("ATC:C09AA", "ATC:C10AA")
LOCAL = {"topical": ("D", "M02"), "nasal": ("R01",)}
"""By which routes a medicine acts where it is applied, if a code of its begins so."""
ENDS = {"side effect": "sign-off", "worse": "caution", "unchanged": "caution", "stopped": "note"}
SEVERITIES = ("severe", "moderate", "mild", "none")
A_YEAR = 365

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
    interactions: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    limits: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    points: list[tuple[str, str, int]] = field(default_factory=list)
    responses: list[tuple[str, str, str]] = field(default_factory=list)
    routes: Pairs = field(default_factory=list)
    codes: Pairs = field(default_factory=list)
    genes: Pairs = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Patient:
    """What is on file; times are (start, stop), either of which may be empty.

    A therapy also has its outcome, the route and the dose in mg a day; an allergy since when it is known, type, certainty and
    severity.
    """

    age: int | None = None
    sex: str | None = None
    pregnant: bool | None = None
    breast_feeding: bool | None = None
    diagnoses: list[tuple[str, str, tuple[str, str]]] = field(default_factory=list)
    therapy: list[tuple[str, tuple[str, str], str, str, float | None]] = field(default_factory=list)
    allergies: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    phenotypes: Pairs = field(default_factory=list)
    results: list[tuple[str, float, str, str]] = field(default_factory=list)
    avoid_routes: tuple[str, ...] = ()


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
    yield from (("additive", s) for s in additive(table, patient, medicine))
    yield from (("duplicate", s) for s in duplicate(table, patient, medicine))
    yield from (("history", s) for s in history(table, patient, medicine))
    yield from (("supply", s) for s in supply(table, patient, medicine))
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


Use = tuple[str, str, float | None]
"""A medicine, the route that is on file, and the dose."""


def taken(patient: Patient) -> list[Use]:
    return [(m, route, dose) for m, (start, stop), _, route, dose in patient.therapy if known(start) and lasting(stop)]


# Routes


def ways(table: Table, medicine: str, route: str = "") -> list[str]:
    """The routes by which a medicine may be meant."""
    return [route] if route else [r for m, r in table.routes if m == medicine]


def acts_locally(table: Table, medicine: str, route: str) -> bool:
    return any(m == medicine and code.startswith(LOCAL.get(route, ("-",))) for m, code in table.codes)


def local(table: Table, medicine: str, route: str = "") -> bool:
    """Whether a medicine acts where it is applied, whichever route is meant."""
    found = ways(table, medicine, route)
    return bool(found) and all(acts_locally(table, medicine, r) for r in found)


# Rules


def allergy(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    parts = contents(table, medicine) | singles(table, medicine)
    for allergen, since, kind, certainty, grade in patient.allergies:
        if known(since) and certainty != "refuted":
            for tie in {tie for part in parts for tie in related(table, allergen, part)}:
                if severity := reaction(tie, kind, certainty, grade == "severe"):
                    yield severity


def reaction(tie: str, kind: str, certainty: str, severe: bool) -> str:
    if kind == "intolerance":
        return {"same": "sign-off" if severe else "caution", "class": "note"}.get(tie, "")
    if certainty == "suspected":
        return {"same": "exclude", "low": "caution"}.get(tie, "sign-off")
    return ("sign-off" if severe else "caution") if tie == "low" else "exclude"


def related(table: Table, allergen: str, part: str) -> Iterator[str]:
    """How an allergen is tied to an ingredient or a medicine, once for each reason: same, class, or how strongly they cross."""
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
                yield "class"
            yield from crosses(table, below, part)


def kin(table: Table, allergen: str, part: str) -> Iterator[str]:
    if allergen == part:
        yield "same"
    yield from crosses(table, allergen, part)
    for member, group in table.members:
        if member == allergen and group in table.allergy_classes:
            if any((part, below) in table.members for below in down(table, group)):
                yield "class"
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
        for a, b, severity, modifiers in table.interactions:
            for one, other in ((a, b), (b, a)):
                if one in singles(table, current[0]) and other in singles(table, medicine):
                    uses = [(one, current), (other, (medicine, "", None))]
                    weighed = weigh(table, patient, severity, modifiers, uses)
                    if weighed in words:
                        yield words[weighed]


Uses = list[tuple[str, Use]]
"""The two sides of an interaction: the medicine that the row names, and what is used: it, or a combination with it."""


def weigh(table: Table, patient: Patient, severity: str, modifiers: tuple[str, ...], uses: Uses) -> str:
    """What is applied locally is mild, unless a modifier names it; else the most severe modifier that applies counts."""
    for inner, (medicine, route, _) in uses:
        if local(table, medicine, route) and not named(table, modifiers, inner, medicine, route):
            return max(severity, "mild", key=SEVERITIES.index)
    found = []
    for text in modifiers:
        condition, _, other = text.rpartition(": ")
        lowers = SEVERITIES.index(other) > SEVERITIES.index(severity)
        if applies(table, patient, condition.split(), modifiers, uses, lowers):
            found.append(other)
    return min(found, key=SEVERITIES.index, default=severity)


def named(table: Table, modifiers: tuple[str, ...], inner: str, medicine: str, route: str) -> set[str]:
    """Routes that may be meant and that a modifier of the medicine speaks of."""
    return {r for r in ways(table, medicine, route) if any(m.startswith(f"route {inner} {r}:") for m in modifiers)}


def applies(table: Table, patient: Patient, said: list[str], modifiers: tuple[str, ...], uses: Uses, lowers: bool) -> bool:
    if said[0] == "with":
        others = [m for m, route, _ in taken(patient) if not local(table, m, route)]
        return any(is_meant(table, inner, said[1]) for m in others for inner in singles(table, m))
    if said[0] == "age":
        return patient.age is not None and compare(patient.age, *said[1:3])
    if said[0] == "result":
        found = potassium(patient)
        return found is not None and not (lowers and is_old(found[0], A_YEAR)) and compare(found[1], *said[2:4])
    for inner, (medicine, route, dose) in uses:
        if said[0] == "dose" and inner == medicine == said[1] and dose is not None and compare(dose, *said[2:4]):
            return True
        if said[0] == "route" and inner == said[1]:
            spoken, possible = named(table, modifiers, inner, medicine, route), ways(table, medicine, route)
            certain = all(r in spoken or acts_locally(table, medicine, r) for r in possible)
            if said[2] in spoken and (certain or not lowers):
                return True
    return False


def is_meant(table: Table, medicine: str, subject: str) -> bool:
    return medicine == subject or any(m == medicine and subject in up(table, k) for m, k in table.members + table.groups)


def compare(value: float, sign: str, limit: str) -> bool:
    bound = float(limit)
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


def additive(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    for effect, (caution, sign_off, sign_off_old) in THRESHOLDS.items():
        adding = {m: max(p for n, e, p in table.points if (n, e) == (m, effect)) for m, e, _ in table.points if e == effect}

        def those(of: str, adding: dict[str, int] = adding) -> set[str]:
            return {of} if of in adding else singles(table, of) & set(adding)

        current = {one for m, route, _ in taken(patient) if not local(table, m, route) for one in those(m)}
        own = set() if local(table, medicine) else those(medicine) - current
        total = sum(adding[m] for m in own | current)
        if own and current and total >= caution:
            enough = sign_off_old if (patient.age or 0) >= 65 else sign_off
            yield "sign-off" if total >= enough else "caution"


def duplicate(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    def groups(of: str) -> set[str]:
        return {g for m, g in table.groups if m in singles(table, of) and len(g) == len("ATC:A01AA") and g[-1] != "X"}

    for current, _, _ in taken(patient):
        if current == medicine or contents(table, current) & contents(table, medicine):
            yield "exclude"
        for group in groups(current) & groups(medicine):
            yield "exclude" if group in ONE_AT_A_TIME else "caution"


def response(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    for phenotype, since in patient.phenotypes:
        for other, m, action in table.responses:
            if not known(since) or m not in singles(table, medicine) or action == "no change":
                continue
            if phenotype in table.unclear:
                if other != phenotype and dict(table.genes)[other] == dict(table.genes)[phenotype]:
                    yield "caution"
            elif other == phenotype:
                yield "exclude" if action == "avoid" else "caution"


def history(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    for past, (start, stop), outcome, _, _ in patient.therapy:
        ended = known(start) and not lasting(stop)
        if ended and outcome in ENDS and (past == medicine or contents(table, past) & contents(table, medicine)):
            yield ENDS[outcome]


def supply(table: Table, patient: Patient, medicine: str) -> Iterator[str]:
    routes = ways(table, medicine)
    if routes and all(route in patient.avoid_routes for route in routes):
        yield "exclude"


def limit(table: Table, patient: Patient, medicine: str) -> Iterator[tuple[str, str]]:
    for m, kind, value, strength, said in table.limits:
        if m in singles(table, medicine):
            answer = {"age": age, "sex": sex, "renal": renal, "hepatic": hepatic, "result": result}.get(kind)
            broken, old, grave = answer(table, patient, value) if answer else state(table, patient, kind)
            missing = said or ("" if kind == "result" else "caution" if strength == "absolute" and grave else "note")
            if broken:
                yield f"limit:{kind}", "exclude" if strength == "absolute" else "caution"
            if missing and (broken is None or old):
                yield f"limit:{kind}", missing


def is_old(day: str, days: int) -> bool:
    return bool(day) and (date.fromisoformat(TODAY) - date.fromisoformat(day)).days > days


Answer = tuple[bool | None, bool, bool]
"""Whether a limit is broken (None when that cannot be told), whether by something old, whether not to know is grave."""


def age(table: Table, patient: Patient, value: str) -> Answer:
    comparator, number, unit = value.split()
    if patient.age is None:
        return None, False, True
    edge = float(number) / (12 if unit == "months" else 1)
    return {"below": patient.age < edge, "above": patient.age > edge, "at_least": patient.age >= edge}[comparator], False, True


def sex(table: Table, patient: Patient, value: str) -> Answer:
    return (None if patient.sex not in ("female", "male") else patient.sex == value), False, True


def state(table: Table, patient: Patient, kind: str) -> Answer:
    node, said = ("C:pregnancy", patient.pregnant) if kind == "pregnancy" else ("C:feeding", patient.breast_feeding)
    if said or any(node in up(table, c) for c in active(patient)):
        return True, False, True
    asked = patient.sex != "male" and (patient.age is None or 12 <= patient.age <= 55)
    return (None if said is None and asked else False), False, kind == "pregnancy"


def active(patient: Patient) -> list[str]:
    return [
        c
        for c, status, (start, stop) in patient.diagnoses
        if known(start) and status != "refuted" and (lasting(stop) if stop else status == "active")
    ]


def renal(table: Table, patient: Patient, value: str) -> Answer:
    rates = [
        (day, rate) for test, number, unit, day in patient.results if known(day) and (rate := egfr(patient, test, number, unit))
    ]
    if not rates:
        return None, False, True
    day, rate = max(rates)
    return rate < float(value), is_old(day, 365), True


def result(table: Table, patient: Patient, value: str) -> Answer:
    comparator, bound, days = value.split()
    found = potassium(patient)
    if not found:
        return None, False, True
    day, number = found
    return (number < float(bound) if comparator == "below" else number > float(bound)), is_old(day, int(days)), True


def potassium(patient: Patient) -> tuple[str, float] | None:
    """The day and the value of the newest result; nothing when there is none, or in a unit that is not known."""
    found = [(day, number, unit) for test, number, unit, day in patient.results if known(day) and test == "L:potassium"]
    if not found or max(found)[2] not in ("", "mmol/L", "mg/dL"):
        return None
    day, number, unit = max(found)
    return day, number * (0.2558 if unit == "mg/dL" else 1)


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


def hepatic(table: Table, patient: Patient, value: str) -> Answer:
    scores = [(day, number) for test, number, _, day in patient.results if known(day) and test == "L:pugh"]
    ill = any("ICD10CM:K70-K77" in up(table, c) for c in active(patient))
    if not scores:
        return None, False, ill
    day, points = max(scores)
    # Child-Pugh on file and broken is as grave as it is; what is only old is as grave as its absence.
    return points >= {"A": 5, "B": 7, "C": 10}[value], is_old(day, 365), ill
