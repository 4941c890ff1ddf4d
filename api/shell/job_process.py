"""The process that runs jobs beside the HTTP workers: started with the server, started again when it dies, ended with it."""

import os
import subprocess
import sys
import threading

STOP_SECONDS = 20
"""How long it may take to hand back what it runs."""
AGAIN_SECONDS = 1.0


class JobProcess:
    """Keeps ``python -m api jobs work`` running between its start and its stop.

    Args:
        workers: how many jobs run at once; 0 runs no process.
    """

    def __init__(self, workers: int) -> None:
        own = ["--parent", str(os.getpid())]
        self._command = [sys.executable, "-m", "api", "jobs", "work", "--workers", str(workers), *own]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True) if workers else None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin; called once."""
        if self._thread:
            self._process = self._started()
            self._thread.start()

    def stop(self) -> None:
        """End, when what runs was handed back."""
        self._stopping.set()
        if self._thread:
            self._end()
            self._thread.join(STOP_SECONDS)
        if self._process and self._process.poll() is None:
            self._process.kill()

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL)  # noqa: S603  # our own command

    def _end(self) -> None:
        if self._process:
            self._process.terminate()

    def _keep(self) -> None:
        while self._process:
            self._process.wait()
            if self._stopping.wait(AGAIN_SECONDS):
                return
            self._process = self._started()
            if self._stopping.is_set():
                self._end()
