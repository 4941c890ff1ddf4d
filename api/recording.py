"""Records every request to an audited route in the audit trail, before its answer leaves.

What cannot be recorded is not told: the answer is then replaced by a 503. A request that changes something is not begun at all
while the trail cannot be written. Refused requests are recorded as well; a patient is named only where the account was let
through to the record, or is the patient.
"""

import logging
from http import HTTPStatus

from flask import Flask, Response, g, request

from api import problems
from api.accounts import Account, Role
from api.audit import Entry
from api.care import Ground
from api.context import context
from api.errors import AuditError
from api.roles import ROLE_TABLE
from graph.elements import NodeId

SAFE = frozenset({"GET", "HEAD"})
_UNKNOWN = frozenset({404, 410})
"""After these nobody gets a name in the trail: the patient may not exist, or not any more."""

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let every request of an app to an audited route be recorded."""
    app.before_request(_prepare)
    app.after_request(_record)


def note_patient(patient: NodeId, ground: str) -> None:
    """Note whose record the request that is being answered is let through to.

    Args:
        patient: whose.
        ground: why; an emergency is a reason that the trail shows.
    """
    g.patient = patient
    if ground == Ground.BREAK_GLASS:
        give_reason(ground)
    if request.method not in SAFE:
        # Asked for now: afterwards the patient may have been erased, and gets no name any more.
        g.subject = context().trail.subject(patient)


def give_reason(reason: str) -> None:
    """Note the reason that the trail shows for the request that is being answered."""
    g.why = reason


def _audited() -> bool:
    return bool(request.endpoint) and ROLE_TABLE[str(request.endpoint)].audited


def _prepare() -> None:
    """Refuse to begin a change that could not be recorded."""
    if request.method in SAFE or not _audited():
        return
    try:
        context().trail.check()
        asking: Account | None = g.get("account")
        if asking is not None and asking.patient is not None:
            g.subject = context().trail.subject(asking.patient)
    except Exception as error:  # whatever it is, it could not be recorded
        raise _unwritable(error) from None


def _record(response: Response) -> Response:
    if not _audited():
        return response
    try:
        context().trail.append(_entry(response.status_code))
    except Exception as error:  # whatever it is, the request is not recorded
        return problems.respond(_unwritable(error))
    return response


def _unwritable(error: Exception) -> AuditError:
    _log.error("request %s is not recorded: %s", problems.request_id(), type(error).__name__)
    return AuditError()


def _entry(status: int) -> Entry:
    asking: Account | None = g.get("account")
    patient: NodeId | None = g.get("patient")
    own = asking is not None and asking.role is Role.USER
    return Entry(
        action=str(request.endpoint),
        status=status,
        account=asking.name if asking else "",
        role=str(asking.role) if asking else "",
        via=g.get("via", "") if asking else "",
        address=request.remote_addr or "",
        method=request.method,
        person=patient or (asking.patient if asking else None),
        about=patient is not None,
        own=own,
        # What was refused has erased nobody.
        known=status not in _UNKNOWN and (request.method in SAFE or status == HTTPStatus.FORBIDDEN),
        subject=g.get("subject"),
        why=g.get("why", ""),
        request_id=problems.request_id(),
    )
