"""Questions about an answer over HTTP: the shell's own answers, in documented shapes, for whoever may ask."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel

from api.accounts import Role
from api.schemas.question import Compared, Explained, WhatIfShown, WhyNotShown
from graph.compiler import current_snapshot
from graph.elements import NodeId
from graph.embedded_store import EmbeddedStore
from recommender.questions.compare import compare
from recommender.questions.explained import explained
from recommender.questions.standing import named_medicine
from recommender.questions.what_if import what_if
from recommender.questions.why_not import why_not
from recommender.request import Reader, Request
from recommender.service import Recommender
from tests.api.reading import problem_of
from tests.api.small import OTHER, OWN

AsRole = Callable[[Role], dict[str, str]]
DAY = "?as_of=2026-03-01"
CASE = {"conditions": ["hypertension", "asthma"], "medicines": ["metformin"]}
QUESTIONS: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "explain": (Explained, {"medicine": "Lisinopril"}),
    "why-not": (WhyNotShown, {"medicine": "Propranolol"}),
    "compare": (Compared, {"medicines": ["Lisinopril", "Amlodipine"]}),
    "what-if": (WhatIfShown, {"change": {"medicines": ["losartan"], "remove": ["metformin"]}}),
}


@pytest.fixture(scope="module")
def recommender(home: Path) -> Recommender:
    store = EmbeddedStore(home / "graph.sqlite")
    return Recommender(store, current_snapshot(store, home / "snapshots"), home)


def expected(name: str, body: dict[str, Any], recommender: Recommender, request: Request) -> dict[str, Any]:
    named = [
        named_medicine(recommender.snapshot, text)
        for text in (*body.get("medicines", ()), *([body["medicine"]] if "medicine" in body else ()))
    ]
    if name == "explain":
        return explained(recommender, request, named[0])
    if name == "what-if":
        return what_if(recommender, request, body["change"])
    of = recommender.consult(request, also=named)
    return why_not(of, named[0]) if name == "why-not" else compare(of, *named)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_case_and_a_patient_are_answered_as_at_the_shell(
    client: FlaskClient, as_role: AsRole, recommender: Recommender, own_id: NodeId, name: str
) -> None:
    shape, body = QUESTIONS[name]
    for whom, request in (
        ({"case": CASE}, Request(date(2026, 3, 1), case=CASE)),
        ({"patient": OWN}, Request(date(2026, 3, 1), patient=own_id)),
    ):
        answer = client.post(f"/v1/questions/{name}{DAY}", json=whom | body, headers=as_role(Role.CLINICIAN))

        assert answer.status_code == 200, answer.data
        shape.model_validate(answer.get_json())
        assert answer.get_json() == orjson.loads(orjson.dumps(expected(name, body, recommender, request)))


def test_why_not_shows_the_proof(client: FlaskClient, as_role: AsRole) -> None:
    body = {"patient": OWN, "medicine": "propranolol"}

    told = client.post(f"/v1/questions/why-not{DAY}", json=body, headers=as_role(Role.CLINICIAN)).get_json()

    assert told["standing"] == "excluded"
    assert told["findings"][0]["rule"] == "contraindication"


def test_the_sentences_of_a_patient_are_for_a_patient(
    client: FlaskClient, as_role: AsRole, recommender: Recommender, own_id: NodeId
) -> None:
    body = {"patient": OWN, "medicine": "Lisinopril"}

    told = client.post(f"/v1/questions/explain{DAY}", json=body, headers=as_role(Role.USER)).get_json()

    request = Request(date(2026, 3, 1), patient=own_id, reader=Reader.PATIENT)
    assert told["answer"] == recommender.recommend(request).id


@pytest.mark.parametrize("name", QUESTIONS)
def test_who_may_not_see_a_patient_may_not_ask_about_them(client: FlaskClient, as_role: AsRole, name: str) -> None:
    body = QUESTIONS[name][1]

    problem_of(client.post(f"/v1/questions/{name}", json={"patient": OTHER} | body, headers=as_role(Role.USER)), 403)
    problem_of(client.post(f"/v1/questions/{name}", json={"patient": OWN} | body, headers=as_role(Role.ANALYST)), 404)
    problem_of(client.post(f"/v1/questions/{name}", json={"patient": "nobody"} | body, headers=as_role(Role.CLINICIAN)), 404)
    problem_of(client.post(f"/v1/questions/{name}", json={"case": CASE} | body, headers=as_role(Role.ADMIN)), 403)


@pytest.mark.parametrize(
    ("name", "body", "pointer"),
    [
        ("explain", {"medicine": "lisinopril"}, ""),
        ("explain", {"medicine": "lisinopril", "patient": OWN, "case": {}}, ""),
        ("explain", {"case": CASE}, "/medicine"),
        ("explain", {"case": CASE, "medicine": "lisinopril", "rival": "metformin"}, "/rival"),
        ("compare", {"case": CASE, "medicines": ["lisinopril"]}, "/medicines"),
        ("what-if", {"case": CASE, "change": {}}, ""),
        ("what-if", {"case": CASE, "change": {"remove": ["pneumonia"]}}, "/remove/0"),
        ("why-not", {"case": {"age": -1}, "medicine": "lisinopril"}, "/case/age"),
    ],
)
def test_what_is_no_question_is_refused_with_a_pointer(
    client: FlaskClient, as_role: AsRole, name: str, body: dict[str, Any], pointer: str
) -> None:
    told = problem_of(client.post(f"/v1/questions/{name}", json=body, headers=as_role(Role.CLINICIAN)), 422)

    assert pointer in [error["pointer"] for error in told["errors"]]


def test_a_medicine_that_nobody_knows_is_404(client: FlaskClient, as_role: AsRole) -> None:
    body = {"case": CASE, "medicine": "zebramycin"}

    told = problem_of(client.post("/v1/questions/explain", json=body, headers=as_role(Role.CLINICIAN)), 404)

    assert "zebramycin" not in str(told)
