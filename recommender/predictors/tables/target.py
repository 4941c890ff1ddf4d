"""What is to be predicted: 0 and 1 of a classification, or a number; asked for where the cells do not say which is which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.row_report import Code
from recommender.errors import TableError
from recommender.predictors.tables.cells import FLAGS, Cells, distinct, flags, is_missing, numbers
from recommender.predictors.tables.mapped import MappedColumn
from recommender.predictors.tables.table import ColumnKind, Numbers

CLASSES = 10
"""A target of whole numbers with as many different ones at most is taken for classes, of which one has to be named."""


@dataclass(frozen=True, slots=True)
class Target:
    """The target of each row.

    Attributes:
        cells: the values, and what was refused.
        classes: whether it is a classification.
    """

    cells: Cells
    classes: bool


def read_target(
    file: str, mapped: MappedColumn, texts: Sequence[str], positive: str, *, stated: bool, measured: bool = False
) -> Target:
    """The target's values.

    Args:
        file: the table's name.
        mapped: the target's column.
        texts: its cells.
        positive: the cell that counts as 1; empty when it is not said.
        stated: whether a mapping says the column's kind, and not its values.
        measured: whether it is known to be a number, whatever its values look like.

    Raises:
        TableError: when there is one class or number only, or when it is not clear what counts as 1.
    """
    texts = [mapped.values.get(text.strip(), text) for text in texts]
    name = mapped.column.name
    values = [value for value in distinct(texts) if not is_missing(value)]
    if not values:
        raise TableError(f"{file}: column {name}: every row lacks the target")
    if measured and not positive:
        return Target(_measured(file, name, texts), False)
    if mapped.column.kind is ColumnKind.FLAG and positive.strip().casefold() in FLAGS:
        # A flag says yes or no: any other text is refused, and not taken for the other of the two.
        cells = flags(texts)
        if not FLAGS[positive.strip().casefold()]:
            cells = Cells(1 - cells.values, cells.refused)
    elif positive:
        cells = _is(texts, positive)
    elif mapped.column.kind is ColumnKind.FLAG or {value.casefold() for value in values} <= FLAGS.keys():
        cells = flags(texts)
    elif mapped.column.kind is ColumnKind.NUMBER and (stated or not _looks_like_classes(texts)):
        return Target(numbers(texts), False)
    else:
        raise TableError(
            f"{file}: column {name}: {len(values)} different values; say which counts as 1 (--positive VALUE, or positive in a "
            'mapping), or give the column kind = "number" in a mapping when it is measured'
        )
    _two_classes(file, name, cells.values, positive)
    return Target(cells, True)


def _measured(file: str, name: str, texts: Sequence[str]) -> Cells:
    cells = numbers(texts)
    if len(np.unique(cells.values[~np.isnan(cells.values)])) < 2:
        raise TableError(f"{file}: column {name}: numbers that differ are expected, as of days or costs")
    return cells


def _is(texts: Sequence[str], positive: str) -> Cells:
    """1 where a cell is the positive one: as a text, or as a number (1 and 1.0)."""
    wanted = positive.strip().casefold()
    number = numbers([positive]).values[0]
    as_numbers = numbers(texts).values
    same = np.array([text.strip().casefold() == wanted for text in texts]) | (as_numbers == number)
    absent = np.array([is_missing(text) and text.strip().casefold() != wanted for text in texts])
    return Cells(np.where(absent, np.nan, same.astype(np.float64)))


def _looks_like_classes(texts: Sequence[str]) -> bool:
    given = numbers(texts).values
    different = np.unique(given[~np.isnan(given)])
    return len(different) <= CLASSES and bool((different == np.round(different)).all())


def _two_classes(file: str, name: str, values: Numbers, positive: str) -> None:
    present = np.unique(values[~np.isnan(values)])
    if len(present) < 2:
        which = "no row has the positive value" if positive and not present.any() else "all rows are of one class"
        raise TableError(f"{file}: column {name}: {which}; rows of two classes are expected")


def missing_target(cells: Cells) -> dict[int, tuple[Code, str]]:
    """The rows that cannot be learned from, because their target is missing or none."""
    absent = np.flatnonzero(np.isnan(cells.values)).tolist()
    return {place: cells.refused.get(place, (Code.MISSING_VALUE, "a value of the target")) for place in absent}
