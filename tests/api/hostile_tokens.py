"""Tokens that must not count, each odd in one way, made with the service's own key wherever that is the stronger attack."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt

from api.key_ring import kid_of
from api.settings import Settings


def good_claims(settings: Settings, session: str) -> dict[str, Any]:
    """The claims of a clinician's token that counts while the session goes on."""
    now = int(time.time())
    return {
        "sub": "dr.ada",
        "role": "clinician",
        "type": "access",
        "jti": "5f1c",
        "sid": session,
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "aud": settings.audience,
        "iss": settings.issuer,
    }


def part(value: object) -> str:
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


def kid(settings: Settings) -> dict[str, str]:
    return {"kid": kid_of(settings.signing_key())}


def encoded(settings: Settings, claims: dict[str, Any]) -> str:
    """A token as the service makes it, over any claims."""
    return jwt.encode(claims, settings.signing_key(), "HS256", kid(settings))


def signed(settings: Settings, claims: object, header: dict[str, Any]) -> str:
    """A token with a right signature over any header and any payload."""
    text = f"{part({'typ': 'JWT'} | kid(settings) | header)}.{part(claims)}"
    mac = jwt.get_algorithm_by_name("HS256").sign(text.encode(), settings.signing_key())
    return f"{text}.{part(mac)}"


def _twice(settings: Settings) -> bytes:
    return f'"alg":"none","alg":"HS256","typ":"JWT","kid":"x","kid":"{kid_of(settings.signing_key())}"'.encode()


def hostile(settings: Settings, session: str) -> Iterator[tuple[str, str]]:
    """(what is odd, the value of the header Authorization)."""
    for what, token in hostile_tokens(settings, session):
        yield what, f"Bearer {token}"
    good = encoded(settings, good_claims(settings, session))
    yield "no token behind the scheme", "Bearer"
    yield "blanks behind the scheme", "Bearer    "
    yield "another scheme", "Basic ZHIuYWRhOmNvcnJlY3QgaG9yc2U="
    yield "no scheme", good
    yield "two tokens", f"Bearer {good}, Bearer {good}"
    yield "words behind the token", f"Bearer {good} more"
    yield "words before the scheme", f"x, Bearer {good}"
    yield "commas", ", ,"
    yield "a line of blanks", "Bearer \t \t"
    yield "other letters", "Bearer \xe4\xf6\xfc.\xe4.\xf6"


def hostile_tokens(settings: Settings, session: str) -> Iterator[tuple[str, str]]:
    """(what is odd, the token), given a clinician's session that goes on."""
    good, key = good_claims(settings, session), settings.signing_key()
    token = encoded(settings, good)
    header, payload, mac = token.split(".")
    now = good["iat"]
    for name in good:
        yield f"without {name}", encoded(settings, {k: v for k, v in good.items() if k != name})
    for name, value in (
        ("sub", "nobody"),
        ("sub", ""),
        ("role", "owner"),
        ("role", ""),
        ("type", "refresh"),
        ("type", "ACCESS"),
        ("jti", ""),
        ("sid", ""),
        ("sid", "0" * 32),
        ("sid", "' OR '1'='1"),
        ("aud", "another-api"),
        ("aud", [settings.audience, "another-api"]),
        ("iss", "someone"),
        ("exp", now - 1),
        ("exp", now + 86_400),
        ("iat", now + 300),
        ("nbf", now + 300),
    ):
        yield f"{name} {value!r}", encoded(settings, good | {name: value})
    for name, value in (
        ("sub", 7),
        ("role", ["clinician"]),
        ("role", {"clinician": True}),
        ("type", None),
        ("jti", 1),
        ("sid", 1),
        ("sid", [session]),
        ("exp", str(now + 600)),
        ("exp", now + 600.5),
        ("exp", True),
        ("exp", 10**400),
        ("iat", None),
        ("iat", -(10**300)),
        ("iss", ["rxpath"]),
    ):
        yield f"{name} {str(value)[:20]} of another type", signed(settings, good | {name: value}, {"alg": "HS256"})
    yield "algorithm none", f"{part({'alg': 'none', 'typ': 'JWT'} | kid(settings))}.{payload}."
    yield "algorithm none with a signature", signed(settings, good, {"alg": "none"})
    yield "algorithm NONE", f"{part({'alg': 'NONE'})}.{payload}.{mac}"
    yield "algorithm HS512", jwt.encode(good, key * 2, "HS512", kid(settings))
    yield "algorithm HS384", jwt.encode(good, key * 2, "HS384", kid(settings))
    yield "algorithm RS256 in words", signed(settings, good, {"alg": "RS256"})
    yield "no algorithm", f"{part({'typ': 'JWT'})}.{payload}.{mac}"
    yield "a list of algorithms", signed(settings, good, {"alg": ["HS256"]})
    yield "another key", jwt.encode(good, b"k" * 32, "HS256", kid(settings))
    yield "an empty signature", f"{header}.{payload}."
    yield "a cut signature", token[:-6]
    yield "a refresh token", f"rxr_{'A' * 43}"
    yield "a key that nobody has", f"rxp_{'A' * 43}"
    yield "a key with words behind it", f"rxp_{'A' * 43}.x.y"
    yield "another payload", f"{header}.{part(good | {'sub': 'root', 'role': 'admin'})}.{mac}"
    yield "algorithm nOnE and no signature", f"{part({'alg': 'nOnE'} | kid(settings))}.{payload}."
    yield "no key id", jwt.encode(good, key, "HS256")
    for odd in (
        "",
        "0" * 16,
        "../../dev/null",
        "/dev/null",
        "jwt.key",
        "' OR '1'='1",
        "x' UNION SELECT 'k' --",
        kid_of(key).upper(),
    ):
        yield f"the key id {odd!r}", signed(settings, good, {"alg": "HS256", "kid": odd})
    yield "a key id that is a list", signed(settings, good, {"alg": "HS256", "kid": [kid_of(key)]})
    yield "a key id that is nothing", signed(settings, good, {"alg": "HS256", "kid": None})
    yield "an empty key", f"{header}.{payload}.{part(hmac.digest(b'', f'{header}.{payload}'.encode(), 'sha256'))}"
    yield "a key that is the key's id", jwt.encode(good, kid_of(key).encode() * 2, "HS256", kid(settings))
    yield "a certificate in the header", signed(settings, good, {"alg": "HS256", "x5c": ["AAAA"]})
    yield "the header twice", f"{part(b'{' + _twice(settings) + b'}')}.{payload}.{mac}"
    yield "a key by address", signed(settings, good, {"alg": "HS256", "jku": "https://evil.example/keys"})
    yield "a certificate by address", signed(settings, good, {"alg": "HS256", "x5u": "https://evil.example/cert"})
    yield "a key in the header", signed(settings, good, {"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}})
    yield "a critical extension", signed(settings, good, {"alg": "HS256", "crit": ["exp"]})
    yield "an unencoded payload", signed(settings, good, {"alg": "HS256", "b64": False})
    yield "a payload that is a list", signed(settings, [good], {"alg": "HS256"})
    yield "a payload that is a number", signed(settings, 7, {"alg": "HS256"})
    yield "a payload that is no JSON", signed(settings, b"\xff\x00\xff", {"alg": "HS256"})
    yield "a payload nested deep", signed(settings, b"[" * 2500 + b"]" * 100, {"alg": "HS256"})
    yield "a header nested deep", f"{part(b'[' * 1400)}.{payload}.{mac}"
    yield "garbage", "garbage"
    yield "three words", "a.b.c"
    yield "four parts", f"{token}.{mac}"
    yield "five parts", f"{header}.{mac}.{mac}.{payload}.{mac}"
    yield "200 kB", f"{header}.{'A' * 200_000}.{mac}"
