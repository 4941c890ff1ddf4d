"""Feedback over HTTP: each account's own, once of a kind, changed by version, gone with the patient."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.accounts import Role, open_accounts
from api.database import Database
from api.replays import ReplayStore
from api.schemas.feedback import FeedbackShown, FeedbacksShown
from api.wiring import wire
from graph.pseudonyms import patient_id, read_patient_key
from recommender.feedback_log import SqlFeedbackLog
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, OTHER, OWN, build

As = Callable[[Role], dict[str, str]]
LISINOPRIL = "RxNorm:29046"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return build(tmp_path)


@pytest.fixture
def client(place: Path) -> Iterator[FlaskClient]:
    store = open_accounts(settings_of(place).graph.database, cheap_passwords())
    add_accounts(store, patient_id(OWN, read_patient_key(place / "patient.key")))
    give_care(settings_of(place))
    yield wire(settings_of(place), store).test_client()
    store.close()


@pytest.fixture
def as_own(client: FlaskClient) -> As:
    return {role: sign_in(client, name) for role, name in NAMES.items()}.__getitem__


def answer_of(client: FlaskClient, headers: dict[str, str], patient: str = OWN) -> str:
    found = client.get(f"/v1/patients/{patient}/recommendations", headers=headers)
    return f"/v1/recommendations/{found.get_json()['id']}/feedback"


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "accept"},
        {"kind": "dismiss", "reason": "side-effect"},
        {"kind": "outcome", "outcome": "improved"},
        {"kind": "rating", "rating": 8},
        {"kind": "review", "review": "It helped within a week."},
    ],
)
def test_what_is_said_is_kept_read_changed_and_taken_back(client: FlaskClient, as_own: As, said: dict[str, Any]) -> None:
    ada = as_own(Role.CLINICIAN)
    address = answer_of(client, ada)

    made = client.post(address, json={"medicine": "lisinopril"} | said, headers=ada)

    assert made.status_code == 201, made.data
    FeedbackShown.model_validate(made.get_json())
    assert made.get_json()["medicine"] == LISINOPRIL
    place = made.headers["Location"]
    read = client.get(place, headers=ada)
    assert (read.data, read.headers["ETag"]) == (made.data, made.headers["ETag"])
    listed = client.get(address, headers=ada).get_json()
    FeedbacksShown.model_validate(listed)
    assert listed["items"] == [made.get_json()]
    problem_of(client.post(address, json={"medicine": LISINOPRIL} | said, headers=ada), 409)
    problem_of(client.put(place, json={"medicine": LISINOPRIL} | said, headers=ada), 428)
    problem_of(client.put(place, json={"medicine": LISINOPRIL} | said, headers=ada | {"If-Match": '"old"'}), 412)
    tag = {"If-Match": read.headers["ETag"]}
    assert client.put(place, json={"medicine": LISINOPRIL} | said, headers=ada | tag).status_code == 200
    assert client.delete(place, headers=ada | tag).status_code == 204
    problem_of(client.get(place, headers=ada), 404)


def test_a_change_is_shown_and_keeps_its_kind(client: FlaskClient, as_own: As) -> None:
    ada = as_own(Role.CLINICIAN)
    made = client.post(answer_of(client, ada), json={"medicine": LISINOPRIL, "kind": "rating", "rating": 8}, headers=ada)
    tag = {"If-Match": made.headers["ETag"]}

    other = {"medicine": LISINOPRIL, "kind": "accept"}
    problem_of(client.put(made.headers["Location"], json=other, headers=ada | tag), 422)
    changed = {"medicine": LISINOPRIL, "kind": "rating", "rating": 3}
    told = client.put(made.headers["Location"], json=changed, headers=ada | tag)

    assert told.get_json()["rating"] == 3
    assert told.headers["ETag"] != made.headers["ETag"]
    assert client.get(made.headers["Location"], headers=ada).data == told.data


def test_everybody_sees_and_changes_their_own(client: FlaskClient, as_own: As) -> None:
    ada, pat = as_own(Role.CLINICIAN), as_own(Role.USER)
    address = answer_of(client, ada)
    made = client.post(address, json={"medicine": LISINOPRIL, "kind": "accept"}, headers=ada)

    assert client.get(address, headers=pat).get_json() == {"items": []}
    problem_of(client.get(made.headers["Location"], headers=pat), 404)
    problem_of(client.delete(made.headers["Location"], headers=pat | {"If-Match": made.headers["ETag"]}), 404)
    # The patient may say the same of the same answer.
    assert client.post(address, json={"medicine": LISINOPRIL, "kind": "accept"}, headers=pat).status_code == 201
    problem_of(client.post(address, json={"medicine": LISINOPRIL, "kind": "accept"}, headers=as_own(Role.ADMIN)), 403)
    foreign = answer_of(client, ada, OTHER)
    problem_of(client.post(foreign, json={"medicine": LISINOPRIL, "kind": "accept"}, headers=pat), 404)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "accept"},
        {"medicine": LISINOPRIL, "kind": "like"},
        {"medicine": LISINOPRIL, "kind": "dismiss"},
        {"medicine": LISINOPRIL, "kind": "dismiss", "reason": "bored"},
        {"medicine": LISINOPRIL, "kind": "outcome", "outcome": "fine"},
        {"medicine": LISINOPRIL, "kind": "rating", "rating": 11},
        {"medicine": LISINOPRIL, "kind": "accept", "rating": 5},
        {"medicine": LISINOPRIL, "kind": "review", "review": "x" * 2001},
        {"medicine": "zebramycin", "kind": "accept"},
    ],
)
def test_what_is_no_feedback_is_refused_with_a_pointer(client: FlaskClient, as_own: As, body: dict[str, Any]) -> None:
    ada = as_own(Role.CLINICIAN)

    told = problem_of(client.post(answer_of(client, ada), json=body, headers=ada), 422)

    assert told["errors"]
    assert "zebramycin" not in str(told)


def test_what_was_said_of_an_erased_patient_is_gone(client: FlaskClient, as_own: As, place: Path) -> None:
    ada = as_own(Role.CLINICIAN)
    address = answer_of(client, ada)
    review = {"medicine": LISINOPRIL, "kind": "review", "review": "Zebrareview"}
    assert client.post(address, json=review, headers=ada).status_code == 201
    assert "Zebrareview" in client.get("/v1/me/export", headers=as_own(Role.USER)).text

    erased = client.delete(f"/v1/patients/{OWN}", headers=ada | {"If-Match": "*"})

    assert erased.get_json()["elsewhere"]["feedback"] == 1
    problem_of(client.get(address, headers=ada), 410)
    found = [path.name for path in place.rglob("*") if path.is_file() and b"Zebrareview" in path.read_bytes()]
    assert found == []


def test_learning_finds_it_without_the_service(client: FlaskClient, as_own: As, place: Path) -> None:
    ada = as_own(Role.CLINICIAN)
    address = answer_of(client, ada)
    client.post(address, json={"medicine": LISINOPRIL, "kind": "dismiss", "reason": "cost"}, headers=ada)

    log = SqlFeedbackLog(settings_of(place).graph.database)
    (found,) = log.of_answer(address.split("/")[3], NAMES[Role.CLINICIAN])
    log.close()

    assert (found.medicine, found.value) == (LISINOPRIL, "cost")


def test_of_two_changes_of_one_version_one_wins(client: FlaskClient, as_own: As) -> None:
    ada = as_own(Role.CLINICIAN)
    made = client.post(answer_of(client, ada), json={"medicine": LISINOPRIL, "kind": "rating", "rating": 5}, headers=ada)
    headers, place = ada | {"If-Match": made.headers["ETag"]}, made.headers["Location"]

    def change(rating: int) -> int:
        body = {"medicine": LISINOPRIL, "kind": "rating", "rating": rating}
        return client.application.test_client().put(place, json=body, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(change, (1, 2, 3, 4)))

    assert statuses == [200, 412, 412, 412]


def test_what_is_said_while_the_patient_is_erased_does_not_stay(client: FlaskClient, as_own: As, place: Path) -> None:
    ada = as_own(Role.CLINICIAN)
    address = answer_of(client, ada)

    def say(i: int) -> int:
        body = {"medicine": ("lisinopril", "amlodipine", "losartan")[i % 3], "kind": "review", "review": f"Zebrareview {i}"}
        return client.application.test_client().post(address, json=body, headers=ada | {"Idempotency-Key": f"k{i}"}).status_code

    with ThreadPoolExecutor(4) as pool:
        said = [pool.submit(say, i) for i in range(12)]
        erased = client.application.test_client().delete(f"/v1/patients/{OWN}", headers=ada | {"If-Match": "*"})
        statuses = {one.result() for one in said}

    assert erased.status_code == 200
    assert statuses <= {201, 404, 409, 410}
    log = SqlFeedbackLog(settings_of(place).graph.database)
    assert log.of_answer(address.split("/")[3], NAMES[Role.CLINICIAN]) == []
    log.close()
    kept = ReplayStore(Database(settings_of(place).graph.database))
    assert kept.forget_patient(patient_id(OWN, read_patient_key(place / "patient.key"))) == 0
