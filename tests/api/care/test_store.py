from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.care import CareStore, Ground
from api.database import Database
from api.errors import NotFoundError
from graph.elements import NodeId

ONE, TWO = NodeId("patient:1"), NodeId("patient:2")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Now:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at.timestamp()


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def care(tmp_path: Path, now: Now) -> CareStore:
    return CareStore(Database(f"sqlite:///{tmp_path / 'a.sqlite'}"), now)


def test_care_holds_from_its_first_to_its_last_day(care: CareStore, now: Now) -> None:
    care.begin("ada", ONE, by="root", begins=date(2026, 3, 11), ends=date(2026, 3, 12))

    held = []
    for days in range(4):
        now.at = NOON + timedelta(days)
        held.append((care.gives("ada", ONE), care.patients_of("ada")))

    assert held == [(None, ()), (Ground.CARE, (ONE,)), (Ground.CARE, (ONE,)), (None, ())]


def test_care_is_of_one_account_for_one_patient(care: CareStore) -> None:
    care.begin("ada", ONE, by="")

    assert care.gives("ada", ONE) is Ground.CARE
    assert care.gives("bob", ONE) is care.gives("ada", TWO) is None


def test_what_is_ended_ends_at_once_and_stays_on_record(care: CareStore, now: Now) -> None:
    relation = care.begin("ada", ONE, by="root")
    now.at += timedelta(hours=1)

    ended = care.end(relation.id)
    now.at += timedelta(hours=1)

    assert ended.ended == NOON + timedelta(hours=1)
    assert care.end(relation.id) == ended
    assert care.gives("ada", ONE) is None
    assert care.relations(account="ada") == care.relations(patient=ONE) == (ended,)
    assert care.relations(account="bob") == care.relations(patient=TWO) == ()
    with pytest.raises(NotFoundError):
        care.end("none")


def test_all_relations_of_two_are_ended(care: CareStore) -> None:
    for patient in (ONE, ONE, TWO):
        care.begin("ada", patient, by="")

    assert care.end_all("ada", ONE) == 2
    assert care.end_all("ada", ONE) == 0
    assert care.patients_of("ada") == (TWO,)


def test_a_broken_glass_holds_for_its_time(care: CareStore, now: Now) -> None:
    broken = care.break_glass("ada", ONE, "an emergency", timedelta(minutes=60))

    assert (broken.at, broken.until) == (NOON, NOON + timedelta(hours=1))
    assert care.gives("ada", ONE) is Ground.BREAK_GLASS
    assert care.patients_of("ada") == ()
    now.at += timedelta(minutes=59)
    assert care.gives("ada", ONE) is Ground.BREAK_GLASS
    now.at += timedelta(minutes=1)
    assert care.gives("ada", ONE) is None
    assert care.broken() == care.broken(patient=ONE) == (broken,)
    assert care.broken(patient=TWO) == ()


def test_who_cares_needs_no_broken_glass(care: CareStore) -> None:
    care.break_glass("ada", ONE, "an emergency", timedelta(minutes=60))
    care.begin("ada", ONE, by="")

    assert care.gives("ada", ONE) is Ground.CARE


def test_of_a_forgotten_patient_nothing_stays(care: CareStore) -> None:
    for patient in (ONE, TWO):
        care.begin("ada", patient, by="")
        care.break_glass("ada", patient, "an emergency", timedelta(minutes=60))

    assert care.forget_patient(ONE) == 2
    assert care.forget_patient(ONE) == 0

    assert care.relations(patient=ONE) == care.broken(patient=ONE) == ()
    assert care.gives("ada", ONE) is None
    assert care.gives("ada", TWO) is Ground.CARE
