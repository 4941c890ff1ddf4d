"""Documents: which proofs are found in them, and what is said of them."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from recommender.request import Request
from recommender.service import Recommender
from recommender.verify import proofs_in, render_verify, run_verify
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.test_service import EDGES, NODES

CASE = {"age": 50, "sex": "male", "conditions": ["severe", "angioedema"], "medicines": ["potassium"]}


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


@pytest.fixture
def answer(graph: Graph) -> dict[str, Any]:
    made = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False).recommend(Request(as_of=TODAY, case=CASE))
    body: dict[str, Any] = json.loads(made.json())
    return body


def rendered(report: dict[str, Any]) -> str:
    shown = Console(file=StringIO(), width=200, highlight=False)
    render_verify(report, shown)
    text: str = shown.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    return text


def test_every_proof_of_an_answer_is_found_and_valid(graph: Graph, answer: dict[str, Any]) -> None:
    shown = answer["excluded"] + [c for item in answer["recommendations"] for c in item["cautions"]]
    wanted = [finding["proof"] for finding in shown] + [proof for alert in answer["alerts"] for proof in alert["proofs"]]

    report = run_verify(answer, graph.store, CASE)

    assert wanted
    assert sorted(p["hash"] for p in proofs_in(answer)) == sorted(p["hash"] for p in wanted)
    assert (report["valid"], report["proofs"], report["invalid"]) == (True, len(wanted), 0)


def test_a_list_or_one_proof_will_do_and_twice_is_once(graph: Graph, answer: dict[str, Any]) -> None:
    [first, *_] = proofs_in(answer)

    assert run_verify([first, first, {"proof": first}], graph.store, CASE)["proofs"] == 1
    assert run_verify(first, graph.store, CASE)["valid"] is True


def test_one_bad_proof_spoils_the_whole(graph: Graph, answer: dict[str, Any]) -> None:
    first, *rest = proofs_in(answer)
    forged = {**first, "severity": "note", "conclusion": "[bold]nothing"}

    report = run_verify([forged, *rest], graph.store, CASE)

    assert (report["valid"], report["invalid"]) == (False, 1)
    text = rendered(report)
    assert text.startswith(f"INVALID note of {first['medicine']['name']} by {first['rule']}\n")
    assert "hash: something in the proof was changed since it was made" in text
    assert f"{len(rest)} of {len(rest) + 1} proofs valid" in text


def test_a_proof_that_lost_a_field_is_not_passed_over(graph: Graph, answer: dict[str, Any]) -> None:
    [first, *_] = proofs_in(answer)
    for field in first:
        report = run_verify({"some": [{k: v for k, v in first.items() if k != field}]}, graph.store, CASE)
        assert (report["proofs"], report["invalid"]) == (1, 1)


@pytest.mark.parametrize("document", [None, 5, "x", [], {}, {"recommendations": []}])
def test_a_document_without_proofs_is_not_valid(graph: Graph, document: Any) -> None:
    report = run_verify(document, graph.store)

    assert (report["valid"], report["proofs"]) == (False, 0)
    assert rendered(report) == "no proof in it\n"


def test_of_one_valid_proof_every_check_is_shown(graph: Graph, answer: dict[str, Any]) -> None:
    proof = next(p for p in proofs_in(answer) if p["rule"] == "contraindication")

    text = rendered(run_verify(proof, graph.store, CASE))

    assert text.splitlines()[0] == "valid: exclude of Lisinopril by contraindication"
    assert "  edge Lisinopril CONTRAINDICATED_IN angioedema: test says so in the store" in text
    assert "  rule contraindication: it gives this severity and conclusion" in text
