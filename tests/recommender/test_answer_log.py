"""The log of answers: what is kept is found as it was, once; what is forgotten leaves a tombstone."""

import hashlib
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.elements import NodeId
from recommender.answer_log import ErasedAnswer, SqlAnswerLog, StoredAnswer
from recommender.errors import AnswerLogError
from recommender.record import record_from, record_payload
from recommender.request import Request
from recommender.safety.finding import VERSION
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.test_service import EDGES, NODES

PATIENT = NodeId("patient:p")


def an_answer(**values: Any) -> StoredAnswer:
    request = {"as_of": "2024-06-01", "patient": PATIENT, "case": None}
    record = {
        "patient": PATIENT,
        "age": 50,
        "facts": [["HAS_DIAGNOSIS", "C:x", True, "d1", {"weight": 0.1, "n": 5.0, "é": "ß"}]],
    }
    made = StoredAnswer(
        "a" * 32, "2024-06-01T10:00:00+00:00", PATIENT, request, record, "s" * 32, None, "m" * 32, "2", "d" * 64
    )
    return replace(made, **values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "answers.sqlite"


@pytest.fixture
def log(database_url: str) -> Iterator[SqlAnswerLog]:
    with closing(SqlAnswerLog(database_url)) as opened:
        yield opened


@pytest.fixture
def log_in_file(path: Path) -> Iterator[SqlAnswerLog]:
    with closing(SqlAnswerLog(f"sqlite:///{path}")) as opened:
        yield opened


def test_what_is_kept_is_found_by_another_process(log: SqlAnswerLog, database_url: str) -> None:
    case = an_answer(id="b" * 32, patient=None, record=None, trained_on="t" * 32, request={"case": {"b": 1, "a": [1.5]}})
    log.keep(an_answer())
    log.keep(case)

    with closing(SqlAnswerLog(database_url)) as other:
        assert other.find("a" * 32) == an_answer()
        assert other.find("b" * 32) == case
        assert other.find("c" * 32) is None


def test_the_order_of_a_cases_fields_is_kept(log: SqlAnswerLog) -> None:
    log.keep(an_answer(request={"case": {"b": 1, "a": 2}}))

    found = log.find("a" * 32)

    assert isinstance(found, StoredAnswer)
    assert list(found.request["case"]) == ["b", "a"]


def test_the_same_answer_is_kept_once(log: SqlAnswerLog) -> None:
    log.keep(an_answer())
    log.keep(an_answer(created="2025-01-01T00:00:00+00:00"))

    assert log.find("a" * 32) == an_answer()


def test_many_keep_at_once(database_url: str) -> None:
    def keep(i: int) -> None:
        with closing(SqlAnswerLog(database_url)) as log:
            log.keep(an_answer(id=f"{i % 8:032d}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(32)))

    with closing(SqlAnswerLog(database_url)) as log:
        assert all(log.find(f"{i:032d}") for i in range(8))


def test_a_forgotten_patient_leaves_tombstones_and_nothing_else(log: SqlAnswerLog) -> None:
    secret = {"facts": [["ALLERGIC_TO", "I:unspeakable", True, "r1", {}]]}
    log.keep(an_answer(record=secret))
    log.keep(an_answer(id="b" * 32, patient=NodeId("patient:other"), request={}, record={}))

    assert log.forget_patient(PATIENT) == 1
    assert log.forget_patient(PATIENT) == 0

    found = log.find("a" * 32)
    assert isinstance(found, ErasedAnswer)
    assert found.erased > "2024"
    assert isinstance(log.find("b" * 32), StoredAnswer)
    log.keep(an_answer(record=secret))
    assert isinstance(log.find("a" * 32), ErasedAnswer), "what was erased is not kept again"


def test_what_is_forgotten_is_gone_from_the_file(log_in_file: SqlAnswerLog, path: Path) -> None:
    log_in_file.keep(an_answer(record={"facts": [["ALLERGIC_TO", "I:unspeakable", True, "r1", {}]]}))

    log_in_file.forget_patient(PATIENT)

    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"unspeakable" not in path.read_bytes()
    assert b"patient:p" not in path.read_bytes()


def test_the_file_is_its_owners_alone(log_in_file: SqlAnswerLog, path: Path) -> None:
    log_in_file.keep(an_answer())

    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_it_shares_a_database_with_others(path: Path, log_in_file: SqlAnswerLog) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE account (name TEXT)")

    with closing(SqlAnswerLog(f"sqlite:///{path}")) as again:
        again.keep(an_answer())
        assert again.find("a" * 32)


@pytest.mark.parametrize("url", ["no url", "nothing://x", "sqlite:////proc/nowhere/answers.sqlite"])
def test_a_database_that_cannot_be_opened_is_told_without_its_url(url: str) -> None:
    with pytest.raises(AnswerLogError) as caught:
        SqlAnswerLog(url)
    assert "nowhere" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(AnswerLogError):
        SqlAnswerLog(f"sqlite:///{path}")


def test_a_table_of_another_form_is_told_without_values(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE answer (id TEXT, patient TEXT)")

    with closing(SqlAnswerLog(f"sqlite:///{path}")) as log:
        for act in (lambda: log.keep(an_answer()), lambda: log.find("a" * 32), lambda: log.forget_patient(PATIENT)):
            with pytest.raises(AnswerLogError, match=r"^the log of answers cannot be used: \w+$"):
                act()


# Of an answer


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


CASE = {
    "age": 50,
    "conditions": [{"condition": "severe", "status": "resolved", "stop": "2020-01-01"}],
    "medicines": [{"medicine": "potassium", "daily_dose": 2.0}],
    "allergies": [{"substance": "nobody knows"}],
    "avoid_routes": ["oral"],
}


@pytest.mark.parametrize("asked", [{"patient": PATIENT}, {"case": CASE}, {"nodes": ("C:hypertension",)}])
def test_of_an_answer_is_kept_what_it_came_from(graph: Graph, log: SqlAnswerLog, asked: dict[str, Any]) -> None:
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    answer = recommender.recommend(Request(as_of=TODAY, **asked))
    stored = StoredAnswer.of(answer, recommender.snapshot, recommender.model, VERSION)

    log.keep(stored)

    assert log.find(answer.id) == stored
    assert (stored.patient, stored.request) == (asked.get("patient"), answer.request.payload())
    assert (stored.snapshot, stored.trained_on, stored.model) == (graph.snapshot.checksum, None, recommender.model)
    assert stored.digest == hashlib.sha256(answer.json()).hexdigest()
    assert (stored.record is None) is ("nodes" in asked)


@pytest.mark.parametrize("asked", [{"patient": PATIENT}, {"case": CASE}])
def test_a_record_is_read_back_as_it_was(graph: Graph, log: SqlAnswerLog, asked: dict[str, Any]) -> None:
    recommender = Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)
    record = recommender.record(Request(as_of=TODAY, **asked))
    log.keep(an_answer(record=record_payload(record, graph.snapshot)))

    found = log.find("a" * 32)

    assert isinstance(found, StoredAnswer)
    assert found.record is not None
    assert record_from(found.record, graph.snapshot) == record
    assert record.facts
