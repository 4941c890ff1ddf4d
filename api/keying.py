"""Makes and shows API keys, for whoever's they are."""

from datetime import UTC, datetime

from flask import Response

from api.accounts import Account
from api.accounts.keys import ApiKey
from api.context import context
from api.errors import FieldProblem, InputError, NotFoundError
from api.roles import scopes_of
from api.schemas.key import KeyMade, KeyShown, KeysShown, KeyWanted


def keys_of(account: Account) -> Response:
    """The keys of an account."""
    items = [_shown(key) for key in context().accounts.keys.of(account.name)]
    return Response(KeysShown(items=items).model_dump_json(), mimetype="application/json")


def made_key(account: Account, wanted: KeyWanted) -> Response:
    """A new key of an account.

    Raises:
        InputError: when a scope is none that the account's role has.
        ConflictError: when the account has as many keys as it may.
    """
    own = scopes_of(account.role)
    if odd := [i for i, scope in enumerate(wanted.scopes) if scope not in own]:
        raise InputError([FieldProblem(f"/scopes/{i}", f"one of {', '.join(sorted(own)) or 'none'} is expected") for i in odd])
    key, token = context().accounts.keys.make(account.name, wanted.label, set(wanted.scopes), wanted.days)
    shown = KeyMade(key=token, **_shown(key).model_dump())
    return Response(shown.model_dump_json(), 201, mimetype="application/json")


def removed_key(account: Account, key: str) -> Response:
    """Let a key of an account count no more.

    Raises:
        NotFoundError: when the account has none of this id.
    """
    if not context().accounts.keys.remove(account.name, key):
        raise NotFoundError("the account has no such key")
    return Response(status=204)


def _shown(key: ApiKey) -> KeyShown:
    return KeyShown(
        id=key.id,
        label=key.label,
        scopes=sorted(key.scopes),
        created=datetime.fromtimestamp(key.created, UTC),
        expires=datetime.fromtimestamp(key.expires, UTC),
    )
