"""A small graph whose answers can be worked out by hand, with a patient, people like her, and two loads.

Names are those of real things, so that pictures of it read well; the facts serve the tests and are no medical advice. A kind
follows from an id's prefix. The first load lacks cefalexin and a name of lisinopril, knows one edge more weakly, and has one
edge too many: the second load creates two elements, changes two and removes one.
"""

from collections.abc import Iterable
from itertools import groupby

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.store import Batch, EdgeColumns, GraphStore, LoadCounts

LABEL = Provenance("fda-label", "2026", "CC0-1.0")
REVIEW = Provenance("formulary-review", "1", "CC-BY-4.0")
COHORT = Provenance("synthetic-cohort", "1", "CC0-1.0")
UNREVIEWED, PREDICTION, STATISTICAL = KnowledgeLevel.UNREVIEWED, KnowledgeLevel.PREDICTION, KnowledgeLevel.STATISTICAL
KINDS = {
    "M": NodeKind.MEDICINE,
    "I": NodeKind.INGREDIENT,
    "K": NodeKind.DRUG_CLASS,
    "ATC": NodeKind.DRUG_CLASS,
    "U": NodeKind.SUBSTANCE,
    "C": NodeKind.CONDITION,
    "ICD10CM": NodeKind.CONDITION,
    "S": NodeKind.SYMPTOM,
    "E": NodeKind.SIDE_EFFECT,
    "G": NodeKind.GENE,
    "F": NodeKind.PHENOTYPE,
    "L": NodeKind.LAB_TEST,
    "A": NodeKind.CARE_ACTION,
    "T": NodeKind.ANATOMY,
    "patient": NodeKind.PATIENT,
}
PATIENT, CHILD = "patient:example", "patient:child"
LIKE_HER = tuple(f"patient:c{i:02}" for i in range(1, 13))


def kind_of(node_id: str) -> NodeKind:
    return KINDS[node_id.partition(":")[0]]


def node(node_id: str, name: str = "", *aliases: str, **values: PropertyValue) -> Node:
    kind = kind_of(node_id)
    return Node(NodeId(node_id), kind, name, COHORT if kind is NodeKind.PATIENT else LABEL, aliases, values)


def edge(
    start: str,
    kind: EdgeKind,
    end: str,
    source: Provenance = LABEL,
    level: KnowledgeLevel = KnowledgeLevel.ASSERTION,
    /,
    *,
    evidence: str = "",
    record: str = "",
    **values: PropertyValue,
) -> Edge:
    return Edge(kind, NodeId(start), NodeId(end), source, level, evidence, record, properties=values)


def batch(nodes: Iterable[Node], edges: Iterable[Edge]) -> Batch:
    def ends(item: Edge) -> tuple[EdgeKind, NodeKind, NodeKind]:
        return (item.kind, kind_of(item.start), kind_of(item.end))

    groups = groupby(sorted(edges, key=ends), ends)
    return Batch(tuple(nodes), [EdgeColumns.of(list(group), start, end) for (_, start, end), group in groups])


def load(store: GraphStore, name: str, nodes: Iterable[Node], edges: Iterable[Edge]) -> LoadCounts:
    run = store.start_load(name)
    store.write(batch(nodes, edges), run, "all")
    return store.finish_load(run, remove_stale=True)


def load_small(store: GraphStore) -> tuple[LoadCounts, LoadCounts]:
    """Load the small graph twice, as it was before and as it is now."""
    store.note("example", "a note of this site")
    return load(store, "before", BEFORE_NODES, BEFORE_EDGES), load(store, "now", NODES, EDGES)


MEDICINES = (
    node("M:nifedipine", "Nifedipine", "Adalat"),
    node("M:amlodipine", "Amlodipine"),
    node("M:lisinopril", "Lisinopril", "Zestril"),
    node("M:propranolol", "Propranolol"),
    node("M:flecainide", "Flecainide"),
    node("M:amoxicillin", "Amoxicillin"),
    node("M:co-amoxiclav", "Co-amoxiclav"),
    node("M:stomach-pack", "Omeprazole/amoxicillin"),
    node("M:cefalexin", "Cefalexin"),
    node("M:meropenem", "Meropenem"),
    node("M:warfarin", "Warfarin"),
    node("M:aspirin", "Acetylsalicylic acid", "Aspirin"),
    node("M:clopidogrel", "Clopidogrel"),
    node("M:doxycycline", "Doxycycline"),
    node("M:metformin", "Metformin"),
    node("M:maca", "Maca root", verified=False),
)
WITHOUT_INGREDIENT_OF_THEIR_NAME = ("M:co-amoxiclav", "M:stomach-pack", "M:maca")
INGREDIENTS = tuple(node(f"I:{m.id[2:]}", m.id[2:]) for m in MEDICINES if m.id not in WITHOUT_INGREDIENT_OF_THEIR_NAME)
OTHER_INGREDIENTS = (node("I:clavulanate", "clavulanate"), node("I:omeprazole", "omeprazole"))
CLASSES = (
    node("ATC:C08CA", "Dihydropyridines", scheme="atc"),
    node("ATC:C09AA", "ACE inhibitors", scheme="atc"),
    node("K:penicillins", "Penicillins", scheme="allergy"),
    node("K:aminopenicillins", "Aminopenicillins", scheme="allergy"),
    node("K:cephalosporins", "Cephalosporins", scheme="allergy"),
    node("K:carbapenems", "Carbapenems", scheme="allergy"),
)
CONDITIONS = (
    node("ICD10CM:I10-I16", "Hypertensive diseases"),
    node("C:hypertension", "High blood pressure", "hypertension", "HTN"),
    node("C:resistant", "Resistant hypertension"),
    node("C:angina", "Angina"),
    node("C:migraine", "Migraine"),
    node("C:asthma", "Asthma"),
    node("C:severe-asthma", "Severe asthma"),
    node("C:heart-disease", "Heart disease"),
    node("C:af", "Atrial fibrillation"),
    node("C:sinusitis", "Sinusitis"),
    node("C:ulcer", "Stomach ulcer"),
    node("C:pregnancy", "Pregnancy"),
)
OTHERS = (
    node("U:latex", "Latex"),
    node("S:headache", "Headache"),
    node("E:ankle-swelling", "Ankle swelling"),
    node("G:CACNA1C", "CACNA1C"),
    node("G:CACNA1D", "CACNA1D"),
    node("G:ADRB1", "ADRB1"),
    node("G:ACE", "ACE"),
    node("F:cyp2c19-poor", "CYP2C19 poor metabolizer"),
    node("L:age", "Age"),
    node("L:egfr", "eGFR"),
    node("A:walking", "Brisk walking"),
    node("T:heart", "Heart"),
)
PATIENTS = (
    node(PATIENT, birth_year=1960, sex="female", pregnant=False, breast_feeding=False, synthetic=True),
    node(CHILD, birth_year=2022, sex="male", synthetic=True),
    *(node(person, birth_year=1970, synthetic=True) for person in LIKE_HER),
)

_E = EdgeKind
TREATMENTS = (
    edge("M:nifedipine", _E.TREATS, "C:hypertension", line="first", evidence="label:nifedipine"),
    edge("M:nifedipine", _E.TREATS, "C:hypertension", REVIEW, KnowledgeLevel.OBSERVATION, line="later"),
    edge("M:nifedipine", _E.TREATS, "C:angina", line="later"),
    edge("M:amlodipine", _E.TREATS, "C:hypertension", line="first"),
    edge("M:lisinopril", _E.TREATS, "C:hypertension"),
    edge("M:propranolol", _E.TREATS, "ICD10CM:I10-I16", REVIEW, PREDICTION),
    edge("M:propranolol", _E.PALLIATES, "C:hypertension", REVIEW, UNREVIEWED),
    edge("M:flecainide", _E.TREATS, "C:af"),
    edge("M:amoxicillin", _E.TREATS, "C:sinusitis"),
    edge("M:co-amoxiclav", _E.TREATS, "C:sinusitis", REVIEW, STATISTICAL),
)
SAFETY = (
    edge("M:propranolol", _E.CONTRAINDICATED_IN, "C:asthma", strength="absolute", reason="narrows the airways"),
    edge("M:flecainide", _E.CONTRAINDICATED_IN, "C:heart-disease", strength="absolute"),
    edge("M:aspirin", _E.CONTRAINDICATED_IN, "C:ulcer", strength="absolute", applies="history"),
    edge("M:aspirin", _E.INTERACTS_WITH, "M:warfarin", severity="severe", mechanism="bleeding"),
    edge("M:amoxicillin", _E.INTERACTS_WITH, "M:warfarin", severity="moderate"),
    edge("M:stomach-pack", _E.INTERACTS_WITH, "M:warfarin", severity="severe"),
    edge("M:aspirin", _E.ADDS_TO, "E:ankle-swelling", points=1),
    edge("K:penicillins", _E.CROSS_REACTS_WITH, "K:cephalosporins", strength="moderate"),
    edge("K:carbapenems", _E.CROSS_REACTS_WITH, "K:penicillins", REVIEW, strength="low"),
    edge("F:cyp2c19-poor", _E.AFFECTS_RESPONSE, "M:clopidogrel", action="avoid", recommendation="Give another one."),
    edge("M:doxycycline", _E.LIMITED_BY, "C:pregnancy", limit="pregnancy", strength="absolute"),
    edge(
        "M:doxycycline",
        _E.LIMITED_BY,
        "L:age",
        limit="age",
        comparator="below",
        value="8",
        unit="years",
        strength="absolute",
        advice="stains teeth",
    ),
    edge("M:metformin", _E.LIMITED_BY, "L:egfr", limit="renal", comparator="below", value="30", strength="absolute"),
)
TREES = (
    edge("C:resistant", _E.IS_A, "C:hypertension"),
    edge("C:hypertension", _E.IS_A, "ICD10CM:I10-I16"),
    edge("C:severe-asthma", _E.IS_A, "C:asthma"),
    edge("C:af", _E.IS_A, "C:heart-disease"),
    edge("K:aminopenicillins", _E.IS_A, "K:penicillins"),
    edge("M:nifedipine", _E.IN_CLASS, "ATC:C08CA"),
    edge("M:nifedipine", _E.IN_CLASS, "ATC:C08CA", REVIEW),
    edge("M:amlodipine", _E.IN_CLASS, "ATC:C08CA"),
    edge("M:lisinopril", _E.IN_CLASS, "ATC:C09AA"),
    edge("I:amoxicillin", _E.IN_CLASS, "K:aminopenicillins"),
    edge("I:cefalexin", _E.IN_CLASS, "K:cephalosporins"),
    edge("I:meropenem", _E.IN_CLASS, "K:carbapenems"),
)
CONTENTS = (
    *(edge(f"M:{i.id[2:]}", _E.HAS_INGREDIENT, i.id) for i in INGREDIENTS),
    edge("M:co-amoxiclav", _E.HAS_INGREDIENT, "I:amoxicillin"),
    edge("M:co-amoxiclav", _E.HAS_INGREDIENT, "I:clavulanate"),
    edge("M:stomach-pack", _E.HAS_INGREDIENT, "I:amoxicillin"),
    edge("M:stomach-pack", _E.HAS_INGREDIENT, "I:omeprazole"),
)
BIOLOGY = (
    edge("M:nifedipine", _E.BINDS, "G:CACNA1C"),
    edge("M:nifedipine", _E.BINDS, "G:CACNA1D"),
    edge("M:amlodipine", _E.BINDS, "G:CACNA1C"),
    edge("M:amlodipine", _E.BINDS, "G:CACNA1C", REVIEW),
    edge("M:propranolol", _E.BINDS, "G:ADRB1"),
    edge("M:lisinopril", _E.BINDS, "G:ACE"),
    edge("C:hypertension", _E.ASSOCIATES, "G:CACNA1C"),
    edge("C:hypertension", _E.ASSOCIATES, "G:ACE"),
    edge("C:migraine", _E.UPREGULATES, "G:ADRB1"),
    edge("M:propranolol", _E.DOWNREGULATES, "G:ADRB1"),
    edge("C:migraine", _E.DOWNREGULATES, "G:CACNA1D"),
    edge("M:propranolol", _E.UPREGULATES, "G:CACNA1D"),
    edge("G:ADRB1", _E.INTERACTS, "G:ACE"),
    edge("C:hypertension", _E.RESEMBLES, "C:angina"),
    edge("M:nifedipine", _E.RESEMBLES, "M:amlodipine", REVIEW, STATISTICAL),
    edge("M:nifedipine", _E.CAUSES, "E:ankle-swelling"),
    edge("M:amlodipine", _E.CAUSES, "E:ankle-swelling"),
    edge("C:hypertension", _E.PRESENTS, "S:headache"),
    edge("C:migraine", _E.PRESENTS, "S:headache"),
    edge("C:angina", _E.LOCALIZES, "T:heart"),
    edge("C:af", _E.LOCALIZES, "T:heart"),
    edge("A:walking", _E.HELPS, "C:hypertension"),
)
DERIVED = (
    edge("C:hypertension", _E.SIMILAR_TO, "C:angina", REVIEW, KnowledgeLevel.PREDICTION, similarity=0.5, bundle="b1"),
    edge("M:maca", _E.SIMILAR_TO, "M:metformin", REVIEW, KnowledgeLevel.PREDICTION, similarity=0.25, bundle="b1"),
)
"""From training: neither is a condition's edge to count, nor does maca root lack knowledge the less for its own."""
KNOWLEDGE = (*TREATMENTS, *SAFETY, *TREES, *CONTENTS, *BIOLOGY, *DERIVED)


def fact(patient: str, kind: EdgeKind, end: str, record: str, /, **values: PropertyValue) -> Edge:
    return edge(patient, kind, end, COHORT, KnowledgeLevel.OBSERVATION, record=record, **values)


HER_RECORD = (
    fact(PATIENT, _E.HAS_DIAGNOSIS, "C:resistant", "d1", start="2020-01-01", status="active"),
    fact(PATIENT, _E.HAS_DIAGNOSIS, "C:migraine", "d2", start="2010-01-01", status="active"),
    fact(PATIENT, _E.HAS_DIAGNOSIS, "C:severe-asthma", "d3", start="2015-01-01"),
    fact(PATIENT, _E.HAS_DIAGNOSIS, "C:ulcer", "d4", start="2001-01-01", stop="2001-06-01", status="resolved"),
    fact(PATIENT, _E.HAS_DIAGNOSIS, "C:sinusitis", "d5", start="2019-01-01", status="refuted"),
    fact(PATIENT, _E.TAKES, "M:amlodipine", "t1", start="2024-01-15"),
    fact(PATIENT, _E.TAKES, "M:warfarin", "t2", start="2022-03-01"),
    fact(PATIENT, _E.ALLERGIC_TO, "I:amoxicillin", "a1", severity="severe", since="1990-01-01"),
    fact(PATIENT, _E.HAS_PHENOTYPE, "F:cyp2c19-poor", "p1", date="2021-01-01"),
    fact(PATIENT, _E.HAS_SYMPTOM, "S:headache", "s1", start="2024-01-01", stop="2024-02-01"),
    fact(PATIENT, _E.HAS_RESULT, "L:egfr", "r1", value=80.0, date="2024-01-01"),
)
# Ten took nifedipine, five of them with success; six amlodipine, all but one with success; four lisinopril; one co-amoxiclav.
THEIR_RECORDS = (
    *(fact(p, _E.HAS_DIAGNOSIS, c, f"d-{c}", status="active") for p in LIKE_HER for c in ("C:resistant", "C:migraine")),
    *(fact(p, _E.TAKES, "M:nifedipine", "n", start="2025-01-10", outcome="improved", rating=8) for p in LIKE_HER[:5]),
    *(fact(p, _E.TAKES, "M:nifedipine", "n", start="2025-02-10", outcome="unchanged", rating=6) for p in LIKE_HER[5:10]),
    *(fact(p, _E.TAKES, "M:amlodipine", "a", start="2024-06-01", outcome="improved") for p in LIKE_HER[:5]),
    fact(LIKE_HER[5], _E.TAKES, "M:amlodipine", "a", start="2024-06-01", outcome="worse"),
    *(fact(p, _E.TAKES, "M:lisinopril", "l", start="2023-05-01", outcome="improved") for p in LIKE_HER[:4]),
    fact(LIKE_HER[11], _E.TAKES, "M:co-amoxiclav", "c", start="2024-01-01"),
)

NODES = (*MEDICINES, *INGREDIENTS, *OTHER_INGREDIENTS, *CLASSES, *CONDITIONS, *OTHERS, *PATIENTS)
EDGES = (*KNOWLEDGE, *HER_RECORD, *THEIR_RECORDS)
BEFORE_NODES = (
    *(item for item in NODES if item.id not in ("M:cefalexin", "M:lisinopril")),
    node("M:lisinopril", "Lisinopril"),
)
BEFORE_EDGES = (
    *(item for item in EDGES if item.start != "M:cefalexin" and item != TREATMENTS[1]),
    edge("M:nifedipine", _E.TREATS, "C:hypertension", REVIEW, UNREVIEWED, line="later"),
    edge("M:lisinopril", _E.TREATS, "C:migraine", REVIEW, UNREVIEWED),
)
