"""Erasure: a patient with odd values everywhere is searched for, byte by byte, in everything that the service keeps."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role, open_accounts
from api.app import create_app
from api.context import EXTENSION, Context
from api.services.erasure import JOURNAL, ErasureService, Forgetting
from api.wiring import wire
from graph.compiler import current_snapshot
from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.pseudonyms import patient_id, read_patient_key
from loaders.__main__ import main as loaders
from recommender.answer_log import SqlAnswerLog, StoredAnswer
from recommender.likeness import Likeness, mirror_groups
from recommender.predictors.bundles import PredictorBundles
from recommender.replay import Outcome, replay
from tests.api.conftest import add_accounts, cheap_passwords, give_care, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, OTHER, OWN, SOURCE, add_medicine, batch, build, node

CANARIES = (b"Zebrahives", b"Zebrareview", b"*77/*Zebra", b"Zebraunit", b"MRN-Zebra", b"Zebraspoon")
TABLES = {
    "patient.csv": "patient_id,birth_year,sex\nMRN-Zebra,1950,female\nMRN-Zebra,3000,female\nMRN-Else,3000,male\n",
    "diagnosis.csv": "patient_id,condition,start,status\nMRN-Zebra,Hypertension,2020-01-01,active\n"
    "MRN-Zebra,Zebraspoon fever,2020-01-01,active\nMRN-Else,Zebu fever,2020-01-01,active\n",
    "therapy.csv": "patient_id,medicine,start,review\nMRN-Zebra,Losartan,2021-01-01,Zebrareview of the file\n",
    "patient_allergy.csv": "patient_id,substance,reaction\nMRN-Zebra,penicillins,Zebrahives\n",
}
ENTRIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("allergies", {"substance": "lisinopril", "reaction": "Zebrahives and worse"}),
    ("therapy", {"medicine": "Amlodipine", "review": "Zebrareview", "dose_unit": "Zebraspoon", "daily_dose": 1}),
    ("phenotypes", {"phenotype": "CYP2C19 poor metabolizer", "diplotype": "*77/*Zebra"}),
    ("results", {"test": "Creatinine", "value": 1.25, "unit": "Zebraunit"}),
    ("diagnoses", {"condition": "Pneumonia", "start": "2024-01-01"}),
    ("symptoms", {"symptom": "Headache"}),
)

ELSEWHERE = {
    "accounts": 1,
    "identities": 0,
    "erasure requests": 0,
    "feedback": 0,
    "requests": 0,
    "care": 1,
    "consents": 0,
    "erased list": 1,
    "audit": 1,
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that a loader filled, with the canary's rows among the accepted and the rejected."""
    home, tables = build(tmp_path / "home"), tmp_path / "tables"
    store = EmbeddedStore(home / "graph.sqlite")
    load = store.start_load("phenotype")
    store.write(batch([node("rx:slow", NodeKind.PHENOTYPE, "CYP2C19 poor metabolizer")], []), load, "1")
    store.finish_load(load, remove_stale=False)
    store.close()
    tables.mkdir()
    for name, text in TABLES.items():
        (tables / name).write_text(text)
    monkeypatch.setenv("RXPATH_HOME", str(home))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    assert loaders(["add", str(tables), "--brief"]) == 1
    return home


@pytest.fixture
def canary(place: Path) -> NodeId:
    return patient_id("MRN-Zebra", read_patient_key(place / "patient.key"))


@pytest.fixture
def accounts(place: Path, canary: NodeId) -> Iterator[AccountStore]:
    store = open_accounts(settings_of(place).graph.database, cheap_passwords())
    add_accounts(store, canary)
    give_care(settings_of(place), patients=("MRN-Zebra", OWN, OTHER))
    yield store
    store.close()


@pytest.fixture
def client(place: Path, accounts: AccountStore) -> FlaskClient:
    return wire(settings_of(place), accounts).test_client()


def fill(client: FlaskClient, place: Path, canary: NodeId) -> list[str]:
    """Use every route for the canary; the ids of the answers that were given."""
    ada, own = sign_in(client, NAMES[Role.CLINICIAN]), f"/v1/patients/{canary}"
    for kind, body in ENTRIES:
        made = client.post(f"{own}/{kind}", json=body, headers=ada)
        assert made.status_code == 201, made.data
    item = client.get(f"{own}/therapy", headers=ada).get_json()["items"][-1]
    read = client.get(f"{own}/therapy/{item['id']}", headers=ada)
    changed = client.patch(
        f"{own}/therapy/{item['id']}", json={"stop": "2025-01-01"}, headers=ada | {"If-Match": read.headers["ETag"]}
    )
    assert changed.status_code == 200
    gone = client.get(f"{own}/diagnoses", headers=ada).get_json()["items"][0]
    read = client.get(f"{own}/diagnoses/{gone['id']}", headers=ada)
    client.delete(f"{own}/diagnoses/{gone['id']}", headers=ada | {"If-Match": read.headers["ETag"]})
    read = client.get(own, headers=ada)
    client.patch(own, json={"avoid_routes": ["rectal"]}, headers=ada | {"If-Match": read.headers["ETag"]})
    assert client.get(f"{own}/history", headers=ada).status_code == 200
    pat = sign_in(client, NAMES[Role.USER])
    store = EmbeddedStore(place / "graph.sqlite")
    foreseen(store, canary)
    # The knowledge changes, and is compiled again, while the canary is on file.
    add_medicine(store, "new")
    current_snapshot(store, place / "snapshots")
    store.close()
    found = [client.get(f"{own}/recommendations?as_of=2026-0{i}-01", headers=h) for i, h in ((1, ada), (2, ada), (3, pat))]
    return [answer.get_json()["id"] for answer in found]


def foreseen(store: EmbeddedStore, patient: NodeId) -> None:
    """What a predictor wrote of the patient."""
    values = {"probability": 0.5, "predictor": "Zebraunit", "bundle": "b1"}
    predicted = Edge(EdgeKind.PREDICTED, patient, NodeId("ICD10CM:E11"), SOURCE, KnowledgeLevel.PREDICTION, "", "", "", values)
    load = store.start_load("foreseen")
    whom = node(patient, NodeKind.PATIENT, "", birth_year=1950)
    store.write(batch([whom, node("ICD10CM:E11", NodeKind.CONDITION, "Type 2 diabetes")], [predicted]), load, "1")
    store.finish_load(load, remove_stale=False)


def traces(home: Path, canary: NodeId) -> dict[str, int]:
    """How often the canary's words and id stand in the files of a home, logs of databases included."""
    words = (*CANARIES, canary.encode(), canary.removeprefix("patient:").encode())
    found = {}
    for path in (path for path in home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        hits = sum(content.count(word) for word in words[:-1])
        if hits or words[-1].decode() in path.name:
            found[str(path.relative_to(home))] = hits
    return found


def erase(client: FlaskClient, canary: NodeId) -> Any:
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    read = client.get(f"/v1/patients/{canary}", headers=ada)
    return client.delete(f"/v1/patients/{canary}", headers=ada | {"If-Match": read.headers["ETag"]})


def test_of_an_erased_patient_nothing_is_found(client: FlaskClient, place: Path, canary: NodeId) -> None:
    answers = fill(client, place, canary)
    before = traces(place, canary)
    assert {"graph.sqlite", "accounts.sqlite"} <= {name.removesuffix("-wal") for name in before}
    assert any(name.startswith("quarantine") for name in before)

    answer = erase(client, canary)

    assert answer.status_code == 200, answer.data
    summary = answer.get_json()
    assert summary.pop("edges") == 9
    assert summary == {
        "id": canary,
        "answers": 3,
        "elsewhere": ELSEWHERE,
        "quarantined": 2,
        "predictors": [],
    }
    # The mark without which the next load would bring the person back: the keyed id, once, and nothing else.
    assert traces(place, canary) == {"graph.sqlite": 1, "erased.list": 1}
    log = SqlAnswerLog(settings_of(place).graph.database)
    assert [replay(i, log, place / "snapshots", place).outcome for i in answers] == [Outcome.ERASED] * 3
    log.close()
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    for address in ("", "/history", "/preferences", "/diagnoses"):
        problem_of(client.get(f"/v1/patients/{canary}{address}", headers=ada), 404)
    problem_of(client.get(f"/v1/patients/{canary}/recommendations", headers=ada), 404)
    problem_of(client.post(f"/v1/patients/{canary}/symptoms", json={"symptom": "headache"}, headers=ada), 404)
    problem_of(client.post("/v1/patients", json={"identifier": "MRN-Zebra"}, headers=ada), 410)
    problem_of(client.delete(f"/v1/patients/{canary}", headers=ada | {"If-Match": "*"}), 404)


def test_others_keep_everything(client: FlaskClient, place: Path, canary: NodeId) -> None:
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    kept = [f"/v1/patients/{who}/history" for who in (OWN, OTHER)]
    before = [client.get(address, headers=ada).data for address in kept]
    revision = client.get("/health/ready").get_json()["snapshot"]

    erase(client, canary)

    assert [client.get(address, headers=ada).data for address in kept] == before
    assert client.get("/health/ready").get_json()["snapshot"] == revision
    assert b"MRN-Else" in b"".join(path.read_bytes() for path in (place / "quarantine").rglob("*.csv"))


def test_the_same_file_brings_nobody_back(client: FlaskClient, place: Path, canary: NodeId, tmp_path: Path) -> None:
    erase(client, canary)

    loaders(["add", str(tmp_path / "tables"), "--brief"])

    store = EmbeddedStore(place / "graph.sqlite")
    assert canary not in {found.id for found in store.nodes(NodeKind.PATIENT)}
    assert list(store.edges_from(canary)) == []
    store.close()


def test_patients_are_in_no_snapshot(client: FlaskClient, place: Path, canary: NodeId) -> None:
    fill(client, place, canary)

    found = [path.read_bytes() for path in (place / "snapshots").iterdir()]

    assert len(found) >= 2
    assert not any(word in content for content in found for word in (*CANARIES, b"patient:"))


class KilledError(BaseException):
    """In the place of a kill: nothing of ours catches it."""


class Killing:
    """A store at which the process is killed."""

    def forget_patient(self, patient: NodeId) -> int:
        raise KilledError


def test_an_erasure_that_was_killed_is_finished_at_the_next_start(
    client: FlaskClient, place: Path, canary: NodeId, accounts: AccountStore
) -> None:
    answers = fill(client, place, canary)
    context: Context = client.application.extensions[EXTENSION]
    store, log = EmbeddedStore(place / "graph.sqlite"), SqlAnswerLog(settings_of(place).graph.database)
    key, killing = read_patient_key(place / "patient.key"), Killing()
    stores: list[tuple[str, Forgetting]] = [("accounts", accounts), ("killing", killing)]
    with pytest.raises(KilledError):
        ErasureService(store, log, stores, place, key, context.records.person, list).erase(canary, lambda: lambda now: None)
    assert len(traces(place, canary)) > 1
    assert [path.name for path in (place / JOURNAL).iterdir()] == [canary.removeprefix("patient:")]

    # The journal survives; what is done again is no error.
    wire(settings_of(place), accounts)

    assert traces(place, canary) == {"graph.sqlite": 1, "erased.list": 1}
    assert list((place / JOURNAL).iterdir()) == []
    assert replay(answers[0], log, place / "snapshots", place).outcome is Outcome.ERASED
    store.close()
    log.close()


def test_an_erasure_that_failed_is_finished_when_it_is_asked_for_again(
    client: FlaskClient, place: Path, canary: NodeId
) -> None:
    ada = sign_in(client, NAMES[Role.CLINICIAN])
    (place / JOURNAL).mkdir()
    (place / JOURNAL / canary.removeprefix("patient:")).touch()
    store = EmbeddedStore(place / "graph.sqlite")
    store.forget(canary)
    store.close()

    answer = client.delete(f"/v1/patients/{canary}", headers=ada)

    assert answer.status_code == 200
    assert traces(place, canary) == {"graph.sqlite": 1, "erased.list": 1}


def test_while_somebody_reads_what_was_there_an_erasure_is_not_done(
    client: FlaskClient, place: Path, canary: NodeId, accounts: AccountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.embedded_file.SCRUB_PATIENCE", 0.1)
    reader = sqlite3.connect(place / "graph.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM edge").fetchone()

    answer = erase(client, canary)

    problem_of(answer, 503)
    assert [path.name for path in (place / JOURNAL).iterdir()] == [canary.removeprefix("patient:")]
    # A service starts all the same, and finishes it at a later start.
    wire(settings_of(place), accounts)
    assert len(list((place / JOURNAL).iterdir())) == 1
    reader.close()
    wire(settings_of(place), accounts)
    assert list((place / JOURNAL).iterdir()) == []
    assert traces(place, canary) == {"graph.sqlite": 1, "erased.list": 1}


def test_what_is_erased_is_what_was_read(client: FlaskClient, canary: NodeId) -> None:
    ada = sign_in(client, NAMES[Role.CLINICIAN])

    problem_of(client.delete(f"/v1/patients/{canary}", headers=ada), 428)
    problem_of(client.delete(f"/v1/patients/{canary}", headers=ada | {"If-Match": '"0"'}), 412)
    problem_of(client.delete("/v1/patients/nobody", headers=ada | {"If-Match": "*"}), 404)

    assert client.get(f"/v1/patients/{canary}", headers=ada).status_code == 200


def test_an_answer_that_was_computed_while_its_patient_was_erased_is_not_kept(
    client: FlaskClient, place: Path, canary: NodeId
) -> None:
    """The erasure runs between the reading of the record and the keeping of the answer."""
    context: Context = client.application.extensions[EXTENSION]

    class Late:
        """Erases the patient at the last moment before an answer is kept."""

        def keep(self, answer: StoredAnswer) -> None:
            store = EmbeddedStore(place / "graph.sqlite")
            store.forget(canary)
            store.close()
            context.answers.keep(answer)

        find, forget_patient, close = context.answers.find, context.answers.forget_patient, context.answers.close

    late = create_app(replace(context, answers=Late())).test_client()
    ada = sign_in(late, NAMES[Role.CLINICIAN])

    problem_of(late.get(f"/v1/patients/{canary}/recommendations", headers=ada), 410)

    database = [place / f"accounts.sqlite{suffix}" for suffix in ("", "-wal")]
    assert not any(b"Zebra" in path.read_bytes() for path in database if path.exists())


@pytest.mark.parametrize(("people", "retired"), [(5, ["groups"]), (6, [])])
def test_a_group_that_may_be_of_four_now_is_told_of_no_more(
    client: FlaskClient, place: Path, canary: NodeId, people: int, retired: list[str]
) -> None:
    store = EmbeddedStore(place / "graph.sqlite")
    group = node("rx:group-1", NodeKind.GROUP, "people with hypertension", people=people, bundle="b1")
    values = {"people": people, "share": 0.5, "shift": 0.5, "bundle": "b1"}
    responded = Edge(
        EdgeKind.RESPONDED_TO, group.id, NodeId("RxNorm:723"), SOURCE, KnowledgeLevel.STATISTICAL, "", "", "", values
    )
    mirror_groups(Likeness((group,), (responded,), "b1"), store)
    PredictorBundles(place).write("groups", {"therapies/people": np.array([people])}, {})

    answer = erase(client, canary)

    assert answer.get_json()["predictors"] == retired
    assert PredictorBundles(place).has("groups") is not bool(retired)
    assert [e.kind for e in store.edges_from(group.id)] == [EdgeKind.RESPONDED_TO] * (not retired)
    store.close()
