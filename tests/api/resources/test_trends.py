from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore, Role
from api.wiring import wire
from graph.elements import EdgeKind, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from tests.api.conftest import add_accounts, cheap_passwords, open_accounts, settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.small import NAMES, batch, build, edge, node

AsRole = Callable[[Role], dict[str, str]]
PEOPLE = 11


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The service over eleven people who began lisinopril in one month, three of whom had pneumonia in another."""
    home = Path(build(tmp_path_factory.mktemp("trends")))
    store = EmbeddedStore(home / "graph.sqlite")
    load = store.start_load("people")
    nodes = [node(f"patient:{i}", NodeKind.PATIENT, "", synthetic=True) for i in range(PEOPLE)]
    edges = [edge(EdgeKind.TAKES, n.id, "RxNorm:29046", "t", start="2024-05-03") for n in nodes]
    edges += [edge(EdgeKind.HAS_DIAGNOSIS, n.id, "ICD10CM:J18", "d", start="2024-06-01") for n in nodes[:3]]
    known = [node("RxNorm:29046", NodeKind.MEDICINE, "Lisinopril"), node("ICD10CM:J18", NodeKind.CONDITION, "Pneumonia")]
    store.write(batch([*nodes, *known], edges), load, "1")
    store.finish_load(load, remove_stale=False)
    store.close()
    accounts: AccountStore = open_accounts(f"sqlite:///{home / 'a.sqlite'}", cheap_passwords())
    add_accounts(accounts, NodeId("patient:1"))
    yield wire(settings_of(home), accounts).test_client()
    accounts.close()


def test_five_or_more_people_are_told(peopled: FlaskClient) -> None:
    headers = sign_in(peopled, NAMES[Role.ANALYST])

    found = peopled.get("/v1/trends?by=month", headers=headers).get_json()

    assert found["items"] == [
        {
            "node": {"id": "RxNorm:29046", "kind": "Medicine", "name": "Lisinopril"},
            "outcome": None,
            "period": "2024-05",
            "people": 10,
        }
    ]
    assert found["more"] == 0
    assert peopled.get("/v1/trends?by=year", headers=headers).get_json()["items"][0]["period"] == "2024"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("measure=diagnoses", 0),
        ("measure=diagnoses&by=year", 0),
        ("measure=outcomes", 0),
        ("node=lisinopril", 1),
        ("node=losartan", 0),
        ("since=2024-05", 1),
        ("since=2024-06", 0),
        ("until=2024", 1),
        ("until=2024-04", 0),
        ("offset=1", 0),
    ],
)
def test_trends_are_chosen_by_measure_node_and_period(peopled: FlaskClient, query: str, count: int) -> None:
    found = peopled.get(f"/v1/trends?{query}", headers=sign_in(peopled, NAMES[Role.CLINICIAN])).get_json()

    assert len(found["items"]) == count


@pytest.mark.parametrize(
    ("query", "status"), [("node=hypertension", 404), ("by=day", 422), ("since=May", 422), ("limit=0", 422)]
)
def test_what_cannot_be_asked_is_refused(client: FlaskClient, as_role: AsRole, query: str, status: int) -> None:
    problem_of(client.get(f"/v1/trends?{query}", headers=as_role(Role.ANALYST)), status)
