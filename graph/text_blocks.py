"""The bytes of a text file as blocks of UTF-8 whose lines end with LF, whatever the file is.

Gzip is known by its magic number, UTF-16 and UTF-8 with a mark by their byte-order marks; LF, CRLF and CR all end a line.
Nothing is decoded leniently: bytes that are no text stay bytes that are no UTF-8, so that the record that holds them can be
told.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
"""Bytes read at a time."""
_GZIP = b"\x1f\x8b"
_NO_UTF8 = b"\xff"


class TextBlocks:
    """Iterates over a file's blocks once.

    Args:
        path: the file.

    Attributes:
        damage: why reading stopped before the end of the file, or empty.
    """

    def __init__(self, path: Path) -> None:
        self.damage = ""
        self._raw = path.open("rb")
        self._file: IO[bytes] = self._raw
        magic = self._raw.read(2)
        self._raw.seek(0)
        if magic == _GZIP:
            self._file = io.BufferedReader(gzip.GzipFile(fileobj=self._raw), BLOCK)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def __iter__(self) -> Iterator[bytes]:
        held = b""
        for block in self._utf8():
            text = held + block
            held = b""
            # A CR at the end of a block may be the half of a CRLF: it waits for the next block.
            if b"\r" in text:
                if text.endswith(b"\r"):
                    text, held = text[:-1], b"\r"
                text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            yield text
        if held:
            yield b"\n"

    def _utf8(self) -> Iterator[bytes]:
        first = self._read()
        if not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from iter(self._read, b"")
            return
        decode = codecs.getincrementaldecoder("utf-16")("surrogatepass").decode
        yield _encode(decode, first)
        for block in iter(self._read, b""):
            yield _encode(decode, block)
        yield _encode(decode, b"", final=True)

    def _read(self) -> bytes:
        try:
            return self._file.read(BLOCK)
        except (OSError, EOFError, zlib.error) as error:
            self.damage = type(error).__name__
            return b""


def _encode(decode: Callable[[bytes, bool], str], block: bytes, *, final: bool = False) -> bytes:
    # A lone surrogate passes into bytes that are no UTF-8; half a unit at the end of the file becomes such a byte.
    try:
        return decode(block, final).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return _NO_UTF8
