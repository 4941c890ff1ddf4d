"""What a patient asks of what is kept of them: a copy, and that it be erased."""

import orjson
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.accounts import Role
from api.auth import account
from api.context import context
from api.erasures import ErasureRequest
from api.schemas.own_data import ErasureAsked, ErasureListed, ErasuresListed, OwnExport
from api.schemas.problem import problems

routes = APIBlueprint(
    "own_data",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="own data", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("/me/export", operation_id="exportOwnData", responses={200: OwnExport, **problems(401, 403, 404, 503)})
def export() -> Response:
    """Everything that is kept of the patient whom the account belongs to."""
    return Response(orjson.dumps(context().own_data.export(account())), mimetype="application/json")


@routes.post("/me/erasure-request", operation_id="askErasure", responses={200: ErasureAsked, **problems(401, 403, 503)})
def ask_erasure() -> Response:
    """Ask that everything be erased; whoever asks again is answered with the first request."""
    return _asked(context().own_data.ask_erasure(account()))


@routes.get(
    "/me/erasure-request", operation_id="readErasureRequest", responses={200: ErasureAsked, **problems(401, 403, 404, 503)}
)
def erasure_asked() -> Response:
    """What was asked, and how far it is."""
    return _asked(context().own_data.erasure_asked(account()))


@routes.get("/erasure-requests", operation_id="listErasureRequests", responses={200: ErasuresListed, **problems(401, 403, 503)})
def erasure_requests() -> Response:
    """Who asked to be erased: to an admin all, to a clinician the patients whom they may see."""
    asking = account()
    visible = None if asking.role is Role.ADMIN else context().access.visible(asking)
    found = context().own_data.erasure_requests(asking, visible)
    items = [ErasureListed(id=r.id, asked=r.asked, state=r.state, patient=r.patient, done=r.done) for r in found]
    return Response(ErasuresListed(items=items).model_dump_json(), mimetype="application/json")


def _asked(request: ErasureRequest) -> Response:
    shown = ErasureAsked(id=request.id, asked=request.asked, state=request.state)
    return Response(shown.model_dump_json(), mimetype="application/json")
