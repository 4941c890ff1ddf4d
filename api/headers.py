"""The headers that every answer carries."""

from flask import Flask, Response, request

from api import problems
from api.settings import Settings

POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
DOCS_POLICY = f"{POLICY}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES)
ONE_YEAR = "max-age=31536000; includeSubDomains"


def install(app: Flask, settings: Settings) -> None:
    """Let every answer of an app carry them."""

    def add(response: Response) -> Response:
        shown = (request.endpoint or "").startswith("docs.")
        headers = response.headers
        headers["Content-Security-Policy"] = DOCS_POLICY if shown else POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = PERMISSIONS
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Request-ID"] = problems.request_id()
        if settings.behind_tls:
            headers["Strict-Transport-Security"] = ONE_YEAR
        # What a client may keep says so itself; everything else may be about a patient.
        if not shown and "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)
