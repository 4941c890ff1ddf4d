"""Reads rows of the trail, with what can still be told of the people in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from api.audit.entry import Recorded, Subject, Wanted
from api.audit.tables import EntryRow, SubjectRow
from graph.elements import NodeId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_rows(connection: Connection, wanted: Wanted) -> tuple[Recorded, ...]:
    """The rows that are asked for, the newest first."""
    columns = (*EntryRow.__table__.columns, SubjectRow.patient, SubjectRow.salt)
    asked = select(*columns).outerjoin(SubjectRow, SubjectRow.subject == EntryRow.subject)
    asked = _narrowed(asked, wanted)
    if wanted.patient is not None:
        asked = asked.where(SubjectRow.patient == wanted.patient)
    if wanted.account:
        asked = asked.where(or_(EntryRow.account == wanted.account, EntryRow.account == _hidden(connection, wanted)))
    found = connection.execute(asked.order_by(EntryRow.number.desc()).limit(wanted.limit)).mappings()
    return tuple(_recorded(row) for row in found)


def _narrowed(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.since is not None:
        asked = asked.where(EntryRow.at >= _micros(wanted.since))
    if wanted.until is not None:
        asked = asked.where(EntryRow.at < _micros(wanted.until))
    if wanted.action:
        asked = asked.where(EntryRow.action == wanted.action)
    return asked if wanted.before is None else asked.where(EntryRow.number < wanted.before)


def _hidden(connection: Connection, wanted: Wanted) -> str:
    """The word that stands for an account that is a patient's own; one that nobody has where it is none."""
    salt = connection.execute(select(SubjectRow.salt).where(SubjectRow.patient == (wanted.own or ""))).scalar()
    return Subject.of(wanted.own, salt).hidden("account", wanted.account) if wanted.own and salt else "-"


def _recorded(row: Any) -> Recorded:  # a row of SQLAlchemy, whose columns are known by name alone
    subject = Subject(row["subject"], row["salt"]) if row["salt"] else None
    return Recorded(
        number=row["number"],
        at=_EPOCH + timedelta(microseconds=row["at"]),
        account=row["account"],
        role=row["role"],
        via=row["via"],
        address=row["address"],
        action=row["action"],
        method=row["method"],
        patient=NodeId(row["patient"]) if row["patient"] else None,
        erased=row["subject"] is not None and subject is None,
        why=subject.opened(row["why"]) if subject else "" if row["subject"] else row["why"],
        status=row["status"],
        request_id=row["request_id"],
    )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
