"""Mistakes that a rule may have: each one change of its source text, that the cohort has to notice.

A text stands in its module once; a change that no longer fits is refused, so that none is silently without effect.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Mutation(NamedTuple):
    """One mistake: in a module, a text and what it is replaced by."""

    name: str
    module: str
    old: str
    new: str


_S = "recommender.safety."
_TAKEN = "in screening.record.of(EdgeKind.TAKES):"
_TAKEN_EVER = "in screening.record.of(EdgeKind.TAKES, active=False):"
_INSIDE = "for component in screening.components.of(medicine):"
_ALONE = "for component in screening.components.of(medicine)[:1]:"


def _in(module: str, *changes: tuple[str, str, str]) -> tuple[Mutation, ...]:
    return tuple(Mutation(name, module, old, new) for name, old, new in changes)


_ALLERGY = _in(
    f"{_S}allergy",
    ("a severe reaction is like any", "Tie.LOW: (_CAUTION, _SIGN_OFF)", "Tie.LOW: (_CAUTION, _CAUTION)"),
    ("certainty ignored", 'str(fact.properties.get("certainty", "confirmed"))', '"confirmed"'),
    ("intolerance taken for allergy", 'str(fact.properties.get("type", "allergy"))', '"allergy"'),
    ("cross-reactivity of classes ignored", "yield from _crossing(snapshot, onward)", "yield from ()"),
    ("cross-reactivity of substances ignored", "        yield from _crossing(snapshot, start)", "        yield from ()"),
    (
        "cross-reactivity of the class above ignored",
        "in ancestors(snapshot, hit.nodes[-1]):",
        "in list(ancestors(snapshot, hit.nodes[-1]))[:1]:",
    ),
    ("classes below ignored", "in snapshot.sources(EdgeKind.IS_A, NodeKind.DRUG_CLASS, way.nodes[-1]):", "in ():"),
    ("own classes ignored", '.get("scheme") == "allergy"', '.get("scheme") == "none"'),
    ("cross-reactivity one way only", "if other_kind is not kind:", "if False:"),
    (
        "only the first ingredient looked at",
        "in screening.components.ingredients(medicine):",
        "in screening.components.ingredients(medicine)[:1]:",
    ),
    ("the least severe way counts", "_rank(way) < _rank(known)", "_rank(way) > _rank(known)"),
)
_CONTRAINDICATION = (
    *_in(
        f"{_S}contraindication",
        ("tree ignored", "in ancestors(snapshot, fact.node):", "in list(ancestors(snapshot, fact.node))[:1]:"),
        ("active ignored", 'if fact.active or edge.properties.get("applies") == "history":', "if True:"),
        ("history ignored", 'if fact.active or edge.properties.get("applies") == "history":', "if fact.active:"),
        ("refuted ignored", 'if fact.properties.get("status") == "refuted":', "if False:"),
        (
            "strength turned",
            'absolute = edge.properties["strength"] == "absolute"',
            'absolute = edge.properties["strength"] != "absolute"',
        ),
        ("combinations ignored", _INSIDE, _ALONE),
        ("the least severe counts", "== (Severity.CAUTION, Severity.EXCLUDE)", "== (Severity.EXCLUDE, Severity.CAUTION)"),
    ),
    *_in(
        "recommender.record",
        ("what ended today lasts", "return stop > as_of.isoformat()", "return stop >= as_of.isoformat()"),
        ("what begins tomorrow is known", "begun <= as_of.isoformat()", "bool(begun)"),
    ),
    *_in(
        "recommender.case",
        ("what ended today lasts in a case", "str(stop) > as_of.isoformat()", "str(stop) >= as_of.isoformat()"),
        ("what ends later has ended in a case", "return as_of is not None and str(stop) > as_of.isoformat()", "return False"),
        ("resolved ignored in a case", 'return values.get("status") != "resolved"', "return True"),
    ),
)
_INTERACTION = (
    *_in(
        f"{_S}interaction",
        ("severe is a caution", '"severe": Severity.EXCLUDE', '"severe": Severity.CAUTION'),
        ("active ignored", _TAKEN, _TAKEN_EVER),
        ("combinations ignored", "in screening.components.of(fact.node):", "in screening.components.of(fact.node)[:1]:"),
        ("the route on file ignored", "Use(taken.medicine, fact.node, fact)", "Use(taken.medicine, fact.node)"),
        ("the least severe counts", "weighed.rank < known[0]", "weighed.rank > known[0]"),
    ),
    *_in(
        f"{_S}modifiers",
        ("local use ignored", "if is_local_only(snapshot, use.medicine, use.fact) and not", "if False and not"),
        ("local use has no consequence", 'LOCAL = "mild"', 'LOCAL = "none"'),
        ("a route that a modifier names ignored", "and not _named(snapshot, use, modifiers):", ":"),
        ("modifiers ignored", "return min(applying, key=lambda one: one.rank, default=own)", "return own"),
        ("the mildest modifier counts", "return min(applying,", "return max(applying,"),
        ("age always applied", "if age is None or not modifier.compares(age):", "if age is None:"),
        ("result always applied", "if not modifier.compares(reading.value):", "if False:"),
        ("dose always applied", "if amount is not None and modifier.compares(amount):", "if amount is not None:"),
        ("unit of a dose ignored", 'convert(float(str(dose)), unit, "mg", DOSE_UNITS)', "float(str(dose))"),
        ("what was stopped still protects", "for fact " + _TAKEN, "for fact " + _TAKEN_EVER),
        ("a possible route lowers", "if not lowers or all(", "if True or all("),
    ),
    *_in(
        f"{_S}routes",
        ("one local route is enough", "return bool(routes) and all(", "return bool(routes) and any("),
        ("whatever is topical is local", '"topical": ("D", "M02")', '"topical": ("",)'),
    ),
    *_in("graph.modifiers", ("comparison turned", '"<=": operator.le', '"<=": operator.gt')),
)
_ADDITIVE = _in(
    f"{_S}additive",
    ("threshold of a caution", "caution: int = 3", "caution: int = 4"),
    ("threshold of a sign-off", "sign_off: int = 5", "sign_off: int = 6"),
    ("comparison turned", "if points >= self.caution", "if points > self.caution"),
    (
        "points summed wrongly",
        "own.points + sum(s.points for s in current), screening",
        "sum(s.points for s in current), screening",
    ),
    ("age ignored", "in current), screening.record.age)", "in current), None)"),
    ("counted twice", ".items() if inner not in counted}", ".items()}"),
    ("local use counts", "if not found or is_local_only(screening.snapshot, medicine, fact):", "if not found:"),
    ("active ignored", "for fact " + _TAKEN, "for fact " + _TAKEN_EVER),
)
_DUPLICATE = (
    *_in(
        f"{_S}duplicate",
        ("ingredients ignored", "if ingredient in inside:", "if False:"),
        ("a second of a class is only a caution", "Severity.EXCLUDE if snapshot.id(group) in ONE_AT_A_TIME else", ""),
        ("active ignored", _TAKEN, _TAKEN_EVER),
        ("a class is no reason", "if not shared:", "if True:"),
    ),
    *_in(
        f"{_S}components",
        ("catch-all classes count", ' and not code.endswith("X")', ""),
        (
            "classes inside a combination ignored",
            "for component in self.of(medicine):",
            "for component in self.of(medicine)[:1]:",
        ),
    ),
)
_HISTORY = _in(
    f"{_S}history",
    ("a side effect is only a caution", '_Verdict(Severity.SIGN_OFF, "was', '_Verdict(Severity.CAUTION, "was'),
    ("what is being taken counts", "if not f.active and f.properties", "if f.properties"),
    ("ingredients ignored", "if ingredient in inside:", "if False:"),
    ("the least severe counts", ".rank < found[medicine]", ".rank > found[medicine]"),
    ("what got worse ignored", '    "worse": _Verdict', '    "recovered": _Verdict'),
)
_LIMITS = f"{_S}limits"
_AGE = _in(
    _LIMITS,
    ("below turned", '"below": record.age < years', '"below": record.age <= years'),
    ("above turned", '"above": record.age > years', '"above": record.age >= years'),
    ("months taken for years", 'limit / MONTHS_A_YEAR if unit == "months" else limit', "limit"),
    ("strength turned", "broken = Severity.EXCLUDE if absolute else", "broken = Severity.EXCLUDE if not absolute else"),
    ("combinations ignored", _INSIDE, _ALONE),
    ("the least severe counts", "rank < best[key][0]", "rank > best[key][0]"),
)
_SEX = _in(
    _LIMITS,
    ("unknown taken for known", 'if record.sex not in ("female", "male"):', "if record.sex is None:"),
    ("comparison turned", 'if record.sex != edge.properties["value"]:', 'if record.sex == edge.properties["value"]:'),
    ("strength turned", "broken = Severity.EXCLUDE if absolute else", "broken = Severity.EXCLUDE if not absolute else"),
    ("what is missing is a note", "Severity.CAUTION if absolute and verdict.grave else Severity.NOTE", "Severity.NOTE"),
)
_PREGNANCY = (
    *_in(
        f"{_S}reproductive",
        ("pregnancy ignored", "if record.pregnant:", "if False:"),
        ("unknown is no", "if record.pregnant is None and", "if False and"),
        ("ages turned", "range(12, 56)", "range(13, 55)"),
        ("men asked, too", 'record.sex != "male" and', ""),
        ("tree ignored", "in ancestors(snapshot, fact.node):", "in list(ancestors(snapshot, fact.node))[:1]:"),
        (
            "active ignored",
            "in screening.record.of(EdgeKind.HAS_DIAGNOSIS):",
            "in screening.record.of(EdgeKind.HAS_DIAGNOSIS, active=False):",
        ),
        ("diagnoses of pregnancy ignored", "in ONGOING_PREGNANCY:", "in ():"),
    ),
    *_in(_LIMITS, ("missing ignored", "    if said:", "    if False:")),
)
_FEEDING = _in(
    f"{_S}reproductive",
    ("breast feeding ignored", "if record.breast_feeding:", "if False:"),
    ("unknown is no", "if record.breast_feeding is None and", "if False and"),
    ("no taken for unknown", "if record.breast_feeding is None and", "if not record.breast_feeding and"),
    ("what is missing is grave", ", grave=False)", ")"),
    ("diagnoses ignored", "if nodes[-1] == node:", "if False:"),
)
_RENAL = (
    *_in(
        f"{_S}kidney",
        ("sexes turned", "female=record.sex", "female=not record.sex"),
        ("age wrong", "* 0.9938**age", "* 0.9838**age"),
        ("the oldest counts", "reverse=True)", "reverse=False)"),
        ("an eGFR of another method ignored", '"LOINC:33914-3", ', ""),
        ("children by the equation of adults", "ADULT = 18", "ADULT = 0"),
    ),
    *_in(
        f"{_S}organs",
        ("comparison turned", "if egfr < limit:", "if egfr > limit:"),
        ("the limit itself breaks it", "if egfr < limit:", "if egfr <= limit:"),
        (
            "age of a result ignored",
            "    old = days > max_age(edge)\n    if old:\n        fact = fact |",
            "    old = False\n    if old:\n        fact = fact |",
        ),
    ),
    *_in(
        f"{_S}results",
        ("unit ignored", "return _converted(properties, float(", "return (lambda p, v, u: v)(properties, float("),
    ),
    *_in("graph.units", ("units swapped", "return value * float(factor)", "return value / float(factor)")),
)
_HEPATIC = (
    *_in(
        f"{_S}organs",
        ("classes wrong", '"A" if points < 7', '"A" if points < 8'),
        ("comparison turned", ">= CHILD_PUGH.index(limit)", "> CHILD_PUGH.index(limit)"),
        ("the oldest counts", "return max(found,", "return min(found,"),
        (
            "liver disease ignored",
            'missing_payload("Child-Pugh class"), about, confirm, grave=liver_disease)',
            'missing_payload("Child-Pugh class"), about, confirm, grave=False)',
        ),
        ("liver disease of the past counts", "of(EdgeKind.HAS_DIAGNOSIS)", "of(EdgeKind.HAS_DIAGNOSIS, active=False)"),
    ),
)
_RESULT = (
    *_in(
        f"{_S}results",
        ("comparison turned", "if reading.value < limit if below else", "if reading.value > limit if below else"),
        ("the limit itself breaks it", "if reading.value < limit if below else", "if reading.value <= limit if below else"),
        ("age turned", "old = reading.days > max_age(edge)", "old = reading.days >= max_age(edge)"),
        ("how long it counts ignored", "return days if isinstance(days, int) else MAX_AGE_DAYS", "return MAX_AGE_DAYS"),
        ("the oldest counts", "newest = max(found,", "newest = min(found,"),
        ("an undated result of a case is the oldest", '(NOW if record.patient is None else "")', '""'),
        ("unit ignored", "return _converted(properties, float(", "return (lambda p, v, u: v)(properties, float("),
    ),
    *_in(
        _LIMITS,
        ("an old value is no reason", "if verdict.old and missing else broken", "if False else broken"),
        ("missing ignored", "    if said:", "    if False:"),
    ),
    *_in("graph.units", ("units swapped", "return value * float(factor)", "return value / float(factor)")),
)
_RESPONSE = (
    *_in(
        f"{_S}pharmacogenomics",
        ("avoid is only a caution", 'Severity.EXCLUDE if action == "avoid" else', ""),
        ("no change is a caution", 'if edge.properties["action"] != _NO_CHANGE:', "if True:"),
        ("indeterminate taken for normal", "_unclear(snapshot, fact.node) if unclear else", ""),
        ("any gene is meant", '.get("gene") == gene:', '.get("gene") != gene:'),
    ),
    *_in(f"{_S}finding", ("combinations ignored", "in self.components.of(medicine):", "in self.components.of(medicine)[:1]:")),
)
_SUPPLY = _in(
    f"{_S}supply",
    ("one route is enough", "avoided.issuperset(routes)", "not avoided.isdisjoint(routes)"),
    ("comparison turned", "avoided.issuperset(routes)", "avoided.issubset(routes)"),
    ("routes ignored", "avoided = set(screening.record.avoid_routes)", "avoided = set[str]()"),
)
_FORMULARY = _in(
    f"{_S}site",
    ("list turned", "if m not in self.formulary]", "if m in self.formulary]"),
    ("list ignored", "if self.formulary is None:", "if True:"),
    ("only a caution", "Finding(medicine, Severity.SIGN_OFF,", "Finding(medicine, Severity.CAUTION,"),
)
_RAISES = (
    *_in(
        f"{_S}site",
        ("for all medicines", "meant = self.medicine is None or self.medicine == finding.medicine", "meant = True"),
        ("from any severity", " and self.origin is finding.severity", ""),
        ("of any rule", "self.rule == finding.proof.rule and", ""),
        ("not raised", "severity=line.to,", "severity=finding.severity,"),
    ),
    *_in(f"{_S}screen", ("ignored", "[site.raised(f) for f in", "[f for f in")),
)
_UNRESOLVED = (
    *_in(
        f"{_S}screen",
        ("ignored", "if item.blocks_safety:", "if False:"),
        ("of any kind", "if item.blocks_safety:", "if True:"),
        ("only a note", "Finding(m, Severity.CAUTION, words, proof,", "Finding(m, Severity.NOTE, words, proof,"),
    ),
    *_in("recommender.record", ("medicines ignored", 'self.kind in ("allergy", "medicine")', 'self.kind in ("allergy",)')),
)

MUTATIONS: Mapping[str, tuple[Mutation, ...]] = {
    "allergy": _ALLERGY,
    "contraindication": _CONTRAINDICATION,
    "interaction": _INTERACTION,
    "additive": _ADDITIVE,
    "duplicate": _DUPLICATE,
    "history": _HISTORY,
    "limit:age": _AGE,
    "limit:sex": _SEX,
    "limit:pregnancy": _PREGNANCY,
    "limit:breast feeding": _FEEDING,
    "limit:renal": _RENAL,
    "limit:hepatic": _HEPATIC,
    "limit:result": _RESULT,
    "pharmacogenomics": _RESPONSE,
    "supply": _SUPPLY,
    "formulary": _FORMULARY,
    "site": _RAISES,
    "unresolved": _UNRESOLVED,
}
"""By the rule that has to be seen to go wrong."""
