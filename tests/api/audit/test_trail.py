"""The trail: appended to by many, changed by nobody without being found out, and silent of whom it has to forget."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.audit import AuditKeys, Entry, Trail, Wanted, read_audit_keys, rotate_audit_key
from api.database import Database
from api.errors import DatabaseUnavailableError
from graph.elements import NodeId

ONE, TWO = NodeId("patient:0123"), NodeId("patient:4567")
ROWS = 12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sqlite"


@pytest.fixture
def keys(tmp_path: Path) -> AuditKeys:
    return read_audit_keys(tmp_path / "audit.key")


@pytest.fixture
def trail(path: Path, keys: AuditKeys) -> Trail:
    return trail_of(path, keys)


def trail_of(path: Path, keys: AuditKeys) -> Trail:
    return Trail(Database(f"sqlite:///{path}", waits=False), keys)


def fill(trail: Trail) -> None:
    """Rows of every sort."""
    for number in range(ROWS):
        patient = (None, ONE, TWO)[number % 3]
        why = "an emergency" if number == 4 else ""
        trail.append(Entry("x.read", 200, f"a{number}", "clinician", "v", "10.0.0.1", "GET", patient, why=why, request_id="r"))


def tampered(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    """Change the file as somebody would who has the file, and no key."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            connection.execute(statement, values)
    connection.close()


def columns(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name, type FROM pragma_table_info('audit_entry')").fetchall()
    connection.close()
    return found


@pytest.fixture
def copied(path: Path, trail: Trail) -> Callable[[], Path]:
    """Makes a new copy of a filled trail's file with each call."""
    fill(trail)

    def copy() -> Path:
        made = path.with_name(f"{token_hex(8)}.sqlite")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(made)) as target:
            source.backup(target)
        return made

    return copy


def test_rows_come_back_as_they_were_told_the_newest_first(trail: Trail) -> None:
    before = datetime.now(UTC)
    fill(trail)

    rows = trail.rows(Wanted())

    assert [row.number for row in rows] == list(range(ROWS, 0, -1))
    assert [row.patient for row in reversed(rows)] == [None, ONE, TWO] * (ROWS // 3)
    emergency = rows[-5]
    assert (emergency.account, emergency.why, emergency.patient) == ("a4", "an emergency", ONE)
    assert (emergency.role, emergency.via, emergency.address, emergency.method) == ("clinician", "v", "10.0.0.1", "GET")
    assert before <= emergency.at <= datetime.now(UTC)
    assert not emergency.erased
    assert trail.verify().broken is None
    assert trail.verify().rows == ROWS


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(patient=ONE), [11, 8, 5, 2]),
        (Wanted(account="a3"), [4]),
        (Wanted(action="x.write"), []),
        (Wanted(limit=2), [12, 11]),
        (Wanted(before=3), [2, 1]),
        (Wanted(until=datetime(2020, 1, 1, tzinfo=UTC)), []),
        (Wanted(since=datetime(2020, 1, 1, tzinfo=UTC), patient=TWO, limit=1), [12]),
        (Wanted(patient=NodeId("patient:none")), []),
    ],
)
def test_rows_are_asked_for(trail: Trail, wanted: Wanted, numbers: list[int]) -> None:
    fill(trail)

    assert [row.number for row in trail.rows(wanted)] == numbers


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_one_changed_value_is_found(keys: AuditKeys, copied: Callable[[], Path], data: st.DataObject) -> None:
    copy = copied()
    name, kind = data.draw(st.sampled_from(columns(copy)))
    number = data.draw(st.integers(1, ROWS))
    with sqlite3.connect(copy) as connection:
        (was,) = connection.execute(f"SELECT {name} FROM audit_entry WHERE number = ?", (number,)).fetchone()
    connection.close()
    values = st.integers(-5, 10**9) if "INT" in kind else st.text("0123456789abcdef\xe9", max_size=64) | st.binary(max_size=9)
    value = data.draw(values.filter(lambda drawn: drawn != was))
    try:
        tampered(copy, (f"UPDATE audit_entry SET {name} = ? WHERE number = ?", (value, number)))
    except sqlite3.IntegrityError:
        return  # a number that another row has

    verdict = trail_of(copy, keys).verify()

    assert verdict.broken is not None
    assert verdict.broken <= number
    assert verdict.why


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(1, ROWS), st.booleans())
def test_a_removed_row_is_found_and_named(keys: AuditKeys, copied: Callable[[], Path], number: int, tail: bool) -> None:
    copy = copied()
    tampered(copy, (f"DELETE FROM audit_entry WHERE number {'>=' if tail else '='} ?", (number,)))

    verdict = trail_of(copy, keys).verify()

    assert (verdict.broken, verdict.rows) == (number, number - 1)


def test_a_cut_tail_is_found_though_the_head_was_set_back(path: Path, keys: AuditKeys, trail: Trail) -> None:
    fill(trail)
    back = "UPDATE audit_head SET number = 5, hash = (SELECT hash FROM audit_entry WHERE number = 5)"
    tampered(path, ("DELETE FROM audit_entry WHERE number > 5", ()), (back, ()))

    assert trail_of(path, keys).verify().broken == 6


def test_a_cut_tail_under_an_old_head_is_found_by_a_head_that_was_told(path: Path, keys: AuditKeys, trail: Trail) -> None:
    trail.append(Entry("a", 200))
    with sqlite3.connect(path) as connection:
        old = connection.execute("SELECT number, hash, key, seal FROM audit_head").fetchone()
    connection.close()
    trail.append(Entry("b", 200))
    told = trail.verify()
    put_back = "UPDATE audit_head SET number = ?, hash = ?, key = ?, seal = ?"
    tampered(path, ("DELETE FROM audit_entry WHERE number > 1", ()), (put_back, old))

    again = trail_of(path, keys)

    assert again.verify().broken is None
    assert again.verify((told.rows, told.last)).broken == 2
    again.append(Entry("c", 200))
    assert again.verify((told.rows, told.last)).broken == 2


@pytest.mark.parametrize("number", [0, -1, ROWS + 1, 10**6])
def test_an_inserted_row_is_found(path: Path, keys: AuditKeys, trail: Trail, number: int) -> None:
    fill(trail)
    names = ", ".join(name for name, _ in columns(path) if name != "number")
    copy = f"INSERT INTO audit_entry (number, {names}) SELECT ?, {names} FROM audit_entry WHERE number = 3"
    tampered(path, (copy, (number,)))

    assert trail_of(path, keys).verify().broken is not None


def test_a_row_that_is_in_place_of_another_is_found(path: Path, keys: AuditKeys, trail: Trail) -> None:
    fill(trail)
    swap = ((-1, 4), (4, 7), (7, -1))
    tampered(path, *(("UPDATE audit_entry SET number = ? WHERE number = ?", pair) for pair in swap))

    assert trail_of(path, keys).verify().broken == 4


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET status = 1", "DELETE FROM audit_entry", "DELETE FROM audit_head"]
)
def test_the_database_itself_refuses_changes(path: Path, trail: Trail, statement: str) -> None:
    fill(trail)

    with pytest.raises(DBAPIError, match="append-only"), Database(f"sqlite:///{path}").engine.begin() as connection:
        connection.execute(text(statement))


def test_rows_of_a_former_key_are_verified_by_it(tmp_path: Path, path: Path, trail: Trail) -> None:
    fill(trail)
    rotated = rotate_audit_key(tmp_path / "audit.key")
    newer = trail_of(path, rotated)
    fill(newer)

    assert newer.verify().rows == 2 * ROWS
    assert newer.verify().broken is None
    alone = AuditKeys(rotated.current, {rotated.current: rotated.known[rotated.current]})
    assert (trail_of(path, alone).verify().broken, trail_of(path, alone).verify().why) == (
        1,
        "it names a key that is not there",
    )


def test_another_key_does_not_fit(tmp_path: Path, path: Path, trail: Trail) -> None:
    fill(trail)

    assert trail_of(path, read_audit_keys(tmp_path / "other.key")).verify().broken == 1


def test_many_write_at_once_and_the_chain_holds(path: Path, keys: AuditKeys) -> None:
    def write(name: str) -> None:
        own = trail_of(path, keys)
        for number in range(25):
            own.append(Entry(f"{name}-{number}", 200, person=ONE))

    threads = [threading.Thread(target=write, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    rows = trail_of(path, keys).rows(Wanted(patient=ONE, limit=1000))
    assert trail_of(path, keys).verify().rows == 100
    assert {row.action for row in rows} == {f"t{i}-{n}" for i in range(4) for n in range(25)}


def dump(path: Path) -> bytes:
    """Everything that the file and what is beside it hold."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_of_an_erased_patient_a_tombstone_stays(path: Path, keys: AuditKeys, trail: Trail) -> None:
    secret = "Mrs Zebra fell"
    trail.append(Entry("x.read", 200, "ada", "clinician", person=ONE, why=secret))
    trail.append(Entry("x.read", 200, "zebra.pat", "user", address="192.0.2.7", person=ONE, own=True))
    trail.append(Entry("x.read", 200, "ada", "clinician", person=TWO))
    assert [row.why for row in trail.rows(Wanted(patient=ONE))] == ["", secret]
    assert len(trail.rows(Wanted(account="zebra.pat", own=ONE))) == 1
    told_before = trail.subject(ONE)

    assert trail.forget_patient(ONE) == 1
    # The request that erased is recorded after it, under the name that was asked for before.
    trail.append(Entry("x.erase", 204, "ada", "clinician", person=ONE, known=False, subject=told_before))
    assert trail.forget_patient(ONE) == 0

    assert trail.rows(Wanted(patient=ONE)) == ()
    gone = [row for row in trail.rows(Wanted()) if row.erased]
    assert [row.action for row in gone] == ["x.erase", "audit.erased", "x.read", "x.read"]
    assert {(row.patient, row.why) for row in gone} == {(None, "")}
    assert trail.verify().broken is None
    content = dump(path)
    for trace in (ONE, "zebra.pat", "192.0.2.7", secret, told_before.salt):
        assert trace.encode() not in content
    assert TWO.encode() in content


def test_nobody_gets_a_name_who_is_not_known(trail: Trail) -> None:
    trail.append(Entry("x.read", 404, "ada", "clinician", person=ONE, known=False))
    assert trail.rows(Wanted())[0].patient is None

    trail.append(Entry("x.read", 200, "ada", "clinician", person=ONE))
    trail.append(Entry("x.read", 404, "ada", "clinician", person=ONE, known=False))
    assert len(trail.rows(Wanted(patient=ONE))) == 2


def test_what_is_not_about_a_patient_does_not_lead_to_them(trail: Trail) -> None:
    trail.append(Entry("x.read", 403, "pat", "user", person=ONE, about=False, own=True))

    (row,) = trail.rows(Wanted())
    assert (row.patient, row.erased) == (None, False)
    assert "pat" not in row.account
    assert trail.rows(Wanted(account="pat", own=ONE)) == (row,)
    assert trail.rows(Wanted(account="pat")) == ()


def test_without_a_head_nothing_is_appended(path: Path, trail: Trail) -> None:
    trail.check()
    tampered(path, ("DELETE FROM audit_head", ()))

    for ask in (trail.check, lambda: trail.append(Entry("x", 200))):
        with pytest.raises(DatabaseUnavailableError, match="no head"):
            ask()
    assert trail.verify().broken == 1
