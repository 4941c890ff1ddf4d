import pytest

from api.accounts import Role
from tests.api.reading import problem_of
from tests.api.resources.ordering import Desk, desk  # noqa: F401  # a fixture

NOBODY = "0" * 32


def test_an_account_sees_its_own_jobs_and_an_admin_all(desk: Desk) -> None:  # noqa: F811
    own = desk.post("/v1/reports", {"kind": "evaluation"}, Role.ANALYST).get_json()["id"]
    other = desk.post("/v1/trainings", {"what": "graph"}).get_json()["id"]

    assert [job["id"] for job in desk.get("/v1/jobs", Role.ANALYST).get_json()["items"]] == [own]
    assert [job["id"] for job in desk.get("/v1/jobs").get_json()["items"]] == [other, own]
    assert [job["id"] for job in desk.get(f"/v1/jobs?limit=1&after={other}").get_json()["items"]] == [own]
    assert desk.get(f"/v1/jobs/{own}").get_json()["asked_by"] == "ana"
    for answer in (
        desk.get(f"/v1/jobs/{other}", Role.ANALYST),
        desk.get(f"/v1/jobs?after={other}", Role.ANALYST),
        desk.cancel(other, Role.ANALYST),
        desk.get(f"/v1/reports/{other}/files", Role.ANALYST),
    ):
        assert problem_of(answer, 404)["detail"] == problem_of(desk.get(f"/v1/jobs/{NOBODY}"), 404)["detail"]


def test_a_job_that_waits_is_cancelled_once_and_for_all(desk: Desk) -> None:  # noqa: F811
    ordered = desk.post("/v1/trainings", {"what": "graph"})

    answers = [desk.cancel(ordered.get_json()["id"]) for _ in range(2)]

    assert [(answer.status_code, answer.get_json()["state"]) for answer in answers] == [(200, "cancelled")] * 2
    assert desk.done(ordered)["state"] == "cancelled"


def test_a_job_that_has_ended_cannot_be_cancelled(desk: Desk) -> None:  # noqa: F811
    job = desk.done(desk.post("/v1/trainings", {"what": "conditions"}))

    assert job["state"] == "done"
    assert problem_of(desk.cancel(job["id"]), 409)["detail"] == "the job is done already"


@pytest.mark.parametrize("address", ["/v1/jobs", f"/v1/jobs/{NOBODY}"])
@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.USER])
def test_jobs_are_not_for_everybody(desk: Desk, address: str, role: Role) -> None:  # noqa: F811
    problem_of(desk.get(address, role), 403)


@pytest.mark.parametrize("address", ["/v1/jobs/x", "/v1/jobs?limit=0", "/v1/jobs?after=x", f"/v1/jobs/{NOBODY[1:]}A"])
def test_what_is_no_id_is_refused(desk: Desk, address: str) -> None:  # noqa: F811
    problem_of(desk.get(address), 422)
