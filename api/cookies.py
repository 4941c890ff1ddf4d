"""Tokens in cookies, for pages of the service's own origin: no script reads them, no other site sends them.

A third cookie can be read: its value goes into the header X-CSRF-Token of every request that changes something (double submit).
It is a keyed hash of the session's id, so that whoever can plant a cookie cannot plant one that fits.
"""

import hashlib
import hmac

from flask import Response, request

from api.accounts.sessions import LONGEST
from api.errors import ForbiddenError
from api.key_ring import KeyRing
from api.settings import Settings

ACCESS, REFRESH, CSRF = "rxpath_access", "rxpath_refresh", "rxpath_csrf"
CSRF_HEADER = "X-CSRF-Token"
REFRESH_PATH = "/v1/auth"
"""The refresh token is sent nowhere else."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def set_cookies(response: Response, settings: Settings, ring: KeyRing, *, access: str, refresh: str, session: str) -> None:
    """Put a session's tokens into a response's cookies."""
    life = int(settings.token_life.total_seconds())
    csrf = _csrf(session, ring.newest[1])
    for name, value, age, path, hidden in (
        (ACCESS, access, life, "/", True),
        (REFRESH, refresh, int(LONGEST), REFRESH_PATH, True),
        (CSRF, csrf, int(LONGEST), "/", False),
    ):
        response.set_cookie(name, value, max_age=age, path=path, httponly=hidden, secure=settings.behind_tls, samesite="Strict")


def clear_cookies(response: Response, settings: Settings) -> None:
    """Let the browser forget a session's tokens."""
    for name, path in ((ACCESS, "/"), (REFRESH, REFRESH_PATH), (CSRF, "/")):
        response.delete_cookie(name, path=path, secure=settings.behind_tls, samesite="Strict")


def check_csrf(session: str, ring: KeyRing) -> None:
    """Refuse a request by cookie that changes something and that another site may have caused.

    Raises:
        ForbiddenError: when the header is missing, is not the cookie's value, or neither is that of this session.
    """
    if request.method in _SAFE:
        return
    sent, kept = request.headers.get(CSRF_HEADER, "").encode(), request.cookies.get(CSRF, "").encode()
    own = any(hmac.compare_digest(sent, _csrf(session, key).encode()) for key in ring.keys.values())
    if not (own and hmac.compare_digest(sent, kept)):
        raise ForbiddenError(f"a change by cookie needs the value of the cookie {CSRF} in the header {CSRF_HEADER}")


def _csrf(session: str, key: bytes) -> str:
    return hmac.digest(key, b"rxpath csrf " + session.encode(), hashlib.sha256).hex()
