"""Who patients are: lists, search, and the identity of one."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.etags import check_if_match_of, tagged
from api.identities import Identity
from api.schemas.identity import IdentityFields, PatientListed, PatientListQuery, PatientSearch, PatientsListed
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath
from api.services.directory import Page

routes = APIBlueprint(
    "identities",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="identities", description=__doc__)],
    abp_security=[{"bearer": []}],
)
_ONE = problems(401, 403, 404, 422, 503)
_CHANGED = problems(401, 403, 404, 412, 422, 428, 503)


@routes.get("/patients", operation_id="listPatients", responses={200: PatientsListed, **problems(401, 403, 422, 503)})
def list_patients(query: PatientListQuery) -> Response:
    """The patients whom the account may see, by their ids; analysts are told of no name."""
    return _shown(context().directory.page(account(), query.after, query.limit))


@routes.post(
    "/patient-search",
    operation_id="searchPatients",
    responses={200: PatientsListed, **problems(400, 401, 403, 413, 415, 422, 503)},
)
def search(body: PatientSearch) -> Response:
    """The patients among those whom the account may see to whom every word fits."""
    return _shown(context().directory.search(account(), body.q, body.after, body.limit))


@routes.get("/patients/<patient>/identity", operation_id="readIdentity", responses={200: IdentityFields, **_ONE})
def read(path: PatientPath) -> Response:
    """Who the patient is."""
    patient = context().access.to_read(path.patient, account())
    return tagged(_body(context().directory.identity(patient)))


@routes.put(
    "/patients/<patient>/identity",
    operation_id="changeIdentity",
    responses={200: IdentityFields, **problems(400, 401, 403, 404, 412, 413, 415, 422, 428, 503)},
)
def change(path: PatientPath, body: IdentityFields) -> Response:
    """Keep who the patient is, as a whole; where something is on file, If-Match says which version is replaced."""
    patient = context().access.to_write(path.patient, account())
    identity = body.identity()
    context().directory.put(patient, identity, _check)
    return tagged(_body(identity))


@routes.delete("/patients/<patient>/identity", operation_id="removeIdentity", responses={204: None, **_CHANGED})
def remove(path: PatientPath) -> Response:
    """Forget who the patient is; the record stays, under its pseudonym."""
    patient = context().access.to_write(path.patient, account())
    context().directory.remove(patient, _check)
    return Response(status=204)


def _shown(page: Page) -> Response:
    items = [
        PatientListed(id=item.id, age=item.age, sex=item.sex, synthetic=item.synthetic, name=item.name) for item in page.items
    ]
    return Response(PatientsListed(items=items, next=page.following).model_dump_json(), mimetype="application/json")


def _body(identity: Identity) -> bytes:
    return IdentityFields.of(identity).model_dump_json().encode()


def _check(current: Identity | None) -> None:
    check_if_match_of(None if current is None else _body(current))
