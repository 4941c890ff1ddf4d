from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.accounts import Role
from api.body import MAX_BYTES
from graph.compiler import current_snapshot
from graph.embedded_store import EmbeddedStore
from recommender.answer_log import SqlAnswerLog
from recommender.case import FIELDS
from recommender.replay import replay
from recommender.request import Reader, Request
from recommender.service import Recommender
from tests.api.reading import problem_of
from tests.api.test_body import texts, values

AsRole = Callable[[Role], dict[str, str]]
ADDRESS = "/v1/recommendations?as_of=2026-03-01"
CASE: dict[str, Any] = {
    "age": 62,
    "sex": "female",
    "pregnant": False,
    "conditions": ["high blood pressure", "ICD10CM:J18", "no such thing"],
    "symptoms": ["headache"],
    "medicines": ["Zestril"],
    "allergies": [{"substance": "penicillin", "severity": "severe", "reaction": "hives"}],
    "results": [{"test": "creatinine", "value": 1.9, "unit": "mg/dL", "date": "2026-02-01"}],
}


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ANALYST, Role.USER])
def test_the_answer_is_the_recommenders_own_bytes(client: FlaskClient, as_role: AsRole, home: Path, role: Role) -> None:
    store = EmbeddedStore(home / "graph.sqlite")
    recommender = Recommender(store, current_snapshot(store, home / "snapshots"), home)

    for case in (CASE, {}, {"conditions": ["Asthma"]}, {"age": 30.0}, {"age": None}):
        answer = client.post(f"{ADDRESS}&top=2", json=case, headers=as_role(role))
        assert answer.status_code == 200
        reader = Reader.PATIENT if role is Role.USER else Reader.CLINICIAN
        assert answer.data == recommender.recommend(Request(date(2026, 3, 1), case=case, top=2, reader=reader)).json()


def test_whoever_asks_chooses_whom_the_sentences_are_for(client: FlaskClient, as_role: AsRole) -> None:
    def notice(role: Role, reader: str) -> str:
        return str(client.post(f"{ADDRESS}{reader}", json=CASE, headers=as_role(role)).get_json()["notice"])

    assert notice(Role.USER, "") == notice(Role.CLINICIAN, "&reader=patient")
    assert notice(Role.USER, "&reader=clinician") == notice(Role.CLINICIAN, "")


def test_the_answer_shows_paths_and_proofs(client: FlaskClient, as_role: AsRole) -> None:
    body = client.post(ADDRESS, json=CASE, headers=as_role(Role.CLINICIAN)).get_json()

    assert body["recommendations"][0]["paths"][0]["drawn"].startswith("Hypertension ←treats–")
    assert {e["medicine"]["name"]: e["rule"] for e in body["excluded"]}["Amoxicillin"] == "allergy"
    assert [u["pointer"] for u in body["unresolved"]] == ["/conditions/2"]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ANALYST])
def test_who_may_explore_gets_the_answer_to_that_question(client: FlaskClient, as_role: AsRole, home: Path, role: Role) -> None:
    store = EmbeddedStore(home / "graph.sqlite")
    recommender = Recommender(store, current_snapshot(store, home / "snapshots"), home)

    answer = client.post(f"{ADDRESS}&explore=true", json=CASE, headers=as_role(role))

    assert answer.status_code == 200
    assert answer.data == recommender.recommend(Request(date(2026, 3, 1), case=CASE, explore=True)).json()


@pytest.mark.parametrize("role", [Role.USER, Role.ADMIN])
def test_exploring_is_not_for_every_role(client: FlaskClient, as_role: AsRole, role: Role) -> None:
    problem_of(client.post(f"{ADDRESS}&explore=true", json=CASE, headers=as_role(role)), 403)


def test_nobody_explores_without_asking(client: FlaskClient, as_role: AsRole) -> None:
    plain, no = (client.post(f"{ADDRESS}{more}", json=CASE, headers=as_role(Role.USER)) for more in ("", "&explore=false"))

    assert plain.data == no.data
    assert plain.get_json().get("exploratory") is None
    assert {item["list"] for item in plain.get_json()["recommendations"]} == {"established"}


@pytest.mark.parametrize(
    ("case", "pointer"),
    [
        ({"age": "old"}, "/age"),
        ({"age": -1}, "/age"),
        ({"sex": "yes"}, "/sex"),
        ({"conditions": "asthma"}, "/conditions"),
        ({"conditions": [1]}, "/conditions/0"),
        ({"allergies": ["penicillin"]}, "/allergies/0"),
        ({"allergies": [{"severity": "severe"}]}, "/allergies/0/substance"),
        ({"results": [{"test": "creatinine", "value": "high"}]}, "/results/0/value"),
        ({"name": "Zebra"}, "/name"),
    ],
)
def test_a_wrong_field_is_pointed_at(client: FlaskClient, as_role: AsRole, case: dict[str, Any], pointer: str) -> None:
    found = problem_of(client.post(ADDRESS, json=case, headers=as_role(Role.CLINICIAN)), 422)

    assert [e["pointer"] for e in found["errors"]] == [pointer]
    assert "Zebra" not in str(found)


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"age": NaN}', "application/json", 400),
        (b'{"age": 1, "age": 2}', "application/json", 400),
        (b'{"age": ' + b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'"{}"', "application/json", 422),
        (b'{"conditions": ["a\\u0000"]}', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"age=1", "application/x-www-form-urlencoded", 415),
        (b'{"reaction": "' + b"x" * MAX_BYTES + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_a_4xx(
    client: FlaskClient, as_role: AsRole, data: bytes, media_type: str, status: int
) -> None:
    headers = as_role(Role.CLINICIAN) | ({"Content-Type": media_type} if media_type else {})

    problem_of(client.post(ADDRESS, data=data, headers=headers), status)


def test_a_body_in_chunks_is_not_cut_but_refused(client: FlaskClient, as_role: AsRole) -> None:
    headers = as_role(Role.CLINICIAN) | {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    chunked = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}

    for data, status in ((b"{}", 200), (b"{}" + b" " * MAX_BYTES, 413)):
        answer = client.post(ADDRESS, data=data, headers=headers, environ_overrides=chunked)
        assert answer.status_code == status


def test_a_compressed_body_is_refused(client: FlaskClient, as_role: AsRole) -> None:
    headers = as_role(Role.CLINICIAN) | {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    problem_of(client.post(ADDRESS, data=b"\x1f\x8b", headers=headers), 415)


likely = st.sampled_from(
    ["hypertension", "penicillin", "Zestril", "creatinine", "", " ", "é", "x" * 600, "2026-01-01", "female"]
)
items = st.lists(
    likely | values | st.dictionaries(st.sampled_from(["substance", "test", "value", "unit", "date"]), likely | values)
)
cases = st.dictionaries(st.sampled_from(FIELDS) | texts, items | likely | values, max_size=6)
ONE_APP = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@ONE_APP
@given(case=cases)
def test_no_case_breaks_the_service(client: FlaskClient, as_role: AsRole, case: dict[str, Any]) -> None:
    headers = as_role(Role.CLINICIAN) | {"Content-Type": "application/json"}

    answer = client.post(ADDRESS, data=orjson.dumps(case), headers=headers)

    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert problem_of(answer, 422)["errors"]


@ONE_APP
@given(data=st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_no_bytes_break_the_service(client: FlaskClient, as_role: AsRole, data: bytes) -> None:
    headers = as_role(Role.CLINICIAN) | {"Content-Type": "application/json"}

    assert client.post(ADDRESS, data=data, headers=headers).status_code in (200, 400, 422)


@ONE_APP
@given(day=st.dates(), top=st.integers(1, 100))
def test_no_day_breaks_the_service(client: FlaskClient, as_role: AsRole, day: date, top: int) -> None:
    address = f"/v1/recommendations?as_of={day.isoformat()}&top={top}"

    assert client.post(address, json=CASE, headers=as_role(Role.CLINICIAN)).status_code == 200


@ONE_APP
@given(query=st.dictionaries(st.sampled_from(["top", "as_of", "min_level", "explore", "x"]), texts))
def test_no_parameter_breaks_the_service(client: FlaskClient, as_role: AsRole, query: dict[str, str]) -> None:
    answer = client.post("/v1/recommendations", query_string=query, json={}, headers=as_role(Role.CLINICIAN))

    assert answer.status_code in (200, 422)


def test_a_given_answer_can_be_computed_again(client: FlaskClient, as_role: AsRole, home: Path) -> None:
    answer = client.post(ADDRESS, json=CASE, headers=as_role(Role.CLINICIAN))
    settings = client.application.extensions["rxpath"].settings.graph

    with closing(SqlAnswerLog(settings.database)) as log:
        again = replay(answer.get_json()["id"], log, home / "snapshots", home)

    assert again.body == answer.data


def test_sources_and_licences_are_left_out_when_asked_for(client: FlaskClient, as_role: AsRole) -> None:
    answer = client.post(f"{ADDRESS}&exclude_source=nowhere", json=CASE, headers=as_role(Role.CLINICIAN))

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/exclude_sources/0"
