"""The API keys of machines' accounts, which admins make."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.accounts import Account
from api.context import context
from api.errors import NotFoundError
from api.keying import keys_of, made_key, removed_key
from api.schemas.key import KeyMade, KeysShown, KeyWanted
from api.schemas.problem import problems
from api.schemas.user import UserKeyPath, UserPath

routes = APIBlueprint(
    "service_keys",
    __name__,
    url_prefix="/v1/users/<name>/keys",
    abp_tags=[Tag(name="service keys", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="listServiceKeys", responses={200: KeysShown, **problems(401, 403, 404, 422, 503)})
def show_all(path: UserPath) -> Response:
    """The keys of a machine's account."""
    return keys_of(_machine(path.name))


@routes.post(
    "", operation_id="makeServiceKey", responses={201: KeyMade, **problems(400, 401, 403, 404, 409, 413, 415, 422, 503)}
)
def make(path: UserPath, body: KeyWanted) -> Response:
    """A new key of a machine's account; what is sent is shown now and never again."""
    return made_key(_machine(path.name), body)


@routes.delete(
    "/<key>",
    operation_id="removeServiceKey",
    responses={204: {"description": "It is gone"}, **problems(401, 403, 404, 422, 503)},
)
def remove(path: UserKeyPath) -> Response:
    """Let a key of a machine's account count no more, at once, in every process."""
    return removed_key(_machine(path.name), path.key)


def _machine(name: str) -> Account:
    found = context().accounts.find(name)
    # A key of a person's account, in an admin's hands, would let the admin be that person.
    if found is None or not found.service:
        raise NotFoundError("no machine's account has this name")
    return found
