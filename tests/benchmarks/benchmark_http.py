"""An explained top 10 for a patient over HTTP, beside a bare Flask route with the same body and the same kind of token check.

Both run in process through Werkzeug's test client, warm, over distinct patients of the demo cohort; no answer is kept.
"""

import itertools
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response
from flask_jwt_extended import JWTManager, create_access_token, jwt_required

from api.accounts import Account, Role, open_accounts
from api.care import CareStore
from api.database import Database
from api.settings import Settings
from api.wiring import wire
from graph.connect import open_store
from graph.elements import NodeKind
from tests.benchmarks.graphs import demo_home
from tests.benchmarks.side_by_side import Row, beside

PASSWORD = "only for this benchmark"  # of an account in a temporary folder


def bare(body: bytes) -> tuple[Flask, str]:
    """A Flask application with one protected JSON route, and a token for it."""
    app = Flask("bare")
    app.config.update(JWT_SECRET_KEY="0" * 32, JWT_ACCESS_TOKEN_EXPIRES=timedelta(hours=1))
    JWTManager(app)

    @app.get("/answer")
    @jwt_required()
    def answer() -> Response:
        return Response(body, mimetype="application/json")

    with app.app_context():
        return app, create_access_token("bench")


def rows() -> list[Row]:
    """Measure."""
    home, _ = demo_home()
    settings = Settings.from_environment({"RXPATH_HOME": str(home), "RXPATH_JWT_MINUTES": "15"})
    accounts = open_accounts(f"sqlite:///{Path(home) / 'bench.sqlite'}")
    if accounts.find("bench") is None:
        accounts.add(Account("bench", Role.CLINICIAN, None), PASSWORD)
    client = wire(settings, accounts).test_client()
    token = client.post("/v1/auth/token", json={"username": "bench", "password": PASSWORD}).get_json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    store = open_store(settings.graph.graph)
    ids = [node.id for node in store.nodes(NodeKind.PATIENT, limit=200)]
    care = CareStore(Database(settings.graph.database))
    for patient in set(ids) - set(care.patients_of("bench")):
        care.begin("bench", patient, by="")
    patients = itertools.cycle(ids)

    def ask() -> bytes:
        answer = client.get(f"/v1/patients/{next(patients)}/recommendations?as_of=2026-06-30", headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(answer.get_data(as_text=True))
        return answer.data

    sizes = sorted(len(ask()) for _ in range(200))
    app, other = bare(b'{"x":"' + b"y" * sizes[100] + b'"}')
    plain = app.test_client()
    return [
        beside(
            f"explained top 10 over HTTP ({sizes[100]:,} bytes at the median)",
            ask,
            "a Flask JSON route",
            lambda: plain.get("/answer", headers={"Authorization": f"Bearer {other}"}).data,
            "<= 3 x at the median, a later goal",
            (400, 400),
        )
    ]
