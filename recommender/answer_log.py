"""The log of answers: for every answer that was given what it was computed from, so that it can be computed again.

The answer itself is not kept, only the digest of its bytes: request, record and the names of snapshot, bundle, model and rules
make it anew (:mod:`recommender.replay`). When a patient is forgotten, the patient's answers become tombstones, which say that
something was erased and nothing of what. Whatever the database raises is an AnswerLogError.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import Column, MetaData, String, Table, Text, select, update
from sqlalchemy.exc import IntegrityError

from graph.elements import NodeId
from graph.snapshot import Snapshot
from recommender.answer import Recommendation
from recommender.log_database import LogDatabase
from recommender.record import record_payload


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What an answer was computed from.

    Attributes:
        id: of the answer.
        created: when it was given, ISO with its offset.
        patient: whom in the store it was for; None for a case or for nodes.
        request: the request's payload.
        record: the facts that it rests on, by ids, with what predictors said; None for a request of bare nodes.
        snapshot: checksum of the knowledge.
        trained_on: tag of the bundle; None without one.
        model: names everything else that scores depend on.
        rules_version: version of the safety rules.
        digest: SHA-256 of the answer's bytes, in hexadecimal digits.
    """

    id: str
    created: str
    patient: NodeId | None
    request: Mapping[str, Any]
    record: Mapping[str, Any] | None
    snapshot: str
    trained_on: str | None
    model: str
    rules_version: str
    digest: str

    @classmethod
    def of(cls, answer: Recommendation, snapshot: Snapshot, model: str, rules_version: str) -> "StoredAnswer":
        """What is kept of an answer that was given now.

        Args:
            answer: what was given.
            snapshot: the knowledge that it came from.
            model: of the recommender.
            rules_version: of its safety rules.
        """
        record = answer.record
        return cls(
            answer.id,
            _now(),
            answer.request.patient,
            answer.request.payload(),
            None if record is None else record_payload(record, snapshot) | _foreseen(answer),
            snapshot.checksum,
            answer.body["trained_on"],
            model,
            rules_version,
            hashlib.sha256(answer.json()).hexdigest(),
        )


@dataclass(frozen=True, slots=True)
class ErasedAnswer:
    """A tombstone: an answer was given and what it rested on was erased.

    Attributes:
        id: of the answer.
        erased: when, ISO with its offset.
    """

    id: str
    erased: str


def _foreseen(answer: Recommendation) -> dict[str, Any]:
    """What predictors said, which is computed from what is on file and is erased with it."""
    return {} if answer.foreseen is None else {"foreseen": answer.foreseen}


class AnswerLog(Protocol):
    """Keeps what answers were computed from. Every method may raise AnswerLogError."""

    def keep(self, answer: StoredAnswer) -> None:
        """Keep an answer; one of the same id is the same answer, and stays as it was kept first."""
        ...

    def find(self, answer_id: str) -> StoredAnswer | ErasedAnswer | None:
        """The answer of this id, its tombstone, or nothing."""
        ...

    def forget_patient(self, patient: NodeId) -> int:
        """Erase what the answers for a patient rest on, and say how many those were."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


_ANSWER = Table(
    "answer",
    MetaData(),
    Column("id", String(32), primary_key=True),
    Column("created", String(32), nullable=False),
    Column("patient", String(256), index=True),
    Column("request", Text),
    Column("record", Text),
    Column("snapshot", String(64), nullable=False),
    Column("trained_on", String(64)),
    Column("model", String(64), nullable=False),
    Column("rules_version", String(16), nullable=False),
    Column("digest", String(64)),
    Column("erased", String(32)),
)
# Made once: building a statement takes longer than the database needs for it.
_KEEP, _FIND = _ANSWER.insert(), select(_ANSWER)


class SqlAnswerLog:
    """The log in a database of SQL.

    Args:
        url: a SQLAlchemy URL; a SQLite file is made, readable by its owner alone, when it does not exist.

    Raises:
        AnswerLogError: when it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._database = LogDatabase(url, _ANSWER)

    def keep(self, answer: StoredAnswer) -> None:
        """See :meth:`AnswerLog.keep`."""
        row = {
            "id": answer.id,
            "created": answer.created,
            "patient": answer.patient,
            "request": orjson.dumps(answer.request).decode(),
            "record": None if answer.record is None else orjson.dumps(answer.record).decode(),
            "snapshot": answer.snapshot,
            "trained_on": answer.trained_on,
            "model": answer.model,
            "rules_version": answer.rules_version,
            "digest": answer.digest,
        }
        # A key that is taken is the same answer: what is kept first stays, a tombstone, too.
        with suppress(IntegrityError), self._database.transaction() as connection:
            connection.execute(_KEEP, row)

    def find(self, answer_id: str) -> StoredAnswer | ErasedAnswer | None:
        """See :meth:`AnswerLog.find`."""
        with self._database.transaction() as connection:
            row = connection.execute(_FIND.where(_ANSWER.c.id == answer_id)).mappings().first()
        if row is None:
            return None
        if row["erased"] is not None:
            return ErasedAnswer(row["id"], row["erased"])
        values = {name: value for name, value in row.items() if name != "erased"}
        record = None if row["record"] is None else orjson.loads(row["record"])
        return StoredAnswer(**values | {"request": orjson.loads(row["request"]), "record": record})

    def forget_patient(self, patient: NodeId) -> int:
        """See :meth:`AnswerLog.forget_patient`."""
        nothing = dict.fromkeys(("patient", "request", "record", "digest"))
        erase = update(_ANSWER).where(_ANSWER.c.patient == patient).values(erased=_now(), **nothing)
        with self._database.transaction() as connection:
            gone = int(connection.execute(erase).rowcount)
        self._database.empty_log()
        return gone

    def close(self) -> None:
        """See :meth:`AnswerLog.close`."""
        self._database.close()

    def export_patient(self, patient: NodeId) -> Mapping[str, object]:
        """What the answers for a patient rest on, the oldest first."""
        asked = _FIND.where(_ANSWER.c.patient == patient, _ANSWER.c.erased.is_(None)).order_by(_ANSWER.c.created, _ANSWER.c.id)
        with self._database.transaction() as connection:
            # The driver's names are a kind of text of their own, which JSON does not take.
            rows = [{str(name): value for name, value in row.items()} for row in connection.execute(asked).mappings()]
        for row in rows:
            del row["erased"]
            row["request"] = orjson.loads(row["request"])
            row["record"] = None if row["record"] is None else orjson.loads(row["record"])
        return {"answers": rows}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
