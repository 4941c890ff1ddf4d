import logging
import sqlite3
import time
from dataclasses import replace

import pytest

from api.accounts import AccountStore, Role
from api.wiring import wire
from tests.api.conftest import settings_of, sign_in
from tests.api.reading import problem_of
from tests.api.resources.ordering import Desk, desk  # noqa: F401  # a fixture

CANARY = "Zebrafever"
MEDICINE = "Drug_Name,Reason,Description\nZetapril,Hypertension,for blood pressure\n"


def test_an_uploaded_medicine_is_found_without_a_restart(desk: Desk) -> None:  # noqa: F811
    assert desk.get("/v1/medicines?q=zetapril").get_json()["items"] == []

    ordered = desk.upload({"list of ours.csv": MEDICINE}, mode="add")
    assert (ordered.get_json()["state"], ordered.get_json()["order"]["files"]) == ("queued", ["file-1.csv"])
    job = desk.done(ordered)

    assert (job["state"], job["result"]["total"]["created"], job["progress"]) == ("done", 2, 1.0)
    statuses, end = set(), time.monotonic() + 20
    while True:
        answer = desk.get("/v1/medicines?q=zetapril")
        statuses.add(answer.status_code)
        if answer.get_json()["items"]:
            break
        assert time.monotonic() < end
        time.sleep(0.05)
    assert statuses == {200}


def test_no_value_of_a_patients_row_is_kept_told_or_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    caplog.set_level(logging.DEBUG)
    rows = f"patient_id,birth_year,{CANARY}\n{CANARY} Smith,{CANARY},1\n{CANARY},1990,{CANARY}\n"

    ordered = desk.upload({f"{CANARY}.csv": rows, "patient.csv": rows}, mode="validate")
    job = desk.done(ordered)

    assert job["state"] == "done"
    assert job["result"]["files"][0]["quarantined"] == 1
    assert job["result"]["files"][0]["problems"][0]["line"] in (1, 2)
    shown = ordered.get_data(as_text=True) + str(job) + desk.get("/v1/jobs").get_data(as_text=True) + caplog.text
    assert CANARY not in shown
    for path in desk.home.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path.name


def test_uploads_are_the_owners_and_go_with_a_job_that_is_cancelled(desk: Desk) -> None:  # noqa: F811
    job_id = desk.upload({"medicine.csv": MEDICINE}).get_json()["id"]
    (kept,) = (desk.home / "jobs" / job_id / "in").iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == ("medicine.csv", 0o600)

    assert desk.cancel(job_id).get_json()["state"] == "cancelled"
    desk.worker.tidy()

    assert not kept.exists()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ANALYST, Role.USER])
def test_only_an_admin_uploads(desk: Desk, role: Role) -> None:  # noqa: F811
    problem_of(desk.upload({"medicine.csv": MEDICINE}, role), 403)

    assert not (desk.home / "jobs").exists()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"mode": CANARY}, "/mode"),
        ({"dry_run": CANARY}, "/dry_run"),
        ({"mapping": "x" * 70_000}, "/mapping"),
        ({"a": "b"}, "/a"),
    ],
)
def test_fields_that_are_wrong_are_named(desk: Desk, fields: dict[str, str], pointer: str) -> None:  # noqa: F811
    answer = desk.upload({"medicine.csv": MEDICINE}, **fields)

    assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == [pointer]
    assert CANARY not in answer.get_data(as_text=True)


def test_two_files_of_one_name_and_none_at_all_are_refused(desk: Desk) -> None:  # noqa: F811
    problem_of(desk.upload({"a/medicine.csv": MEDICINE, "b/medicine.csv": MEDICINE}), 422)
    problem_of(desk.upload({}, mode="add"), 415)
    problem_of(desk.client.post("/v1/imports", json={"files": []}, headers=desk.tokens[Role.ADMIN]), 415)
    broken = desk.client.post(
        "/v1/imports", data=b"junk", content_type="multipart/form-data; boundary=x", headers=desk.tokens[Role.ADMIN]
    )
    problem_of(broken, 422)
    assert list((desk.home / "jobs").rglob("*.csv")) == []


def test_an_upload_is_bounded_and_larger_than_other_bodies(desk: Desk, accounts: AccountStore) -> None:  # noqa: F811
    settings = replace(settings_of(desk.home), upload_bytes=3_000_000)
    client = wire(settings, accounts).test_client()
    headers = sign_in(client, "root")

    def upload(size: int) -> int:
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="medicine.csv"\r\n\r\n'
        body, kind = head + b"x" * size + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
        return client.post("/v1/imports", data=body, content_type=kind, headers=headers).status_code

    assert upload(2_000_000) == 202
    assert upload(3_000_001) == 413


def test_only_so_many_uploads_wait(desk: Desk) -> None:  # noqa: F811
    statuses = [desk.upload({"medicine.csv": MEDICINE}).status_code for _ in range(21)]

    assert statuses == [202] * 20 + [409]
    assert len(list((desk.home / "jobs").iterdir())) == 20


def test_the_table_of_jobs_holds_no_text_that_was_sent(desk: Desk) -> None:  # noqa: F811
    desk.upload({f"{CANARY}.csv": MEDICINE}, mapping=f'[table]\nkind = "{CANARY}"\n')

    with sqlite3.connect(desk.home / "accounts.sqlite") as file:
        rows = str(file.execute("SELECT * FROM job").fetchall())
    file.close()
    assert "file-1.csv" in rows
    assert CANARY not in rows
