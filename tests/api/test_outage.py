"""The store goes away under the service: what needs it is refused clearly, the rest goes on, and it comes back alone."""

import os
import signal
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.guarded_store import GuardedStore
from api.wiring import LOOK_SECONDS, LOOKING, LiveServing, wire
from deploy.neo4j.server import Server
from graph.config import PROJECT
from graph.connect import open_store
from graph.elements import NodeKind
from graph.embedded_store import EmbeddedStore
from tests.api import small
from tests.api.conftest import settings_of, sign_in
from tests.api.readers import prepare, readers_of, wait_for
from tests.api.reading import problem_of
from tests.api.served import COMMAND, ENVIRONMENT, call, free_port
from tests.api.small import OWN

ADDRESS = f"/v1/patients/{OWN}/recommendations?as_of=2026-01-01"


class Damage:
    """The embedded store's files: damaged, and put back as they were."""

    def __init__(self, home: Path) -> None:
        self.files = {file: file.read_bytes() for file in home.glob("graph.sqlite*")}

    def do(self) -> None:
        for file in self.files:
            file.write_bytes(b"damaged" * 2000)

    def undo(self) -> None:
        for file, content in self.files.items():
            file.write_bytes(content)


@pytest.fixture
def changing(home: Path, tmp_path: Path) -> Path:
    """A home of this test alone."""
    return Path(copytree(home, tmp_path / "home"))


@pytest.fixture
def client(changing: Path, accounts: AccountStore) -> FlaskClient:
    return wire(settings_of(changing), accounts).test_client()


def test_what_needs_no_store_goes_on_while_it_is_damaged_and_all_is_well_when_it_is_back(
    changing: Path, client: FlaskClient
) -> None:
    headers = sign_in(client, "dr.ada")
    before = client.get(ADDRESS, headers=headers)
    case = client.post("/v1/recommendations?as_of=2026-01-01", json={"conditions": ["hypertension"]}, headers=headers)
    damage = Damage(changing)
    damage.do()

    for _ in range(3):
        answer = client.get(ADDRESS, headers=headers)
        found = problem_of(answer, 503)
        assert (found["type"], answer.headers["Retry-After"]) == ("urn:rxpath:problem:store-unavailable", "5")
        assert [e["pointer"] for e in problem_of(client.get("/health/ready"), 503)["errors"]] == ["/store"]
        assert client.get("/health/live").status_code == 200
        assert client.get("/docs").status_code == 200
        assert client.get("/v1/medicines?q=lisin", headers=headers).get_json()["items"]
        again = client.post("/v1/recommendations?as_of=2026-01-01", json={"conditions": ["hypertension"]}, headers=headers)
        assert again.data == case.data

    damage.undo()
    assert client.get(ADDRESS, headers=headers).data == before.data
    assert client.get("/health/ready").status_code == 200


def test_new_knowledge_is_found_after_the_store_was_away(changing: Path) -> None:
    now = [0.0]
    live = LiveServing(GuardedStore(EmbeddedStore(changing / "graph.sqlite")), settings_of(changing).graph, lambda: now[0])
    before = live()
    damage = Damage(changing)
    damage.do()
    look(live, now)
    assert live() is before

    damage.undo()
    with closing(EmbeddedStore(changing / "graph.sqlite")) as store:
        small.add_medicine(store, "novopril")
    look(live, now)

    assert live().knowledge.search[NodeKind.MEDICINE].find("novopril", 1)


def test_a_swap_that_fails_leaves_the_old_snapshot_and_is_tried_again(changing: Path, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    settings = settings_of(changing).graph
    live = LiveServing(GuardedStore(EmbeddedStore(changing / "graph.sqlite")), settings, lambda: now[0])
    before = live()
    with closing(EmbeddedStore(changing / "graph.sqlite")) as store:
        small.add_medicine(store, "novopril")
    aside = settings.snapshots.rename(changing / "aside")
    settings.snapshots.write_text("no folder")
    for _ in range(3):
        look(live, now)
        assert live() is before

    settings.snapshots.unlink()
    aside.rename(settings.snapshots)
    look(live, now)

    assert live().knowledge.search[NodeKind.MEDICINE].find("novopril", 1)
    said = [record.getMessage() for record in caplog.records if record.name == "api.wiring"]
    assert len(said) == 2, "what goes wrong is said once, and once that it is well again"
    assert str(changing) not in "".join(said)


def look(live: LiveServing, now: list[float]) -> None:
    """Let it look at the store, and wait until it has."""
    now[0] += LOOK_SECONDS
    live()
    for thread in threading.enumerate():
        if thread.name == LOOKING:
            thread.join()


@pytest.mark.parametrize(
    "arguments", [["serve"], ["user", "add", "pat", "--role", "user", "--patient", "x", "--password-stdin"]]
)
def test_without_its_server_a_command_says_one_line(tmp_path: Path, arguments: list[str]) -> None:
    address = f"neo4j://127.0.0.1:{free_port()}"
    settings = {"RXPATH_HOME": str(tmp_path), "RXPATH_GRAPH": address, "RXPATH_NEO4J_PASSWORD": "secret"}

    # A process of its own: what the driver says to a log that nobody reads comes out there, and not within pytest.
    done = subprocess.run([*COMMAND, *arguments], cwd=PROJECT, env=ENVIRONMENT | settings, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"api: {address} cannot be reached")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.slow
def test_readers_get_right_answers_or_a_clear_refusal_while_the_server_is_frozen_or_killed(
    tmp_path: Path, neo4j_url: str, neo4j_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    home, right = prepare(tmp_path, neo4j_url)
    with readers_of(home, neo4j_server, right) as readers:
        wait_for(readers.served)

        os.kill(neo4j_server.pid() or 0, signal.SIGSTOP)
        wait_for(lambda: readers.refused)
        assert call(f"{readers.address}/health/ready").json["errors"][0]["pointer"] == "/store"
        os.kill(neo4j_server.pid() or 0, signal.SIGCONT)
        readers.again()
        wait_for(readers.served)

        # The service begins to compile this when the server goes away.
        with closing(open_store(neo4j_url)) as store:
            small.add_medicine(store, "novopril")
        readers.over_a_restart(neo4j_server)
        wait_for(lambda: len(readers.snapshots) == 2)

    assert not readers.wrong
    with capsys.disabled():
        print(f"\n{readers.summary()}")  # noqa: T201 - the figure is what people look for
