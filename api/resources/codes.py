"""One-time codes as a second factor of the account that asks (TOTP)."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ResponseDict

from api.auth import caller
from api.context import context
from api.errors import FieldProblem, InputError, NotFoundError
from api.schemas.code import CodeConfirmed, CodeSecret, PasswordAgain
from api.schemas.problem import problems

routes = APIBlueprint(
    "codes",
    __name__,
    url_prefix="/v1/auth/totp",
    abp_tags=[Tag(name="one-time codes", description=__doc__)],
    abp_security=[{"bearer": []}],
)
DONE: ResponseDict = {204: {"description": "Done"}}


@routes.post("", operation_id="beginCodes", responses={201: CodeSecret, **problems(401, 403, 409, 503)})
def begin() -> Response:
    """A secret for an authenticator app; it counts once a first code is confirmed."""
    given = context()
    secret, uri = given.accounts.codes.begin(caller().account.name, given.settings.totp_key())
    return Response(CodeSecret(secret=secret, uri=uri).model_dump_json(), 201, mimetype="application/json")


@routes.post("/confirmation", operation_id="confirmCodes", responses=DONE | problems(400, 401, 403, 413, 415, 422, 429, 503))
def confirm(body: CodeConfirmed) -> Response:
    """Sign in with codes from now on."""
    given = context()
    if not given.accounts.codes.confirm(caller().account.name, body.code, given.settings.totp_key()):
        raise InputError([FieldProblem("/code", "it is no code that counts now; wait for the next")])
    return Response(status=204)


@routes.post("/removal", operation_id="removeCodes", responses=DONE | problems(400, 401, 403, 404, 413, 415, 422, 429, 503))
def remove(body: PasswordAgain) -> Response:
    """Sign in without codes from now on."""
    given, own = context(), caller()
    given.accounts.confirm(own.account.name, body.password, own.address, given.settings.address_tries)
    if not given.accounts.codes.remove(own.account.name):
        raise NotFoundError("no codes are set up")
    return Response(status=204)
