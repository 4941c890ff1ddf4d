"""Predictions over HTTP: the answers of the one way of asking, in documented shapes, for whoever may ask."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Role
from api.schemas.prediction import CardShown, PredictionsShown, PredictorsShown
from graph.compiler import current_snapshot
from graph.elements import NodeId
from graph.embedded_store import EmbeddedStore
from recommender.predictors.asking import asked_about, open_predictor
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.registry import NAMES, entry
from recommender.record import read_record
from tests.api.reading import problem_of
from tests.api.small import OTHER, OWN

AsRole = Callable[[Role], dict[str, str]]
DAY = "as_of=2026-03-01"
CASE = {"age": 66, "sex": "male", "results": [{"test": "creatinine", "value": 2.4, "unit": "mg/dL", "date": "2026-02-01"}]}


def test_a_case_is_answered_by_rules_where_nothing_was_trained(client: FlaskClient, as_role: AsRole, home: Path) -> None:
    snapshot = current_snapshot(EmbeddedStore(home / "graph.sqlite"), home / "snapshots")
    opened = open_predictor(entry("blood-risk"), PredictorBundles(home), snapshot)

    answer = client.post(f"/v1/predictions/blood-risk?{DAY}", json=CASE, headers=as_role(Role.CLINICIAN))

    assert answer.status_code == 200, answer.data
    told = answer.get_json()
    PredictionsShown.model_validate(told)
    assert told == asked_about(opened, snapshot, date(2026, 3, 1), None, CASE)
    assert told["predictor"] == "blood-risk"
    assert told["bundle"] == ""


def test_a_patient_is_answered_from_what_is_on_file(client: FlaskClient, as_role: AsRole, home: Path, own_id: NodeId) -> None:
    store = EmbeddedStore(home / "graph.sqlite")
    snapshot = current_snapshot(store, home / "snapshots")
    opened = open_predictor(entry("blood-risk"), PredictorBundles(home), snapshot)
    record = read_record(store, snapshot, own_id, date(2026, 3, 1))

    for role in (Role.CLINICIAN, Role.USER):
        answer = client.get(f"/v1/patients/{OWN}/predictions/blood-risk?{DAY}", headers=as_role(role))

        assert answer.status_code == 200, answer.data
        PredictionsShown.model_validate(answer.get_json())
        assert answer.get_json() == asked_about(opened, snapshot, date(2026, 3, 1), record)


def test_what_was_not_trained_says_so(client: FlaskClient, as_role: AsRole) -> None:
    for address in (f"/v1/patients/{OWN}/predictions/recovery", "/v1/predictors/recovery/card"):
        told = problem_of(client.get(address, headers=as_role(Role.CLINICIAN)), 503)
        assert told["type"].endswith(":not-trained")
    problem_of(client.post("/v1/predictions/recovery", json=CASE, headers=as_role(Role.CLINICIAN)), 503)


def test_predictors_are_listed_with_what_they_answer(client: FlaskClient, as_role: AsRole) -> None:
    told = client.get("/v1/predictors", headers=as_role(Role.USER)).get_json()

    PredictorsShown.model_validate(told)
    found = {item["name"]: item for item in told["items"]}
    assert set(found) == set(NAMES) - {"tabular"}
    assert (found["blood-risk"]["trained"], found["blood-risk"]["needs_training"]) == (False, False)
    assert found["recovery"]["needs_training"] is True


def test_a_card_says_what_to_know(client: FlaskClient, as_role: AsRole) -> None:
    answer = client.get("/v1/predictors/conditions/card", headers=as_role(Role.ANALYST))

    # Conditions answer from knowledge alone where none were trained, and say so.
    assert answer.status_code == 200, answer.data
    CardShown.model_validate(answer.get_json())
    assert answer.get_json()["name"] == "conditions"


@pytest.mark.parametrize("name", ["tabular", "nothing", "../conditions", "Conditions"])
def test_a_predictor_that_there_is_not_is_404(client: FlaskClient, as_role: AsRole, name: str) -> None:
    problem_of(client.get(f"/v1/patients/{OWN}/predictions/{name}", headers=as_role(Role.CLINICIAN)), 404)


def test_who_may_not_see_a_patient_is_told_nothing(client: FlaskClient, as_role: AsRole) -> None:
    problem_of(client.get(f"/v1/patients/{OTHER}/predictions/blood-risk", headers=as_role(Role.USER)), 403)
    problem_of(client.get("/v1/patients/nobody/predictions/blood-risk", headers=as_role(Role.CLINICIAN)), 404)
    problem_of(client.get(f"/v1/patients/{OWN}/predictions/blood-risk", headers=as_role(Role.ADMIN)), 403)


@pytest.mark.parametrize(
    ("query", "status"), [("as_of=never", 422), ("explain=maybe", 422), ("top=1", 422), ("medicine=zebramycin", 404)]
)
def test_wrong_parameters_are_refused(client: FlaskClient, as_role: AsRole, query: str, status: int) -> None:
    problem_of(client.get(f"/v1/patients/{OWN}/predictions/blood-risk?{query}", headers=as_role(Role.CLINICIAN)), status)


def test_a_case_that_cannot_be_is_pointed_at(client: FlaskClient, as_role: AsRole) -> None:
    told = problem_of(client.post("/v1/predictions/blood-risk", json={"age": "old"}, headers=as_role(Role.CLINICIAN)), 422)

    assert [error["pointer"] for error in told["errors"]] == ["/age"]
