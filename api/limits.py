"""How large the parts of a request may be that come before its body; the body's own limits stand in :mod:`api.body`."""

from flask import Flask, request

from api.errors import AddressLengthError, HeaderCountError

MAX_PATH = 2_000
MAX_QUERY = 8_000
"""In bytes, as they came."""
MAX_HEADERS = 64


def install(app: Flask) -> None:
    """Refuse, before anything else of a request is looked at, what no client of ours sends."""
    app.before_request(_check)


def _check() -> None:
    if len(request.path.encode(errors="surrogatepass")) > MAX_PATH:
        raise AddressLengthError(f"an address of at most {MAX_PATH} bytes is expected")
    if len(request.query_string) > MAX_QUERY:
        raise AddressLengthError(f"parameters of at most {MAX_QUERY} bytes are expected")
    if len(request.headers) > MAX_HEADERS:
        raise HeaderCountError(f"at most {MAX_HEADERS} headers are expected")
