"""The list of who was erased, outside of every backup's reach: a backup that is older brings nobody back.

It is a file beside the databases, a line a patient: the keyed id, which leads to nobody without the patient key and without a
record to belong to. A restore is given today's list and erases everybody on it again before anything is served.
"""

import os
import re
from pathlib import Path

from api.errors import BackupError
from graph.elements import PATIENT_PREFIX, NodeId

FILE = "erased.list"
_LINE = re.compile(re.escape(PATIENT_PREFIX) + "[0-9a-f]{24}")


class ErasedList:
    """The list in a file.

    Args:
        path: the file; made, readable by its owner alone, with the first erasure.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def forget_patient(self, patient: NodeId) -> int:
        """Add a patient, and say whether that was new; on the disk when this answers."""
        if patient in self.all():
            return 0
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # One write of one line: two processes that append at once do not mix.
            os.write(descriptor, f"{patient}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return 1

    def all(self) -> tuple[NodeId, ...]:
        """Everybody on it, each once, in order.

        Raises:
            BackupError: when a line is none of such a list.
        """
        if not self._path.exists():
            return ()
        lines = self._path.read_text(encoding="latin-1").split("\n")
        # The last line may be half written by a process that was killed: its erasure is not over, and is done again.
        if not all(_LINE.fullmatch(line) for line in lines[:-1]):
            raise BackupError("the list of the erased holds something else than patients' ids")
        return tuple(NodeId(line) for line in sorted(set(lines[:-1])))
