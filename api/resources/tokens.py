"""Signing in: a name and a password for a token."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api import auth
from api.context import context
from api.schemas.problem import problems
from api.schemas.token import Credentials, Token

routes = APIBlueprint("auth", __name__, url_prefix="/v1/auth", abp_tags=[Tag(name="auth", description=__doc__)])


@routes.post("/token", operation_id="issueToken", responses={200: Token, **problems(400, 401, 413, 415, 422, 429, 503)})
def issue_token(body: Credentials) -> Response:
    """A token for a name and a password."""
    account = context().accounts.sign_in(body.username, body.password)
    life = int(context().settings.token_life.total_seconds())
    token = Token(access_token=auth.issue(account), expires_in=life, role=account.role)
    return Response(token.model_dump_json(), mimetype="application/json")
