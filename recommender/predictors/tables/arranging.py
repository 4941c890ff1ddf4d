"""Brings a file and a mapping together: which cells are of which column, and which columns of the file are no features."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recommender.errors import TableError
from recommender.predictors.tables.cell_file import CellFile
from recommender.predictors.tables.mapped import MappedColumn, Role, TableMapping, plain
from recommender.predictors.tables.mapping import known_mapping
from recommender.predictors.tables.proposal import proposed_mapping

PROPOSED = "proposed"
"""What a report calls the mapping of a table that none was given for."""


@dataclass(frozen=True)
class Arranged:
    """A file with the mapping that it is read by.

    Attributes:
        cells: the file.
        mapping: what its columns hold.
        places: where each column of the mapping stands in the file, by our name.
        target: the column to be predicted; None when there is none to be.
        stated: whether somebody wrote the mapping, and nobody proposed it.
        left_out: the columns that are no features, each with the reason.
    """

    cells: CellFile
    mapping: TableMapping
    places: dict[str, int]
    target: MappedColumn | None
    stated: bool
    left_out: dict[str, str]

    def texts(self, mapped: MappedColumn) -> Sequence[str] | None:
        """The cells of a column; None when the file lacks it."""
        place = self.places.get(mapped.column.name)
        return None if place is None else self.cells.columns[place]

    @property
    def features(self) -> tuple[MappedColumn, ...]:
        """The columns that may be features."""
        return tuple(c for c in self.mapping.of(Role.FEATURE) if c is not self.target)


def arrange(cells: CellFile, mapping: TableMapping | None, target: str, *, labelled: bool) -> Arranged:
    """The file as the mapping, or what is known or proposed in its place, says.

    Raises:
        TableError: when a column is missing, or stands twice, or when it is not said what is to be predicted.
    """
    stated = mapping is not None
    left_out: dict[str, str] = {}
    if mapping is None:
        cells, mapping = _recognised(cells, target)
        stated = mapping is not None
    elif cells.nameless:
        cells = _without_header(cells, mapping, labelled=labelled)
    if mapping is None:
        wanted = _header_of(cells, target) if target or labelled else ""
        mapping, left_out = proposed_mapping(cells, wanted, labelled=labelled)
    named = cells.header
    places = _places(cells.file, mapping, named)
    chosen = _chosen_if_any(mapping, target)
    if labelled:
        chosen = _chosen(cells.file, mapping, target)
        _all_there(cells.file, mapping, places, chosen)
    for mapped in mapping.columns:
        if mapped.column.name in places and mapped is not chosen and mapped.role is not Role.FEATURE:
            left_out.setdefault(mapped.column.name, mapped.reason or _REASONS[mapped.role])
    used = set(places.values())
    for place, name in enumerate(named):
        if place not in used:
            left_out.setdefault(name, "the mapping does not name it")
    return Arranged(cells, mapping, places, chosen, stated, left_out)


_REASONS = {
    Role.TARGET: "another outcome",
    Role.GROUP: "tells whose row it is: its rows share a fold",
    Role.FORBIDDEN: "knows the future",
    Role.IGNORED: "the mapping leaves it out",
}


def _recognised(cells: CellFile, target: str) -> tuple[CellFile, TableMapping | None]:
    """The file, and the mapping that it is known by."""
    if cells.nameless:
        whole = cells.with_first()
        mapping = known_mapping((), whole.columns)
        if mapping is None:
            raise TableError(
                f"{cells.file}: line 1: names of the columns are expected, and there are numbers only; give a mapping with "
                "header_row = false and the columns in their order"
            )
        return _named(whole, mapping.columns), mapping
    mapping = known_mapping(cells.header)
    if mapping and target and not any(c.named(target) for c in mapping.columns):
        return cells, None
    return cells, mapping


def _without_header(cells: CellFile, mapping: TableMapping, *, labelled: bool) -> CellFile:
    if mapping.header_row:
        raise TableError(f"{cells.file}: line 1: names of the columns are expected, as the mapping has no header_row = false")
    columns = mapping.columns
    if not labelled and len(cells.header) < len(columns):
        columns = tuple(c for c in columns if c.role is not Role.TARGET)
    if len(columns) != len(cells.header):
        raise TableError(f"{cells.file}: {len(mapping.columns)} columns are expected in a file without header")
    return _named(cells.with_first(), columns)


def _named(cells: CellFile, columns: Sequence[MappedColumn]) -> CellFile:
    return replace(cells, header=tuple(c.column.name for c in columns))


def _header_of(cells: CellFile, target: str) -> str:
    """The name that the file gives to what is to be predicted."""
    found = next((name for name in cells.header if plain(name) == plain(target)), None) if target else None
    if found is None:
        what = "no such column" if target else "the target is not known"
        raise TableError(f"{cells.file}: {what}; give --target COLUMN, one of {', '.join(cells.header)}")
    return found


def _places(file: str, mapping: TableMapping, header: Sequence[str]) -> dict[str, int]:
    # By name first: comparing each column with each header would take minutes where there are thousands of both.
    by_name: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        by_name.setdefault(plain(name), []).append(place)
    places: dict[str, int] = {}
    for mapped in mapping.columns:
        found = sorted(place for name in mapped.plain_names for place in by_name.get(name, ()))
        if len(found) > 1:
            both = " and ".join(str(place + 1) for place in found)
            raise TableError(
                f"{file}: line 1: columns {both} are both taken for {mapped.column.name}; the mapping has to say which"
            )
        if found:
            places[mapped.column.name] = found[0]
    return places


def _chosen_if_any(mapping: TableMapping, target: str) -> MappedColumn | None:
    wanted = target or mapping.target
    return next((c for c in mapping.columns if wanted and c.named(wanted)), None)


def _chosen(file: str, mapping: TableMapping, target: str) -> MappedColumn:
    chosen = _chosen_if_any(mapping, target)
    if chosen is None:
        names = ", ".join(c.column.name for c in mapping.columns)
        what = "the mapping has no such column" if target else "the target is not known"
        raise TableError(f"{file}: {what}; give --target COLUMN, one of {names}")
    return chosen


def _all_there(file: str, mapping: TableMapping, places: dict[str, int], chosen: MappedColumn) -> None:
    missing = [c.column.name for c in (*mapping.of(Role.FEATURE), chosen) if c.column.name not in places]
    if missing:
        raise TableError(f"{file}: line 1: column {', '.join(missing)} is missing; the mapping needs it")
