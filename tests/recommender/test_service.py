"""The answer: its form, its order, its bytes, and what it says of what it does not know."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.elements import KnowledgeLevel, NodeId
from graph.errors import AmbiguousNameError, UnknownNodeError
from recommender.answer import NOTICE, SYNTHETIC
from recommender.config import read_scoring
from recommender.errors import CaseError, UnknownPatientError
from recommender.metapaths import read_metapaths
from recommender.request import MAX_TOP, Request
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Graph

# Lisinopril and losartan treat hypertension and resemble each other; aliskiren only resembles. Severe hypertension is one kind.
EDGES: list[tuple[Any, ...]] = [
    *REFERENCE,
    ("C:severe", "IS_A", "C:hypertension"),
    ("M:lisinopril", "TREATS", "C:hypertension", {"line": "first", "evidence": "guide"}),
    ("M:losartan", "TREATS", "C:hypertension", {"line": "later"}),
    ("M:atenolol", "TREATS", "C:hypertension", {"line": "later", "level": "unreviewed"}),
    ("M:aliskiren", "RESEMBLES", "M:losartan"),
    ("M:metformin", "TREATS", "C:diabetes"),
    ("M:insulin", "TREATS", "C:diabetes", {"line": "later"}),
    ("M:losartan", "HAS_INGREDIENT", "I:losartan"),
    ("M:lisinopril", "HAS_INGREDIENT", "I:lisinopril"),
    ("M:lisinopril", "CONTRAINDICATED_IN", "C:angioedema", {"strength": "absolute", "applies": "history", "evidence": "label"}),
    ("M:lisinopril", "INTERACTS_WITH", "M:potassium", {"severity": "moderate", "mechanism": "high potassium"}),
    ("A:salt", "HELPS", "C:hypertension", {"evidence": "study"}),
    ("A:walk", "HELPS", "C:severe"),
    ("A:sleep", "HELPS", "C:hypertension", {"level": "unreviewed"}),
    ("C:hypertension", "PRESENTS", "Y:headache"),
    ("patient:p", "HAS_DIAGNOSIS", "C:severe", {"record": "d1"}),
    ("patient:p", "TAKES", "M:potassium", {"record": "t1"}),
]
NODES: dict[str, dict[str, Any]] = {
    "C:hypertension": {"name": "Hypertension", "aliases": ["pressure"]},
    "C:portal": {"name": "Portal hypertension", "aliases": ["pressure"]},
    "M:lisinopril": {"name": "Lisinopril", "atc": ("C09AA03",), "rxcui": "29046"},
    "A:salt": {"name": "Less salt", "category": "diet", "description": "Eat less salt."},
    "patient:p": {"birth_year": 1974, "sex": "male", "synthetic": True},
}
LINES = ["M:lisinopril", "M:losartan", "M:atenolol"]


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


def recommender(graph: Graph, **options: Any) -> Recommender:
    return Recommender(graph.store, graph.snapshot, graph.folder, **({"compiled": False} | options))


def body(graph: Graph, as_of: date = TODAY, **request: Any) -> dict[str, Any]:
    return recommender(graph).recommend(Request(as_of=as_of, **request)).body


def medicines(answer: dict[str, Any]) -> list[str]:
    return [item["medicine"]["id"] for item in answer["recommendations"]]


PATIENT = {"patient": NodeId("patient:p")}


def test_the_form_of_an_answer(graph: Graph) -> None:
    case = {
        "age": 50,
        "sex": "male",
        "conditions": ["severe", "angioedema"],
        "medicines": ["potassium"],
        "allergies": [{"substance": "losartan"}, {"substance": "nothing like it"}],
    }

    answer = orjson.loads(recommender(graph).recommend(Request(as_of=TODAY, case=case)).json())

    assert list(answer) == [
        *("id", "snapshot", "trained_on", "as_of", "reader", "screened", "patient", "evidence", "intercept"),
        *("alerts", "recommendations", "needs_sign_off", "exploratory", "together"),
        *("excluded", "care_actions", "unresolved", "notice"),
    ]
    assert (answer["snapshot"], answer["trained_on"], answer["as_of"]) == (graph.snapshot.checksum, None, "2024-06-01")
    assert list(answer["evidence"][0]) == ["node", "weight", "why"]
    item = answer["recommendations"][0]
    assert set(item) == {
        *("rank", "medicine", "score", "probability", "prior", "lift", "paths", "remainder", "cautions"),
        *("list", "degree", "research", "faithfulness", "alternatives", "usable_with"),
    }
    assert (item["probability"], item["prior"], item["lift"]) == (None, None, None)
    path = item["paths"][0]
    assert set(path) == {"metapath", "nodes", "edges", "contribution", "sentence", "weakest", "drawn", "cypher", "outcomes"}
    assert set(path["nodes"][0]) == {"id", "kind", "name"}
    assert set(path["edges"][0]) == {"kind", "start", "end", "source", "evidence", "knowledge_level"}
    assert set(item["cautions"][0]) == {"rule", "severity", "sentence", "confirm", "proof"}
    assert (item["alternatives"], item["usable_with"]) == ([], [])
    assert answer["together"] is None
    excluded = answer["excluded"][0]
    assert set(excluded) == {"medicine", "rule", "severity", "sentence", "confirm", "proof"}
    assert set(excluded["medicine"]) == set(item["medicine"]) == {"id", "name", "codes"}
    assert set(excluded["proof"]) == {
        *("rule", "rules_version", "severity", "medicine", "patient", "as_of", "snapshot", "fact", "also"),
        *("nodes", "edges", "conclusion", "hash", "cypher"),
    }
    assert set(answer["care_actions"][0]) == {"care_action", "category", "description", "path"}
    assert set(answer["unresolved"][0]) == {"pointer", "text", "kind", "nearest", "reason", "blocks_safety"}
    assert {e["severity"] for e in answer["excluded"]} == {"exclude"}


def test_a_patient_gets_what_is_established_and_is_screened(graph: Graph) -> None:
    answer = body(graph, **PATIENT)

    assert medicines(answer) == LINES
    assert [item["rank"] for item in answer["recommendations"]] == [1, 2, 3]
    assert {item["list"] for item in answer["recommendations"]} == {"established"}
    assert answer["screened"] is True
    assert answer["excluded"] == []
    assert answer["patient"] == {
        "id": "patient:p",
        "age": 50,
        "sex": "male",
        "pregnant": None,
        "breast_feeding": None,
        "synthetic": True,
    }
    assert answer["notice"] == f"{SYNTHETIC} {NOTICE}"
    assert answer["recommendations"][0]["medicine"]["codes"] == {"atc": ("C09AA03",), "rxcui": "29046"}
    [caution] = answer["recommendations"][0]["cautions"]
    assert (caution["rule"], caution["severity"]) == ("interaction", "caution")
    assert caution["sentence"] == "Lisinopril with potassium: moderate interaction (high potassium)."


def test_evidence_stands_heaviest_first_with_its_reason(graph: Graph) -> None:
    answer = body(graph, **PATIENT)

    assert answer["evidence"] == [
        {"node": {"id": "C:severe", "kind": "Condition", "name": "severe"}, "weight": 1.0, "why": "severe: active diagnosis"},
        {
            "node": {"id": "C:hypertension", "kind": "Condition", "name": "Hypertension"},
            "weight": 0.9,
            "why": "severe: active diagnosis, a kind of Hypertension",
        },
    ]


def test_what_is_ruled_out_is_shown_with_its_proof_and_not_suggested(graph: Graph) -> None:
    case = {"age": 50, "sex": "male", "conditions": ["Hypertension", "angioedema"]}

    answer = body(graph, case=case)

    assert medicines(answer) == LINES[1:]
    [entry] = answer["excluded"]
    assert (entry["medicine"]["id"], entry["rule"], entry["severity"]) == ("M:lisinopril", "contraindication", "exclude")
    assert entry["sentence"] == "Lisinopril is contraindicated in angioedema."
    assert entry["proof"]["fact"]["record"] == "/conditions/1"
    assert [node["id"] for node in entry["proof"]["nodes"]] == ["C:angioedema", "M:lisinopril"]
    assert entry["proof"]["edges"][0]["evidence"] == "label"


def test_a_bare_node_has_no_patient(graph: Graph) -> None:
    answer = body(graph, nodes=("high blood pressure?", "C:hypertension")[1:])

    assert medicines(answer) == LINES
    assert {item["list"] for item in answer["recommendations"]} == {"established"}
    assert (answer["screened"], answer["patient"], answer["excluded"], answer["unresolved"]) == (False, None, [], [])
    assert answer["notice"] == f"Not screened for safety: the request names no patient. {NOTICE}"
    assert all(item["cautions"] == [] for item in answer["recommendations"])


def test_what_the_walk_alone_finds_is_a_list_of_its_own_and_only_on_request(graph: Graph) -> None:
    plain, explored = (body(graph, nodes=("C:hypertension",), explore=explore) for explore in (False, True))

    assert plain["exploratory"] is None
    assert [(item["medicine"]["id"], item["list"], item["rank"]) for item in explored["exploratory"]] == [
        ("M:aliskiren", "exploratory", 1)
    ]
    assert explored["exploratory"][0]["research"].startswith("Research, not a treatment")
    assert explored["recommendations"] == plain["recommendations"]
    assert explored["id"] != plain["id"]


def test_the_exploratory_list_is_screened(graph_of: Callable[..., Graph]) -> None:
    against = ("M:aliskiren", "CONTRAINDICATED_IN", "C:diabetes", {"strength": "absolute"})
    graph = graph_of([*EDGES, against], NODES)
    case = {"age": 50, "sex": "male", "conditions": ["Hypertension", "diabetes"]}

    answer = body(graph, case=case, explore=True)

    assert answer["exploratory"] == []
    assert "M:aliskiren" in {entry["medicine"]["id"] for entry in answer["excluded"]}
    assert "M:aliskiren" not in {entry["medicine"]["id"] for entry in body(graph, case=case)["excluded"]}


def test_a_symptom_may_be_asked_about(graph: Graph) -> None:
    answer = body(graph, nodes=("Headache",), explore=True)

    assert answer["recommendations"] == []
    assert [item["paths"][0]["metapath"] for item in answer["exploratory"]] == ["YpCtM"] * 3


def test_no_evidence_makes_no_suggestion(graph: Graph) -> None:
    answer = body(graph, case={})

    assert (answer["recommendations"], answer["excluded"], answer["evidence"], answer["care_actions"]) == ([], [], [], [])
    assert answer["screened"] is True


def test_no_safe_suggestion_is_an_answer(graph_of: Callable[..., Graph]) -> None:
    # Nothing is known of limits: whatever could be suggested is excluded for that reason.
    graph = graph_of([e for e in EDGES if e[1] != "LIMITED_BY"], NODES)

    answer = body(graph, **PATIENT)

    assert answer["recommendations"] == []
    assert {e["medicine"]["id"] for e in answer["excluded"]} == set(LINES)
    assert {e["sentence"] for e in answer["excluded"]} == {
        "Limit could not be checked: the graph has no reference data for it."
    }


@pytest.mark.parametrize("kind", ["medicines", "allergies"])
def test_what_is_not_known_and_matters_for_safety_is_said(graph: Graph, kind: str) -> None:
    items: list[Any] = ["lisinoprol"] if kind == "medicines" else [{"substance": "lisinoprol"}]

    answer = body(graph, case={"age": 50, "sex": "male", "conditions": ["Hypertension"], kind: items})

    assert answer["screened"] is False
    assert answer["notice"] == f"Not screened for safety: an allergy or a medicine in use is not known. {NOTICE}"
    [item] = answer["unresolved"]
    assert (item["text"], item["blocks_safety"]) == ("lisinoprol", True)
    assert "lisinopril" in [name.lower() for name in item["nearest"]]
    assert medicines(answer) == LINES
    [alert] = [a for a in answer["alerts"] if a["sentence"].endswith("so safety could not be checked for it.")]
    assert [node["id"] for node in alert["medicines"]] == LINES


def test_what_is_not_known_and_does_not_matter_for_safety_is_listed(graph: Graph) -> None:
    answer = body(graph, case={"conditions": ["Hypertension", "hypertenshun"]})

    assert answer["screened"] is True
    assert [item["blocks_safety"] for item in answer["unresolved"]] == [False]


@pytest.mark.parametrize("top", [1, 2, 3, 4, MAX_TOP])
def test_top_limits_and_keeps_the_order(graph: Graph, top: int) -> None:
    answer = body(graph, nodes=("C:hypertension",), top=top)

    assert medicines(answer) == LINES[:top]


@pytest.mark.parametrize("top", [0, -1, MAX_TOP + 1])
def test_top_has_its_range(top: int) -> None:
    with pytest.raises(CaseError, match="/top: a number from 1 to 100"):
        Request(as_of=TODAY, nodes=("C:x",), top=top)


@pytest.mark.parametrize("asked", [{}, {"patient": NodeId("patient:p"), "case": {}}, {"case": {}, "nodes": ("C:x",)}])
def test_a_request_asks_for_one_thing(asked: dict[str, Any]) -> None:
    with pytest.raises(CaseError, match="exactly one of"):
        Request(as_of=TODAY, **asked)


def test_the_conditions_on_file_share_the_list(graph_of: Callable[..., Graph]) -> None:
    # By score alone both places would go to hypertension, which has two first lines.
    graph = graph_of([*EDGES, ("M:ramipril", "TREATS", "C:hypertension", {"line": "first"})], NODES)
    case = {"age": 50, "sex": "male", "conditions": ["Hypertension", "diabetes"]}

    full = medicines(body(graph, case=case, top=10))

    assert full[:3] == ["M:lisinopril", "M:ramipril", "M:metformin"]
    assert sorted(full) == sorted([*LINES, "M:ramipril", "M:metformin", "M:insulin"])
    assert medicines(body(graph, case=case, top=2)) == ["M:lisinopril", "M:metformin"]
    assert medicines(body(graph, case=case, top=3)) == full[:3]
    assert set(medicines(body(graph, case=case, top=4))) == {*full[:3], "M:insulin"}


def test_care_actions_through_the_tree_best_first(graph: Graph) -> None:
    answer = body(graph, **PATIENT)

    shown = [(item["care_action"]["id"], item["category"], item["description"]) for item in answer["care_actions"]]
    assert shown == [("A:walk", None, None), ("A:salt", "diet", "Eat less salt."), ("A:sleep", None, None)]
    path = answer["care_actions"][1]["path"]
    assert [node["id"] for node in path["nodes"]] == ["C:severe", "C:hypertension", "A:salt"]
    assert path["drawn"] == "severe –is a→ Hypertension ←helps– Less salt"
    assert path["sentence"] == "Less salt helps in Hypertension."
    assert path["edges"][1]["evidence"] == "study"


def test_as_many_care_actions_as_configured(graph: Graph) -> None:
    found = recommender(graph, config=replace(read_scoring(), care_actions=1)).recommend(Request(as_of=TODAY, **PATIENT))

    assert [item["care_action"]["id"] for item in found.body["care_actions"]] == ["A:walk"]


def test_min_level_leaves_weak_knowledge_out_of_suggestions_but_not_of_safety(graph_of: Callable[..., Graph]) -> None:
    weak = ("M:losartan", "CONTRAINDICATED_IN", "C:severe", {"strength": "absolute", "level": "unreviewed"})
    graph = graph_of([*EDGES, weak], NODES)

    answer = body(graph, min_level=KnowledgeLevel.ASSERTION, **PATIENT)

    assert medicines(answer) == ["M:lisinopril"]
    assert [e["medicine"]["id"] for e in answer["excluded"]] == ["M:losartan"]
    assert [item["care_action"]["id"] for item in answer["care_actions"]] == ["A:walk", "A:salt"]


def test_the_day_of_the_answer_counts(graph_of: Callable[..., Graph]) -> None:
    facts = [
        ("patient:q", "HAS_DIAGNOSIS", "C:hypertension", {"start": "2024-01-01"}),
        ("patient:q", "HAS_DIAGNOSIS", "C:angioedema", {"start": "2024-03-01", "stop": "2024-03-05", "status": "resolved"}),
    ]
    graph = graph_of([*EDGES, *facts], NODES | {"patient:q": {"birth_year": 1974, "sex": "male"}})

    def on(day: str) -> tuple[list[str], int]:
        answer = body(graph, date.fromisoformat(day), patient=NodeId("patient:q"))
        return medicines(answer), len(answer["excluded"])

    assert on("2023-12-31") == ([], 0)
    assert on("2024-02-01") == (LINES, 0)
    assert on("2024-06-01") == (LINES[1:], 1)


# What cannot be answered


def test_an_unknown_patient(graph: Graph) -> None:
    with pytest.raises(UnknownPatientError):
        body(graph, patient=NodeId("patient:q"))


def test_an_unknown_name_comes_with_the_nearest(graph: Graph) -> None:
    with pytest.raises(UnknownNodeError) as caught:
        body(graph, nodes=("hypertenson",))

    assert caught.value.nearest == ("Hypertension", "Portal hypertension")


def test_a_medicine_is_no_evidence(graph: Graph) -> None:
    with pytest.raises(UnknownNodeError):
        body(graph, nodes=("M:lisinopril",))


def test_an_ambiguous_name_is_not_guessed(graph: Graph) -> None:
    with pytest.raises(AmbiguousNameError) as caught:
        body(graph, nodes=("pressure",))

    assert caught.value.candidates == ("C:hypertension", "C:portal")


# The same request, the same bytes


@pytest.mark.parametrize("asked", [PATIENT, {"nodes": ("C:hypertension", "Y:headache")}, {"case": {"conditions": ["severe"]}}])
def test_both_engines_and_every_process_give_the_same_bytes(graph: Graph, tmp_path: Path, asked: dict[str, Any]) -> None:
    request = Request(as_of=TODAY, **asked)

    first = recommender(graph, compiled=True).recommend(request).json()
    again = recommender(graph, compiled=False).recommend(request).json()
    elsewhere = Recommender(graph.store, graph.snapshot, tmp_path, compiled=False).recommend(request).json()

    assert first == again == elsewhere


def test_the_order_of_keys_in_a_case_does_not_matter(graph: Graph) -> None:
    result = {"test": "L:ref", "value": 1.0, "unit": "x", "date": "2024-01-01"}
    case = {"age": 50, "conditions": ["severe"], "results": [result]}
    turned = {"results": [dict(reversed(result.items()))], "conditions": ["severe"], "age": 50}

    one, other = (recommender(graph).recommend(Request(as_of=TODAY, case=c)).json() for c in (case, turned))

    assert one == other


def test_the_id_names_what_was_asked_of_what(graph: Graph, graph_of: Callable[..., Graph]) -> None:
    requests = [
        Request(as_of=TODAY, **PATIENT),
        Request(as_of=date(2024, 6, 2), **PATIENT),
        Request(as_of=TODAY, **PATIENT, top=3),
        Request(as_of=TODAY, **PATIENT, min_level=KnowledgeLevel.ASSERTION),
        Request(as_of=TODAY, case={}),
        Request(as_of=TODAY, case={"age": 50}),
        Request(as_of=TODAY, nodes=("C:hypertension",)),
        Request(as_of=TODAY, nodes=("C:hypertension", "C:diabetes")),
    ]
    ids = [recommender(graph).recommend(request).id for request in requests]
    other = graph_of([*EDGES, ("M:new", "TREATS", "C:new")], NODES)
    heavier = [replace(metapath, weight=metapath.weight + 1) for metapath in read_metapaths()]
    ids += [recommender(other).recommend(request).id for request in requests]
    ids.append(recommender(graph, metapaths=heavier).recommend(requests[0]).id)
    ids.append(recommender(graph, config=replace(read_scoring(), symptom=0.1)).recommend(requests[0]).id)

    assert len(set(ids)) == len(ids)
    assert all(len(i) == 32 for i in ids)
    assert recommender(graph).recommend(requests[0]).id == ids[0]


@pytest.mark.parametrize(
    "fact", [("HAS_DIAGNOSIS", "C:diabetes"), ("TAKES", "M:potassium", {"record": "t2"}), ("ALLERGIC_TO", "M:unseen")]
)
def test_the_id_changes_with_what_is_on_file(graph_of: Callable[..., Graph], fact: tuple[Any, ...]) -> None:
    before, after = graph_of(EDGES, NODES), graph_of([*EDGES, ("patient:p", *fact)], NODES)
    after.snapshot = before.snapshot

    assert body(before, **PATIENT)["id"] != body(after, **PATIENT)["id"]


def test_means_are_kept_between_processes(graph: Graph) -> None:
    request = Request(as_of=TODAY, nodes=("C:hypertension",), explore=True)
    first = recommender(graph).recommend(request).json()

    [path] = (graph.folder / "means").iterdir()
    kept = orjson.loads(path.read_bytes())

    assert kept["CtMrM"] > 0
    path.write_bytes(orjson.dumps(kept | {"CtMrM": kept["CtMrM"] * 2}))
    assert recommender(graph).recommend(request).json() != first


def test_workers_may_begin_at_once(graph: Graph) -> None:
    request = Request(as_of=TODAY, nodes=("C:hypertension",))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: recommender(graph).recommend(request).json(), range(16)))

    assert len(set(answers)) == 1
    assert len(list((graph.folder / "means").iterdir())) == 1
