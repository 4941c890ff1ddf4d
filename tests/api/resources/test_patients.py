from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.accounts import Account, Role
from api.care import CareStore
from api.database import Database
from api.errors import ForbiddenError, NoConsentError, NotInCareError
from api.services.access import PatientAccess
from graph.compiler import current_snapshot
from graph.consents import Purpose, refusing
from graph.elements import KnowledgeLevel, Node, NodeId, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import UnknownNodeError
from graph.pseudonyms import patient_id
from recommender.errors import UnknownPatientError
from recommender.request import Request
from recommender.service import Recommender
from tests.api.reading import problem_of
from tests.api.small import OTHER, OWN, SOURCE

AsRole = Callable[[Role], dict[str, str]]
DAY = "2026-03-01"
STAFF = (Role.CLINICIAN, Role.ANALYST, Role.ADMIN)


def address(patient: str, query: str = f"as_of={DAY}") -> str:
    return f"/v1/patients/{patient}/recommendations?{query}"


def test_the_answer_is_the_recommenders_own_bytes(client: FlaskClient, as_role: AsRole, home: Path, own_id: NodeId) -> None:
    store = EmbeddedStore(home / "graph.sqlite")
    recommender = Recommender(store, current_snapshot(store, home / "snapshots"), home)

    for query, request in (
        (f"as_of={DAY}", Request(date(2026, 3, 1), patient=own_id)),
        (f"as_of={DAY}&top=1", Request(date(2026, 3, 1), patient=own_id, top=1)),
        (
            f"as_of={DAY}&min_level=assertion",
            Request(date(2026, 3, 1), patient=own_id, min_level=KnowledgeLevel.ASSERTION),
        ),
        ("", Request(date.today(), patient=own_id)),
    ):
        answer = client.get(address(own_id, query), headers=as_role(Role.CLINICIAN))
        assert answer.status_code == 200
        assert answer.data == recommender.recommend(request).json()


def test_a_clinician_asks_for_anyone_in_care_by_id_or_by_the_sources_identifier(
    client: FlaskClient, as_role: AsRole, own_id: NodeId, other_id: NodeId
) -> None:
    for identifier, patient in ((OWN, own_id), (OTHER, other_id)):
        by_number = client.get(address(identifier), headers=as_role(Role.CLINICIAN))
        by_id = client.get(address(patient), headers=as_role(Role.CLINICIAN))
        assert by_number.status_code == by_id.status_code == 200
        assert by_number.data == by_id.data
        assert by_id.get_json()["patient"]["id"] == patient


def test_the_answer_rules_out_with_proof(client: FlaskClient, as_role: AsRole) -> None:
    body = client.get(address(OWN), headers=as_role(Role.CLINICIAN)).get_json()

    assert "Propranolol" not in {r["medicine"]["name"] for r in body["recommendations"]}
    excluded = next(e for e in body["excluded"] if e["medicine"]["name"] == "Propranolol")
    assert excluded["proof"]["fact"]["node"]["name"] == "Asthma"


def test_a_user_asks_for_their_own_record_only(client: FlaskClient, as_role: AsRole, own_id: NodeId, other_id: NodeId) -> None:
    assert client.get(address(own_id), headers=as_role(Role.USER)).status_code == 200
    for identifier in (other_id, OTHER, "patient:nobody", "nobody"):
        problem_of(client.get(address(identifier), headers=as_role(Role.USER)), 403)


@pytest.mark.parametrize(("role", "status"), [(Role.CLINICIAN, 200), (Role.ANALYST, 200), (Role.USER, 403), (Role.ADMIN, 403)])
def test_exploring_is_for_those_who_can_judge_it(
    client: FlaskClient, as_role: AsRole, own_id: NodeId, role: Role, status: int
) -> None:
    answer = client.get(address(own_id, f"as_of={DAY}&explore=true"), headers=as_role(role))

    assert answer.status_code == status


def test_an_answer_that_explores_has_an_id_of_its_own(client: FlaskClient, as_role: AsRole, own_id: NodeId) -> None:
    asked = (
        client.get(address(own_id, f"as_of={DAY}{more}"), headers=as_role(Role.CLINICIAN)) for more in ("", "&explore=true")
    )

    assert len({answer.get_json()["id"] for answer in asked}) == 2


def test_an_analyst_asks_by_id_alone(client: FlaskClient, as_role: AsRole, own_id: NodeId) -> None:
    answer = client.get(address(own_id), headers=as_role(Role.ANALYST))

    assert answer.status_code == 200
    assert OWN not in answer.get_data(as_text=True)
    by_number = problem_of(client.get(address(OWN), headers=as_role(Role.ANALYST)), 404)
    unknown = problem_of(client.get(address("patient:nobody"), headers=as_role(Role.ANALYST)), 404)
    assert by_number | {"request_id": ""} == unknown | {"request_id": ""}


@pytest.mark.parametrize("identifier", ["nobody", "patient:nobody", "patient:", "RxNorm:29046", "ICD10CM:I10", "%00", "%C3%A4"])
def test_an_unknown_patient_is_404(client: FlaskClient, as_role: AsRole, identifier: str) -> None:
    problem_of(client.get(address(identifier), headers=as_role(Role.CLINICIAN)), 404)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("top=0", "/top"),
        ("top=101", "/top"),
        ("top=ten", "/top"),
        ("top=1.5", "/top"),
        ("as_of=yesterday", "/as_of"),
        ("as_of=2026-02-30", "/as_of"),
        ("as_of=1700000000", "/as_of"),
        ("min_level=gossip", "/min_level"),
        ("explore=perhaps", "/explore"),
        ("node=ICD10CM:I10", "/node"),
    ],
)
def test_wrong_parameters_are_pointed_at(client: FlaskClient, as_role: AsRole, query: str, pointer: str) -> None:
    found = problem_of(client.get(address(OWN, query), headers=as_role(Role.CLINICIAN)), 422)

    assert [e["pointer"] for e in found["errors"]] == [pointer]
    assert query.partition("=")[2] not in found["detail"]


def test_what_is_expected_is_said_in_words(client: FlaskClient, as_role: AsRole) -> None:
    found = problem_of(client.get(address(OWN, "as_of=soon&top=0"), headers=as_role(Role.CLINICIAN)), 422)

    assert {e["pointer"]: e["detail"] for e in found["errors"]} == {
        "/as_of": "an ISO date is expected",
        "/top": "Input should be greater than or equal to 1",
    }


def test_an_identifier_longer_than_any_is_refused(client: FlaskClient, as_role: AsRole) -> None:
    found = problem_of(client.get(address("x" * 201), headers=as_role(Role.CLINICIAN)), 422)

    assert [e["pointer"] for e in found["errors"]] == ["/patient"]


class Nodes:
    """People of whom one refuses research and treatment."""

    def __init__(self, *known: NodeId, refuses: NodeId) -> None:
        self._known = {patient: Node(patient, NodeKind.PATIENT, "", SOURCE) for patient in (*known, refuses)}
        self._known[refuses] = refusing(self._known[refuses], [Purpose.RESEARCH, Purpose.TREATMENT])

    def node(self, node_id: NodeId) -> Node:
        if node_id not in self._known:
            raise UnknownNodeError(node_id)
        return self._known[node_id]


def test_who_means_whom(tmp_path: Path) -> None:
    key = bytes(32)
    own, shy, foreign = (patient_id(name, key) for name in ("P-1", "P-2", "P-3"))
    user, ada, ana, root = (Account(role, role, own if role is Role.USER else None) for role in (Role.USER, *STAFF))
    care, noted = CareStore(Database(f"sqlite:///{tmp_path / 'a.sqlite'}")), []
    access = PatientAccess(key, care, Nodes(own, foreign, refuses=shy), lambda *told: noted.append(told))
    access.took_over(ada, own)
    access.took_over(ada, shy)

    assert access.to_read("P-1", user) == access.to_write(own, user) == own
    assert access.to_read("P-1", ada) == access.to_write(own, ada) == own
    assert access.to_read(own, ana) == own
    assert access.to_oversee("P-3", root) == foreign
    assert access.to_break_glass("P-3", ada) == foreign
    assert noted == [
        (own, ""),
        (shy, ""),
        (own, ""),
        (own, ""),
        (own, "care"),
        (own, "care"),
        (own, "research"),
        (foreign, ""),
        (foreign, "break-glass"),
    ]
    for ask, identifier, asking, refusal in (
        (access.to_read, "P-1", ana, UnknownPatientError),
        (access.to_read, shy, ana, UnknownPatientError),
        (access.to_read, patient_id("P-9", key), ana, UnknownPatientError),
        (access.to_write, own, ana, ForbiddenError),
        (access.to_read, "P-3", user, ForbiddenError),
        (access.to_read, "P-3", ada, NotInCareError),
        (access.to_read, "P-9", ada, NotInCareError),
        (access.to_read, "P-1", root, ForbiddenError),
        (access.to_oversee, "P-9", root, UnknownPatientError),
        (access.to_oversee, "P-1", ana, UnknownPatientError),
        (access.to_break_glass, "P-9", ada, UnknownPatientError),
        (access.to_break_glass, "P-1", user, ForbiddenError),
    ):
        with pytest.raises(refusal):
            ask(identifier, asking)
    with pytest.raises(NoConsentError):
        access.check_treatment(shy, ada)
    access.check_treatment(own, ada)
    access.check_treatment(shy, user)
    assert len(noted) == 9
