"""Mappings: which columns of a foreign table mean what, as a TOML file.

::

    [table]
    file = "x.csv"            # optional: which file of a folder
    kind = "indication"       # a table of the formulary that joins two nodes, or a table of patients
    [columns]                 # our column = their header
    medicine = "Drug_Name"
    condition = "Reason"
    note = "Description"
    [values]                  # what holds for every row
    relation = "treats"
    source = "clinic-list"

Unknown sections, kinds and columns are refused. The mappings of this package are tried on every table that no format knows.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.key_set import KeySet
from graph.row_report import RowReport
from graph.rows import RowBatch, read_header
from graph.store import Batch
from loaders.errors import LoadError
from loaders.source import Context, Source, TableFile

SHIPPED = Path(__file__).with_name("mappings")
SECTIONS = {"table": ("file", "kind"), "columns": None, "values": None}
"""The sections of a mapping, and the keys that they may have where these are fixed."""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one foreign table is read.

    Attributes:
        origin: the TOML file.
        kind: the table of ours that its rows are of.
        columns: their header for each column of ours.
        values: what stands in the columns that they lack.
        file: the name of the file, or empty for any.
    """

    origin: Path
    kind: str
    columns: Mapping[str, str]
    values: Mapping[str, str]
    file: str = ""

    def fits(self, header: Iterable[str]) -> bool:
        """Whether a file with this header has all columns of the mapping."""
        return {name.casefold() for name in self.columns.values()} <= {name.casefold() for name in header}


def read_mapping(path: Path) -> TableMapping:
    """The mapping of a TOML file.

    Raises:
        LoadError: when it cannot be read or says something unknown.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LoadError(f"{path}: {error}") from error
    for section, entries in content.items():
        if section not in SECTIONS or not isinstance(entries, dict):
            raise LoadError(f"{path}: [{section}] is no section of a mapping; there are {', '.join(SECTIONS)}")
        allowed = SECTIONS[section]
        for key, value in entries.items():
            if (allowed is not None and key not in allowed) or not isinstance(value, str):
                raise LoadError(f"{path}: [{section}] {key}: a known key with a text is expected")
    table = content.get("table", {})
    if not table.get("kind") or not content.get("columns"):
        raise LoadError(f"{path}: [table] kind and [columns] are required")
    return TableMapping(path, table["kind"], content["columns"], content.get("values", {}), table.get("file", ""))


def shipped_mappings() -> Sequence[TableMapping]:
    """The mappings that come with this package, in the order of their names."""
    return [read_mapping(path) for path in sorted(SHIPPED.glob("*.toml"))]


def fitting_mapping(path: Path, mappings: Iterable[TableMapping]) -> TableMapping | None:
    """The first mapping whose columns a file has all, or nothing."""
    header = read_header(path)
    return next((mapping for mapping in mappings if mapping.fits(header)), None)


class MappedSource(Source):
    """A format whose files are found by a mapping instead of by their names.

    Args:
        mapping: the mapping.
        inner: the format that knows the mapping's kind of table.
    """

    def __init__(self, mapping: TableMapping, inner: "MappableSource") -> None:
        self.name = inner.name
        self._mapping = mapping
        self._inner = inner

    def tables(self, path: Path) -> Sequence[TableFile]:
        """See :meth:`loaders.source.Source.tables`."""
        mapping = self._mapping
        # A file that is named is meant, whatever the mapping calls it.
        files = [path] if path.is_file() else sorted(path.glob(mapping.file or "*.csv"))
        return [self._inner.mapped(file, mapping) for file in files]

    def read(self, file: TableFile, report: RowReport, seen: KeySet, withheld: frozenset[str]) -> Iterator[RowBatch]:
        """See :meth:`loaders.source.Source.read`."""
        return self._inner.read(file, report, seen, withheld)

    def check(self, file: TableFile, rows: RowBatch, context: Context) -> None:
        """See :meth:`loaders.source.Source.check`."""
        self._inner.check(file, rows, context)

    def transform(self, file: TableFile, rows: RowBatch, context: Context) -> Batch:
        """See :meth:`loaders.source.Source.transform`."""
        return self._inner.transform(file, rows, context)


class MappableSource(Source):
    """A format whose tables a mapping can name."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of table that a mapping may name."""
        raise NotImplementedError

    def mapped(self, path: Path, mapping: TableMapping) -> TableFile:
        """The file at a path, read as the mapping says.

        Raises:
            LoadError: when the mapping names columns or values that the kind of table does not have.
        """
        raise NotImplementedError


def mapped_source(path: Path, sources: Iterable[Source]) -> Source:
    """The format that reads files as a mapping says.

    Raises:
        LoadError: when the mapping is unusable, or no format knows its kind of table.
    """
    mapping = read_mapping(path)
    mappable = [source for source in sources if isinstance(source, MappableSource)]
    for source in mappable:
        if mapping.kind in source.kinds:
            return MappedSource(mapping, source)
    kinds = ", ".join(kind for source in mappable for kind in source.kinds)
    raise LoadError(f"{path}: no table is of the kind {mapping.kind!r}; there are {kinds}")
