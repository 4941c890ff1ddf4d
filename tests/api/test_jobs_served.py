"""Jobs beside the service as people run it: an upload is served soon, no request fails, and a killed worker comes back."""

import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from api.accounts import Account, Role, open_accounts
from tests.api.conftest import cheap_passwords
from tests.api.served import call, serve, sign_in
from tests.api.small import PASSWORD

BOUNDARY = "edge-of-a-part"


@pytest.fixture(scope="module")
def own_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = ("graph.sqlite", "patient.key")
    own = Path(
        copytree(home, tmp_path_factory.mktemp("jobs") / "home", ignore=lambda f, names: [n for n in names if n not in kept])
    )
    accounts = open_accounts(f"sqlite:///{own / 'accounts.sqlite'}", cheap_passwords())
    accounts.add(Account("root", Role.ADMIN), PASSWORD)
    accounts.close()
    return own


@pytest.fixture(scope="module")
def served(own_home: Path) -> Iterator[str]:
    with serve(own_home, {}) as address:
        yield address
    assert "Traceback" not in (own_home / "log.txt").read_text()


def admin(address: str) -> str:
    return str(call(f"{address}/v1/auth/token", {"username": "root", "password": PASSWORD}).json["access_token"])


def upload(address: str, token: str, text: str) -> Any:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="x.csv"\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}/v1/imports", part.encode(), headers), timeout=60) as answer:  # noqa: S310  # our own address
        return json.loads(answer.read())


def wait_for(condition: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def state(address: str, job: Any, token: str) -> str:
    return str(call(f"{address}/v1/jobs/{job['id']}", token=token).json["state"])


def found(address: str, name: str, token: str) -> bool:
    return bool(call(f"{address}/v1/medicines?q={name}", token=token).json["items"])


def test_an_upload_is_served_and_no_request_fails_meanwhile(served: str) -> None:
    token, statuses, over = sign_in(served), list[int](), threading.Event()

    def ask() -> None:
        while not over.is_set():
            statuses.append(call(f"{served}/v1/medicines?q=lisinopril", token=token).status)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        job = upload(served, admin(served), "Drug_Name,Reason,Description\nZetapril,Hypertension,x\n")
        wait_for(lambda: state(served, job, admin(served)) == "done")
        wait_for(lambda: found(served, "zetapril", token), 20)
    finally:
        over.set()
        thread.join()
    assert set(statuses) == {200}


def test_a_worker_that_is_killed_is_there_again(served: str, own_home: Path) -> None:
    (worker,) = [pid for pid in _processes() if f"--parent {_parent(pid)}" in _command(pid) and _home(pid) == str(own_home)]

    os.kill(worker, signal.SIGKILL)
    job = upload(served, admin(served), "Drug_Name,Reason,Description\nNovapril,Hypertension,x\n")

    wait_for(lambda: state(served, job, admin(served)) == "done")


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _parent(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    except OSError:
        return "?"


def _home(pid: int) -> str:
    values = dict(part.partition("=")[::2] for part in Path(f"/proc/{pid}/environ").read_text().split("\0"))
    return values["RXPATH_HOME"]
