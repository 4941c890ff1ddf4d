"""How fast a hostile body is refused, beside a good body of the same route: status, pointer, slowest of ten in milliseconds."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from werkzeug.test import TestResponse

from api.accounts import Passwords, open_accounts
from api.wiring import wire
from graph.elements import NodeId
from tests.api.conftest import add_accounts, settings_of, sign_in
from tests.api.hostile_bodies import BODIES, JSON
from tests.api.small import build

TRIES = 10
GOAL_MS = 200


def rows() -> Iterator[str]:
    """One line for each body."""
    with tempfile.TemporaryDirectory() as folder:
        home = build(Path(folder))
        accounts = open_accounts(f"sqlite:///{home / 'accounts.sqlite'}", Passwords(memory=64, passes=1))
        add_accounts(accounts, NodeId("patient:1"))
        client = wire(settings_of(home), accounts).test_client()
        token = sign_in(client, "dr.ada")
        good = b'{"medicines": ["lisinopril", "losartan"]}'
        every = [("good", good, JSON), *((hostile.name, hostile.body, hostile.headers) for hostile in BODIES)]
        for name, body, headers in every:

            def ask(body: bytes = body, headers: dict[str, str] = {**token, **headers}) -> TestResponse:  # noqa: B006  # read only
                return client.post("/v1/interactions", data=body, headers=headers)

            status, slowest = _slowest(ask)
            mark = "" if slowest <= GOAL_MS else f"  over {GOAL_MS} ms"
            yield f"{name:22} {len(body) / 1e6:8.3f} MB   {status}   {slowest:8.2f} ms{mark}"
        accounts.close()


def _slowest(ask: Callable[[], TestResponse]) -> tuple[int, float]:
    """The status, and the milliseconds that the slowest of some tries took."""
    times = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - begun) * 1000)
    return answer.status_code, max(times)
