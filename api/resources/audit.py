"""The audit trail: who read or wrote what of whom."""

from collections.abc import Sequence

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.audit import Recorded, Wanted
from api.auth import account
from api.context import context
from api.schemas.audit import AuditPage, AuditQuery, AuditRows, PatientAuditRow, PatientAuditRows
from api.schemas.care import GlassShown
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath
from api.services import telling

routes = APIBlueprint(
    "audit", __name__, url_prefix="/v1", abp_tags=[Tag(name="audit", description=__doc__)], abp_security=[{"bearer": []}]
)


@routes.get("/audit", operation_id="readAudit", responses={200: AuditRows, **problems(401, 403, 404, 422, 503)})
def rows(query: AuditQuery) -> Response:
    """Rows of the trail, the newest first."""
    patient = context().access.to_oversee(query.patient, account()) if query.patient else None
    whose = context().accounts.find(query.account) if query.account else None
    times = (query.since, query.until, query.action, query.before, query.limit)
    found = context().trail.rows(Wanted(query.account, whose.patient if whose else None, patient, *times))
    answer = AuditRows.model_validate({"items": found, "before": _next(found, query.limit)}, from_attributes=True)
    return Response(answer.model_dump_json(), mimetype="application/json")


@routes.get(
    "/patients/<patient>/audit",
    operation_id="readPatientAudit",
    responses={200: PatientAuditRows, **problems(401, 403, 404, 422, 503)},
)
def rows_of_patient(path: PatientPath, query: AuditPage) -> Response:
    """Who saw or changed a patient's record, in plain words; emergencies first."""
    patient = context().access.to_oversee(path.patient, account())
    found = context().trail.rows(Wanted(patient=patient, before=query.before, limit=query.limit))
    broken = [GlassShown.model_validate(item, from_attributes=True) for item in context().care.broken(patient=patient)]
    answer = PatientAuditRows(emergencies=broken, items=[*map(_told, found)], before=_next(found, query.limit))
    return Response(answer.model_dump_json(), mimetype="application/json")


def _told(row: Recorded) -> PatientAuditRow:
    words = {"who": telling.who(row), "sentence": telling.sentence(row)}
    return PatientAuditRow(number=row.number, at=row.at, role=row.role, allowed=telling.allowed(row), why=row.why, **words)


def _next(found: Sequence[Recorded], limit: int) -> int | None:
    return found[-1].number if len(found) == limit else None
