"""A service over a home of one test alone, and what runs its jobs."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.accounts import AccountStore, Role
from api.jobs.worker import Worker
from api.wiring import job_worker, wire
from tests.api.conftest import settings_of, sign_in
from tests.api.small import NAMES


@dataclass(frozen=True)
class Desk:
    """A service, and a worker for its jobs."""

    home: Path
    client: FlaskClient
    worker: Worker
    tokens: Mapping[Role, Mapping[str, str]]

    def post(self, address: str, body: object, role: Role = Role.ADMIN) -> TestResponse:
        return self.client.post(address, json=body, headers=self.tokens[role])

    def upload(self, files: Mapping[str, str | bytes], role: Role = Role.ADMIN, **fields: str) -> TestResponse:
        sent = [(io.BytesIO(data.encode() if isinstance(data, str) else data), name) for name, data in files.items()]
        return self.client.post("/v1/imports", data={"files": sent} | fields, headers=self.tokens[role])

    def get(self, address: str, role: Role = Role.ADMIN) -> TestResponse:
        return self.client.get(address, headers=self.tokens[role])

    def cancel(self, job_id: str, role: Role = Role.ADMIN) -> TestResponse:
        return self.client.delete(f"/v1/jobs/{job_id}", headers=self.tokens[role])

    def done(self, ordered: TestResponse) -> Any:
        """The job after it has run."""
        assert ordered.status_code == 202, ordered.data
        self.worker.run(ordered.get_json()["id"])
        return self.get(ordered.headers["Location"]).get_json()


@pytest.fixture
def desk(home: Path, tmp_path: Path, accounts: AccountStore) -> Desk:
    kept = ("graph", "patie", "jwt.k", "snaps")
    own = Path(
        copytree(home, tmp_path / "home", ignore=lambda folder, names: [n for n in names if n[:5] not in kept and "." in n])
    )
    settings = settings_of(own)
    client = wire(settings, accounts).test_client()
    return Desk(own, client, job_worker(settings), {role: sign_in(client, name) for role, name in NAMES.items()})
