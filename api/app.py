"""Makes the WSGI application from what wiring gives it."""

from flask import Response, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from api import auth, context, problems
from api.body import StrictRequest
from api.context import Context
from api.resources import docs, guides, health, identities, medicines, own_data, patients, recommendations, tokens
from api.schemas.problem import Problem

RESOURCES = (tokens, patients, identities, own_data, recommendations, medicines, guides, health)
DESCRIPTION = (
    "Explainable medicine recommendations on a knowledge graph. Decision support, not a prescription: a clinician decides. "
    "Get a token at /v1/auth/token and send it as `Authorization: Bearer …`."
)
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
DOCS_POLICY = f"{POLICY}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"


class Service(OpenAPI):
    """A Flask application that reads JSON strictly and answers problems in one form."""

    request_class = StrictRequest


def create_app(given: Context) -> Service:
    """The application.

    Args:
        given: what its views use.
    """
    app = Service(
        "api",
        info=Info(title="Rxpath", version="1", description=DESCRIPTION),
        security_schemes={"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        # Every route documents its own 422 and a default; naming the default here keeps the library from adding its own form.
        validation_error_status="default",
        validation_error_model=Problem,
        validation_error_callback=problems.refuse_fields,
        doc_ui=False,
        static_folder=None,
    )
    # Flask would answer OPTIONS on every route by itself, past the document; the guides alone serve another origin.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    context.install(app, given)
    for resource in RESOURCES:
        app.register_api(resource.routes)
    app.register_blueprint(docs.routes)
    auth.install(app, given.settings)
    problems.install(app)
    app.after_request(_add_headers)
    return app


def _add_headers(response: Response) -> Response:
    shown = (request.endpoint or "").startswith("docs.")
    response.headers["Content-Security-Policy"] = DOCS_POLICY if shown else POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Request-ID"] = problems.request_id()
    if not shown:
        response.headers["Cache-Control"] = "no-store"
    return response
