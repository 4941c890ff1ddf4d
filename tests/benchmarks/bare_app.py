"""What our service is measured beside: Flask, one JSON route behind the same kind of token, and a body that it always gives."""

import json
import os
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response, jsonify
from flask_jwt_extended import JWTManager, create_access_token, jwt_required

BODY = "RXPATH_BENCH_BODY"
"""The setting that names the file of the body, for a server's workers."""


def bare(body: bytes) -> Flask:
    """The application: ``/answer`` makes JSON of the body as Flask does, ``/bytes`` sends what was made before."""
    app, value = Flask("bare"), json.loads(body)
    app.config.update(JWT_SECRET_KEY="0" * 32, JWT_ACCESS_TOKEN_EXPIRES=timedelta(hours=1))
    JWTManager(app)

    @app.get("/answer")
    @jwt_required()
    def answer() -> Response:
        return jsonify(value)

    @app.get("/bytes")
    @jwt_required()
    def made() -> Response:
        return Response(body, mimetype="application/json")

    return app


def token_of(app: Flask) -> str:
    """A token that counts."""
    with app.app_context():
        return create_access_token("bench")


def application() -> Flask:
    """The application of a server's worker."""
    return bare(Path(os.environ[BODY]).read_bytes())
