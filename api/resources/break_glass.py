"""Breaking the glass: a clinician outside a care relation opens a record in an emergency, loud in the audit trail."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.recording import give_reason
from api.schemas.care import GlassBroken, GlassesListed, GlassQuery, GlassShown
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath

routes = APIBlueprint(
    "break_glass",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="break-glass", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.post(
    "/patients/<patient>/break-glass",
    operation_id="breakGlass",
    responses={201: GlassShown, **problems(400, 401, 403, 404, 413, 415, 422, 503)},
)
def open_record(path: PatientPath, body: GlassBroken) -> Response:
    """Open a record for a while, in an emergency; patient and admins see who did so, and why."""
    patient = context().access.to_break_glass(path.patient, account())
    give_reason(body.reason)
    broken = context().care.break_glass(account().name, patient, body.reason, context().settings.glass_life)
    return Response(GlassShown.model_validate(broken, from_attributes=True).model_dump_json(), 201, mimetype="application/json")


@routes.get("/break-glass", operation_id="listBrokenGlasses", responses={200: GlassesListed, **problems(401, 403, 422, 503)})
def broken(query: GlassQuery) -> Response:
    """Which records were opened in an emergency, the newest first."""
    found = context().care.broken(limit=query.limit)
    shown = GlassesListed.model_validate({"items": found}, from_attributes=True)
    return Response(shown.model_dump_json(), mimetype="application/json")
