"""Splits a delimited file into records, exactly, in bounded memory.

A fault costs the record that has it and no other: after an unterminated quote reading goes on at the next line, and a line of
ten megabytes is passed over without being kept. Chunks without anything suspicious go through the csv module, which is several
times faster; the splitter of this file takes the others, and both agree on what a record is (RFC 4180; a quote within an
unquoted field is a character like others).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from graph.row_report import Code
from graph.text_blocks import TextBlocks

MAX_FIELD = 1 << 16
"""Longest field that is accepted, in bytes."""
MAX_RECORD = 1 << 20
"""Longest record that is looked at, in bytes: the end of an opened quote is searched no further."""
KEPT = 1_000
"""Bytes of an overlong record that are kept for the quarantine."""
DELIMITERS = (",", "\t", ";", "|")
_TOO_LONG = f"fields of at most {MAX_FIELD >> 10} kB"


class BadRecord(NamedTuple):
    """A record that could not be split into the header's fields.

    Attributes:
        line: physical line where it begins.
        code: what is wrong.
        expected: what was expected.
        data: its bytes; the beginning only when it is too long.
    """

    line: int
    code: Code
    expected: str
    data: bytes


@dataclass(slots=True)
class Chunk:
    """Consecutive records.

    Attributes:
        lines: physical line where each good record begins.
        columns: the fields of the good records, column by column; none at all when there is no such record.
        bad: the records among them that could not be split.
        blank: blank lines passed over.
    """

    lines: Sequence[int] = ()
    columns: Sequence[Sequence[str]] = ()
    bad: list[BadRecord] = field(default_factory=list)
    blank: int = 0


class _Found(NamedTuple):
    """A record in the buffer: where its bytes end, its fields, and what is wrong with it."""

    end: int
    fields: list[bytes]
    code: Code | None = None


class RecordReader:
    """Reads the records of one file.

    Args:
        path: the file.

    Attributes:
        header: fields of the first record that is not blank; empty when there is none or it is unusable.
        header_line: the line where it begins.
        delimiter: what parts the fields, as the header shows it.
    """

    def __init__(self, path: Path) -> None:
        self._source = TextBlocks(path)
        self._blocks = iter(self._source)
        self._buffer = b""
        self._ended = False
        self._skipping = False
        self._line = 1
        self.delimiter = ","
        self._delimiter = b","
        self.header: list[str] = []
        self.header = self._read_header()

    @property
    def damage(self) -> str:
        """Why reading stopped before the end of the file, or empty."""
        return self._source.damage

    @property
    def line(self) -> int:
        """The next line to be read."""
        return self._line

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _fill(self) -> None:
        block = next(self._blocks, None)
        if block is None:
            self._ended = True
        elif not self._skipping:
            self._buffer += block
        elif (end := block.find(b"\n")) >= 0:
            self._skipping = False
            self._line += 1
            self._buffer = block[end + 1 :]

    def _read_header(self) -> list[str]:
        found = None
        while found is None and not self._ended and len(self._buffer) <= MAX_RECORD:
            self._fill()
            found = self._find_header()
        if found is None or found.code or b"\0" in self._buffer[: found.end]:
            return []
        try:
            names = [name.decode().strip() for name in found.fields]
        except UnicodeDecodeError:
            return []
        self._line += self._buffer.count(b"\n", 0, found.end) + 1
        self._buffer = self._buffer[found.end + 1 :]
        return names if any(names) else []

    def _find_header(self) -> _Found | None:
        """The first record that is not blank, or None when its end is not read yet."""
        blank = len(self._buffer) - len(self._buffer.lstrip(b"\n"))
        self._line += blank
        self._buffer = self._buffer[blank:]
        self.header_line = self._line
        first = self._buffer.partition(b"\n")[0]
        # Names of columns hold no delimiters as a rule, so the most frequent one is it.
        self.delimiter = max(DELIMITERS, key=lambda d: first.count(d.encode()))
        self._delimiter = self.delimiter.encode()
        return self._find(0) if self._buffer else None

    # Chunks

    def chunks(self) -> Iterator[Chunk]:
        """The records behind the header, in order."""
        while self._buffer or not self._ended:
            cut = len(self._buffer) if self._ended else self._buffer.rfind(b"\n") + 1
            chunk = self._fast(self._buffer[:cut]) if cut else None
            if chunk is None:
                chunk, cut = self._exact()
            self._buffer = self._buffer[cut:]
            yield chunk
            self._fill()

    def _fast(self, piece: bytes) -> Chunk | None:
        """The records of whole lines when nothing about them is suspicious."""
        if b"\0" in piece:
            return None
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return None
        text = text.removesuffix("\n")
        split = self._split_quoted(text) if '"' in text else self._split_plain(text, piece.removesuffix(b"\n"))
        if split is None or (len(self.header) == 1 and not all(value.strip(" ") for value in split.columns[0])):
            return None
        self._line += piece.count(b"\n") + (not piece.endswith(b"\n"))
        return split

    def _split_plain(self, text: str, piece: bytes) -> Chunk | None:
        """The records of lines without any quote, when each has the header's fields."""
        width, data = len(self.header), np.frombuffer(piece, np.uint8)
        ends = np.append(np.flatnonzero(data == ord("\n")), len(data))
        starts = np.append(-1, ends[:-1])
        parted = np.flatnonzero(data == ord(self.delimiter))
        if len(parted) != len(ends) * (width - 1) or (ends - starts).max() > MAX_FIELD:
            return None
        if width > 1:
            places = parted.reshape(len(ends), width - 1)
            if not ((places[:, 0] > starts) & (places[:, -1] < ends)).all():
                return None
        fields = text.replace("\n", self.delimiter).split(self.delimiter)
        return Chunk(range(self._line, self._line + len(ends)), [fields[i::width] for i in range(width)])

    def _split_quoted(self, text: str) -> Chunk | None:
        """The records of whole lines, when the csv module finds nothing wrong with them."""
        if text.endswith("\n"):
            # The csv module says nothing of a blank line at the end.
            return None
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=self.delimiter, strict=True)
        lines, rows, line = [], [], self._line
        try:
            for row in reader:
                rows.append(row)
                lines.append(line)
                line = self._line + reader.line_num
        except csv.Error:
            return None
        if set(map(len, rows)) != {len(self.header)}:
            return None
        columns = list(zip(*rows, strict=True))
        # Characters are at most four bytes: what is short in characters may still be too long in bytes.
        if any(max(map(len, column)) > MAX_FIELD >> 2 for column in columns):
            return None
        return Chunk(lines, columns)

    def _exact(self) -> tuple[Chunk, int]:
        """The records of the buffer as far as they are complete, and where the first incomplete one begins."""
        lines: list[int] = []
        rows: list[list[str]] = []
        chunk = Chunk(lines)
        position = 0
        while position < len(self._buffer):
            found = self._find(position)
            if found is None:
                break
            data = self._buffer[position : found.end]
            # Spreadsheets and editors leave such lines; they state nothing.
            if not data.strip(b" "):
                chunk.blank += 1
            else:
                judged = self._judge(found, data)
                if isinstance(judged, BadRecord):
                    chunk.bad.append(judged)
                else:
                    lines.append(self._line)
                    rows.append(judged)
            self._line += data.count(b"\n") + 1
            position = found.end + 1
        if not self._ended and len(self._buffer) - position > MAX_RECORD:
            # The line has no end within reach: it is left out, and passed over block by block.
            chunk.bad.append(BadRecord(self._line, Code.TOO_LONG, _TOO_LONG, self._buffer[position : position + KEPT]))
            self._line += self._buffer.count(b"\n", position)
            self._skipping = True
            position = len(self._buffer)
        chunk.columns = list(zip(*rows, strict=True))
        return chunk, position

    def _judge(self, found: _Found, data: bytes) -> list[str] | BadRecord:
        """The texts of a record's fields, or what is wrong with it."""
        width = len(self.header)
        code, expected = found.code, "a quoted field that is closed before the next delimiter"
        texts: list[str] = []
        if b"\0" in data:
            code, expected = Code.NUL, "a text without NUL"
        elif max(map(len, found.fields), default=0) > MAX_FIELD or len(data) > MAX_RECORD:
            code, expected = Code.TOO_LONG, _TOO_LONG
        else:
            try:
                texts = [value.decode() for value in found.fields]
            except UnicodeDecodeError:
                code, expected = Code.UNDECODABLE, "text in the file's encoding (UTF-8 or UTF-16)"
        if code is None and len(texts) != width:
            code = Code.TOO_FEW_FIELDS if len(texts) < width else Code.TOO_MANY_FIELDS
            expected = f"{width} fields"
        if code is None:
            return texts
        return BadRecord(self._line, code, expected, data if len(data) <= MAX_FIELD else data[:KEPT])

    # One record

    def _find(self, start: int) -> _Found | None:
        """The record that begins at a place of the buffer, or None when its end is not read yet."""
        end = self._line_end(start)
        if end is None:
            return None
        if self._buffer.find(b'"', start, end) < 0:
            return _Found(end, self._buffer[start:end].split(self._delimiter))
        found = self._find_quoted(start)
        if found is None:
            return None
        # Within one line nothing is swallowed, whatever is wrong.
        if found.end == end:
            return found
        # A quote that swallowed whole lines and made no record of the right width was left open.
        if found.code or (len(found.fields) != len(self.header) and self._stands_alone(end + 1)):
            return _Found(end, self._buffer[start:end].split(self._delimiter), Code.UNTERMINATED_QUOTE)
        return found

    def _stands_alone(self, start: int) -> bool:
        end = self._line_end(start)
        return end is not None and self._buffer.count(self._delimiter, start, end) + 1 == len(self.header)

    def _line_end(self, start: int) -> int | None:
        end = self._buffer.find(b"\n", start)
        if end >= 0:
            return end
        return len(self._buffer) if self._ended else None

    def _find_quoted(self, start: int) -> _Found | None:
        buffer, delimiter = self._buffer, self._delimiter
        fields: list[bytes] = []
        position = start
        while True:
            if buffer[position : position + 1] != b'"':
                end = self._line_end(position)
                if end is None:
                    return None
                stop = buffer.find(delimiter, position, end)
                fields.append(buffer[position : end if stop < 0 else stop])
                if stop < 0:
                    return _Found(end, fields)
                position = stop + 1
                continue
            close = self._closing(position + 1, start)
            if close is None or (close + 1 == len(buffer) and not self._ended):
                return None
            if close < 0:
                return _Found(len(buffer), [], Code.UNTERMINATED_QUOTE)
            fields.append(buffer[position + 1 : close].replace(b'""', b'"'))
            after = buffer[close + 1 : close + 2]
            if after in (b"\n", b""):
                return _Found(close + 1, fields)
            if after != delimiter:
                end = self._line_end(close)
                return _Found(len(buffer) if end is None else end, fields, Code.BAD_QUOTE)
            position = close + 2

    def _closing(self, position: int, start: int) -> int | None:
        """Place of the quote that closes a field, -1 when there is none, None when it may come yet."""
        limit = start + MAX_RECORD
        while True:
            close = self._buffer.find(b'"', position, limit)
            if close < 0:
                return -1 if self._ended or len(self._buffer) >= limit else None
            if self._buffer[close + 1 : close + 2] != b'"':
                return close
            position = close + 2
