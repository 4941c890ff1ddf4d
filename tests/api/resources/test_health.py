from dataclasses import replace
from pathlib import Path
from shutil import copytree

from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.app import create_app
from api.context import Serving
from api.settings import Settings
from api.wiring import wire
from graph.errors import SnapshotError
from tests.api.conftest import context_of, settings_of
from tests.api.reading import problem_of


def test_a_service_lives_and_is_ready(client: FlaskClient) -> None:
    assert client.get("/health/live").get_json() == {"status": "alive"}
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert len(ready.get_json()["snapshot"]) == 32


def test_what_cannot_be_used_is_named_and_the_rest_is_not(settings: Settings, accounts: AccountStore) -> None:
    def broken() -> None:
        raise ValueError("Zebra fever in /srv/graph")

    def serving() -> Serving:
        raise SnapshotError("none")

    checks = {"accounts": accounts.check, "store": broken, "walk": lambda: serving().walk()}
    client = create_app(replace(context_of(settings, accounts), serving=serving, checks=checks)).test_client()

    answer = client.get("/health/ready")

    found = problem_of(answer, 503)
    assert [e["pointer"] for e in found["errors"]] == ["/store", "/walk"]
    assert "Zebra" not in answer.get_data(as_text=True)
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/health/live").status_code == 200


def test_a_damaged_store_makes_the_service_unready_and_patients_503(
    home: Path, tmp_path: Path, accounts: AccountStore, own_client: FlaskClient
) -> None:
    broken = Path(copytree(home, tmp_path / "home"))
    client = wire(settings_of(broken), accounts).test_client()
    assert client.get("/health/ready").status_code == 200

    for file in broken.glob("graph.sqlite*"):
        file.write_bytes(b"damaged" * 2000)

    found = problem_of(client.get("/health/ready"), 503)
    assert "/store" in [e["pointer"] for e in found["errors"]]
    token = client.post("/v1/auth/token", json={"username": "dr.ada", "password": "correct horse battery"}).get_json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    answer = client.get("/v1/patients/patient:1/recommendations", headers=headers)
    assert str(tmp_path) not in str(problem_of(answer, 503))
    assert answer.headers["Retry-After"] == "5"
