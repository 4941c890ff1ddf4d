"""A process that outlives what started it, and that other programs find by a lock.

The lock of a file passes to the process and falls when it ends, however it ends; the file holds its number. A number without
a lock would mean another process after a crash.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deploy.neo4j.errors import ServerError

POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0
# The shell starts the process, says its number and ends: nobody has to wait for it as for a child.
DETACHED = ("/bin/sh", "-c", 'log=$1; shift; "$@" >>"$log" 2>&1 & echo $!', "sh")


@dataclass(frozen=True, slots=True)
class Process:
    """The one process of a lock.

    Attributes:
        lock: the file.
    """

    lock: Path

    def launch(self, command: Sequence[str], log: Path) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            log: file that gets what it prints, at the end.

        Raises:
            ServerError: when it runs already.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with self.lock.open("a+") as lock:
            _take(lock)
            # A session of its own: what interrupts a terminal does not end the server.
            launched = subprocess.run(  # noqa: S603 - our own arguments, each a word of its own
                [*DETACHED, str(log), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
                check=True,
            )
            lock.truncate(0)
            lock.write(launched.stdout.decode().strip())

    def pid(self) -> int | None:
        """Its number; None when it does not run."""
        with suppress(FileNotFoundError), self.lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0)
        return None

    def end(self, number: signal.Signals, seconds: float) -> bool:
        """Send a signal and wait for the end.

        Returns:
            Whether it ended within so many seconds.
        """
        until = time.monotonic() + seconds
        # 0 while another program is starting it: that would be our own group of processes.
        if pid := self.pid():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        while self.pid() is not None:
            if time.monotonic() > until:
                return False
            time.sleep(POLL_SECONDS)
        return True


def _take(lock: TextIO) -> None:
    """Take the lock; one who only looks holds it for a moment."""
    until = time.monotonic() + LOOK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise ServerError("the server runs already, or another program starts it now") from error
            time.sleep(POLL_SECONDS)
        else:
            return
