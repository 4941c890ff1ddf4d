from pathlib import Path

import pytest

from api.consents import ConsentHistory
from api.database import Database
from api.errors import PreconditionFailedError
from graph.consents import Purpose
from graph.elements import NodeId

ONE, TWO = NodeId("patient:1"), NodeId("patient:2")
PAT = ("pat", "user")


@pytest.fixture
def history(tmp_path: Path) -> ConsentHistory:
    return ConsentHistory(Database(f"sqlite:///{tmp_path / 'a.sqlite'}"))


def test_changes_are_told_the_newest_first(history: ConsentHistory) -> None:
    history.note(ONE, 1, {Purpose.LEARNING: False, Purpose.SHARING: False}, PAT, lambda: None)
    history.note(ONE, 2, {Purpose.LEARNING: True}, ("ada", "clinician"), lambda: None)

    told = [(c.version, c.purpose, c.given, c.by, c.role) for c in history.changes(ONE)]

    assert told == [
        (2, Purpose.LEARNING, True, "ada", "clinician"),
        (1, Purpose.LEARNING, False, "pat", "user"),
        (1, Purpose.SHARING, False, "pat", "user"),
    ]
    assert (history.version(ONE), history.version(TWO)) == (2, 0)


def test_what_cannot_be_changed_is_not_noted(history: ConsentHistory) -> None:
    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        history.note(ONE, 1, {Purpose.LEARNING: False}, PAT, fail)

    assert history.changes(ONE) == ()


def test_of_two_who_change_the_same_version_one_is_refused(history: ConsentHistory) -> None:
    done = []
    history.note(ONE, 1, {Purpose.LEARNING: False}, PAT, lambda: done.append(1))

    with pytest.raises(PreconditionFailedError):
        history.note(ONE, 1, {Purpose.SHARING: False}, PAT, lambda: done.append(2))

    assert done == [1]


def test_a_forgotten_patient_has_no_history(history: ConsentHistory) -> None:
    for patient in (ONE, TWO):
        history.note(patient, 1, {Purpose.LEARNING: False}, PAT, lambda: None)

    assert (history.forget_patient(ONE), history.forget_patient(ONE)) == (1, 0)
    assert (history.version(ONE), history.version(TWO)) == (0, 1)
