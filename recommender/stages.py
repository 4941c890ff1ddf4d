"""Intermediate results of a training on disk, so that an interrupted one goes on where it stopped.

Each stage is a file of arrays under a folder that is named by the snapshot and the configuration: a stage of anything else is
never found. A file appears whole or not at all, and a damaged one is made again.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from graph.array_file import Array, ArrayFile, write_arrays
from graph.errors import SnapshotError


class Stages:
    """The stages of one training.

    Args:
        folder: where they are kept; nothing is kept without one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.resumed = 0
        """How many stages were found from an earlier attempt."""

    def arrays(self, name: str, make: Callable[[], Mapping[str, Array]]) -> Mapping[str, Array]:
        """The arrays of a stage: found, or made and kept."""
        if self._folder is None:
            return make()
        path = self._folder / f"{name}.stage"
        if path.exists():
            try:
                found = ArrayFile(path)
                if found.notes["digest"] == _digest(found):
                    self.resumed += 1
                    return found
            except (SnapshotError, KeyError):
                pass
        made = make()
        write_arrays(self._folder, ".partial-stage", made, {"digest": _digest(made)}).replace(path)
        return made

    def clear(self) -> None:
        """Remove what was kept: the training is done."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _digest(arrays: Mapping[str, Array]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()
