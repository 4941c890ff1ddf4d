"""The one table that says which edge kind joins which node kinds, with which properties.

Everything that enters a store is checked against it, whoever brings it. To let something new in, add a row here; nothing else
knows what is allowed. Values are checked, not converted: turning a file's text into values is a loader's work.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from graph.consents import REFUSED, Purpose
from graph.elements import PATIENT_PREFIX, EdgeKind, Node, NodeKind, PropertyValue, Provenance
from graph.errors import SchemaError
from graph.property_rules import Properties, PropertyRule, reason_against_text

CURIE = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}:[^\s\x00-\x1f\x7f\ud800-\udfff]{1,200}")


@dataclass(frozen=True, slots=True)
class EdgeRule:
    """Which node kinds an edge kind joins, what it may carry, and whether it reads the same both ways."""

    joins: frozenset[tuple[NodeKind, NodeKind]]
    properties: Properties
    symmetric: bool = False


def _joins(starts: Iterable[NodeKind], ends: Iterable[NodeKind]) -> frozenset[tuple[NodeKind, NodeKind]]:
    return frozenset((start, end) for start in starts for end in ends)


TEXT = PropertyRule(str)
DATE_TEXT = PropertyRule(str, date=True)
_ROUTES = "oral injection inhalation topical ophthalmic nasal rectal vaginal transdermal sublingual implant otic"
ROUTES = tuple(_ROUTES.split())
"""Ways in which a medicine enters or touches the body."""
SEX = PropertyRule(str, values=("female", "male", "other", "unknown"))
SEVERITY = PropertyRule(str, values=("mild", "moderate", "severe", "unknown"))
STRENGTH = PropertyRule(str, required=True, values=("absolute", "relative"))
FREQUENCY = PropertyRule(str, values=("very common", "common", "occasional", "uncommon", "rare", "very rare", "unknown"))
STATUS = PropertyRule(str, values=("active", "resolved", "refuted"))
PEOPLE = PropertyRule(int, required=True, low=5)
"""How many people a number rests on: of fewer it would tell of them."""

NODE_RULES: Mapping[NodeKind, Properties] = {
    NodeKind.MEDICINE: {
        "atc": PropertyRule(tuple),
        "rxcui": TEXT,
        "routes": PropertyRule(tuple),
        "prescription": PropertyRule(str, values=("rx", "otc", "both")),
        "verified": PropertyRule(bool),
        "note": TEXT,
    },
    NodeKind.INGREDIENT: {"verified": PropertyRule(bool)},
    NodeKind.DRUG_CLASS: {"scheme": PropertyRule(str, values=("atc", "allergy", "pharmacologic"))},
    NodeKind.SUBSTANCE: {},
    NodeKind.CONDITION: {"icd10cm": TEXT, "doid": TEXT, "mesh": TEXT, "mondo": TEXT, "verified": PropertyRule(bool)},
    NodeKind.SYMPTOM: {"icd10cm": TEXT, "verified": PropertyRule(bool)},
    NodeKind.SIDE_EFFECT: {},
    NodeKind.GENE: {},
    NodeKind.PHENOTYPE: {"gene": TEXT, "indeterminate": PropertyRule(bool)},
    NodeKind.VARIANT: {"gene": TEXT, "allele": TEXT, "function": TEXT, "activity": PropertyRule(float, low=0, high=10)},
    NodeKind.LAB_TEST: {"unit": TEXT, "other_units": PropertyRule(tuple), "ranges": PropertyRule(tuple)},
    NodeKind.CARE_ACTION: {
        "category": PropertyRule(str, values=("lifestyle", "diet", "exercise", "prevention", "monitoring", "referral")),
        "description": TEXT,
        # Whom it is for: of which sex, and from which to which age in years; everybody where nothing is said.
        "sex": PropertyRule(str, values=("female", "male")),
        "youngest": PropertyRule(float, low=0, high=150),
        "oldest": PropertyRule(float, low=0, high=150),
    },
    NodeKind.PATIENT: {
        "birth_year": PropertyRule(int, low=1880, high=2200),
        "sex": SEX,
        "pregnant": PropertyRule(bool),
        "breast_feeding": PropertyRule(bool),
        "avoid_routes": PropertyRule(tuple, values=ROUTES),
        REFUSED: PropertyRule(tuple, values=tuple(Purpose)),
        "synthetic": PropertyRule(bool),
    },
    NodeKind.ANATOMY: {},
    NodeKind.PATHWAY: {},
    NodeKind.BIOLOGICAL_PROCESS: {},
    NodeKind.CELLULAR_COMPONENT: {},
    NodeKind.MOLECULAR_FUNCTION: {},
    NodeKind.GROUP: {"people": PEOPLE, "bundle": PropertyRule(str, required=True)},
}

_N = NodeKind
_LINE: Properties = {"line": PropertyRule(str, values=("first", "later", "unstated")), "note": TEXT}

EDGE_RULES: Mapping[EdgeKind, EdgeRule] = {
    EdgeKind.TREATS: EdgeRule(_joins([_N.MEDICINE], [_N.CONDITION]), _LINE),
    EdgeKind.PALLIATES: EdgeRule(_joins([_N.MEDICINE], [_N.CONDITION]), _LINE),
    EdgeKind.CONTRAINDICATED_IN: EdgeRule(
        _joins([_N.MEDICINE], [_N.CONDITION]),
        {"strength": STRENGTH, "applies": PropertyRule(str, values=("active", "history")), "reason": TEXT, "note": TEXT},
    ),
    EdgeKind.LIMITED_BY: EdgeRule(
        _joins([_N.MEDICINE], [_N.LAB_TEST, _N.CONDITION]),
        {
            "limit": PropertyRule(
                str, required=True, values=("age", "pregnancy", "breast feeding", "renal", "hepatic", "sex", "result")
            ),
            "comparator": PropertyRule(str, values=("below", "above", "at_least")),
            "value": TEXT,
            "unit": TEXT,
            "strength": STRENGTH,
            "missing": PropertyRule(str, values=("note", "caution", "sign-off")),
            "max_age_days": PropertyRule(int, low=1, high=36500),
            "advice": TEXT,
            "note": TEXT,
        },
    ),
    EdgeKind.INTERACTS_WITH: EdgeRule(
        _joins([_N.MEDICINE], [_N.MEDICINE]),
        {
            "severity": PropertyRule(str, required=True, values=("mild", "moderate", "severe")),
            "mechanism": TEXT,
            "management": TEXT,
            "modifiers": PropertyRule(tuple),
            "note": TEXT,
        },
        symmetric=True,
    ),
    EdgeKind.HAS_INGREDIENT: EdgeRule(_joins([_N.MEDICINE], [_N.INGREDIENT]), {}),
    EdgeKind.IN_CLASS: EdgeRule(_joins([_N.MEDICINE, _N.INGREDIENT], [_N.DRUG_CLASS]), {}),
    EdgeKind.IS_A: EdgeRule(frozenset({(_N.DRUG_CLASS, _N.DRUG_CLASS), (_N.CONDITION, _N.CONDITION)}), {}),
    EdgeKind.CROSS_REACTS_WITH: EdgeRule(
        _joins([_N.DRUG_CLASS, _N.INGREDIENT, _N.SUBSTANCE], [_N.DRUG_CLASS, _N.INGREDIENT, _N.SUBSTANCE]),
        {"strength": PropertyRule(str, required=True, values=("high", "moderate", "low")), "reason": TEXT},
        symmetric=True,
    ),
    EdgeKind.CAUSES: EdgeRule(_joins([_N.MEDICINE], [_N.SIDE_EFFECT]), {"frequency": FREQUENCY, "serious": PropertyRule(bool)}),
    EdgeKind.ADDS_TO: EdgeRule(
        _joins([_N.MEDICINE], [_N.SIDE_EFFECT]), {"points": PropertyRule(int, required=True, low=1, high=3), "note": TEXT}
    ),
    EdgeKind.PRESENTS: EdgeRule(_joins([_N.CONDITION], [_N.SYMPTOM]), {"frequency": FREQUENCY}),
    EdgeKind.HELPS: EdgeRule(_joins([_N.CARE_ACTION], [_N.CONDITION]), {}),
    EdgeKind.AFFECTS_RESPONSE: EdgeRule(
        _joins([_N.PHENOTYPE], [_N.MEDICINE]),
        {
            "action": PropertyRule(
                str, required=True, values=("avoid", "reduce", "increase", "alternative", "monitor", "no change")
            ),
            "recommendation": TEXT,
            "strength": PropertyRule(str, values=("strong", "moderate", "optional")),
            "note": TEXT,
        },
    ),
    EdgeKind.VARIANT_OF: EdgeRule(_joins([_N.PHENOTYPE, _N.VARIANT], [_N.GENE]), {}),
    EdgeKind.MAPS_TO: EdgeRule(
        frozenset({(_N.CONDITION, _N.CONDITION), (_N.MEDICINE, _N.MEDICINE), (_N.SYMPTOM, _N.SYMPTOM)}),
        {"relation": PropertyRule(str, required=True, values=("exact", "broader", "narrower", "close"))},
    ),
    EdgeKind.RESEMBLES: EdgeRule(frozenset({(_N.MEDICINE, _N.MEDICINE), (_N.CONDITION, _N.CONDITION)}), {}, symmetric=True),
    EdgeKind.SIMILAR_TO: EdgeRule(
        frozenset({(_N.MEDICINE, _N.MEDICINE), (_N.CONDITION, _N.CONDITION)}),
        # A similarity of nothing would be no edge: the least number above zero is the bound.
        {
            "similarity": PropertyRule(float, required=True, low=sys.float_info.min, high=1),
            "bundle": PropertyRule(str, required=True),
        },
        symmetric=True,
    ),
    EdgeKind.BINDS: EdgeRule(_joins([_N.MEDICINE], [_N.GENE]), {}),
    EdgeKind.UPREGULATES: EdgeRule(_joins([_N.MEDICINE, _N.CONDITION, _N.ANATOMY], [_N.GENE]), {}),
    EdgeKind.DOWNREGULATES: EdgeRule(_joins([_N.MEDICINE, _N.CONDITION, _N.ANATOMY], [_N.GENE]), {}),
    EdgeKind.ASSOCIATES: EdgeRule(_joins([_N.CONDITION], [_N.GENE]), {}),
    EdgeKind.LOCALIZES: EdgeRule(_joins([_N.CONDITION], [_N.ANATOMY]), {}),
    EdgeKind.EXPRESSES: EdgeRule(_joins([_N.ANATOMY], [_N.GENE]), {}),
    EdgeKind.COVARIES: EdgeRule(_joins([_N.GENE], [_N.GENE]), {}, symmetric=True),
    EdgeKind.INTERACTS: EdgeRule(_joins([_N.GENE], [_N.GENE]), {}, symmetric=True),
    EdgeKind.REGULATES: EdgeRule(_joins([_N.GENE], [_N.GENE]), {}),
    EdgeKind.PARTICIPATES: EdgeRule(
        _joins([_N.GENE], [_N.PATHWAY, _N.BIOLOGICAL_PROCESS, _N.CELLULAR_COMPONENT, _N.MOLECULAR_FUNCTION]),
        {},
    ),
    EdgeKind.HAS_DIAGNOSIS: EdgeRule(
        _joins([_N.PATIENT], [_N.CONDITION]), {"start": DATE_TEXT, "stop": DATE_TEXT, "status": STATUS}
    ),
    EdgeKind.HAS_SYMPTOM: EdgeRule(
        _joins([_N.PATIENT], [_N.SYMPTOM]), {"start": DATE_TEXT, "stop": DATE_TEXT, "severity": SEVERITY}
    ),
    EdgeKind.TAKES: EdgeRule(
        _joins([_N.PATIENT], [_N.MEDICINE]),
        {
            "start": DATE_TEXT,
            "stop": DATE_TEXT,
            "outcome": PropertyRule(
                str, values=("recovered", "improved", "unchanged", "worse", "side effect", "stopped", "unknown")
            ),
            "rating": PropertyRule(int, low=1, high=10),
            "adherence": PropertyRule(float, low=0, high=1),
            "route": PropertyRule(str, values=ROUTES),
            "daily_dose": PropertyRule(float, low=0, high=1e6),
            "dose_unit": TEXT,
            "review": TEXT,
        },
    ),
    EdgeKind.ALLERGIC_TO: EdgeRule(
        _joins([_N.PATIENT], [_N.INGREDIENT, _N.DRUG_CLASS, _N.SUBSTANCE, _N.MEDICINE]),
        {
            "severity": SEVERITY,
            "type": PropertyRule(str, values=("allergy", "intolerance")),
            "certainty": PropertyRule(str, values=("confirmed", "suspected", "refuted")),
            "reaction": TEXT,
            "since": DATE_TEXT,
        },
    ),
    EdgeKind.HAS_PHENOTYPE: EdgeRule(_joins([_N.PATIENT], [_N.PHENOTYPE]), {"date": DATE_TEXT, "diplotype": TEXT}),
    EdgeKind.HAS_RESULT: EdgeRule(
        _joins([_N.PATIENT], [_N.LAB_TEST]),
        {"value": PropertyRule(float, required=True), "unit": TEXT, "date": DATE_TEXT},
    ),
    EdgeKind.PREDICTED: EdgeRule(
        _joins([_N.PATIENT], [_N.CONDITION]),
        {
            "probability": PropertyRule(float, required=True, low=0, high=1),
            "predictor": PropertyRule(str, required=True),
            "bundle": PropertyRule(str, required=True),
            "date": DATE_TEXT,
        },
    ),
    EdgeKind.RESPONDED_TO: EdgeRule(
        _joins([_N.GROUP], [_N.MEDICINE]),
        {
            "people": PEOPLE,
            "share": PropertyRule(float, required=True, low=0, high=1),
            "shift": PropertyRule(float, required=True),
            "condition": TEXT,
            "bundle": PropertyRule(str, required=True),
        },
    ),
}


def check_id(value: str) -> None:
    """Refuse an id that is no CURIE: a prefix of at most 64 characters, a colon, and at most 200 more without blanks.

    Raises:
        SchemaError: with code ``bad-id``.
    """
    if not CURIE.fullmatch(value):
        raise SchemaError("id", "bad-id", "an id of the form prefix:local is expected")


def check_properties(subject: str, rules: Properties, values: Mapping[str, PropertyValue]) -> None:
    """Refuse unknown, missing and unusable properties.

    Raises:
        SchemaError: with code ``unknown-property``, ``missing-property`` or ``bad-property``.
    """
    for name, value in values.items():
        if name not in rules:
            raise SchemaError(subject, "unknown-property", f"no property {name!r} is known; add it to graph/schema.py")
        if reason := rules[name].reason_against(value):
            raise SchemaError(subject, "bad-property", f"property {name!r}: {reason}")
    for name, rule in rules.items():
        if rule.required and name not in values:
            raise SchemaError(subject, "missing-property", f"property {name!r} is required")


def check_property_rows(subject: str, rules: Properties, rows: Sequence[Mapping[str, PropertyValue]]) -> None:
    """Refuse what :func:`check_properties` refuses in any of many rows, each value and each set of names looked at once.

    Raises:
        SchemaError: with code ``unknown-property``, ``missing-property`` or ``bad-property``.
    """
    for sample in {tuple(row): row for row in rows}.values():
        check_properties(subject, rules, sample)
    try:
        values = set(chain.from_iterable(row.items() for row in rows))
    except TypeError as error:
        raise SchemaError(subject, "bad-property", "texts, numbers, truth values and tuples of texts are expected") from error
    # True, 1 and 1.0 are equal and yet not of one type: of numbers, one of each type is looked at as well.
    numbers = [name for name, rule in rules.items() if rule.type in (bool, int, float)]
    samples = [{type(row[name]): (name, row[name]) for row in rows if name in row}.values() for name in numbers]
    for name, value in chain(values, *samples):
        if reason := rules[name].reason_against(value):
            raise SchemaError(subject, "bad-property", f"property {name!r}: {reason}")


def check_texts(subject: str, texts: Iterable[str]) -> None:
    """Refuse texts that no store could keep.

    Raises:
        SchemaError: with code ``bad-text``.
    """
    for text in texts:
        if reason := reason_against_text(text):
            raise SchemaError(subject, "bad-text", reason)


def check_provenance(subject: str, provenance: Provenance) -> None:
    """Refuse a provenance that names no source, or that no store could keep.

    Raises:
        SchemaError: with code ``missing-source`` or ``bad-source``.
    """
    if not provenance.source:
        raise SchemaError(subject, "missing-source", "every node and edge names its source")
    for text in (provenance.source, provenance.source_version, provenance.licence):
        if reason := reason_against_text(text):
            raise SchemaError(subject, "bad-source", reason)


def check_node(node: Node) -> None:
    """Refuse a node that breaks the schema.

    Raises:
        SchemaError: names the node's kind and what is wrong.
    """
    check_id(node.id)
    subject = str(node.kind)
    if (node.kind is NodeKind.PATIENT) is not node.id.startswith(PATIENT_PREFIX):
        raise SchemaError(subject, "bad-id", f"ids that begin with {PATIENT_PREFIX} are those of patients, and no others are")
    if node.kind is NodeKind.PATIENT and (node.name or node.aliases):
        raise SchemaError(subject, "identifier-in-graph", "a patient's name or record number never enters the graph")
    if node.kind is not NodeKind.PATIENT and not node.name:
        raise SchemaError(subject, "missing-name", "a name is required")
    for text in (node.name, *node.aliases):
        if reason := reason_against_text(text):
            raise SchemaError(subject, "bad-name", reason)
    check_provenance(subject, node.provenance)
    check_properties(subject, NODE_RULES[node.kind], node.properties)


def check_joins(kind: EdgeKind, start_kind: NodeKind, end_kind: NodeKind) -> None:
    """Refuse an edge kind between node kinds that it does not join.

    Raises:
        SchemaError: with code ``bad-ends``.
    """
    if (start_kind, end_kind) not in EDGE_RULES[kind].joins:
        raise SchemaError(str(kind), "bad-ends", f"it does not join {start_kind} with {end_kind}")
