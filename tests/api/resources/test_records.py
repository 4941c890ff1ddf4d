"""Patients' records over HTTP: who may, what is refused, what counts at once, and which of two changes wins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.accounts import AccountStore, Role, open_accounts
from api.app import Service
from api.record_kinds import RECORD_KINDS
from api.roles import ROLE_TABLE
from api.schemas.record import EXAMPLES as DOCUMENTED
from api.wiring import wire
from graph.elements import NodeId
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from graph.schema import PropertyRule
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, OTHER, OWN, build

Headers = dict[str, str]
DAY = "as_of=2026-03-01"
# The small graph has no phenotype; tests of erasure put one on file.
EXAMPLES = {name: dict(body) for name, body in DOCUMENTED.items() if name != "phenotypes"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A home of one test alone."""
    return build(tmp_path)


@pytest.fixture
def own_accounts(place: Path) -> Iterator[AccountStore]:
    store = open_accounts(settings_of(place).graph.database, cheap_passwords())
    add_accounts(store, patient_id(OWN, read_patient_key(place / "patient.key")))
    give_care(settings_of(place))
    yield store
    store.close()


@pytest.fixture
def client(place: Path, own_accounts: AccountStore) -> FlaskClient:
    return wire(settings_of(place), own_accounts).test_client()


@pytest.fixture
def ada(client: FlaskClient) -> Headers:
    return sign_in(client, NAMES[Role.CLINICIAN])


@pytest.fixture
def pat(client: FlaskClient) -> Headers:
    return sign_in(client, NAMES[Role.USER])


def patient_of(place: Path, identifier: str = OWN) -> NodeId:
    return patient_id(identifier, read_patient_key(place / "patient.key"))


def matching(answer: Any, headers: Headers) -> Headers:
    return headers | {"If-Match": answer.headers["ETag"]}


def suggested(client: FlaskClient, headers: Headers, patient: str = OWN) -> set[str]:
    answer = client.get(f"/v1/patients/{patient}/recommendations?{DAY}", headers=headers)
    assert answer.status_code == 200, answer.data
    return {item["medicine"]["name"] for item in answer.get_json()["recommendations"]}


def test_a_patient_is_made_read_changed(client: FlaskClient, ada: Headers) -> None:
    values = {"birth_year": 1970, "sex": "female", "pregnant": True, "avoid_routes": ["injection"], "identifier": "MRN-9"}

    made = client.post("/v1/patients", json=values, headers=ada)

    assert made.status_code == 201
    patient = made.get_json()["id"]
    assert made.headers["Location"] == f"/v1/patients/{patient}"
    assert "MRN-9" not in made.get_data(as_text=True)
    read = client.get("/v1/patients/MRN-9", headers=ada)
    assert read.data == client.get(f"/v1/patients/{patient}", headers=ada).data == made.data
    assert read.headers["ETag"] == made.headers["ETag"]
    changed = client.patch(
        f"/v1/patients/{patient}", json={"pregnant": None, "breast_feeding": True}, headers=matching(read, ada)
    )
    assert changed.get_json() == {k: v for k, v in made.get_json().items() if k != "pregnant"} | {"breast_feeding": True}
    problem_of(client.post("/v1/patients", json={"identifier": "MRN-9"}, headers=ada), 409)


def test_without_an_identifier_each_patient_is_a_new_one(client: FlaskClient, ada: Headers) -> None:
    made = [client.post("/v1/patients", json={}, headers=ada).get_json()["id"] for _ in range(2)]

    assert made[0] != made[1]
    assert suggested(client, ada, made[0]) == set()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"birth_year": 1200}, "/birth_year"),
        ({"birth_year": "1970"}, "/birth_year"),
        ({"sex": "unclear"}, "/sex"),
        ({"avoid_routes": ["telepathy"]}, "/avoid_routes"),
        ({"name": "Zebra"}, "/name"),
        ({"identifier": "patient:0123456789abcdef01234567"}, "/identifier"),
        ({"identifier": ""}, "/identifier"),
    ],
)
def test_what_no_patient_can_be_is_pointed_at(client: FlaskClient, ada: Headers, body: dict[str, Any], pointer: str) -> None:
    found = problem_of(client.post("/v1/patients", json=body, headers=ada), 422)

    assert [e["pointer"] for e in found["errors"]] == [pointer]
    assert "Zebra" not in str(found)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_an_entry_is_added_listed_read_changed_and_removed(client: FlaskClient, ada: Headers, kind: str) -> None:
    base, row = f"/v1/patients/{OWN}/{kind}", RECORD_KINDS[kind]
    before = client.get(base, headers=ada).get_json()["items"]

    made = client.post(base, json=EXAMPLES[kind], headers=ada)

    assert made.status_code == 201, made.data
    entry = made.get_json()
    assert {k: v for k, v in entry.items() if k in row.fields} == {k: v for k, v in EXAMPLES[kind].items() if k != row.node}
    assert [e for e in client.get(base, headers=ada).get_json()["items"] if e not in before] == [entry]
    address = made.headers["Location"]
    read = client.get(address, headers=ada)
    assert (read.data, read.headers["ETag"]) == (made.data, made.headers["ETag"])
    dated = client.patch(address, json={row.dated: "2020-02-29"}, headers=matching(read, ada))
    assert dated.get_json() == entry | {row.dated: "2020-02-29"}
    undated = client.patch(address, json={row.dated: None}, headers=matching(dated, ada))
    assert row.dated not in undated.get_json()
    assert client.delete(address, headers=matching(undated, ada)).status_code == 204
    problem_of(client.get(address, headers=ada), 404)
    assert client.get(base, headers=ada).get_json()["items"] == before


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_every_field_that_the_schema_refuses_is_pointed_at(client: FlaskClient, ada: Headers, kind: str) -> None:
    row = RECORD_KINDS[kind]
    for field, rule in row.fields.items():
        bad: list[Any] = [["x"], {"x": 1}]
        bad += ["yesterday", "2026-02-30"] if rule.date else ["purple"] if rule.values else []
        bad += [rule.high * 2, "3"] if rule.type in (int, float) and rule.high < 1e9 else []
        for value in bad:
            answer = client.post(f"/v1/patients/{OWN}/{kind}", json=EXAMPLES[kind] | {field: value}, headers=ada)
            found = problem_of(answer, 422)
            assert {e["pointer"] for e in found["errors"]} == {f"/{field}"}, (field, value)
            assert "purple" not in str(found)
    found = problem_of(client.post(f"/v1/patients/{OWN}/{kind}", json=EXAMPLES[kind] | {"odd": 1}, headers=ada), 422)
    assert [e["pointer"] for e in found["errors"]] == ["/odd"]


def test_a_name_that_means_nothing_is_pointed_at_with_the_nearest(client: FlaskClient, ada: Headers) -> None:
    found = problem_of(client.post(f"/v1/patients/{OWN}/diagnoses", json={"condition": "hypertensoin"}, headers=ada), 422)

    assert found["errors"][0]["pointer"] == "/condition"
    assert "Hypertension" in found["errors"][0]["detail"]
    assert "hypertensoin" not in str(found)
    # A medicine is no condition, also by its id.
    problem_of(client.post(f"/v1/patients/{OWN}/diagnoses", json={"condition": "RxNorm:29046"}, headers=ada), 422)


def test_it_cannot_end_before_it_begins(client: FlaskClient, ada: Headers) -> None:
    body = {"condition": "asthma", "start": "2020-01-02", "stop": "2020-01-01"}

    found = problem_of(client.post(f"/v1/patients/{OWN}/diagnoses", json=body, headers=ada), 422)

    assert [e["pointer"] for e in found["errors"]] == ["/stop"]


def test_a_new_diagnosis_changes_the_very_next_recommendation(client: FlaskClient, ada: Headers) -> None:
    assert "Amoxicillin" not in suggested(client, ada)

    made = client.post(f"/v1/patients/{OWN}/diagnoses", json={"condition": "pneumonia"}, headers=ada)

    assert "Amoxicillin" in suggested(client, ada)
    client.post(f"/v1/patients/{OWN}/allergies", json={"substance": "penicillin", "severity": "severe"}, headers=ada)
    assert "Amoxicillin" not in suggested(client, ada)
    assert "Azithromycin" in suggested(client, ada)
    client.delete(made.headers["Location"], headers=matching(made, ada))
    assert "Azithromycin" not in suggested(client, ada)


def test_what_a_file_said_is_corrected_and_stays_so(client: FlaskClient, ada: Headers, place: Path) -> None:
    base = f"/v1/patients/{OWN}/diagnoses"
    asthma = next(e for e in client.get(base, headers=ada).get_json()["items"] if e["condition"]["name"] == "Asthma")
    address = f"{base}/{asthma['id']}"
    read = client.get(address, headers=ada)

    changed = client.patch(address, json={"status": "refuted"}, headers=matching(read, ada))

    assert changed.get_json() == asthma | {"status": "refuted", "source": "rxpath-service"}
    assert "Propranolol" in suggested(client, ada)
    assert client.get(address, headers=ada).data == changed.data
    again = client.patch(address, json={"stop": "2020-01-01"}, headers=matching(changed, ada))
    assert client.get(base, headers=ada).get_json()["items"].count(again.get_json()) == 1
    assert len(client.get(base, headers=ada).get_json()["items"]) == 2


def test_a_change_says_what_it_changes(client: FlaskClient, ada: Headers) -> None:
    made = client.post(f"/v1/patients/{OWN}/symptoms", json={"symptom": "headache"}, headers=ada)
    address = made.headers["Location"]
    for method, body in (("patch", {"severity": "mild"}), ("delete", None)):
        call = getattr(client, method)
        problem_of(call(address, json=body, headers=ada), 428)
        problem_of(call(address, json=body, headers=ada | {"If-Match": '"0"'}), 412)
        problem_of(call(f"/v1/patients/{OWN}", json=body and {}, headers=ada), 428)
    assert client.get(address, headers=ada).data == made.data
    assert client.get(address, headers=ada | {"If-None-Match": made.headers["ETag"]}).status_code == 304


def test_of_two_changes_with_one_tag_one_wins(
    client: FlaskClient, ada: Headers, place: Path, own_accounts: AccountStore
) -> None:
    other = wire(settings_of(place), own_accounts).test_client()
    made = client.post(f"/v1/patients/{OWN}/therapy", json={"medicine": "Losartan"}, headers=ada)
    for rating in range(2, 9, 2):
        read = client.get(made.headers["Location"], headers=ada)

        def change(who: FlaskClient, value: int, tagged: Any = read) -> int:
            answer = who.patch(made.headers["Location"], json={"rating": value}, headers=matching(tagged, ada))
            return int(answer.status_code)

        with ThreadPoolExecutor(2) as pool:
            found = [*pool.map(change, (client, other), (rating, rating + 1))]
        assert sorted(found) == [200, 412]


def test_another_process_sees_it_at_once(client: FlaskClient, ada: Headers, place: Path, own_accounts: AccountStore) -> None:
    other = wire(settings_of(place), own_accounts).test_client()

    client.post(f"/v1/patients/{OWN}/diagnoses", json={"condition": "pneumonia"}, headers=ada)

    assert "Amoxicillin" in suggested(other, ada)


def test_the_patient_writes_symptoms_and_preferences_and_nothing_else(client: FlaskClient, pat: Headers, place: Path) -> None:
    own = patient_of(place)
    assert client.post(f"/v1/patients/{own}/symptoms", json={"symptom": "headache"}, headers=pat).status_code == 201
    read = client.get(f"/v1/patients/{own}/preferences", headers=pat)
    assert read.get_json() == {"avoid_routes": []}
    wanted = {"avoid_routes": ["injection", "rectal"]}
    changed = client.patch(f"/v1/patients/{own}/preferences", json=wanted, headers=matching(read, pat))
    assert changed.get_json() == wanted
    assert client.get(f"/v1/patients/{own}", headers=pat).get_json()["avoid_routes"] == wanted["avoid_routes"]
    problem_of(client.patch(f"/v1/patients/{own}/preferences", json=wanted, headers=matching(read, pat)), 412)
    for kind, body in EXAMPLES.items():
        assert client.get(f"/v1/patients/{own}/{kind}", headers=pat).status_code == 200
        if kind != "symptoms":
            problem_of(client.post(f"/v1/patients/{own}/{kind}", json=body, headers=pat), 403)
    problem_of(client.patch(f"/v1/patients/{own}", json={}, headers=pat), 403)
    problem_of(client.delete(f"/v1/patients/{own}", headers=pat), 403)
    problem_of(client.post("/v1/patients", json={}, headers=pat), 403)
    other = patient_of(place, OTHER)
    for address in ("", "/history", "/preferences", "/diagnoses"):
        problem_of(client.get(f"/v1/patients/{other}{address}", headers=pat), 403)
    problem_of(client.post(f"/v1/patients/{other}/symptoms", json={"symptom": "headache"}, headers=pat), 403)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_no_record_is_for_who_does_not_care_for_the_patient(client: FlaskClient, place: Path, role: Role) -> None:
    headers, own = sign_in(client, NAMES[role]), patient_of(place)

    for address in ("", "/history", "/preferences", *(f"/{kind}" for kind in RECORD_KINDS)):
        problem_of(client.get(f"/v1/patients/{own}{address}", headers=headers), 403)
    problem_of(client.post(f"/v1/patients/{own}/symptoms", json={"symptom": "headache"}, headers=headers), 403)


def test_the_history_is_in_the_order_of_time(client: FlaskClient, ada: Headers) -> None:
    client.post(f"/v1/patients/{OWN}/symptoms", json={"symptom": "headache"}, headers=ada)
    client.post(f"/v1/patients/{OWN}/results", json=EXAMPLES["results"] | {"date": "2010-01-01"}, headers=ada)

    items = client.get(f"/v1/patients/{OWN}/history", headers=ada).get_json()["items"]

    assert [(e["date"], e["kind"], e["about"]["name"]) for e in items] == [
        ("2001-05-01", "diagnoses", "Asthma"),
        ("2010-01-01", "results", "Creatinine"),
        ("2019-02-01", "diagnoses", "Hypertension"),
        ("2020-01-01", "therapy", "Metformin"),
        (None, "symptoms", "Headache"),
    ]
    assert items[1]["said"] == {"value": 2.5, "unit": "mg/dL", "date": "2010-01-01"}


def test_nobody_is_404(client: FlaskClient, ada: Headers) -> None:
    for address in ("", "/history", "/preferences", *(f"/{kind}" for kind in RECORD_KINDS)):
        problem_of(client.get(f"/v1/patients/nobody{address}", headers=ada), 404)
    problem_of(client.post("/v1/patients/nobody/symptoms", json={"symptom": "headache"}, headers=ada), 404)
    problem_of(client.get(f"/v1/patients/{OWN}/symptoms/{'0' * 32}", headers=ada), 404)
    # An entry of another kind, and one of another patient.
    entry = client.get(f"/v1/patients/{OWN}/diagnoses", headers=ada).get_json()["items"][0]["id"]
    problem_of(client.get(f"/v1/patients/{OWN}/therapy/{entry}", headers=ada), 404)
    problem_of(client.get(f"/v1/patients/{OTHER}/diagnoses/{entry}", headers=ada), 404)


def test_writing_a_record_swaps_no_snapshot(client: FlaskClient, ada: Headers, place: Path) -> None:
    store = EmbeddedStore(place / "graph.sqlite")
    before = store.revision()

    client.post(f"/v1/patients/{OWN}/diagnoses", json={"condition": "pneumonia"}, headers=ada)

    assert store.revision() == before
    store.close()


def routes(app: Service) -> Iterator[tuple[str, str, str]]:
    """Every route of records: its endpoint, a method of its own and an address."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("records.", "entries.")):
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            yield rule.endpoint, method, rule.rule.replace("<patient>", OWN).replace("<entry>", "0" * 32)


def test_each_role_is_let_in_where_the_table_says(client: FlaskClient) -> None:
    roles = {role: sign_in(client, name) for role, name in NAMES.items()}
    for endpoint, method, address in routes(cast(Service, client.application)):
        body = {} if method in ("POST", "PATCH") else None
        problem_of(client.open(address, method=method, json=body), 401)
        for role, headers in roles.items():
            answer = client.open(address, method=method, json=body, headers=headers)
            assert (answer.status_code == 403) is (role not in ROLE_TABLE[endpoint].roles), (endpoint, role)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_told_is_what_is_read(client: FlaskClient, ada: Headers, data: st.DataObject) -> None:
    """Whatever the schema allows comes back as it was sent, and a change changes what it names and nothing else."""
    row = RECORD_KINDS[data.draw(st.sampled_from(sorted(EXAMPLES)))]
    values = {name: data.draw(value_of(rule)) for name, rule in row.fields.items() if data.draw(st.booleans()) or rule.required}
    values.pop("stop", None)
    about = {row.node: EXAMPLES[row.name][row.node]}

    made = client.post(f"/v1/patients/{OWN}/{row.name}", json=values | about, headers=ada)

    assert made.status_code == 201, made.data
    assert {k: v for k, v in made.get_json().items() if k in row.fields} == values
    name = data.draw(st.sampled_from([n for n in row.fields if n != "stop"]))
    value = data.draw(value_of(row.fields[name]))
    address = made.headers["Location"]
    changed = client.patch(address, json={name: value}, headers=matching(made, ada))
    assert {k: v for k, v in changed.get_json().items() if k in row.fields} == values | {name: value}
    assert client.get(address, headers=ada).data == changed.data
    assert client.delete(address, headers=matching(changed, ada)).status_code == 204


def value_of(rule: PropertyRule) -> st.SearchStrategy[Any]:
    """Values that a rule allows."""
    if rule.values:
        return st.sampled_from(rule.values)
    if rule.date:
        return st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
    if rule.type is int:
        return st.integers(int(rule.low), int(rule.high))
    if rule.type is float:
        return st.floats(max(rule.low, -1e9), min(rule.high, 1e9), allow_nan=False).map(lambda x: x + 0.0)
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("diagnoses", '{"condition": "\\ud800"}'),
        ("diagnoses", '{"condition": "   "}'),
        ("diagnoses", '{"condition": "*?%_ zebra"}'),
        ("diagnoses", '{"condition": ["asthma"]}'),
        ("diagnoses", '{"condition": null}'),
        ("diagnoses", "{}"),
        ("therapy", '{"medicine": "losartan", "review": "\\udfff"}'),
        ("therapy", '{"medicine": "losartan", "rating": 5.5}'),
        ("therapy", '{"medicine": "losartan", "rating": true}'),
        ("results", f'{{"test": "creatinine", "value": {10**400}}}'),
        ("results", '{"test": "creatinine", "value": null}'),
        ("results", '{"test": "creatinine"}'),
        ("results", '{"test": "creatinine", "value": "NaN"}'),
        ("allergies", f'{{"substance": "penicillin", "reaction": "{"x" * 2001}"}}'),
    ],
)
def test_odd_bodies_are_refused(client: FlaskClient, ada: Headers, kind: str, body: str) -> None:
    answer = client.post(f"/v1/patients/{OWN}/{kind}", data=body, content_type="application/json", headers=ada)

    assert answer.status_code in (400, 422), answer.data
    found = problem_of(answer, answer.status_code)
    assert answer.status_code == 400 or [e["pointer"] for e in found["errors"]] != [""]


def test_what_a_record_must_say_cannot_be_taken_away(client: FlaskClient, ada: Headers) -> None:
    made = client.post(f"/v1/patients/{OWN}/results", json=EXAMPLES["results"], headers=ada)

    answer = client.patch(made.headers["Location"], json={"value": None}, headers=matching(made, ada))

    assert [e["pointer"] for e in problem_of(answer, 422)["errors"]] == ["/value"]
    assert client.get(made.headers["Location"], headers=ada).data == made.data


@pytest.mark.parametrize("tag", ['"', "W/", "x" * 3000, '"a", "b"'])
def test_odd_tags_match_nothing(client: FlaskClient, ada: Headers, tag: str) -> None:
    made = client.post(f"/v1/patients/{OWN}/symptoms", json=EXAMPLES["symptoms"], headers=ada)

    answer = client.delete(made.headers["Location"], headers=ada | {"If-Match": tag})

    assert answer.status_code in (412, 428), answer.data
