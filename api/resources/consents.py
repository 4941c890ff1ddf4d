"""What a patient's record may be used for: read, given and withdrawn."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.context import context
from api.etags import check_if_match, tagged
from api.schemas.consent import ConsentHistoryShown, ConsentShown, Purposes
from api.schemas.problem import problems
from api.schemas.recommendation import PatientPath
from api.services.consents import Consent

routes = APIBlueprint(
    "consents",
    __name__,
    url_prefix="/v1/patients",
    abp_tags=[Tag(name="consents", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get(
    "/<patient>/consents", operation_id="readConsents", responses={200: ConsentShown, **problems(401, 403, 404, 422, 503)}
)
def read(path: PatientPath) -> Response:
    """What a patient's record may be used for now."""
    patient = context().access.to_read(path.patient, account())
    return tagged(_shown(context().consents.of(patient)))


@routes.put(
    "/<patient>/consents",
    operation_id="changeConsents",
    responses={200: ConsentShown, **problems(400, 401, 403, 404, 412, 413, 415, 422, 428, 503)},
)
def change(path: PatientPath, body: Purposes) -> Response:
    """Give and withdraw purposes, with the ETag of what was read in If-Match; it holds from the next question on."""
    patient = context().access.to_write(path.patient, account())
    was = context().consents.of(patient)
    check_if_match(_shown(was))
    return tagged(_shown(context().consents.change(patient, body.by_purpose(), was, account())))


@routes.get(
    "/<patient>/consents/history",
    operation_id="readConsentHistory",
    responses={200: ConsentHistoryShown, **problems(401, 403, 404, 422, 503)},
)
def history(path: PatientPath) -> Response:
    """What a patient gave and withdrew, the newest first."""
    patient = context().access.to_read(path.patient, account())
    items = {"items": context().consents.history(patient)}
    shown = ConsentHistoryShown.model_validate(items, from_attributes=True)
    return Response(shown.model_dump_json(), mimetype="application/json")


def _shown(consent: Consent) -> bytes:
    purposes = Purposes(**{str(purpose): given for purpose, given in consent.given.items()})
    return ConsentShown(version=consent.version, purposes=purposes).model_dump_json().encode()
