"""The account that asks: who it is, and what it prefers."""

from dataclasses import asdict

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.accounts.preferences import Preferences
from api.auth import account
from api.context import context
from api.roles import scopes_of
from api.schemas.me import Me, OwnPreferences, PreferencesChange
from api.schemas.problem import problems

routes = APIBlueprint(
    "me",
    __name__,
    url_prefix="/v1/me",
    abp_tags=[Tag(name="me", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="showMe", responses={200: Me, **problems(401, 403, 503)})
def show() -> Response:
    """The account that asks."""
    own = account()
    shown = Me(
        name=own.name,
        role=own.role,
        patient=own.patient,
        scopes=sorted(scopes_of(own.role)),
        code=context().accounts.codes.on(own.name),
    )
    return Response(shown.model_dump_json(exclude_none=True), mimetype="application/json")


@routes.get("/preferences", operation_id="showPreferences", responses={200: OwnPreferences, **problems(401, 403, 503)})
def preferences() -> Response:
    """What the account prefers."""
    return _answered(context().accounts.preferences.of(account().name))


@routes.patch(
    "/preferences",
    operation_id="changePreferences",
    responses={200: OwnPreferences, **problems(400, 401, 403, 413, 415, 422, 503)},
)
def change_preferences(body: PreferencesChange) -> Response:
    """Change what the account prefers; what is left out stays."""
    changed = body.model_dump(exclude_unset=True)
    return _answered(context().accounts.preferences.change(account().name, changed))


def _answered(found: Preferences) -> Response:
    return Response(OwnPreferences.model_validate(asdict(found)).model_dump_json(), mimetype="application/json")
