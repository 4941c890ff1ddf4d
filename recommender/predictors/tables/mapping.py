"""Mappings: what each column of a table of patients holds, as a TOML file.

::

    [table]
    name = "heart-failure"            # in a word
    target = "DEATH_EVENT"            # the column to be predicted
    positive = "1"                    # the cell that counts as 1; left out for a regression
    meaning = "died within the follow-up"
    duplicates = "group"              # equal rows share a fold: group, keep, or auto (where chance would not make them)
    header_row = true                 # false: the columns stand in the order of this file
    synthetic = false                 # whether nobody in it ever lived
    as_of = 2026-01-31                # the day of the table; a date after it is refused (today)
    source = "Chicco and Jurman 2020, doi:10.1186/s12911-020-1023-5"
    licence = "CC BY 4.0"

    [columns.serum_creatinine]        # our name
    header = ["creatinine", "SCr"]    # other names that the file may use
    kind = "number"                   # number, flag, category, or date: years before the day of the table
    unit = "mg/dL"                    # of the table in memory
    file_unit = "umol/L"              # of the file, where it is another: converted by the factors of units.toml
    seen_unit = ""                    # where no unit is stated: what the values looked like that were learned from
    range = [0.1, 30]                 # what a living body can have
    zero_is_missing = false           # whether a 0 stands for not measured
    changeable = true                 # whether the patient can change it
    node = "LOINC:2160-0"             # what it measures: a test or a condition of the graph, or age, or sex
    label = "serum creatinine"
    role = "feature"                  # feature, target, group (who it is), forbidden (knows the future), ignored

    [columns.sex]
    kind = "category"
    categories = ["female", "male"]
    values = {"0" = "female", "1" = "male"}   # what the cells mean

With ``like = "heart-failure"`` under ``[table]`` a mapping says only in what it differs from one of this package. A column of
the file that no mapping names is left out and reported. Unknown keys are refused.
"""

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from recommender.errors import TableError
from recommender.predictors.tables.mapped import DATE, Duplicates, MappedColumn, Role, TableMapping
from recommender.predictors.tables.table import Column, ColumnKind

KNOWN = Path(__file__).with_name("known")
"""The mappings that come with this package."""
TABLE_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "name": str,
    "like": str,
    "target": str,
    "positive": str,
    "meaning": str,
    "duplicates": str,
    "header_row": bool,
    "synthetic": bool,
    "as_of": (date, str),
    "source": str,
    "licence": str,
}
COLUMN_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "header": (str, list),
    "kind": str,
    "unit": str,
    "file_unit": str,
    "seen_unit": str,
    "range": list,
    "categories": list,
    "values": dict,
    "zero_is_missing": bool,
    "changeable": bool,
    "node": str,
    "label": str,
    "role": str,
    "reason": str,
}


def known_mappings() -> tuple[TableMapping, ...]:
    """The mappings that come with this package, in the order of their names."""
    return tuple(read_mapping(path) for path in sorted(KNOWN.glob("*.toml")))


def known_mapping(header: Sequence[str], columns: Sequence[Sequence[str]] = ()) -> TableMapping | None:
    """The mapping of a table that is known, or nothing.

    Args:
        header: the names of its columns; empty for a file that has none.
        columns: its cells, column by column, by which a file without names is known.
    """
    mappings = known_mappings()
    if header and (found := next((m for m in mappings if m.fits(header)), None)):
        return found
    return next((m for m in mappings if m.fits_values(columns)), None)


def read_mapping(path: Path) -> TableMapping:
    """The mapping of a TOML file.

    Raises:
        TableError: when it cannot be read, or says something unknown; the message names the key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TableError(f"{path}: the mapping cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise TableError(f"{path}: the mapping is no TOML in UTF-8: {error}") from error
    try:
        return mapping_from(_on_its_base(content), path.stem)
    except TableError as error:
        raise TableError(f"{path}: {error}") from error


def _on_its_base(content: dict[str, Any]) -> dict[str, Any]:
    """The content with what it does not say taken from the mapping that it is like."""
    table = content.get("table")
    like = table.pop("like", None) if isinstance(table, dict) else None
    if like is None:
        return content
    names = sorted(path.stem for path in KNOWN.glob("*.toml"))
    if like not in names:
        raise TableError(f"[table] like: one of {', '.join(names)} is expected")
    base = tomllib.loads((KNOWN / f"{like}.toml").read_text(encoding="utf-8"))
    columns = content.get("columns", {})
    _check_sections(columns)
    merged = {name: base["columns"].get(name, {}) | columns.get(name, {}) for name in {**base["columns"], **columns}}
    return {**content, "table": base["table"] | table, "columns": merged}


def mapping_from(content: Mapping[str, Any], name: str = "table") -> TableMapping:
    """The mapping that the content of such a file makes.

    Args:
        content: the sections ``table`` and ``columns``.
        name: of the table, where the content does not say.

    Raises:
        TableError: when a section, a key or a value is not what the module says.
    """
    if unknown := set(content) - {"table", "columns"}:
        raise TableError(f"[{min(unknown)}] is no section of a mapping; there are [table] and [columns.NAME]")
    table, columns = content.get("table", {}), content.get("columns", {})
    _check(table, TABLE_KEYS, "[table]")
    table = dict(table)
    if isinstance(given := table.get("as_of"), str):
        table["as_of"] = _day(given)
    elif isinstance(given, datetime):
        table["as_of"] = given.date()
    _check_sections(columns)
    if not columns:
        raise TableError("[columns.NAME] is required, one for each column")
    made = tuple(_column(key, value) for key, value in columns.items())
    target = table.get("target", next((c.column.name for c in made if c.role is Role.TARGET), ""))
    return TableMapping(
        **{"name": name} | {key: value for key, value in table.items() if key != "duplicates"} | {"target": target},
        columns=tuple(replace(c, role=Role.TARGET) if c.column.name == target else c for c in made),
        duplicates=_word(Duplicates, table.get("duplicates", "auto"), "[table] duplicates"),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TableError("[table] as_of: a day of the form YYYY-MM-DD is expected") from None


def _check_sections(columns: Any) -> None:
    if not isinstance(columns, dict) or not all(isinstance(value, dict) for value in columns.values()):
        raise TableError("[columns.NAME] is expected, one for each column")


def _check(given: Any, keys: Mapping[str, type | tuple[type, ...]], place: str) -> None:
    if not isinstance(given, dict):
        raise TableError(f"{place}: a section is expected")
    for key, value in given.items():
        if key not in keys:
            raise TableError(f"{place} {key}: no such key; there are {', '.join(keys)}")
        if not isinstance(value, keys[key]):
            raise TableError(f"{place} {key}: a value of another type is expected")


def _word(words: Callable[[str], Any], value: str, place: str) -> Any:  # a StrEnum's own type is lost in its call
    try:
        return words(value)
    except ValueError:
        raise TableError(f"{place}: one of {', '.join(words)} is expected") from None  # type: ignore[arg-type]


def _column(name: str, given: Any) -> MappedColumn:
    place = f"[columns.{name}]"
    _check(given, COLUMN_KEYS, place)
    is_date = given.get("kind") == DATE
    kind = ColumnKind.NUMBER if is_date else _word(ColumnKind, given.get("kind", "number"), f"{place} kind")
    low, high = _range(given.get("range", [-math.inf, math.inf]), place)
    categories = tuple(str(value) for value in given.get("categories", ()))
    if (kind is ColumnKind.CATEGORY) != bool(categories) and given.get("role", "feature") == "feature":
        raise TableError(f"{place} categories: a list of them is expected for a category, and for nothing else")
    header = given.get("header", [])
    return MappedColumn(
        Column(
            name,
            kind,
            unit=given.get("unit", "a" if is_date else ""),
            seen_unit=given.get("seen_unit", ""),
            low=low,
            high=high,
            categories=categories,
            changeable=given.get("changeable", False),
            node=given.get("node", ""),
            label=given.get("label", name.replace("_", " ")),
        ),
        role=_word(Role, given.get("role", "feature"), f"{place} role"),
        headers=(header,) if isinstance(header, str) else tuple(str(text) for text in header),
        file_unit=given.get("file_unit", ""),
        values={str(cell): str(meaning) for cell, meaning in given.get("values", {}).items()},
        zero_is_missing=given.get("zero_is_missing", False),
        is_date=is_date,
        reason=given.get("reason", ""),
    )


def _range(given: Sequence[Any], place: str) -> tuple[float, float]:
    numbers = [value for value in given if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(given) != 2 or len(numbers) != 2 or not numbers[0] <= numbers[1]:
        raise TableError(f"{place} range: two numbers, the smaller first, are expected")
    return float(numbers[0]), float(numbers[1])
