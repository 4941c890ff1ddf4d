"""Reference ranges of tests by sex and age, from the graph's nodes or from the tables that the graph is made of."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import inf
from pathlib import Path

from graph.config import PROJECT
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.units import convert
from recommender.errors import PredictorError

DATA = PROJECT / "data"
ADULT = 18
"""The age that counts where none is known."""


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """What is usual for some people: from ``low`` to ``high``; at ``panic_low`` or ``panic_high`` somebody has to act at once.

    Ages are years, both ends included; a bound that there is none of is infinite.
    """

    sex: str
    youngest: float
    oldest: float
    low: float
    high: float
    panic_low: float
    panic_high: float

    @classmethod
    def of(cls, cells: Sequence[str]) -> "ReferenceRange":
        """The range of seven cells: sex, ages, ends, panic values; empty for none.

        Raises:
            ValueError: when one is no number.
        """
        bounds = zip(cells[1:], (0.0, inf, -inf, inf, -inf, inf), strict=True)
        return cls(cells[0], *(float(cell) if cell else absent for cell, absent in bounds))

    def meant_for(self, sex: str | None, age: float) -> bool:
        """Whether it is for such a person; one whose sex is not known may be either."""
        known = sex in ("female", "male")
        # A person of 17 and a half years is 17 years old.
        return (self.sex == "any" or not known or self.sex == sex) and self.youngest <= age < self.oldest + 1


@dataclass(frozen=True, slots=True)
class BloodTest:
    """A test that has reference ranges; ``factors`` are of its other units, as ``unit=factor``."""

    id: str
    name: str
    unit: str
    factors: tuple[str, ...]
    ranges: tuple[ReferenceRange, ...]

    def value_of(self, value: float, unit: str) -> float | None:
        """A value in the test's own unit; nothing when its unit is not stated, or not known for the test."""
        return convert(value, unit, self.unit, self.factors) if unit else None

    def range_for(self, sex: str | None, age: float | None) -> ReferenceRange | None:
        """The range for a person; for one whose sex is not known, the widest of both sexes, so that neither is wronged."""
        years = ADULT if age is None else age
        found = [one for one in self.ranges if one.meant_for(sex, years)]
        if not found:
            return None
        return replace(
            found[0],
            low=min(one.low for one in found),
            high=max(one.high for one in found),
            panic_low=min(one.panic_low for one in found),
            panic_high=max(one.panic_high for one in found),
        )


@dataclass(frozen=True)
class Reference:
    """All tests that have ranges, by id."""

    tests: Mapping[str, BloodTest]

    @classmethod
    def of_snapshot(cls, snapshot: Snapshot) -> "Reference":
        """Those of a graph."""
        found = {}
        for number in snapshot.numbers(NodeKind.LAB_TEST):
            properties = snapshot.properties(number)
            ranges = [str(text).split("|") for text in _texts(properties.get("ranges"))]
            if ranges:
                name, unit = snapshot.name(number), str(properties.get("unit", ""))
                test = _test(snapshot.id(number), name, unit, _texts(properties.get("other_units")), ranges)
                found[test.id] = test
        return cls(found)

    @classmethod
    def of_tables(cls, data: Path = DATA) -> "Reference":
        """Those of ``lab_test.csv`` and ``reference_range.csv``, which a graph is made of: for rows, where no graph is open.

        Raises:
            PredictorError: when a table is missing, or damaged.
        """
        return _of_tables(data)


@cache
def _of_tables(data: Path) -> Reference:
    columns = ("sex", "age_from", "age_to", "low", "high", "critical_low", "critical_high")
    ranges: dict[str, list[list[str]]] = {}
    for row in table_rows(data / "reference_range.csv"):
        ranges.setdefault(row["test"], []).append([row[column] for column in columns])
    tests = table_rows(data / "lab_test.csv")
    known = (row for row in tests if row["id"] in ranges)
    made = (_test(r["id"], r["name"], r["unit"], r["other_units"].split(";"), ranges[r["id"]]) for r in known)
    return Reference({test.id: test for test in made})


def table_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one of the formulary's tables.

    Raises:
        PredictorError: when it cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)
    except OSError as error:
        raise PredictorError(f"{path.name} cannot be read: {error.strerror}") from error


def _test(test: str, name: str, unit: str, factors: Iterable[str], ranges: Iterable[Sequence[str]]) -> BloodTest:
    try:
        made = tuple(sorted((ReferenceRange.of(cells) for cells in ranges), key=lambda one: (one.youngest, one.sex)))
    except ValueError as error:
        raise PredictorError(f"{test}: a reference range is damaged") from error
    return BloodTest(test, name, unit, tuple(factor for factor in factors if factor), made)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(text) for text in value) if isinstance(value, tuple) else ()
