"""The server is killed and started again and again, for a minute, under four readers of the service."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from deploy.neo4j.server import Server
from graph.connect import open_store
from tests.api import small
from tests.api.readers import prepare, readers_of, wait_for

SECONDS = 60


@pytest.mark.slow
@pytest.mark.neo4j
@pytest.mark.only_when("RXPATH_FAULTS", "all")
def test_readers_get_right_answers_or_a_clear_refusal_over_a_minute_of_restarts(
    tmp_path: Path,
    new_neo4j: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = new_neo4j("restarted")
    server.start()
    monkeypatch.setenv("RXPATH_NEO4J_USER", server.user)
    monkeypatch.setenv("RXPATH_NEO4J_PASSWORD", server.password)
    home, right = prepare(tmp_path, server.bolt)
    with readers_of(home, server, right) as readers:
        wait_for(readers.served)
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS or len(readers.back) < 3:
            if len(readers.back) == 1:
                with closing(open_store(server.bolt)) as store:
                    small.add_medicine(store, "novopril")
            readers.over_a_restart(server)
        wait_for(lambda: len(readers.snapshots) == 2)

    assert not readers.wrong
    with capsys.disabled():
        print(f"\n{readers.summary()}")  # noqa: T201 - the figure is what people look for
