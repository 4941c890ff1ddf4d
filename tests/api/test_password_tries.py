from pathlib import Path

from api.accounts.lockout import MAX_TRIES
from tests.api.password_tries import let_through


def test_300_tries_from_three_processes_get_no_more_through_than_the_limit(tmp_path: Path) -> None:
    passed = let_through(f"sqlite:///{tmp_path / 'accounts.sqlite'}", 300, 3, 2, cheap=True)

    assert set(passed.values()) == {MAX_TRIES}
    assert set(passed) == {"known0", "known1", "unknown0", "unknown1"}
