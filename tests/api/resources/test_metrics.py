import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from api.accounts import Role
from graph.config import PROJECT
from tests.api.small import OWN

AsRole = Callable[[Role], dict[str, str]]
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(client: FlaskClient, as_role: AsRole) -> Samples:
    text = client.get("/metrics", headers=as_role(Role.ADMIN)).get_data(as_text=True)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def risen(before: Samples, after: Samples, name: str, **labels: str) -> float:
    key = name, frozenset(labels.items())
    return after.get(key, 0.0) - before.get(key, 0.0)


def test_requests_are_counted_by_template_method_and_class_of_status(client: FlaskClient, as_role: AsRole) -> None:
    before = samples(client, as_role)
    for _ in range(3):
        client.get("/v1/medicines/lisinopril", headers=as_role(Role.USER))
    client.get("/v1/medicines/nothing", headers=as_role(Role.USER))
    client.get("/v1/nope/x")
    client.get(f"/v1/patients/{OWN}/recommendations", headers=as_role(Role.CLINICIAN))
    after = samples(client, as_role)

    route = "/v1/medicines/<path:node>"
    assert risen(before, after, "rxpath_requests_total", route=route, method="GET", status="2xx") == 3
    assert risen(before, after, "rxpath_requests_total", route=route, method="GET", status="4xx") == 1
    assert risen(before, after, "rxpath_requests_total", route="unmatched", method="GET", status="4xx") == 1
    assert risen(before, after, "rxpath_request_seconds_count", route=route, method="GET") == 4
    assert risen(before, after, "rxpath_problems_total", problem="unknown-node") == 1
    assert risen(before, after, "rxpath_walk_seconds_count") == 1


def test_no_label_holds_what_a_client_sent(client: FlaskClient, as_role: AsRole) -> None:
    client.get("/v1/Zebrafever")
    client.open("/v1/medicines", method="ZEBRAFEVER")
    client.get(f"/v1/patients/{OWN}/recommendations?top=Zebrafever", headers=as_role(Role.CLINICIAN))
    text = client.get("/metrics", headers=as_role(Role.ADMIN)).get_data(as_text=True)

    assert "zebra" not in text.lower()
    assert OWN not in text
    assert 'method="other"' in text


def test_workers_are_added_up(tmp_path: Path) -> None:
    """Each process counts in a file of its own; whichever is asked answers of all."""
    program = "from api.metrics import Metrics; m = Metrics(); m.answered('/x', 'GET', 200, 0.1); print(m.text().decode())"
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    told = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, env=environment, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]

    line = 'rxpath_requests_total{method="GET",route="/x",status="2xx"}'
    assert [f"{line} {n}" in text for n, text in zip((1.0, 2.0), told, strict=True)] == [True, True]
