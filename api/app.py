"""Makes the WSGI application from what wiring gives it."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from api import auth, context, headers, idempotency, limits, observing, problems, recording
from api.body import StrictRequest
from api.context import Context
from api.resources import (
    answers,
    audit,
    break_glass,
    care,
    care_actions,
    codes,
    conditions,
    consents,
    docs,
    entries,
    feedback,
    graph,
    guides,
    health,
    identities,
    imports,
    interactions,
    jobs,
    keys,
    me,
    medicines,
    metrics,
    own_data,
    patients,
    predictions,
    questions,
    recommendations,
    records,
    reports,
    service_keys,
    sessions,
    symptoms,
    tokens,
    trainings,
    trends,
    users,
    version,
)
from api.schemas.problem import Problem

RESOURCES = (
    tokens,
    sessions,
    codes,
    keys,
    users,
    service_keys,
    me,
    own_data,
    identities,
    records,
    entries,
    patients,
    consents,
    care,
    break_glass,
    audit,
    recommendations,
    answers,
    feedback,
    questions,
    predictions,
    medicines,
    conditions,
    symptoms,
    care_actions,
    interactions,
    graph,
    trends,
    imports,
    trainings,
    reports,
    jobs,
    guides,
    health,
    version,
    metrics,
)
METHODS = ("get", "put", "post", "delete", "patch")
DESCRIPTION = (
    "Explainable medicine recommendations on a knowledge graph. Decision support, not a prescription: a clinician decides. "
    "Get a token at /v1/auth/token and send it as `Authorization: Bearer …`."
)


class Service(OpenAPI):
    """A Flask application that reads JSON strictly and answers problems in one form."""

    request_class = StrictRequest

    def register_api(self, api: APIBlueprint, **options: Any) -> None:
        """Add a resource; where another has the same address with other methods, the document keeps both."""
        before = dict(self.paths)
        super().register_api(api, **options)
        for path in before.keys() & api.paths.keys():
            for method in METHODS:
                if operation := getattr(before[path], method):
                    setattr(self.paths[path], method, operation)


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
    # Where uploads lie while they come in.
    app.config["UPLOAD_FOLDER"] = given.settings.graph.home
    # A node's id may hold slashes; to merge two of them would ask for another node.
    app.url_map.merge_slashes = False
    if proxies := given.settings.proxies:
        # A client can write this header as well; only so many of its entries, from the right, are the proxies' own.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    context.install(app, given)
    # Before all others: what runs after a request runs in the opposite order, so that this sees the answer as it goes out.
    observing.install(app, given)
    limits.install(app)
    headers.install(app, given.settings)
    for resource in RESOURCES:
        app.register_api(resource.routes)
    app.register_blueprint(docs.routes)
    auth.install(app, given.settings)
    problems.install(app)
    idempotency.install(app)
    # Last, and so the first to see an answer: what takes its place gets the headers, too.
    recording.install(app)
    return app
