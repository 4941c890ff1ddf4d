"""The API keys of the account that asks: how its programs ask. A key never does what a person has to sign in for."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import account
from api.keying import keys_of, made_key, removed_key
from api.schemas.key import KeyMade, KeyPath, KeysShown, KeyWanted
from api.schemas.problem import problems

routes = APIBlueprint(
    "keys",
    __name__,
    url_prefix="/v1/auth/keys",
    abp_tags=[Tag(name="keys", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="listKeys", responses={200: KeysShown, **problems(401, 403, 503)})
def show_all() -> Response:
    """The account's keys."""
    return keys_of(account())


@routes.post("", operation_id="makeKey", responses={201: KeyMade, **problems(400, 401, 403, 409, 413, 415, 422, 503)})
def make(body: KeyWanted) -> Response:
    """A new key; what is sent is shown now and never again."""
    return made_key(account(), body)


@routes.delete(
    "/<key>", operation_id="removeKey", responses={204: {"description": "It is gone"}, **problems(401, 403, 404, 422, 503)}
)
def remove(path: KeyPath) -> Response:
    """Let a key count no more, at once, in every process."""
    return removed_key(account(), path.key)
