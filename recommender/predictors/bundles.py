"""What predictors were fitted to, kept as files of arrays, with the former versions and a changelog.

A predictor has a folder of its own below ``<home>/predictors``. A version is one file of arrays, named by its content and by a
keyed hash of that content (HMAC-SHA-256): the key is the site's own, so that a file that was changed or that comes from
elsewhere is refused before anything of it is read. It holds numbers and short texts, never code. A small file ``current`` lists
the version that serves and those before it; it is replaced in one step, and a version appears whole or not at all.
"""

import fcntl
import hmac
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from graph.array_file import Array, ArrayFile, write_arrays
from graph.errors import SettingsError, SnapshotError
from graph.pseudonyms import read_patient_key
from recommender.errors import NotTrainedError, PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.changelog import Change, add_change, read_changes

FOLDER = "predictors"
KEY = "model.key"
SUFFIX = ".predictor"
CURRENT = "current"
LOG = "changes.jsonl"
LOCK = "lock"
FORMAT = 1
PEOPLE = "people"
"""What an array of counts of people is called, whatever stands before it."""
KEPT = 5
"""Versions that are kept, the one that serves among them."""
STALE = 86_400.0
"""Seconds after which nobody writes a file any more that is not whole."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
_TAG = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class StoredBundle:
    """One version of a predictor.

    Attributes:
        name: of the predictor.
        tag: names the version: 32 hexadecimal digits of its content.
        arrays: by name, mapped read-only.
        notes: everything else, as JSON holds it.
    """

    name: str
    tag: str
    arrays: Mapping[str, Array]
    notes: Mapping[str, Any]


class PredictorBundles:
    """The versions of every predictor.

    Args:
        home: the folder of everything that Rxpath writes; the key is ``model.key`` in it, made on first use.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._key_file = home / KEY

    def names(self) -> tuple[str, ...]:
        """The predictors that were fitted."""
        return tuple(sorted(path.parent.name for path in self._folder.glob(f"*/{CURRENT}")))

    def has(self, name: str) -> bool:
        """Whether a version serves."""
        return bool(self._versions(name))

    def write(
        self,
        name: str,
        arrays: Mapping[str, Array],
        notes: Mapping[str, object],
        *,
        why: str = "",
        rows: int = 0,
        figures: Mapping[str, Any] | None = None,
    ) -> str:
        """Keep a new version, which serves from now on; the former ones stay for :meth:`roll_back`.

        Args:
            name: of the predictor, in small letters with hyphens.
            arrays: by name.
            notes: what else a reader needs, as JSON can hold it.
            why: for the changelog.
            rows: how many rows it was fitted on, for the changelog.
            figures: measure → value, for the changelog.

        Returns:
            Its tag.

        Raises:
            PredictorError: when it cannot be written.
        """
        folder = self._place(name)
        head = {"predictor_format": FORMAT, "predictor": name, "notes": notes}
        try:
            # A name of its own: two writers may have made the same content.
            path = write_arrays(folder, f".{uuid4().hex}.partial", arrays, head)
            tag = path.name.partition(".")[0]
            seal = self._seal(name, path.read_bytes())
            with self._locked(name):
                path.replace(folder / f"{tag}-{seal}{SUFFIX}")
                former = [version for version in self._versions(name) if version != tag]
                self._point(name, [tag, *former][:KEPT])
                self._forget(name)
        except (OSError, SnapshotError, TypeError, ValueError) as error:
            raise PredictorError(f"the predictor {name} cannot be written to {folder}: {error}") from error
        self.log(name, tag, "written", why=why, rows=rows, figures=figures)
        return tag

    def serving(self) -> dict[str, str]:
        """The tag of the version that serves, for each predictor; empty where it cannot be told. No bundle is read."""
        found = dict.fromkeys(self.names(), "")
        for name in found:
            with suppress(PredictorError):
                found[name] = next(iter(self._versions(name)), "")
        return found

    def read(self, name: str) -> StoredBundle:
        """The version that serves.

        Raises:
            PredictorError: when none was fitted, or its file was changed or comes from elsewhere.
        """
        versions = self._versions(name)
        if not versions:
            raise NotTrainedError(f"the predictor {name} is not trained; {_again(name)}")
        return self._read(name, versions[0])

    def version(self, name: str, tag: str) -> StoredBundle:
        """A version that is kept, whether it serves or did so before.

        Raises:
            PredictorError: when it is kept no more, or its file was changed or comes from elsewhere.
        """
        if tag not in self._versions(name):
            raise PredictorError(f"the version {tag} of the predictor {name} is gone")
        return self._read(name, tag)

    def roll_back(self, name: str, why: str = "") -> str:
        """Let the version serve that did so before, and answer its tag; the one that served is given up.

        Raises:
            PredictorError: when there is no former version, or its file was changed.
        """
        with self._locked(name):
            versions = self._versions(name)
            if len(versions) < 2:
                raise PredictorError(f"the predictor {name} has no former version to go back to")
            self._read(name, versions[1])
            self._point(name, versions[1:])
        self.log(name, versions[1], "rolled back", why=why or f"{versions[0]} is given up")
        return versions[1]

    def retire_smallest(self, name: str, why: str) -> bool:
        """Delete all versions of a predictor that tells of a group of as few people as may be told of.

        Args:
            name: of the predictor.
            why: for the changelog.

        Returns:
            Whether one of its versions does, so that it has to be fitted again.
        """
        with self._locked(name):
            versions = self._versions(name)
            if not any(self._tells_of_fewest(name, tag) for tag in versions):
                return False
            (self._place(name) / CURRENT).unlink(missing_ok=True)
            for path in self._place(name).glob(f"*{SUFFIX}"):
                path.unlink(missing_ok=True)
        self.log(name, versions[0], "retired", why=why)
        return True

    def _tells_of_fewest(self, name: str, tag: str) -> bool:
        try:
            stored = self._read(name, tag)
        except PredictorError:
            return False
        counts = [array for key, array in stored.arrays.items() if key.rpartition("/")[2] == PEOPLE]
        told = stored.notes.get("groups")
        groups = [group[0] for group in told if isinstance(group, list)] if isinstance(told, list) else []
        return any(bool((array == LEAST_PEOPLE).any()) for array in counts) or LEAST_PEOPLE in groups

    def history(self, name: str) -> tuple[Change, ...]:
        """The changelog, the oldest line first."""
        return read_changes(self._place(name) / LOG)

    def log(
        self, name: str, tag: str, what: str, *, why: str = "", rows: int = 0, figures: Mapping[str, Any] | None = None
    ) -> None:
        """Add a line to the changelog; see :class:`recommender.predictors.changelog.Change`.

        Raises:
            PredictorError: when it cannot be written.
        """
        add_change(self._place(name) / LOG, tag, what, why=why, rows=rows, figures=figures)

    def marks(self, rows: Iterable[bytes]) -> NDArray[np.uint64]:
        """Keyed hashes of rows, by which a bundle knows again what it was fitted on without keeping it. Shape (rows,)."""
        key = self._key()
        digests = [hmac.digest(key, b"row\0" + row, "sha256")[:8] for row in rows]
        return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)

    # Places and pointers

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise PredictorError("the name of a predictor is of small letters, digits and hyphens")
        return self._folder / name

    def _versions(self, name: str) -> list[str]:
        """The tags of the version that serves and of those before it."""
        path = self._place(name) / CURRENT
        try:
            tags = path.read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise PredictorError(f"the list of versions of the predictor {name} cannot be read; {_again(name)}") from error
        if not tags or not all(_TAG.fullmatch(tag) for tag in tags):
            raise PredictorError(f"the list of versions of the predictor {name} was changed; {_again(name)}")
        return tags

    def _point(self, name: str, tags: list[str]) -> None:
        path = self._place(name) / CURRENT
        partial = path.with_name(f"{uuid4().hex}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write("\n".join(tags) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def _forget(self, name: str) -> None:
        kept = set(self._versions(name))
        for path in self._place(name).glob(f"*{SUFFIX}"):
            if path.name.partition("-")[0] not in kept:
                path.unlink(missing_ok=True)
        # What a killed writer left; that of a living one is younger.
        for path in self._place(name).glob("*.partial"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > STALE:
                    path.unlink()

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """One writer at a time: between reading ``current`` and replacing it no other may do so."""
        folder = self._place(name)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # Files and their seal

    def _seal(self, name: str, content: bytes) -> str:
        """What only this site can have written: the content with the predictor's name under the site's key."""
        return hmac.digest(self._key(), name.encode() + b"\0" + content, "sha256").hex()

    def _key(self) -> bytes:
        try:
            return read_patient_key(self._key_file)
        except SettingsError as error:
            raise PredictorError(
                f"{self._key_file.name} holds no key of this site; predictors cannot be told from foreign ones"
            ) from error

    def _read(self, name: str, tag: str) -> StoredBundle:
        path = next(self._place(name).glob(f"{tag}-*{SUFFIX}"), None)
        try:
            content = path.read_bytes() if path else None
        except OSError as error:
            raise PredictorError(f"the predictor {name} cannot be read: {error.strerror}; {_again(name)}") from error
        if path is None or content is None:
            raise PredictorError(f"the file of the predictor {name} is gone; {_again(name)}")
        if not hmac.compare_digest(path.name, f"{tag}-{self._seal(name, content)}{SUFFIX}"):
            raise PredictorError(f"{path.name} was changed or comes from elsewhere; {_again(name)}")
        try:
            arrays = ArrayFile(path)
            if arrays.notes["predictor_format"] != FORMAT:
                raise PredictorError(f"{path.name} has another format; {_again(name)}")
            return StoredBundle(name, tag, arrays, arrays.notes["notes"])
        except (SnapshotError, LookupError, TypeError) as error:
            raise PredictorError(f"{path.name} cannot be read: {error}; {_again(name)}") from error


def _again(name: str) -> str:
    return f"train it: python -m recommender train --predictor {name}"
