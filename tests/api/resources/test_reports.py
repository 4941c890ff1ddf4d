import pytest

from api.accounts import Role
from api.jobs import JobKind, JobState
from tests.api.jobs.conftest import Site
from tests.api.reading import problem_of
from tests.api.resources.ordering import Desk, desk  # noqa: F401  # a fixture


def written(desk: Desk) -> str:  # noqa: F811
    """The id of a report of the analyst's that has written a page."""
    site = Site(desk.home)
    job = site.store.add(JobKind.REPORT, {"what": "report"}, "ana")
    own = site.store.claim(job.id)
    assert own is not None
    site.files.written(job.id).mkdir(parents=True)
    (site.files.written(job.id) / "report.html").write_text("<p>page</p>")
    assert desk.get(f"/v1/reports/{job.id}/files").get_json() == {"items": []}, "it still writes"
    site.store.finish(own, JobState.DONE, result={"files": ["report.html"]})
    return job.id


def test_a_report_is_a_file_to_be_saved(desk: Desk) -> None:  # noqa: F811
    job_id = written(desk)

    listed = desk.get(f"/v1/reports/{job_id}/files", Role.ANALYST).get_json()
    answer = desk.get(f"/v1/reports/{job_id}/files/report.html", Role.ANALYST)

    assert listed == {"items": [{"name": "report.html", "size": 11}]}
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"<p>page</p>", "text/html")
    assert answer.headers["Content-Disposition"] == "attachment; filename=report.html"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["nope.html", "..", "..%2fin%2fpatient.csv", "%2e%2e", "%2fetc%2fpasswd", "report.html%00"])
def test_no_other_file_is_served(desk: Desk, name: str) -> None:  # noqa: F811
    answer = desk.get(f"/v1/reports/{written(desk)}/files/{name}")

    assert answer.status_code in (404, 422)


def test_an_evaluation_of_too_little_says_so(desk: Desk) -> None:  # noqa: F811
    job = desk.done(desk.post("/v1/reports", {"kind": "evaluation"}, Role.ANALYST))

    assert (job["kind"], job["state"], job["error"]) == ("evaluation", "failed", "there is too little to learn from")


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.USER])
def test_reports_are_not_for_everybody(desk: Desk, role: Role) -> None:  # noqa: F811
    problem_of(desk.post("/v1/reports", {"kind": "report"}, role), 403)
