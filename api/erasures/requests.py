"""Requests of patients to be erased: asked once, open until they are carried out."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import insert, select, update

from api.database import Database
from api.erasures.tables import ErasureRequestRow
from graph.elements import NodeId

_TABLE = ErasureRequestRow.__table__.c
_ALL = select(_TABLE.id, _TABLE.patient, _TABLE.asked, _TABLE.done)


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """A request.

    Attributes:
        id: of the request.
        patient: who asks; None once it was carried out.
        asked: when, ISO with its offset.
        done: when it was carried out; None while it is open.
    """

    id: str
    patient: NodeId | None
    asked: str
    done: str | None

    @property
    def state(self) -> Literal["open", "done"]:
        """``open`` or ``done``."""
        return "done" if self.done else "open"


def _now() -> datetime:
    return datetime.now(UTC)


class ErasureRequests:
    """Keeps requests; every method may raise DatabaseUnavailableError.

    Args:
        database: where they are.
        clock: answers the moment.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def ask(self, patient: NodeId) -> ErasureRequest:
        """A patient's open request, made when there is none: to ask twice is to ask once."""
        with self._database.writing() as connection:
            row = connection.execute(_ALL.where(_TABLE.patient == patient)).one_or_none()
            if row is not None:
                return _request(*row)
            made = ErasureRequest(uuid.uuid4().hex, patient, self._clock().isoformat(timespec="seconds"), None)
            connection.execute(insert(ErasureRequestRow).values(id=made.id, patient=patient, asked=made.asked))
        return made

    def find(self, patient: NodeId) -> ErasureRequest | None:
        """A patient's open request, or nothing."""
        with self._database.transaction() as connection:
            row = connection.execute(_ALL.where(_TABLE.patient == patient)).one_or_none()
        return _request(*row) if row else None

    def all(self, limit: int) -> tuple[ErasureRequest, ...]:
        """Requests, the open ones first, each group from the oldest to the newest."""
        order = (_TABLE.done.is_not(None), _TABLE.asked, _TABLE.id)
        with self._database.transaction() as connection:
            return tuple(_request(*row) for row in connection.execute(_ALL.order_by(*order).limit(limit)))

    def forget_patient(self, patient: NodeId) -> int:
        """Note that a patient was erased, and no more who it was."""
        done = self._clock().isoformat(timespec="seconds")
        with self._database.writing() as connection:
            changed = update(ErasureRequestRow).where(_TABLE.patient == patient).values(patient=None, done=done)
            return connection.execute(changed).rowcount

    def export_patient(self, patient: NodeId) -> Mapping[str, object]:
        """What is kept of a patient."""
        found = self.find(patient)
        return {"id": found.id, "asked": found.asked, "state": found.state} if found else {}


def _request(id_: str, patient: str | None, asked: str, done: str | None) -> ErasureRequest:
    return ErasureRequest(id_, NodeId(patient) if patient else None, asked, done)
