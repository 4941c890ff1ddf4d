"""One table of ``neo4j-admin database import``: a header file that names and types the columns, and a data file.

How the importer reads a field: nothing between two commas is no value, two quotes an empty text. In a quoted text a quote is
doubled and nothing else is escaped, a backslash is itself, and line ends are line ends if the file is named as one that has
them. The elements of a list are parted by a character and cannot be quoted: it is NUL, the only one that no text here holds.
A list that is empty, or holds one empty text alone, cannot be written so that it is read again, and is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from graph.elements import PropertyValue
from graph.errors import SchemaError

LIST_DELIMITER = "\0"
"""What parts the elements of a list."""
Value = PropertyValue | Sequence[str]
"""What a field may be given."""

_LONG = range(-(2**63), 2**63)
_ROWS_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows of one sort look like.

    Attributes:
        name: what they are.
        option: how the importer is told so, such as ``--nodes=Entity:Medicine``.
        columns: the importer's types of the columns by their names.
        ends: the columns before them, as the importer wants them, of which each row is given texts.
    """

    name: str
    option: str
    columns: Mapping[str, str]
    ends: tuple[str, ...] = ()
    _fractions: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fractions", tuple(name for name, type_ in self.columns.items() if type_ == "double"))

    def holding(self, values: Mapping[str, Value]) -> "Shape":
        """The shape of a table that keeps the types of such values: where a fraction may stand, an integer stays one."""
        whole = [name for name in self._fractions if type(values.get(name)) is int]
        if not whole:
            return self
        name = "-".join((self.name, "whole", *whole))
        return replace(self, name=name, columns={**self.columns, **dict.fromkeys(whole, "long")})


class BulkTable:
    """A header file and a data file that are being written.

    Args:
        folder: where they go.
        shape: what the rows look like; the files are called ``<name>-header.csv`` and ``<name>.csv`` by its name.

    Attributes:
        name: the shape's name.
        rows: how many rows were added.
        multiline: whether a text in them holds a line end; known when the table is closed.
        longest: characters of the longest row; known when the table is closed.
    """

    def __init__(self, folder: Path, shape: Shape) -> None:
        self.name = shape.name
        self.rows = self.longest = 0
        self.multiline = False
        self._option = shape.option
        self._columns = tuple(shape.columns)
        self._kept: list[str] = []
        header = [*shape.ends, *(f"{column}:{type_}" for column, type_ in shape.columns.items())]
        (folder / f"{self.name}-header.csv").write_text(",".join(header) + "\n", encoding="utf-8")
        self._file = (folder / f"{self.name}.csv").open("w", encoding="utf-8", newline="")

    @property
    def argument(self) -> str:
        """The importer's option for this table."""
        return f"{self._option}={self.name}-header.csv,{self.name}.csv"

    def add(self, values: Mapping[str, Value], *ends: str) -> None:
        """Add a row.

        Raises:
            SchemaError: with code ``not-importable`` when the importer has no way to read a value.
        """
        self._add(",".join([*map(_quoted, ends), self._fields(values)]))

    def add_alike(self, values: Mapping[str, Value], ends: Iterable[tuple[str, str]]) -> None:
        """Add rows that differ in their ends alone."""
        fields = self._fields(values)
        for start, end in ends:
            self._add(f"{_quoted(start)},{_quoted(end)},{fields}")

    def _fields(self, values: Mapping[str, Value]) -> str:
        if unknown := values.keys() - set(self._columns):
            raise ValueError(f"{self.name} has no column for {', '.join(sorted(unknown))}")
        return ",".join([self._field(name, values.get(name)) for name in self._columns])

    def _field(self, name: str, value: Value | None) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return _quoted(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return repr(value)
        if isinstance(value, int):
            if value not in _LONG:
                raise self._refusal(name, "an integer beyond 64 bits")
            return str(value)
        joined = LIST_DELIMITER.join(value)
        if not joined:
            raise self._refusal(name, "a list that is empty, or holds an empty text alone,")
        return _quoted(joined)

    def _refusal(self, name: str, what: str) -> SchemaError:
        return SchemaError(self.name, "not-importable", f"property {name!r}: {what} cannot be imported into Neo4j")

    def _add(self, row: str) -> None:
        self.rows += 1
        self._kept.append(row)
        if len(self._kept) == _ROWS_KEPT:
            self._write()

    def _write(self) -> None:
        rows, self._kept = self._kept, []
        text = "".join([f"{row}\n" for row in rows])
        self.longest = max(self.longest, *map(len, rows), 0)
        self.multiline = self.multiline or "\r" in text or text.count("\n") > len(rows)
        self._file.write(text)

    def close(self) -> None:
        """Write what is kept and close the files."""
        try:
            self._write()
        finally:
            self._file.close()


def _quoted(text: str) -> str:
    # Always quoted, so that the beginning of a file is never taken for a mark of its encoding.
    return '"' + text.replace('"', '""') + '"'
