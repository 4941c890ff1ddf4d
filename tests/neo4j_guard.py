"""Ends the servers of a test session that was itself ended before it could: ``python -m tests.neo4j_guard FOLDER``.

The session holds the lock of a file in its folder; when the lock falls, however the session ended, the servers whose homes the
folder lists are killed.
"""

import fcntl
import signal
import sys
from contextlib import suppress
from pathlib import Path

from deploy.neo4j.process import Process

HELD = "session.lock"
HOMES = "homes"


def main(folder: Path) -> None:
    """Wait for the end of the session."""
    with suppress(FileNotFoundError):
        with (folder / HELD).open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
        for home in (folder / HOMES).read_text(encoding="utf-8").splitlines():
            Process(Path(home) / "run.lock").end(signal.SIGKILL, 10)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
