"""Who asks, and whether they may: tokens, held against the one table of roles.

A request is let through to its view only here. The check runs before anything else of the request is read, so that nobody
without the role learns what a route would say to its fields. A role is that of the account now, not that of the token's day:
a disabled account is out with its next request. Every token that does not count, for whatever reason, is answered the same way.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, g, request
from flask_jwt_extended import JWTManager, create_access_token, verify_jwt_in_request
from jwt import InvalidTokenError

from api.accounts import Account, Role
from api.context import context
from api.errors import ForbiddenError, UnauthenticatedError
from api.roles import OPEN, ROLE_TABLE
from api.settings import Settings

ALGORITHM = "HS256"
EXPLORERS = frozenset({Role.CLINICIAN, Role.ANALYST})
"""Which roles may ask for exploratory suggestions: research is for those who can judge it, and is never shown to a patient."""

# The library splits this header by its own rules and fails on some, such as ", ,"; nothing but one plain token gets that far.
_BEARER = re.compile(r"Bearer [A-Za-z0-9_-]{2,2000}\.[A-Za-z0-9_-]{2,4000}\.[A-Za-z0-9_-]{2,200}")
_TIMES = ("exp", "iat", "nbf")


def install(app: Flask, settings: Settings) -> None:
    """Let the app make and check tokens, and check every request against the table.

    Raises:
        ValueError: when the table and the app's routes are not the same.
    """
    app.config.update(
        JWT_SECRET_KEY=settings.signing_key(),
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
        check_form(header, claims, settings.token_life)
        return bytes(app.config["JWT_SECRET_KEY"])

    if odd := {rule.endpoint for rule in app.url_map.iter_rules()} ^ set(ROLE_TABLE):
        raise ValueError(f"routes and ROLE_TABLE differ in {', '.join(sorted(odd))}")
    app.before_request(_let_in)


def check_form(header: Mapping[str, Any], claims: Mapping[str, Any], life: timedelta) -> None:
    """Refuse a token of another form than our own; signature, times, audience and issuer are checked after this.

    Raises:
        InvalidTokenError: says what is odd.
    """
    # A header that names a key (kid, jku, x5u, jwk) asks the service to trust what the sender chose.
    if header.get("alg") != ALGORITHM or set(header) - {"alg", "typ"}:
        raise InvalidTokenError("header")
    # bool is an int to isinstance, and a lifetime beyond our own was never ours to give.
    if any(type(claims.get(name)) is not int for name in _TIMES) or claims["exp"] - claims["iat"] > life.total_seconds():
        raise InvalidTokenError("times")
    if any(not isinstance(claims.get(name), str) or not claims[name] for name in ("sub", "jti", "aud", "iss")):
        raise InvalidTokenError("names")
    if claims.get("type") != "access" or claims.get("role") not in set(Role):
        raise InvalidTokenError("type or role")


def issue(account: Account) -> str:
    """A token for an account that has just signed in."""
    return str(create_access_token(account.name, additional_claims={"role": str(account.role)}))


def account() -> Account:
    """Whose request is being answered."""
    found: Account = g.account
    return found


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
    g.account = _identify()
    if g.account.role not in row.roles:
        raise ForbiddenError(f"the role {g.account.role} does not include this")


def _identify() -> Account:
    given = request.headers.get("Authorization", "")
    if not given:
        raise UnauthenticatedError("send a token in the header Authorization", token_given=False)
    g.via, name = _subject(given)
    found = context().accounts.find(name)
    if found is None or found.disabled:
        raise UnauthenticatedError("the token does not count", token_given=True)
    return found


def _subject(given: str) -> tuple[str, str]:
    """The token's own id, and whose it is."""
    try:
        verified = verify_jwt_in_request() if _BEARER.fullmatch(given) else None
    except Exception:  # whatever a hostile token breaks in the libraries, it is a token that does not count
        verified = None
    if verified is None:
        raise UnauthenticatedError("the token does not count", token_given=True)
    return str(verified[1]["jti"]), str(verified[1]["sub"])
