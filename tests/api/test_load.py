"""Eight clients at once on a real server, with snapshots that change under them; five minutes: ``python -m tests.api.load``."""

from pathlib import Path

import pytest

from tests.api.load import SWAPS, run


@pytest.mark.slow
def test_every_answer_under_load_comes_from_one_snapshot(tmp_path: Path) -> None:
    load = run(20, tmp_path)

    assert load.problems(SWAPS + 1) == [], str(load)
    assert max(load.statuses) < 500
    assert load.statuses[200] > 200, str(load)
    # A short run is over before memory settles; the long one holds it to a twentieth.
    assert load.drift < 0.25, str(load)
