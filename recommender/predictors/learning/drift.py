"""Whether new rows are still like those that a model was fitted on: the population stability index of each column.

PSI = Σ (new share - old share) · ln(new share / old share) over the parts of a column; below .1 it has hardly changed, from .25
on it has changed so much that the model should be looked at (Siddiqi 2006, Credit Risk Scorecards, ISBN 978-0-471-75451-0).
By chance alone it is nearly (1 / new rows + 1 / old rows) times a chi-squared with parts - 1 degrees of freedom (Yurdakul &
Naranjo 2020, doi:10.21314/JRMV.2020.227), so that a column counts as changed only above what chance reaches, too. What is kept
of the old rows is shares of ten parts, and nobody's values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.predictors.tables.table import Column, ColumnKind, Numbers, Table

SLIGHT, STRONG = 0.1, 0.25
PARTS = 10
SURE = 3.090232306167813
"""Standard normal quantile of 1 in 1,000: a table has dozens of columns, and few new rows make the scale's tail longer."""


@dataclass(frozen=True)
class Profile:
    """How a column was distributed.

    Attributes:
        name: of the column.
        edges: between the parts of a number; empty for a flag or a category.
        shares: of each part, missing values being the last.
        rows: how many there were.
    """

    name: str
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    rows: int

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"name": self.name, "edges": list(self.edges), "shares": list(self.shares), "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a column has moved.

    Attributes:
        name: of the column.
        psi: population stability index, 0 or more.
        chance: what it reaches by chance in 1 of 1,000 columns that have not changed.
        level: ``stable``, ``slight`` or ``strong``.
    """

    name: str
    psi: float
    chance: float
    level: str

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"column": self.name, "psi": self.psi, "by_chance": self.chance, "level": self.level}


def profiles(table: Table) -> tuple[Profile, ...]:
    """How the columns of a table are distributed."""
    return tuple(_profile(column, table.values[column.name]) for column in table.columns)


def read_profiles(stored: Sequence[Mapping[str, Any]]) -> tuple[Profile, ...]:
    """The profiles that :meth:`Profile.payload` told of."""
    return tuple(Profile(str(p["name"]), tuple(p["edges"]), tuple(p["shares"]), int(p["rows"])) for p in stored)


def drift(before: Sequence[Profile], table: Table) -> tuple[Drift, ...]:
    """How far the columns of new rows have moved, the furthest first; a column that is not there counts as missing."""
    columns = {column.name: column for column in table.columns}
    found = []
    for profile in before:
        column = columns.get(profile.name)
        values = table.values[profile.name] if column else np.full(len(table), np.nan)
        kind = column.kind if column else ColumnKind.NUMBER
        found.append(_drift(profile, _shares(values, profile.edges, len(profile.shares) - 1, kind), len(table)))
    return tuple(sorted(found, key=lambda one: -one.psi))


def _profile(column: Column, values: Numbers) -> Profile:
    edges: tuple[float, ...] = ()
    parts = len(column.categories) if column.kind is ColumnKind.CATEGORY else 2
    if column.kind is ColumnKind.NUMBER:
        known = values[np.isfinite(values)]
        inner = np.quantile(known, np.linspace(0, 1, PARTS + 1)[1:-1]) if len(known) else np.empty(0)
        edges = tuple(np.unique(inner).tolist())
        parts = len(edges) + 1
    return Profile(column.name, edges, tuple(_shares(values, edges, parts, column.kind).tolist()), len(values))


def _shares(values: Numbers, edges: tuple[float, ...], parts: int, kind: ColumnKind) -> Numbers:
    """Share of rows in each part, the missing ones last. shape: (parts + 1,)."""
    known = np.isfinite(values) & ((values >= 0) | (kind is ColumnKind.NUMBER))
    place = np.searchsorted(edges, values[known], "right") if kind is ColumnKind.NUMBER else values[known].astype(np.int64)
    counts = np.bincount(np.minimum(place, parts - 1), minlength=parts).astype(float)
    return np.append(counts, float((~known).sum())) / max(1, len(values))


def _drift(profile: Profile, now: Numbers, rows: int) -> Drift:
    # Half a row in an empty part, so that one row where there was none is not infinitely surprising.
    least = 0.5 / max(1, profile.rows), 0.5 / max(1, rows)
    old, new = np.maximum(profile.shares, least[0]), np.maximum(now, least[1])
    used = (np.array(profile.shares) > 0) | (now > 0)
    psi = float(((new - old) * np.log(new / old))[used].sum())
    free = max(1, int(used.sum()) - 1)
    # The quantile of chi-squared by Wilson & Hilferty 1931 (doi:10.1073/pnas.17.12.684).
    quantile = free * (1 - 2 / (9 * free) + SURE * np.sqrt(2 / (9 * free))) ** 3
    chance = quantile * (1 / max(1, profile.rows) + 1 / max(1, rows))
    level = "stable" if psi < SLIGHT or psi <= chance else "slight" if psi < STRONG else "strong"
    return Drift(profile.name, psi, float(chance), level)
