"""What a backup says of itself, and holds with a sum for each file."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import orjson

from api.errors import BackupError

NAME = "manifest.json"
FORMAT = 1
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}")
_SUM = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        made: when it was begun, ISO with its offset.
        tables: version of the SQL tables.
        files: SHA-256 of each file, by its path in the home.
        snapshots: names of the snapshots that were there; they are compiled again.
        left_out: what has to be backed up by other means, in words.
        format: of the archive.
    """

    made: str
    tables: str
    files: Mapping[str, str]
    snapshots: tuple[str, ...]
    left_out: tuple[str, ...]
    format: int = FORMAT

    def json(self) -> bytes:
        """The manifest as its file holds it."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def read_manifest(content: bytes) -> Manifest:
    """The manifest in a file's content.

    Raises:
        BackupError: when it is none, or names a file outside of the home.
    """
    try:
        read = orjson.loads(content)
        found = Manifest(
            str(read["made"]),
            str(read["tables"]),
            {str(name): str(digest) for name, digest in read["files"].items()},
            tuple(map(str, read["snapshots"])),
            tuple(map(str, read["left_out"])),
            int(read["format"]),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise BackupError("the manifest cannot be read") from None
    if found.format != FORMAT:
        raise BackupError("another version of the program made this backup")
    if not all(is_safe(name) and _SUM.fullmatch(digest) for name, digest in found.files.items()):
        raise BackupError("the manifest names a file that no backup holds")
    return found


def is_safe(name: str) -> bool:
    """Whether a name of an archive stays within the folder that it is unpacked to."""
    parts = PurePosixPath(name).parts
    return 0 < len(parts) <= 4 and "/".join(parts) == name and all(_PART.fullmatch(part) for part in parts)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
