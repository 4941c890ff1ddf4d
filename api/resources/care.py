"""Who cares for whom: what lets a clinician see a patient."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.accounts import Role
from api.auth import account
from api.care import CareRelation
from api.context import context
from api.errors import FieldProblem, InputError
from api.recording import note_patient
from api.schemas.care import CareGiven, CareListed, CarePath, CareQuery, CareRelationShown
from api.schemas.problem import problems

routes = APIBlueprint(
    "care", __name__, url_prefix="/v1/care", abp_tags=[Tag(name="care", description=__doc__)], abp_security=[{"bearer": []}]
)


@routes.post(
    "", operation_id="giveCare", responses={201: CareRelationShown, **problems(400, 401, 403, 404, 413, 415, 422, 503)}
)
def give(body: CareGiven) -> Response:
    """Let a clinician see a patient from a day on."""
    patient = context().access.to_oversee(body.patient, account())
    given = context().care.begin(_clinician(body.account), patient, by=account().name, begins=body.begins, ends=body.ends)
    return Response(_shown(given).model_dump_json(), 201, mimetype="application/json")


@routes.get("", operation_id="listCare", responses={200: CareListed, **problems(401, 403, 422, 503)})
def relations(query: CareQuery) -> Response:
    """Care relations, those of the past among them."""
    found = context().care.relations(account=query.account, limit=query.limit)
    return Response(CareListed(items=[*map(_shown, found)]).model_dump_json(), mimetype="application/json")


@routes.delete("/<relation>", operation_id="endCare", responses={200: CareRelationShown, **problems(401, 403, 404, 422, 503)})
def end(path: CarePath) -> Response:
    """End a care relation at once; it stays on record."""
    found = context().care.end(path.relation)
    note_patient(found.patient, "")
    return Response(_shown(found).model_dump_json(), mimetype="application/json")


def _shown(relation: CareRelation) -> CareRelationShown:
    return CareRelationShown.model_validate(relation, from_attributes=True)


def _clinician(name: str) -> str:
    found = context().accounts.find(name)
    if found is None or found.role is not Role.CLINICIAN:
        raise InputError([FieldProblem("/account", "the name of a clinician's account is expected")])
    return found.name
