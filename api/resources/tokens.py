"""Signing in and out: a name and a password for tokens."""

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ResponseDict

from api import auth
from api.accounts import Account
from api.accounts.sessions import Opened
from api.context import context
from api.cookies import REFRESH, check_csrf, clear_cookies, set_cookies
from api.errors import UnauthenticatedError
from api.schemas.problem import problems
from api.schemas.token import Credentials, InviteAccepted, PasswordChange, Refreshing, Token

routes = APIBlueprint("auth", __name__, url_prefix="/v1/auth", abp_tags=[Tag(name="auth", description=__doc__)])
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]
NOTHING: ResponseDict = {204: {"description": "Done"}}


@routes.post("/token", operation_id="issueToken", responses={200: Token, **problems(400, 401, 413, 415, 422, 429, 503)})
def issue_token(body: Credentials) -> Response:
    """Tokens for a name and a password, and a one-time code where one is set up."""
    given = context()
    found = given.accounts.sign_in(
        body.username,
        body.password,
        auth.address(),
        lambda account: given.accounts.codes.fits(account.name, body.code, given.settings.totp_key),
        given.settings.address_tries,
    )
    return _answered(found, given.accounts.sessions.begin(found.name, auth.address()), cookie=body.cookie)


@routes.post("/refresh", operation_id="refreshToken", responses={200: Token, **problems(400, 401, 403, 413, 415, 422, 503)})
def refresh(body: Refreshing) -> Response:
    """The next tokens of a session. A refresh token counts once; one that comes again ends its session."""
    accounts, token = context().accounts, body.refresh_token or _refresh_cookie()
    opened = accounts.sessions.carry_on(token)
    found = accounts.of_session(opened.account, opened.id)
    if found is None:
        raise UnauthenticatedError("the refresh token does not count", token_given=True)
    return _answered(found, opened, cookie=body.refresh_token is None)


@routes.post("/logout", operation_id="logOut", security=BEARER, responses=NOTHING | problems(401, 403, 503))
def logout() -> Response:
    """End this session, at once."""
    caller = auth.caller()
    context().accounts.sessions.end(caller.account.name, caller.session)
    return _signed_out()


@routes.post(
    "/logout-everywhere", operation_id="logOutEverywhere", security=BEARER, responses=NOTHING | problems(401, 403, 503)
)
def logout_everywhere() -> Response:
    """End all sessions of the account, at once. API keys count on: each is removed by itself."""
    context().accounts.sessions.end_all(auth.account().name)
    return _signed_out()


@routes.post(
    "/password",
    operation_id="changePassword",
    security=BEARER,
    responses=NOTHING | problems(400, 401, 403, 413, 415, 422, 429, 503),
)
def change_password(body: PasswordChange) -> Response:
    """Choose another password; every other session of the account ends."""
    given, caller = context(), auth.caller()
    given.accounts.confirm(caller.account.name, body.password, caller.address, given.settings.address_tries)
    given.accounts.set_password(caller.account.name, body.new_password, caller.session)
    return Response(status=204)


@routes.post("/invite", operation_id="acceptInvite", responses=NOTHING | problems(400, 401, 413, 415, 422, 503))
def accept_invite(body: InviteAccepted) -> Response:
    """Choose the password of an account that an admin made, or whose password was lost."""
    context().accounts.accept_invite(body.invite, body.password)
    return Response(status=204)


def _refresh_cookie() -> str:
    token = request.cookies.get(REFRESH, "")
    if not token:
        raise UnauthenticatedError("send a refresh token", token_given=False)
    check_csrf(context().accounts.sessions.session_of(token), auth.key_ring())
    return token


def _answered(account: Account, opened: Opened, *, cookie: bool) -> Response:
    settings, access = context().settings, auth.issue(account, opened.id)
    token = Token(expires_in=int(settings.token_life.total_seconds()), role=account.role)
    if not cookie:
        token = token.model_copy(update={"access_token": access, "refresh_token": opened.refresh})
    response = Response(token.model_dump_json(exclude_none=True), mimetype="application/json")
    if cookie:
        set_cookies(response, settings, auth.key_ring(), access=access, refresh=opened.refresh, session=opened.id)
    return response


def _signed_out() -> Response:
    response = Response(status=204)
    clear_cookies(response, context().settings)
    return response
