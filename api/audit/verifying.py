"""Follows the chain from its first row to its head."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from api.audit.chain import START, head_seal, row_hash, same
from api.audit.keys import AuditKeys
from api.audit.tables import EntryRow, HeadRow

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What following the chain found.

    Attributes:
        rows: how many rows are as they were appended, from the first on.
        last: the hash of the last of them.
        broken: the number of the first row that is not as it was appended; None when there is no such row.
        why: what is wrong with it.
    """

    rows: int
    last: str
    broken: int | None = None
    why: str = ""


def verify_rows(connection: Connection, keys: AuditKeys, former: tuple[int, str] | None) -> Verdict:
    """See :meth:`api.audit.trail.Trail.verify`. Rows that are appended meanwhile do not disturb it."""
    head = _head(connection)
    if head is None or not isinstance(head["number"], int):
        return Verdict(0, START, 1, "the head is missing, or is none")
    found = Verdict(0, START)
    while found.rows < head["number"]:
        page = select(*EntryRow.__table__.columns).where(EntryRow.number > found.rows, EntryRow.number <= head["number"])
        rows = connection.execute(page.order_by(EntryRow.number).limit(_AT_ONCE)).mappings().all()
        if not rows:
            return Verdict(found.rows, found.last, found.rows + 1, "the row and all after it are missing")
        for row in rows:
            found = _followed(found, row, keys)
            if found.broken is not None:
                return found
            if former and former[0] == found.rows and former[1] != found.last:
                return Verdict(found.rows - 1, found.last, found.rows, "it is not the row that a former head named")
    return _with_head(connection, found, head, keys, former)


def _followed(found: Verdict, row: Mapping[Any, Any], keys: AuditKeys) -> Verdict:
    """The verdict with one more row."""
    number, why = found.rows + 1, ""
    if row["number"] != number:
        why = "the row is missing"
    elif row["previous"] != found.last:
        why = "it does not follow the row before it"
    elif row["key"] not in keys.known:
        why = "it names a key that is not there"
    elif not same(row_hash(dict(row), keys), row["hash"]):
        why = "it was changed"
    return Verdict(found.rows, found.last, number, why) if why else Verdict(number, row["hash"])


def _with_head(
    connection: Connection, found: Verdict, head: Mapping[Any, Any], keys: AuditKeys, former: tuple[int, str] | None
) -> Verdict:
    """The verdict on a chain whose rows are all right, held against its head."""
    # Read in this order, so that a row that is appended meanwhile is below the head.
    lowest, highest = connection.execute(select(func.min(EntryRow.number), func.max(EntryRow.number))).one()
    now = _head(connection)
    why = ""
    if found.last != head["hash"] or not _sealed(head, keys):
        why = "the head does not name the last row: rows behind it were cut off, or the head was changed"
    elif now is None or (highest or 0) > now["number"] or (lowest is not None and lowest < 1):
        why = "there are rows that the head does not count"
    elif former and former[0] > found.rows:
        why = "rows that a former head counted were cut off"
    return Verdict(found.rows, found.last, found.rows + 1, why) if why else found


def _sealed(head: Mapping[Any, Any], keys: AuditKeys) -> bool:
    if head["number"] == 0 and head["hash"] == START and not head["seal"]:
        return True
    return bool(head["seal"]) and same(head_seal(head["number"], head["hash"], head["key"], keys), head["seal"])


def _head(connection: Connection) -> Mapping[Any, Any] | None:
    columns = (HeadRow.number, HeadRow.hash, HeadRow.key, HeadRow.seal)
    return connection.execute(select(*columns).where(HeadRow.id == 1)).mappings().one_or_none()
