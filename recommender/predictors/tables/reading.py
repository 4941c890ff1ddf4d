"""Reads a table of patients: typed columns, a target, groups, and a report of everything that did not fit.

What is wrong in a cell costs that value, what is wrong in a record or its target costs that row; what makes the whole table
unusable is an error. Neither repeats a value. Without a mapping a known table is recognised, and the columns of an unknown one
are proposed from its values.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.row_report import Fault
from recommender.errors import TableError
from recommender.predictors.tables.arranging import PROPOSED, Arranged, arrange
from recommender.predictors.tables.cell_file import joined, read_cells
from recommender.predictors.tables.cells import Cells, parsed, within
from recommender.predictors.tables.far_off import far_off
from recommender.predictors.tables.grouping import Groups, groups_by_column, groups_by_equality
from recommender.predictors.tables.leaks import telling_columns
from recommender.predictors.tables.mapped import Duplicates, MappedColumn, Role, TableMapping
from recommender.predictors.tables.report import Findings, TableReport
from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table
from recommender.predictors.tables.target import missing_target, read_target
from recommender.predictors.tables.units import in_own_unit, seen_unit, unit_note

ENOUGH = 10
"""Cells of a column from which a majority of unusable ones means that the column is not what it is said to be."""
Places = NDArray[np.int64]


def read_table(
    path: Path,
    mapping: TableMapping | None = None,
    *,
    target: str = "",
    positive: str = "",
    labelled: bool = True,
    as_of: date | None = None,
    more: Path | None = None,
    measured: bool = False,
) -> tuple[Table, TableReport]:
    """A table with its report.

    Args:
        path: a delimited file, plain or gzip; see :func:`recommender.predictors.tables.cell_file.read_cells`.
        mapping: what its columns hold; None recognises a known table and proposes columns for an unknown one.
        target: the column to be predicted, by our name or the file's; the mapping's when empty.
        positive: the cell that counts as 1; the mapping's when empty.
        labelled: whether a target is needed, as for training. Without, every readable row stays, so do columns of one value, a
            feature that the file lacks is missing throughout, and the target is empty.
        as_of: the day after which a date is in the future; the mapping's, else today.
        more: a second file of the same columns, whose rows follow those of the first, their lines counted on.
        measured: whether the target is known to be a number, so that few whole numbers are no classes.

    Raises:
        TableError: when the table cannot be used: unreadable, no target, one class, no feature, a unit that is off by a factor.
    """
    given = read_cells(path) if more is None else joined(read_cells(path), read_cells(more))
    arranged = arrange(given, mapping, target, labelled=labelled)
    cells, known = arranged.cells, arranged.mapping
    if not cells.lines:
        raise TableError(f"{cells.file}: rows are expected below the header, and none can be read")
    findings = Findings(cells.file, cells.lines, cells.rows)
    for name, reason in arranged.left_out.items():
        findings.leave_out(name, reason)
    kept: Places = np.arange(len(cells.lines), dtype=np.int64)
    labels, binary = np.empty(0), False
    if labelled and arranged.target:
        labels, kept, binary = _labels(arranged, arranged.target, positive, findings, measured=measured)
    day = as_of or known.as_of or date.today()
    columns, values = _features(arranged, kept, day, findings, labelled=labelled)
    if labelled:
        columns, known = _with_seen_units(columns, values, known)
    groups = _groups(arranged, columns, values, kept, findings)
    for name in telling_columns(columns, values, labels) if binary else ():
        findings.note(f"column {name} alone tells the target nearly always; a column that knows the future has to be forbidden")
    source = "; ".join(part for part in (known.source, known.licence) if part)
    meaning = known.meaning if arranged.target and arranged.target.column.name == known.target else ""
    if arranged.target and not meaning:
        meaning = f"{arranged.target.column.name} is {positive}" if positive else arranged.target.column.label
    rows = np.array(cells.lines, np.int64)[kept]
    table = Table(known.name, columns, values, labels, meaning, groups, rows, known.synthetic, source)
    return table, findings.report(known.name if arranged.stated else PROPOSED, known)


def _labels(
    arranged: Arranged, chosen: MappedColumn, positive: str, findings: Findings, *, measured: bool
) -> tuple[Numbers, Places, bool]:
    """The target of the rows that have one, their places, and whether it is a classification."""
    name = chosen.column.name
    known = arranged.mapping.positive if name == arranged.mapping.target else ""
    texts = arranged.texts(chosen) or ()
    said = positive or known
    target = read_target(arranged.cells.file, chosen, texts, said, stated=arranged.stated, measured=measured)
    for place, (code, expected) in missing_target(target.cells).items():
        findings.quarantine(place, Fault(name, code, expected))
    kept: Places = np.flatnonzero(~np.isnan(target.cells.values)).astype(np.int64)
    return target.cells.values[kept], kept, target.classes


def _features(
    arranged: Arranged, kept: Places, day: date, findings: Findings, *, labelled: bool
) -> tuple[tuple[Column, ...], dict[str, Numbers]]:
    """The features of the rows that are kept."""
    columns: list[Column] = []
    values: dict[str, Numbers] = {}
    for mapped in arranged.features:
        texts = arranged.texts(mapped)
        if texts is None:
            findings.note(f"column {mapped.column.name} is not in the file: missing throughout")
            found = np.full(len(kept), -1.0 if mapped.column.kind is ColumnKind.CATEGORY else np.nan)
        else:
            found = _column(arranged, mapped, [texts[place] for place in kept.tolist()], kept, day, findings)
            if labelled and len(far := far_off(mapped.column, found)):
                first = arranged.cells.lines[int(kept[far[0]])]
                findings.note(
                    f"column {mapped.column.name}: values that lie far from all others: {len(far)}, line {first} the first; a "
                    "range in a mapping refuses what cannot be"
                )
        reason = _says_nothing(mapped.column, found) if labelled else ""
        if reason:
            findings.leave_out(mapped.column.name, reason)
            continue
        columns.append(mapped.column)
        values[mapped.column.name] = found
    if not columns:
        raise TableError(
            f"{arranged.cells.file}: no column is left that says anything; the report's reasons: {_reasons(findings)}"
        )
    return tuple(columns), values


def _with_seen_units(
    columns: Sequence[Column], values: dict[str, Numbers], mapping: TableMapping
) -> tuple[tuple[Column, ...], TableMapping]:
    """The columns and their mapping with the units that values look like where none is stated: later rows are held to them."""
    made = tuple(replace(c, seen_unit=c.seen_unit or seen_unit(c, values[c.name])) for c in columns)
    seen = {column.name: column for column in made}
    return made, replace(mapping, columns=tuple(replace(m, column=seen.get(m.column.name, m.column)) for m in mapping.columns))


def _reasons(findings: Findings) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in findings.left_out.items())


def _column(
    arranged: Arranged, mapped: MappedColumn, texts: Sequence[str], kept: Places, day: date, findings: Findings
) -> Numbers:
    """The values of one column; what is refused is reported."""
    file, column = arranged.cells.file, mapped.column
    raw = parsed(mapped, texts, day)
    if column.kind is ColumnKind.NUMBER:
        raw = Cells(in_own_unit(file, mapped, raw.values), raw.refused)
        if note := unit_note(mapped, raw.values):
            findings.note(note)
    found = within(raw, column)
    given = found.given if column.kind is not ColumnKind.CATEGORY else int((found.values >= 0).sum()) + len(found.refused)
    if given >= ENOUGH and len(found.refused) * 2 > given:
        expected = next(iter(found.refused.values()))[1]
        raise TableError(
            f"{file}: column {column.name}: {expected} is expected, and {len(found.refused)} of {given} cells are none, "
            f"line {arranged.cells.lines[int(kept[min(found.refused)])]} the first"
        )
    for place, (code, expected) in sorted(found.refused.items()):
        findings.refuse(int(kept[place]), Fault(column.name, code, expected))
    return found.values


def _says_nothing(column: Column, values: Numbers) -> str:
    """Why a column cannot be learned from, or empty."""
    given = values[values >= 0] if column.kind is ColumnKind.CATEGORY else values[~np.isnan(values)]
    if not len(given):
        return "every cell is missing"
    whole = len(given) == len(values)
    return "has one value only" if whole and bool((given == given[0]).all()) else ""


def _groups(
    arranged: Arranged, columns: Sequence[Column], values: dict[str, Numbers], kept: Places, findings: Findings
) -> Groups:
    """Which rows share a fold."""
    told = [texts for mapped in arranged.mapping.of(Role.GROUP) if (texts := arranged.texts(mapped)) is not None]
    if told:
        groups = groups_by_column([[texts[place] for place in kept.tolist()] for texts in told])
        if repeated := len(groups) - len(np.unique(groups)):
            findings.note(f"{repeated:,} rows are of someone who has another row; they share its fold")
        return groups
    features = [values[column.name] for column in columns]
    duplicates = arranged.mapping.duplicates
    groups, repeated = groups_by_equality(features, len(kept), duplicates)
    if repeated and len(np.unique(groups)) < len(groups):
        findings.note(f"{repeated:,} rows equal another row; they share its fold")
    elif repeated and duplicates is Duplicates.AUTO:
        findings.note(
            f'{repeated:,} rows equal another row, as few columns make likely; duplicates = "group" has them share a fold'
        )
    return groups
