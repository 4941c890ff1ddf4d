"""The sessions of the account that asks."""

from datetime import UTC, datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.auth import caller
from api.context import context
from api.errors import NotFoundError
from api.schemas.problem import problems
from api.schemas.session import SessionPath, SessionShown, SessionsShown

routes = APIBlueprint(
    "sessions",
    __name__,
    url_prefix="/v1/auth/sessions",
    abp_tags=[Tag(name="sessions", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="listSessions", responses={200: SessionsShown, **problems(401, 403, 503)})
def show_all() -> Response:
    """Sessions that go on."""
    own = caller()
    items = [
        SessionShown(
            id=s.id, begun=_time(s.begun), used=_time(s.used), until=_time(s.until), address=s.address, this=s.id == own.session
        )
        for s in context().accounts.sessions.of(own.account.name)
    ]
    return Response(SessionsShown(items=items).model_dump_json(), mimetype="application/json")


@routes.delete(
    "/<session>",
    operation_id="endSession",
    responses={204: {"description": "It ended"}, **problems(401, 403, 404, 422, 503)},
)
def end(path: SessionPath) -> Response:
    """End a session, at once, in every process."""
    if not context().accounts.sessions.end(caller().account.name, path.session):
        raise NotFoundError("the account has no such session")
    return Response(status=204)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
