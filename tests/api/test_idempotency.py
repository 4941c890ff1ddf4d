"""Idempotency keys: a request that comes twice has one effect and one answer, whoever is faster."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, Role, open_accounts
from api.app import Service
from api.care import CareStore
from api.database import Database
from api.replays import ReplayStore
from api.replays.store import LIFE_SECONDS
from api.wiring import wire
from graph.pseudonyms import patient_id, read_patient_key
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, OWN, PASSWORD, build

BODY = {"medicine": "Lisinopril", "start": "2026-01-05"}
ADDRESS = f"/v1/patients/{OWN}/therapy"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return build(tmp_path)


@pytest.fixture
def app(place: Path) -> Iterator[Service]:
    store = open_accounts(settings_of(place).graph.database, cheap_passwords())
    add_accounts(store, patient_id(OWN, read_patient_key(place / "patient.key")))
    store.add(Account("dr.bob", Role.CLINICIAN), PASSWORD)
    give_care(settings_of(place))
    give_care(settings_of(place), "dr.bob")
    yield wire(settings_of(place), store)
    store.close()


@pytest.fixture
def client(app: Service) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ada(client: FlaskClient) -> dict[str, str]:
    return sign_in(client, NAMES[Role.CLINICIAN])


def under(headers: dict[str, str], key: str) -> dict[str, str]:
    return headers | {"Idempotency-Key": key}


def count(client: FlaskClient, headers: dict[str, str]) -> int:
    return len(client.get(ADDRESS, headers=headers).get_json()["items"])


def test_the_same_request_has_one_effect_and_the_same_answer(client: FlaskClient, ada: dict[str, str]) -> None:
    before = count(client, ada)

    first, second = (client.post(ADDRESS, json=BODY, headers=under(ada, "k1")) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.data, first.headers["Location"], first.headers["ETag"]) == (
        second.data,
        second.headers["Location"],
        second.headers["ETag"],
    )
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
    assert count(client, ada) == before + 1
    assert client.post(ADDRESS, json=BODY, headers=under(ada, "k2")).headers["Location"] != first.headers["Location"]


def test_of_many_at_once_one_has_the_effect(app: Service, client: FlaskClient, ada: dict[str, str]) -> None:
    before = count(client, ada)

    def ask(_: int) -> int:
        return app.test_client().post(ADDRESS, json=BODY, headers=under(ada, "many")).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(ask, range(16)))

    assert 201 in statuses
    assert statuses <= {201, 409}
    assert count(client, ada) == before + 1


def test_another_request_under_the_key_is_refused(client: FlaskClient, ada: dict[str, str]) -> None:
    client.post(ADDRESS, json=BODY, headers=under(ada, "k"))

    problem_of(client.post(ADDRESS, json=BODY | {"start": "2026-01-06"}, headers=under(ada, "k")), 422)
    problem_of(client.post("/v1/patients", json={}, headers=under(ada, "k")), 422)


def test_a_key_is_its_accounts_alone(client: FlaskClient, ada: dict[str, str]) -> None:
    bob = sign_in(client, "dr.bob")

    one, other = (client.post(ADDRESS, json=BODY, headers=under(headers, "k")) for headers in (ada, bob))

    assert one.headers["Location"] != other.headers["Location"]


def test_what_failed_may_be_mended_under_the_same_key(client: FlaskClient, ada: dict[str, str]) -> None:
    problem_of(client.post(ADDRESS, json={"medicine": "zebramycin"}, headers=under(ada, "k")), 422)

    assert client.post(ADDRESS, json=BODY, headers=under(ada, "k")).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "two words", "é"])
def test_an_odd_key_is_refused(client: FlaskClient, ada: dict[str, str], key: str) -> None:
    problem_of(client.post(ADDRESS, json=BODY, headers=under(ada, key)), 422)


def test_what_changes_nothing_is_answered_anew(client: FlaskClient, ada: dict[str, str]) -> None:
    for body in ({"conditions": ["hypertension"]}, {"conditions": ["asthma"]}):
        assert client.post("/v1/recommendations", json=body, headers=under(ada, "k")).status_code == 200


def test_what_is_kept_goes_with_the_patient(client: FlaskClient, ada: dict[str, str], place: Path) -> None:
    review = BODY | {"review": "Zebrareview"}
    client.post(ADDRESS, json=review, headers=under(ada, "k"))

    erased = client.delete(f"/v1/patients/{OWN}", headers=ada | {"If-Match": "*"})

    assert erased.get_json()["elsewhere"]["requests"] == 1
    assert [path for path in place.rglob("*") if path.is_file() and b"Zebrareview" in path.read_bytes()] == []
    problem_of(client.post(ADDRESS, json=review, headers=under(ada, "k")), 404)


def test_a_key_is_free_again_after_a_day(database_url: str) -> None:
    now = [1000.0]
    store = ReplayStore(Database(database_url), lambda: now[0])
    assert store.claim("ada", "k", "d") is None
    store.keep("ada", "k", 201, {"Location": "/x"}, b"body", None)
    now[0] += LIFE_SECONDS - 1
    found = store.claim("ada", "k", "d")
    assert found is not None
    assert (found.status, found.headers, found.body) == (201, {"Location": "/x"}, b"body")
    now[0] += 1

    assert store.claim("ada", "k", "other") is None


def test_who_may_not_have_the_record_any_more_is_not_told_by_a_key(
    client: FlaskClient, ada: dict[str, str], place: Path
) -> None:
    assert client.post(ADDRESS, json=BODY, headers=under(ada, "k")).status_code == 201
    settings = settings_of(place)
    store, patient = CareStore(Database(settings.graph.database)), patient_id(OWN, read_patient_key(place / "patient.key"))
    store.end_all(NAMES[Role.CLINICIAN], patient)
    assert patient not in store.patients_of(NAMES[Role.CLINICIAN])

    problem_of(client.post(ADDRESS, json=BODY, headers=under(ada, "k")), 404)


def test_no_secret_is_kept_under_a_key(client: FlaskClient, ada: dict[str, str], place: Path) -> None:
    body = {"label": "x", "scopes": ["knowledge"], "days": 1}

    made = client.post("/v1/auth/keys", json=body, headers=under(ada, "k"))

    assert made.status_code == 201, made.data
    secret = next(value for value in made.get_json().values() if str(value).startswith("rxp_"))
    assert [path.name for path in place.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()] == []
