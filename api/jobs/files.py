"""The files of jobs: what was uploaded for one, until it has ended, and what a report wrote.

They lie in a folder for each job under the home, readable by its owner alone. A name that a client gave never becomes part of a
path: a file is called after the table that it says it holds, or by its number.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from api.errors import FieldProblem, InputError
from loaders.formats import TABLE_NAMES

FOLDER = "jobs"
MAPPING = "mapping.toml"
KEEP_DAYS = 30
"""How long what a report wrote is kept."""
STRAY_SECONDS = 3600.0
"""After which files that belong to no job are taken for those of a request that broke off."""
ENDINGS = (".csv", ".csv.gz")


class Upload(Protocol):
    """A file that a client sent."""

    filename: str | None

    def save(self, dst: IO[bytes]) -> None:
        """Write it to an open file."""
        ...


class JobFiles:
    """The files of all jobs.

    Args:
        home: folder of everything that the service writes.
    """

    def __init__(self, home: Path) -> None:
        self._root = home / FOLDER

    def folder(self, job_id: str) -> Path:
        """The folder of one job's uploads; it may not be there."""
        return self._root / job_id / "in"

    def written(self, job_id: str) -> Path:
        """The folder of what one job writes; it may not be there."""
        return self._root / job_id / "out"

    def take(self, job_id: str, uploads: Sequence[Upload], mapping: str = "") -> Sequence[str]:
        """Write what was uploaded for a job.

        Returns:
            The names of the files as the job and its report call them, in the order of the uploads.

        Raises:
            InputError: when two are of one name.
        """
        names = [stored_name(upload.filename or "", i) for i, upload in enumerate(uploads, start=1)]
        if len(set(names)) < len(names):
            raise InputError([FieldProblem("/files", "files of different names are expected")])
        folder = self.folder(job_id)
        folder.mkdir(parents=True, mode=0o700)
        for name, upload in zip(names, uploads, strict=True):
            (folder / name).touch(mode=0o600)
            with (folder / name).open("wb") as file:
                upload.save(file)
        if mapping:
            (folder / MAPPING).touch(mode=0o600)
            (folder / MAPPING).write_text(mapping, encoding="utf-8")
        return names

    def drop(self, job_id: str) -> None:
        """Delete what was uploaded for a job."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)
        folder = self._root / job_id
        if folder.exists() and not any(folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)

    def reports(self, job_id: str) -> Sequence[Path]:
        """What a job wrote, by name."""
        folder = self.written(job_id)
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

    def sweep(self, ended: Callable[[str], bool | None]) -> None:
        """Delete the uploads of jobs that have ended, and reports that are old.

        Args:
            ended: whether a job has; None when there is no such job.
        """
        now = time.time()
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            age, over = now - folder.stat().st_mtime, ended(folder.name)
            if over or (over is None and age > STRAY_SECONDS):
                self.drop(folder.name)
            if over is not False and age > KEEP_DAYS * 86400:
                shutil.rmtree(folder, ignore_errors=True)


def stored_name(given: str, number: int) -> str:
    """What an uploaded file is called here: the name of a table that is known, or its number among the uploads."""
    name = given.rpartition("/")[2].rpartition("\\")[2]
    stem, dot, ending = name.partition(".")
    if stem in TABLE_NAMES and dot + ending in ENDINGS:
        return name
    return f"file-{number}.csv" + (".gz" if name.endswith(".gz") else "")
