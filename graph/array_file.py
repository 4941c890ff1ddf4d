"""One file that holds many named arrays, opened in a millisecond by mapping it into memory.

A snapshot has hundreds of arrays; a file each, or a compressed archive, takes longer to open than a request may take. The file
is: 8 bytes magic, 8 bytes length of the directory, the directory (JSON: name → dtype, shape, offset, and free text notes), then
the arrays, each at a multiple of 64 bytes. The bytes depend on the content alone, so their hash names it.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from graph.errors import SnapshotError

MAGIC = b"RXARRAY1"
ALIGNMENT = 64

Array = NDArray[Any]


def write_arrays(folder: Path, suffix: str, arrays: Mapping[str, Array], notes: Mapping[str, object]) -> Path:
    """Write the arrays to a file named by the hash of its bytes; the file appears whole or not at all.

    Args:
        folder: where to; made when it does not exist.
        suffix: what the file's name ends with.
        arrays: arrays by name.
        notes: what else a reader needs, as JSON can hold it.

    Returns:
        The file; its stem is the BLAKE2b (16 bytes, 32 hexadecimal digits) of its content.

    Raises:
        SnapshotError: when it cannot be written.
    """
    partial = folder / f"{uuid4().hex}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        digest = _write(partial, arrays, notes)
        return partial.replace(folder / f"{digest}{suffix}")
    except OSError as error:
        raise SnapshotError(f"no snapshot can be written to {folder}: {error.strerror}") from error
    finally:
        if partial.exists():
            partial.unlink()


def _write(path: Path, arrays: Mapping[str, Array], notes: Mapping[str, object]) -> str:
    directory: dict[str, object] = {}
    position = 0
    for name, array in arrays.items():
        directory[name] = [array.dtype.str, list(array.shape), position]
        position += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    head = json.dumps({"arrays": directory, "notes": notes}, sort_keys=True, ensure_ascii=False).encode()
    head += b" " * (-(len(MAGIC) + 8 + len(head)) % ALIGNMENT)
    digest = hashlib.blake2b(digest_size=16)
    with path.open("wb") as file:
        for chunk in (MAGIC, len(head).to_bytes(8, "little"), head):
            file.write(chunk)
            digest.update(chunk)
        for array in arrays.values():
            data = np.ascontiguousarray(array).tobytes()
            data += b"\0" * (-len(data) % ALIGNMENT)
            file.write(data)
            digest.update(data)
        # What is named by its content must have that content after a power cut, too.
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


class ArrayFile(Mapping[str, Array]):
    """The arrays of a file, mapped read-only.

    Args:
        path: a file that :func:`write_arrays` wrote.

    Attributes:
        notes: the notes that were written with the arrays.

    Raises:
        SnapshotError: when the file is missing, cut short or something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: dict[str, Any]
        self._directory: dict[str, tuple[str, list[int], int]]
        try:
            # Seen as a plain array: slices of a memmap object cost several times more.
            self._bytes: Array = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
            self._start, self.notes, self._directory = self._read_head()
            ends = [start + math.prod(shape) * np.dtype(dtype).itemsize for dtype, shape, start in self._directory.values()]
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise SnapshotError(f"{path} cannot be read: {error}; compile it again") from error
        if self._start + max(ends, default=0) > len(self._bytes):
            raise SnapshotError(f"{path} is cut short; compile it again")

    def _read_head(self) -> tuple[int, dict[str, Any], dict[str, tuple[str, list[int], int]]]:
        """Where the arrays begin, the notes, and the directory."""
        if bytes(self._bytes[:8]) != MAGIC:
            raise ValueError("it is no array file")
        start = 16 + int.from_bytes(bytes(self._bytes[8:16]), "little")
        head = json.loads(bytes(self._bytes[16:start]))
        return start, head["notes"], head["arrays"]

    def __getitem__(self, name: str) -> Array:
        """The array of this name, a view into the file.

        Raises:
            SnapshotError: when there is none.
        """
        if name not in self._directory:
            raise SnapshotError(f"{self.path} has no array {name!r}; compile it again")
        dtype, shape, start = self._directory[name]
        size = math.prod(shape) * np.dtype(dtype).itemsize
        first = self._start + start
        return self._bytes[first : first + size].view(dtype).reshape(shape)

    def __contains__(self, name: object) -> bool:
        return name in self._directory

    def __iter__(self) -> Iterator[str]:
        return iter(self._directory)

    def __len__(self) -> int:
        return len(self._directory)

    def digest(self) -> str:
        """Hash of the bytes as they are now; equal to what :func:`write_arrays` answered unless the file was damaged."""
        return hashlib.blake2b(self._bytes.data, digest_size=16).hexdigest()


class TextColumn:
    """Texts by position, kept as one block of UTF-8 and the place where each ends.

    Args:
        ends: shape (n,), int64: where each text ends in the block.
        block: shape (bytes,), uint8.
    """

    def __init__(self, ends: Array, block: Array) -> None:
        self._ends = ends
        self._block = block.data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, position: int) -> str:
        start = int(self._ends[position - 1]) if position else 0
        return str(self._block[start : int(self._ends[position])], "utf-8")

    @staticmethod
    def arrays(texts: Sequence[str]) -> tuple[Array, Array]:
        """The two arrays that keep the texts."""
        joined = "".join(texts)
        sized = texts if joined.isascii() else [text.encode() for text in texts]
        ends = np.cumsum(np.fromiter(map(len, sized), np.int64, len(sized)), dtype=np.int64)
        return ends, np.frombuffer(joined.encode(), np.uint8)
