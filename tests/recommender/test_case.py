"""Cases: what is understood, what is refused with a pointer, and what is answered as unresolved."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.elements import EdgeKind
from recommender.case import FIELDS, MAX_GUESSES, MAX_ITEMS, MAX_TEXT, read_case
from recommender.errors import CaseError
from recommender.record import Fact, Unresolved
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Build, Graph

EDGES = [
    ("M:lisinopril", "TREATS", "C:hypertension"),
    ("M:lisinopril", "HAS_INGREDIENT", "I:lisinopril"),
    ("M:amoxicillin", "HAS_INGREDIENT", "I:amoxicillin"),
    ("I:amoxicillin", "IN_CLASS", "K:penicillins"),
    ("C:hypertension", "PRESENTS", "Y:headache"),
    ("P:slow", "AFFECTS_RESPONSE", "M:lisinopril", {"action": "avoid"}),
    ("M:lisinopril", "LIMITED_BY", "LOINC:98979-8", {"limit": "renal", "value": "30", "strength": "absolute"}),
    ("A:walking", "HELPS", "C:hypertension"),
    ("S:peanut", "CROSS_REACTS_WITH", "K:penicillins", {"strength": "low"}),
    ("V:two", "VARIANT_OF", "G:CYP2C19"),
]
NODES = {
    "C:hypertension": {"name": "Hypertension", "aliases": ["high blood pressure", "HTN", "pressure"]},
    "C:portal": {"name": "Portal hypertension", "aliases": ["pressure"]},
    "K:penicillins": {"name": "Penicillins", "aliases": ["penicillin"], "scheme": "allergy"},
    "I:benzylpenicillin": {"name": "Benzylpenicillin"},
    "S:peanut": {"name": "Peanut"},
    "P:slow": {"name": "Slow metabolizer"},
    "P:poor": {"name": "CYP2C19 poor metabolizer", "gene": "CYP2C19"},
    "P:unclear": {"name": "CYP2C19 indeterminate", "gene": "CYP2C19", "indeterminate": True},
    "P:tpmt": {"name": "TPMT normal metabolizer", "gene": "TPMT"},
    "V:two": {"name": "CYP2C19*2", "gene": "CYP2C19", "allele": "*2", "function": "No function"},
    "LOINC:98979-8": {"name": "eGFR", "unit": "mL/min/{1.73_m2}"},
    "LOINC:2160-0": {"name": "Creatinine", "unit": "mg/dL", "other_units": ("umol/L=0.01131",)},
}


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


def test_an_empty_case_knows_nothing(graph: Graph) -> None:
    record = read_case({}, graph.snapshot)

    assert (record.patient, record.age, record.sex, record.pregnant, record.breast_feeding) == (None,) * 5
    assert (record.facts, record.unresolved, record.synthetic) == ((), (), False)
    assert read_case(dict.fromkeys(FIELDS), graph.snapshot) == record


def test_every_field_is_read(graph: Graph) -> None:
    case = {
        "age": 40.5,
        "sex": "female",
        "pregnant": False,
        "breast_feeding": True,
        "conditions": ["high blood pressure"],
        "symptoms": ["Y:headache"],
        "medicines": ["  Amoxicillin "],
        "allergies": [{"substance": "penicillin", "severity": "severe", "reaction": "rash"}],
        "results": [{"test": "creatinine", "value": 1, "unit": "mg/dL", "date": "2024-05-01"}],
        "phenotypes": ["slow METABOLIZER"],
        "genotypes": [{"gene": "CYP2C19", "diplotype": " *2/*2 "}],
        "avoid_routes": ["rectal", "oral", "rectal"],
    }

    record = read_case(case, graph.snapshot)

    result = {"value": 1.0, "unit": "mg/dL", "date": "2024-05-01"}
    assert (record.age, record.sex, record.pregnant, record.breast_feeding) == (40, "female", False, True)
    assert record.unresolved == ()
    assert record.facts == (
        Fact(EdgeKind.HAS_DIAGNOSIS, graph.number("C:hypertension"), True, "/conditions/0"),
        Fact(EdgeKind.HAS_SYMPTOM, graph.number("Y:headache"), True, "/symptoms/0"),
        Fact(EdgeKind.TAKES, graph.number("M:amoxicillin"), True, "/medicines/0"),
        Fact(EdgeKind.HAS_PHENOTYPE, graph.number("P:slow"), True, "/phenotypes/0"),
        Fact(
            EdgeKind.ALLERGIC_TO,
            graph.number("K:penicillins"),
            True,
            "/allergies/0",
            {"severity": "severe", "reaction": "rash"},
        ),
        Fact(EdgeKind.HAS_RESULT, graph.number("LOINC:2160-0"), True, "/results/0", result),
        Fact(EdgeKind.HAS_PHENOTYPE, graph.number("P:poor"), True, "/genotypes/0", {"diplotype": "*2/*2"}),
    )
    assert record.avoid_routes == ("rectal", "oral")


def test_more_than_a_name_may_be_told(graph: Graph) -> None:
    taken = {"route": "oral", "daily_dose": 10, "dose_unit": "mg", "start": "2020-01-01", "stop": "2021-01-01"}
    case = {
        "conditions": [{"condition": "htn", "status": "resolved", "start": "2019-01-01"}, {"condition": "htn"}],
        "medicines": [{"medicine": "M:lisinopril", "outcome": "side effect"} | taken, {"medicine": "amoxicillin"}],
        "allergies": [
            {"substance": "peanut", "type": "intolerance", "certainty": "suspected"},
            {"substance": "penicillin", "certainty": "refuted"},
        ],
    }

    facts = read_case(case, graph.snapshot).facts

    assert [(f.record, f.active) for f in facts] == [
        ("/conditions/0", False),
        ("/conditions/1", True),
        ("/medicines/0", False),
        ("/medicines/1", True),
        ("/allergies/0", True),
        ("/allergies/1", False),
    ]
    assert facts[0].properties == {"status": "resolved", "start": "2019-01-01"}
    assert facts[2].properties == taken | {"outcome": "side effect"}
    assert facts[4].properties == {"type": "intolerance", "certainty": "suspected"}
    assert read_case({"conditions": ["htn"]}, graph.snapshot).facts[0].properties == {}


def test_what_ends_after_the_day_of_the_answer_still_holds(graph: Graph) -> None:
    ends = ["2024-06-01", "2024-06-02"]
    medicines = [{"medicine": "M:lisinopril", "stop": end} for end in ends]
    conditions = [{"condition": "htn", "status": status, "stop": "2024-06-02"} for status in ("resolved", "refuted")]
    case = {"medicines": medicines, "conditions": conditions}

    facts = read_case(case, graph.snapshot, date(2024, 6, 1)).facts

    assert [(f.record, f.active) for f in facts] == [
        ("/conditions/0", True),
        ("/conditions/1", False),
        ("/medicines/0", False),
        ("/medicines/1", True),
    ]
    assert not any(f.active for f in read_case(case, graph.snapshot).facts), "without a day whatever has an end has ended"


def test_a_genotype_that_cannot_be_told_is_indeterminate(graph: Graph) -> None:
    case = {"genotypes": [{"gene": "cyp2c19", "diplotype": d} for d in ("*2/*999", "normal")]}

    facts = read_case(case, graph.snapshot).facts

    assert graph.ids(f.node for f in facts) == ["P:unclear", "P:unclear"]
    assert [(f.record, f.properties) for f in facts] == [
        ("/genotypes/0", {"diplotype": "*2/*999"}),
        ("/genotypes/1", {"diplotype": "normal"}),
    ]


def test_a_genotype_that_the_graph_has_nothing_for_is_unresolved(graph: Graph) -> None:
    case = {"genotypes": [{"gene": "CYP2C91", "diplotype": "*1/*1"}, {"gene": "TPMT", "diplotype": "*3A/*3A"}]}

    record = read_case(case, graph.snapshot)

    assert record.facts == ()
    assert record.unresolved == (
        Unresolved("/genotypes/0/gene", "CYP2C91", "phenotype", ("CYP2C19",), "no gene is called so"),
        Unresolved("/genotypes/1/diplotype", "*3A/*3A", "phenotype", (), "the graph has no phenotype for it"),
    )
    assert not any(item.blocks_safety for item in record.unresolved)


@pytest.mark.parametrize("text", ["20240501", "2024-W18-3", " 2024-05-01 "])
def test_dates_are_kept_in_one_form(graph: Graph, text: str) -> None:
    record = read_case({"results": [{"test": "egfr", "value": 90, "date": text}]}, graph.snapshot)

    assert record.facts[0].properties["date"] == "2024-05-01"


@pytest.mark.parametrize("word", ["amoxicillin", "penicillin", "peanut", "lisinopril", "M:amoxicillin"])
def test_an_allergen_may_be_an_ingredient_a_class_a_substance_or_a_medicine(graph: Graph, word: str) -> None:
    record = read_case({"allergies": [{"substance": word}]}, graph.snapshot)

    meant = {"amoxicillin": "I:amoxicillin", "penicillin": "K:penicillins", "peanut": "S:peanut", "lisinopril": "I:lisinopril"}
    assert graph.ids(f.node for f in record.facts) == [meant.get(word, word)]


def test_of_classes_of_one_name_the_allergy_class_is_meant(graph_of: Callable[..., Graph]) -> None:
    nodes = {"ATC:J01C": {"name": "Penicillins"}, "ATC:J01D": {"name": "Others"}, "ATC:J01E": {"name": "Others"}}
    graph = graph_of(EDGES, NODES | nodes)

    record = read_case({"allergies": [{"substance": "penicillins"}, {"substance": "others"}]}, graph.snapshot)

    assert graph.ids(f.node for f in record.facts) == ["K:penicillins"]
    assert [u.text for u in record.unresolved] == ["others"]


def test_an_unknown_name_is_answered_with_the_nearest(graph: Graph) -> None:
    record = read_case({"conditions": ["hypertenson"], "allergies": [{"substance": "penicilin"}]}, graph.snapshot)

    assert record.facts == ()
    condition, allergy = record.unresolved
    assert condition == Unresolved(
        "/conditions/0", "hypertenson", "condition", ("Hypertension", "Portal hypertension"), "no condition is called so"
    )
    assert (allergy.pointer, allergy.kind) == ("/allergies/0/substance", "allergy")
    assert "Penicillins" in allergy.nearest
    assert (condition.blocks_safety, allergy.blocks_safety) == (False, True)


def test_the_nearest_are_looked_up_for_the_first_unknown_names_alone(graph: Graph) -> None:
    names = [f"hypertension{i}" for i in range(MAX_GUESSES + 2)]

    unresolved = read_case({"conditions": names}, graph.snapshot).unresolved

    assert [u.text for u in unresolved] == names
    assert [bool(u.nearest) for u in unresolved] == [True] * MAX_GUESSES + [False] * 2


def test_an_ambiguous_name_is_not_guessed(graph: Graph) -> None:
    [item] = read_case({"conditions": ["Pressure"]}, graph.snapshot).unresolved

    assert item.nearest == ("Hypertension (C:hypertension)", "Portal hypertension (C:portal)")
    assert item.reason == "several fit; give the id of one"


def test_the_name_of_one_and_the_alias_of_another_is_ambiguous(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of([], {"C:a": {"name": "Cold"}, "C:b": {"name": "Chronic disease", "aliases": ["Cold"]}})

    [item] = read_case({"conditions": ["Cold"]}, graph.snapshot).unresolved

    assert item.nearest == ("Cold (C:a)", "Chronic disease (C:b)")


@pytest.mark.parametrize("text", ["!?", "高血圧", "M:lisinopril"])
def test_what_no_condition_is_called_is_unresolved(graph: Graph, text: str) -> None:
    assert [u.text for u in read_case({"conditions": [text]}, graph.snapshot).unresolved] == [text]


SECRET = "sEcReT"
WRONG = [
    ([], ""),
    (SECRET, ""),
    (None, ""),
    ({"name": SECRET}, "/name"),
    ({"a/b~c": SECRET}, "/a~1b~0c"),
    ({"age": SECRET}, "/age"),
    ({"age": True}, "/age"),
    ({"age": -1}, "/age"),
    ({"age": 131}, "/age"),
    ({"age": float("nan")}, "/age"),
    ({"age": 10**400}, "/age"),
    ({"sex": SECRET}, "/sex"),
    ({"sex": [SECRET]}, "/sex"),
    ({"pregnant": SECRET}, "/pregnant"),
    ({"breast_feeding": 1}, "/breast_feeding"),
    ({"conditions": SECRET}, "/conditions"),
    ({"conditions": {SECRET: SECRET}}, "/conditions"),
    ({"conditions": ["headache", 5]}, "/conditions/1"),
    ({"conditions": [" "]}, "/conditions/0"),
    ({"symptoms": [SECRET + "\0"]}, "/symptoms/0"),
    ({"medicines": [SECRET + "\ud800"]}, "/medicines/0"),
    ({"phenotypes": [SECRET * MAX_TEXT]}, "/phenotypes/0"),
    ({"medicines": ["lisinopril"] * (MAX_ITEMS + 1)}, "/medicines"),
    ({"allergies": [SECRET]}, "/allergies/0"),
    ({"allergies": [{}]}, "/allergies/0/substance"),
    ({"allergies": [{"substance": None}]}, "/allergies/0/substance"),
    ({"allergies": [{"substance": 5}]}, "/allergies/0/substance"),
    ({"allergies": [{"substance": SECRET, "severity": SECRET}]}, "/allergies/0/severity"),
    ({"allergies": [{"substance": SECRET, "severity": {}}]}, "/allergies/0/severity"),
    ({"allergies": [{"substance": SECRET, "reaction": 3}]}, "/allergies/0/reaction"),
    ({"allergies": [{"substance": SECRET, "since": "2020"}]}, "/allergies/0/since"),
    ({"allergies": [{"substance": SECRET, "type": SECRET}]}, "/allergies/0/type"),
    ({"allergies": [{"substance": SECRET, "certainty": 1}]}, "/allergies/0/certainty"),
    ({"conditions": [{"status": "active"}]}, "/conditions/0/condition"),
    ({"conditions": [{"condition": SECRET, "status": SECRET}]}, "/conditions/0/status"),
    ({"medicines": [{"medicine": SECRET, "route": SECRET}]}, "/medicines/0/route"),
    ({"medicines": [{"medicine": SECRET, "daily_dose": SECRET}]}, "/medicines/0/daily_dose"),
    ({"medicines": [{"medicine": SECRET, "daily_dose": -1}]}, "/medicines/0/daily_dose"),
    ({"medicines": [{"medicine": SECRET, "stop": "2024-13-01"}]}, "/medicines/0/stop"),
    ({"medicines": [{"medicine": SECRET, "outcome": SECRET}]}, "/medicines/0/outcome"),
    ({"medicines": [{"medicine": SECRET, "dose": SECRET}]}, "/medicines/0/dose"),
    ({"genotypes": SECRET}, "/genotypes"),
    ({"genotypes": [SECRET]}, "/genotypes/0"),
    ({"genotypes": [{"gene": SECRET}]}, "/genotypes/0/diplotype"),
    ({"genotypes": [{"diplotype": SECRET}]}, "/genotypes/0/gene"),
    ({"genotypes": [{"gene": SECRET, "diplotype": 5}]}, "/genotypes/0/diplotype"),
    ({"genotypes": [{"gene": "CYP2C19", "diplotype": SECRET, "date": SECRET}]}, "/genotypes/0/date"),
    ({"avoid_routes": [SECRET]}, "/avoid_routes/0"),
    ({"avoid_routes": "oral"}, "/avoid_routes"),
    ({"results": [{"value": 5}]}, "/results/0/test"),
    ({"results": [{"test": "egfr"}]}, "/results/0/value"),
    ({"results": [{"test": "egfr", "value": SECRET}]}, "/results/0/value"),
    ({"results": [{"test": "egfr", "value": True}]}, "/results/0/value"),
    ({"results": [{"test": "egfr", "value": float("inf")}]}, "/results/0/value"),
    ({"results": [{"test": "egfr", "value": 10**400}]}, "/results/0/value"),
    ({"results": [{"test": "egfr", "value": 5, "unit": 5}]}, "/results/0/unit"),
    ({"results": [{"test": "egfr", "value": 5, "date": SECRET}]}, "/results/0/date"),
    ({"results": [{"test": "egfr", "value": 5, "date": "2024-02-30"}]}, "/results/0/date"),
    ({"results": [{"test": "egfr", "value": 5, "note": SECRET}]}, "/results/0/note"),
]


@pytest.mark.parametrize(("case", "pointer"), WRONG, ids=[p or "/" for _, p in WRONG])
def test_what_cannot_be_understood_is_refused_with_a_pointer_and_without_its_value(
    graph: Graph, case: Any, pointer: str
) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(case, graph.snapshot)

    assert caught.value.pointer == pointer
    assert SECRET not in str(caught.value)
    assert caught.value.reason


def test_as_many_items_and_characters_as_allowed_are_taken(graph: Graph) -> None:
    record = read_case({"conditions": ["htn"] * MAX_ITEMS, "symptoms": ["x" * MAX_TEXT]}, graph.snapshot)

    assert (len(record.facts), len(record.unresolved)) == (MAX_ITEMS, 1)


# Any JSON

texts = st.text(st.characters(), max_size=20) | st.sampled_from(["\ud800", "a\0", "é", "\n"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
names = st.sampled_from(["htn", "pressure", "headache", "amoxicillin", "penicillin", "slow metabolizer", "egfr"]) | texts
numbers = st.floats(-10, 200) | st.sampled_from([0, 1e-300, 1e11, -1e11, 10**30])
items = st.fixed_dictionaries(
    {},
    optional={
        "substance": names,
        "severity": st.sampled_from(["mild", "severe", "unknown"]),
        "reaction": texts,
        "test": st.sampled_from(["egfr", "creatinine"]),
        "value": numbers,
        "unit": st.sampled_from(["mg/dL", "umol/L", "stone"]) | texts,
        "date": st.sampled_from(["2024-01-01", "20240101", "9999-12-31"]) | texts,
        "type": st.sampled_from(["allergy", "intolerance"]),
        "certainty": st.sampled_from(["confirmed", "suspected", "refuted"]),
        "gene": st.sampled_from(["CYP2C19", "TPMT", "CYP2D6"]),
        "diplotype": st.sampled_from(["*2/*2", "*1/*2"]) | texts,
    },
)
stories = st.fixed_dictionaries(
    {},
    optional={
        "medicine": names,
        "condition": names,
        "status": st.sampled_from(["active", "resolved", "refuted"]),
        "stop": st.sampled_from(["2024-01-01", "9999-12-31"]) | texts,
        "outcome": st.sampled_from(["side effect", "unchanged", "improved"]) | texts,
        "route": st.sampled_from(["oral", "topical"]) | texts,
        "daily_dose": numbers | texts,
    },
)
likely = st.fixed_dictionaries(
    {},
    optional={
        "age": numbers,
        "sex": st.sampled_from(["female", "male", "other", "unknown"]),
        "pregnant": st.booleans(),
        "breast_feeding": st.booleans(),
        "allergies": st.lists(st.fixed_dictionaries({"substance": names}) | items, max_size=2),
        "results": st.lists(
            st.fixed_dictionaries({"test": st.sampled_from(["egfr", "creatinine"]), "value": numbers}) | items, max_size=2
        ),
    }
    | dict.fromkeys(("conditions", "medicines"), st.lists(names | stories, max_size=3))
    | dict.fromkeys(("symptoms", "phenotypes", "avoid_routes"), st.lists(names, max_size=3))
    | {"genotypes": st.lists(st.fixed_dictionaries({"gene": names, "diplotype": texts}) | items, max_size=2)},
)


@pytest.fixture(scope="module")
def recommender(build: Build) -> Any:
    with build(EDGES, NODES) as graph:
        yield Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)


@settings(max_examples=300)
@given(likely | st.dictionaries(st.sampled_from(FIELDS), anything, max_size=3) | anything)
def test_any_json_gets_an_answer_or_a_case_error(recommender: Recommender, case: Any) -> None:
    refused, body = None, None
    try:
        body = recommender.recommend(Request(as_of=TODAY, case=case)).json()
    except CaseError as error:
        refused = error

    assert refused is None or refused.pointer == "" or refused.pointer.startswith("/")
    assert str(refused).encode()
    assert (body is None) != (refused is None)
