"""What follows from other medicines: interactions, additive effects, duplicates, and how earlier therapies ended."""

import re
from collections.abc import Iterator, Mapping

from tests.safety_cohort.measures import in_unit, newest
from tests.safety_cohort.patient import Patient, Therapy
from tests.safety_cohort.tables import Interaction, Medicine, Tables
from tests.safety_cohort.verdict import Verdict, current, ended

SEVERITIES = ("severe", "moderate", "mild", "none")
FOLLOWS = {"severe": "exclude", "moderate": "caution", "mild": "note"}
LOCAL_CODES = {
    "topical": ("D", "M02"),
    "ophthalmic": ("S01", "S03"),
    "otic": ("S02", "S03"),
    "nasal": ("R01",),
    "vaginal": ("G01",),
}
"""How the ATC codes of medicines begin that act only where they are applied by a route."""
NOT_LOCAL = ("D04AX01",)
EFFECTS: Mapping[str, tuple[str, int, int, int]] = {
    "UMLS:C0151878": ("QT", 3, 5, 5),
    "UMLS:C0019080": ("bleeding", 3, 5, 5),
    "UMLS:C0699828": ("serotonin", 3, 5, 5),
    "UMLS:C0235195": ("sedation", 3, 6, 6),
    "UMLS:C0020461": ("potassium", 3, 5, 5),
    "UMLS:C0151500": ("anticholinergic", 3, 6, 5),
}
"""Of each effect: a word, the least sum of a caution, of a sign-off, and of a sign-off from 65 years of age."""
OLD = 65
ONE_AT_A_TIME = (
    *("A02BA", "A02BC", "A10BG", "A10BH", "A10BJ", "A10BK", "B01AA", "B01AF", "C07AA", "C07AB", "C08CA", "C09AA", "C09CA"),
    *("C10AA", "M05BA", "N06AA", "N06AB", "N06AG", "R06AE"),
)
"""Chemical subgroups of which no second medicine is added to a first."""
OUTCOMES = {"side effect": "sign-off", "worse": "caution", "unchanged": "caution", "stopped": "note"}
MODIFIER = re.compile(
    r"(?P<kind>with|route|dose|age|result)(?: (?P<subject>[^\s<>=]+:[^\s<>=]+))?(?: (?P<route>[a-z]+))?"
    r"(?: (?P<than>[<>]=?) (?P<value>[\d.]+)(?: mg)?)?: (?P<severity>severe|moderate|mild|none)"
)
MILLIGRAMS = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001}


def is_local(medicine: Medicine, route: str) -> bool:
    """Whether it acts only where it is applied by the route."""
    return any(code.startswith(LOCAL_CODES.get(route, ())) and code not in NOT_LOCAL for code in medicine.atc)


def routes_of(medicine: Medicine, therapy: Therapy | None) -> tuple[str, ...]:
    """The route that is on file, or else all that it has."""
    return (therapy.route,) if therapy and therapy.route else medicine.routes


def only_local(medicine: Medicine, therapy: Therapy | None) -> bool:
    """Whether it acts where it is applied, whichever route is meant."""
    routes = routes_of(medicine, therapy)
    return bool(routes) and all(is_local(medicine, route) for route in routes)


def compares(value: float, than: str, limit: float) -> bool:
    """Whether a value stands to a limit as the sign says."""
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[than]


def interaction(tables: Tables, patient: Patient, day: str) -> Iterator[Verdict]:
    """Interactions with what is being taken."""
    for therapy in current(patient, day):
        for taken in tables.inside[therapy.medicine]:
            for other, row in tables.interacting.get(taken, ()):
                for medicine in tables.holders[other]:
                    uses = [(taken, therapy.medicine, therapy), (other, medicine, None)]
                    severity, why = weighed(tables, patient, day, row, uses)
                    if severity in FOLLOWS:
                        combined = (taken, other) != (therapy.medicine, medicine)
                        ways = (severity, *why, *(("combination",) if combined else ()))
                        yield Verdict(medicine, "interaction", FOLLOWS[severity], ways)


def weighed(
    tables: Tables, patient: Patient, day: str, row: Interaction, uses: list[tuple[str, str, Therapy | None]]
) -> tuple[str, tuple[str, ...]]:
    """The severity after what modifies it, and what did."""
    modifiers = [match.groupdict() for text in row.modifiers if (match := MODIFIER.fullmatch(text))]
    assert len(modifiers) == len(row.modifiers), row
    for inner, outer, therapy in uses:
        medicine = tables.medicines[outer]
        spoken = [m for m in modifiers if m["kind"] == "route" and m["subject"] == inner]
        named = {m["route"] for m in spoken} & set(routes_of(medicine, therapy))
        if only_local(medicine, therapy) and not named:
            return max(row.severity, "mild", key=SEVERITIES.index), ("local",)
    found = [
        (m["severity"], (str(m["kind"]), "raised" if lower(row.severity, m["severity"]) else "lowered"))
        for m in modifiers
        if _applies(tables, patient, day, row, m, modifiers, uses)
    ]
    if not found:
        return row.severity, ()
    severity, why = min(found, key=lambda one: SEVERITIES.index(one[0]))
    return severity, () if severity == row.severity else why


def lower(one: str, other: str) -> bool:
    """Whether one severity is below another."""
    return SEVERITIES.index(one) > SEVERITIES.index(other)


def _applies(
    tables: Tables,
    patient: Patient,
    day: str,
    row: Interaction,
    modifier: Mapping[str, str],
    modifiers: list[dict[str, str]],
    uses: list[tuple[str, str, Therapy | None]],
) -> bool:
    kind, subject, lowers = modifier["kind"], modifier["subject"], lower(modifier["severity"], row.severity)
    if kind == "with":
        return any(_is(tables, t, subject) for t in current(patient, day) if not only_local(tables.medicines[t.medicine], t))
    if kind == "age":
        return patient.age is not None and compares(patient.age, modifier["than"], float(modifier["value"]))
    if kind == "result":
        result = newest(tables, patient, subject, day)
        value = in_unit(tables.tests[result.test], result.value, result.unit) if result else None
        recent = result is not None and result.days <= 365
        return value is not None and (recent or not lowers) and compares(value, modifier["than"], float(modifier["value"]))
    for inner, outer, therapy in uses:
        if inner != subject:
            continue
        if kind == "dose" and inner == outer and therapy and therapy.dose is not None and therapy.unit in MILLIGRAMS:
            return compares(therapy.dose * MILLIGRAMS[therapy.unit], modifier["than"], float(modifier["value"]))
        if kind == "route":
            medicine = tables.medicines[outer]
            possible = routes_of(medicine, therapy)
            named = {m["route"] for m in modifiers if m["kind"] == "route" and m["subject"] == subject}
            certain = all(route in named or is_local(medicine, route) for route in possible)
            if modifier["route"] in possible and (certain or not lowers):
                return True
    return False


def _is(tables: Tables, therapy: Therapy, subject: str) -> bool:
    """Whether what is being taken is the medicine, or of the class, that a modifier names."""
    for inner in tables.inside[therapy.medicine]:
        groups = tables.medicines[inner].classes
        if inner == subject or any(subject in tables.above.get(group, ()) for group in groups):
            return True
    return False


def additive(tables: Tables, patient: Patient, day: str) -> Iterator[Verdict]:
    """Effects that add up: every single medicine counts once, unless it acts only where it is applied."""
    present = [t for t in current(patient, day) if not only_local(tables.medicines[t.medicine], t)]
    for effect, (word, caution, sign_off, sign_off_old) in EFFECTS.items():
        points = tables.points.get(effect, {})
        taken: set[str] = set()
        for therapy in present:
            taken |= _adding(tables, points, therapy.medicine)
        if not taken:
            continue
        before = sum(points[m] for m in taken)
        old = patient.age is not None and patient.age >= OLD
        for medicine in {outer for inner in points for outer in tables.holders[inner]}:
            own = _adding(tables, points, medicine) - taken
            total = before + sum(points[m] for m in own)
            if own and total >= caution and not only_local(tables.medicines[medicine], None):
                severity = "sign-off" if total >= (sign_off_old if old else sign_off) else "caution"
                ways = (word, f"{word} {severity}", *(("several",) if len(taken) > 1 else ()))
                aged = severity == "sign-off" and total < sign_off
                combined = own != {medicine} or not taken <= {t.medicine for t in patient.therapies}
                yield Verdict(medicine, "additive", severity, (*ways, *["old"] * aged, *["combination"] * combined))


def _adding(tables: Tables, points: Mapping[str, int], medicine: str) -> set[str]:
    """The medicine itself where it has points, or else the single ones inside it that have."""
    return {medicine} if medicine in points else {inner for inner in tables.inside[medicine] if inner in points}


def duplicate(tables: Tables, patient: Patient, day: str) -> Iterator[Verdict]:
    """The same again: the medicine, an ingredient of it, or another of its class."""
    for therapy in current(patient, day):
        own, groups = tables.medicines[therapy.medicine], tables.subgroups[therapy.medicine]
        yield Verdict(own.id, "duplicate", "exclude", ("same",))
        for other in set().union(*(tables.having[node] for node in own.ingredients | groups)) - {own.id}:
            medicine = tables.medicines[other]
            if medicine.ingredients & own.ingredients:
                yield Verdict(other, "duplicate", "exclude", ("ingredient",))
                continue
            shared = groups & tables.subgroups[other]
            single = any(group.removeprefix("ATC:") in ONE_AT_A_TIME for group in shared)
            combined = not shared & own.classes & medicine.classes
            ways = ("one at a time" if single else "class", *(("combination",) if combined else ()))
            yield Verdict(other, "duplicate", "exclude" if single else "caution", ways)


def history(tables: Tables, patient: Patient, day: str) -> Iterator[Verdict]:
    """What was stopped, and why."""
    for therapy in ended(patient, day):
        if therapy.outcome in OUTCOMES:
            own = tables.medicines[therapy.medicine]
            for other in {own.id}.union(*(tables.having[ingredient] for ingredient in own.ingredients)):
                way = "same" if other == own.id else "ingredient"
                yield Verdict(other, "history", OUTCOMES[therapy.outcome], (way, therapy.outcome))
