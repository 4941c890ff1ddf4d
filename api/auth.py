"""Who asks, and whether they may: tokens and keys, held against the one table of roles.

A request is let through to its view only here. The check runs before anything else of the request is read, so that nobody
without the role learns what a route would say to its fields. Account and session are read with every request: a role is that
of the account now, and who is disabled or whose session ended is out with the next request, in every process. Every token that
does not count, for whatever reason, is answered the same way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, request
from flask_jwt_extended import JWTManager, create_access_token, decode_token
from jwt import InvalidTokenError

from api.accounts import Account, Role
from api.accounts.keys import PREFIX
from api.context import context
from api.cookies import ACCESS, check_csrf
from api.errors import ForbiddenError, UnauthenticatedError
from api.key_ring import KeyRing
from api.roles import OPEN, ROLE_TABLE, Scope
from api.settings import Settings

ALGORITHM = "HS256"
RING = "rxpath_keys"
EXPLORERS = frozenset({Role.CLINICIAN, Role.ANALYST})
"""Which roles may ask for exploratory suggestions: research is for those who can judge it, and is never shown to a patient."""

_TOKEN = r"[A-Za-z0-9_-]{2,2000}\.[A-Za-z0-9_-]{2,4000}\.[A-Za-z0-9_-]{2,200}"  # noqa: S105  # a form, no token
# The libraries fail on some odd headers in ways of their own; nothing but one plain token or key gets that far.
_JWT = re.compile(_TOKEN)
_BEARER = re.compile(rf"Bearer (?:(?P<key>{PREFIX}[A-Za-z0-9_-]{{43}})|(?P<token>{_TOKEN}))")
_TIMES = ("exp", "iat", "nbf")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and by what.

    Attributes:
        account: whose request it is.
        session: id of the session when a token was sent, empty for a key.
        key: id of the API key, empty for a token.
        scopes: what the key may be used for; None for a token, which may be used for all that the role may.
        address: where the request comes from.
    """

    account: Account
    session: str = ""
    key: str = ""
    scopes: frozenset[str] | None = None
    address: str = ""


def install(app: Flask, settings: Settings) -> None:
    """Let the app make and check tokens, and check every request against the table.

    Raises:
        ValueError: when the table and the app's routes are not the same.
        SettingsError: when a signing key is unusable.
    """
    ring = app.extensions[RING] = KeyRing(settings)
    app.config.update(
        JWT_ALGORITHM=ALGORITHM,
        JWT_DECODE_ALGORITHMS=[ALGORITHM],
        JWT_TOKEN_LOCATION=["headers"],
        JWT_COOKIE_CSRF_PROTECT=False,
        JWT_ACCESS_TOKEN_EXPIRES=settings.token_life,
        JWT_ENCODE_AUDIENCE=settings.audience,
        JWT_DECODE_AUDIENCE=settings.audience,
        JWT_ENCODE_ISSUER=settings.issuer,
        JWT_DECODE_ISSUER=settings.issuer,
    )
    manager = JWTManager(app)

    # The library fills in a missing type and jti before its own verification loader sees the claims; this one sees them raw.
    @manager.decode_key_loader
    def key_for(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bytes:  # as the token says
        keys = ring.keys
        check_form(header, claims, settings.token_life, keys)
        return keys[header["kid"]]

    @manager.encode_key_loader
    def newest_key(name: str) -> bytes:
        return bytes(g.signing_key)

    if odd := {rule.endpoint for rule in app.url_map.iter_rules()} ^ set(ROLE_TABLE):
        raise ValueError(f"routes and ROLE_TABLE differ in {', '.join(sorted(odd))}")
    app.before_request(_let_in)


def check_form(header: Mapping[str, Any], claims: Mapping[str, Any], life: timedelta, kids: Mapping[str, bytes]) -> None:
    """Refuse a token of another form than our own; signature, times, audience and issuer are checked after this.

    Args:
        header: of the token.
        claims: of the token.
        life: how long our tokens count.
        kids: the keys that verify, by their names.

    Raises:
        InvalidTokenError: says what is odd.
    """
    # A header that brings or points to a key (jku, x5u, jwk) asks the service to trust what the sender chose.
    if header.get("alg") != ALGORITHM or set(header) - {"alg", "typ", "kid"}:
        raise InvalidTokenError("header")
    if not isinstance(header.get("kid"), str) or header["kid"] not in kids:
        raise InvalidTokenError("key")
    # bool is an int to isinstance, and a lifetime beyond our own was never ours to give.
    if any(type(claims.get(name)) is not int for name in _TIMES) or claims["exp"] - claims["iat"] > life.total_seconds():
        raise InvalidTokenError("times")
    if any(not isinstance(claims.get(name), str) or not claims[name] for name in ("sub", "sid", "jti", "aud", "iss")):
        raise InvalidTokenError("names")
    if claims.get("type") != "access" or claims.get("role") not in set(Role):
        raise InvalidTokenError("type or role")


def key_ring() -> KeyRing:
    """The keys of the app that is answering."""
    ring: KeyRing = current_app.extensions[RING]
    return ring


def issue(account: Account, session: str) -> str:
    """A token for an account in one of its sessions."""
    # Asked for once: a rotation between two questions would give one key's name to another's signature.
    kid, g.signing_key = key_ring().newest
    claims = {"role": str(account.role), "sid": session}
    return str(create_access_token(account.name, additional_claims=claims, additional_headers={"kid": kid}))


def caller() -> Caller:
    """Who asks, and by what."""
    found: Caller = g.caller
    return found


def account() -> Account:
    """Whose request is being answered."""
    return caller().account


def address() -> str:
    """Where the request comes from; empty when that is not known."""
    return request.remote_addr or ""


def may_explore(explore: bool) -> bool:
    """Whether exploratory suggestions are asked for.

    Raises:
        ForbiddenError: when they are, by a role that they are not for.
    """
    if explore and account().role not in EXPLORERS:
        raise ForbiddenError(f"the role {account().role} does not include exploratory suggestions")
    return explore


def _let_in() -> None:
    """Refuse a request that the table does not allow."""
    row = ROLE_TABLE[request.endpoint] if request.endpoint else OPEN
    if not row.roles:
        return
    g.caller = found = _identify()
    g.account, g.via = found.account, found.session or found.key
    if found.account.role not in row.roles:
        raise ForbiddenError(f"the role {found.account.role} does not include this")
    if found.scopes is not None and (row.scope is Scope.NONE or row.scope not in found.scopes):
        raise ForbiddenError("the scopes of the key do not include this")


def _identify() -> Caller:
    given, cookie = request.headers.get("Authorization", ""), request.cookies.get(ACCESS, "")
    if given and cookie:
        raise UnauthenticatedError("send a token in the header Authorization or in a cookie, not in both", token_given=True)
    if cookie:
        found = _of_token(cookie) if _JWT.fullmatch(cookie) else None
    elif not given:
        raise UnauthenticatedError("send a token in the header Authorization", token_given=False)
    else:
        parts = _BEARER.fullmatch(given)
        found = None if parts is None else _of_key(parts["key"]) if parts["key"] else _of_token(parts["token"])
    if found is None:
        raise UnauthenticatedError("the token does not count", token_given=True)
    if cookie:
        check_csrf(found.session, key_ring())
    return found


def _of_key(key: str) -> Caller | None:
    found = context().accounts.keys.find(key)
    return Caller(found[0], key=found[1], scopes=found[2], address=address()) if found else None


def _of_token(token: str) -> Caller | None:
    try:
        claims = decode_token(token)
    except Exception:  # whatever a hostile token breaks in the libraries, it is a token that does not count
        return None
    found = context().accounts.of_session(claims["sub"], claims["sid"])
    return Caller(found, session=claims["sid"], address=address()) if found else None
