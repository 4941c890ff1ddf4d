"""Accounts: made, changed and shut out by admins, who see no password and choose none."""

from datetime import date

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.accounts import Account, Role
from api.accounts.account import folded
from api.context import context
from api.errors import ConflictError, NotFoundError
from api.schemas.problem import problems
from api.schemas.user import Invite, UserChange, UserMade, UserPath, UserShown, UsersQuery, UsersShown, UserWanted
from graph.elements import NodeId
from graph.pseudonyms import patient_id, read_patient_key
from recommender.request import Request

routes = APIBlueprint(
    "users",
    __name__,
    url_prefix="/v1/users",
    abp_tags=[Tag(name="users", description=__doc__)],
    abp_security=[{"bearer": []}],
)


@routes.get("", operation_id="listUsers", responses={200: UsersShown, **problems(401, 403, 422, 503)})
def show_all(query: UsersQuery) -> Response:
    """Accounts, by name."""
    # One more than asked for tells whether there are more.
    found = context().accounts.page(folded(query.after), query.limit + 1)
    items = [_shown(account) for account in found[: query.limit]]
    shown = UsersShown(items=items, next=items[-1].name if len(found) > query.limit else None)
    return Response(shown.model_dump_json(exclude_none=True), mimetype="application/json")


@routes.get("/<name>", operation_id="showUser", responses={200: UserShown, **problems(401, 403, 404, 422, 503)})
def show(path: UserPath) -> Response:
    """One account."""
    return Response(_shown(_known(path.name)).model_dump_json(exclude_none=True), mimetype="application/json")


@routes.post("", operation_id="createUser", responses={201: UserMade, **problems(400, 401, 403, 404, 413, 415, 422, 503)})
def create(body: UserWanted) -> Response:
    """Make an account; a person gets an invite to choose the password by, a machine gets keys."""
    accounts = context().accounts
    account = Account(folded(body.name), Role(body.role), _patient(body.patient), service=body.service)
    accounts.add(account, None)
    invite = None if account.service else accounts.invites.make(account.name)
    made = UserMade(**_shown(account).model_dump(), invite=invite)
    return Response(made.model_dump_json(exclude_none=True), 201, mimetype="application/json")


@routes.patch(
    "/<name>", operation_id="changeUser", responses={200: UserShown, **problems(400, 401, 403, 404, 409, 413, 415, 422, 503)}
)
def change(path: UserPath, body: UserChange) -> Response:
    """Give an account another role, or shut it out or let it in again; this holds from its next request on."""
    account = _known(path.name)
    role = Role(body.role) if body.role else account.role if body.patient else None
    changed = context().accounts.change(account.name, role=role, patient=_patient(body.patient), disabled=body.disabled)
    return Response(_shown(changed).model_dump_json(exclude_none=True), mimetype="application/json")


@routes.post("/<name>/invite", operation_id="inviteUser", responses={201: Invite, **problems(401, 403, 404, 409, 422, 503)})
def invite(path: UserPath) -> Response:
    """A new invite, for someone who lost the first one or the password; an earlier one counts no more."""
    account = _known(path.name)
    if account.service or account.disabled:
        raise ConflictError("a machine's account and one that is disabled have no password to choose")
    made = Invite(invite=context().accounts.invites.make(account.name))
    return Response(made.model_dump_json(), 201, mimetype="application/json")


def _known(name: str) -> Account:
    found = context().accounts.find(name)
    if found is None:
        raise NotFoundError("no account has this name")
    return found


def _patient(identifier: str | None) -> NodeId | None:
    """The patient of this id or identifier, who has to be on file."""
    if identifier is None:
        return None
    found = patient_id(identifier, read_patient_key(context().settings.graph.patient_key))
    context().serving().recommender.record(Request(as_of=date.today(), patient=found))
    return found


def _shown(account: Account) -> UserShown:
    return UserShown(
        name=account.name,
        role=account.role,
        patient=account.patient,
        disabled=account.disabled,
        service=account.service,
    )
