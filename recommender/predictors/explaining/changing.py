"""The nearest change that moves an answer across a limit: of what a person can change, within what people have.

A counterfactual of the model (Wachter, Mittelstadt & Russell 2018, arXiv:1711.00399) with few changes: values are taken from a
grid between the lowest and the highest centre of the background, at most ``MOST_CHANGES`` of them are changed, derived values
follow, and the model is asked again at the end. It says what the model would answer, not what would become of the patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.predictors.explaining.values import column_words, is_missing, value_words
from recommender.predictors.forms.encoder import VALUE, Encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.form import Matrix
from recommender.predictors.tables.derived import derive
from recommender.predictors.tables.table import Column, ColumnKind

MOST_CHANGES = 3
STEPS = 15
"""Values of a number that are tried."""

Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that would be another."""

    column: Column
    now: float
    then: float


@dataclass(frozen=True, slots=True)
class Change:
    """What would move the answer.

    Attributes:
        values: what would be another, the largest step first.
        before, after: calibrated probability.
        distance: sum of the steps, in standard deviations; a flag or a category counts 1.
    """

    values: tuple[Changed, ...]
    before: float
    after: float
    distance: float

    def words(self) -> str:
        """The change in one sentence."""
        said = [f"{column_words(v.column)} {value_words(v.column, v.then)} instead of {_now(v)}" for v in self.values]
        # As many decimals as tell the two apart.
        digits = next((d for d in range(4) if f"{100 * self.before:.{d}f}" != f"{100 * self.after:.{d}f}"), 4)
        before, after = (f"{100 * share:.{digits}f} %" for share in (self.before, self.after))
        return f"with {' and '.join(said)} the model would say {after} instead of {before}"


def _now(changed: Changed) -> str:
    return value_words(changed.column, changed.now)


def nearest_change(model: FittedModel, values: Mapping[str, float], *, limit: float = 0.5) -> Change | None:
    """The smallest change that was found, or nothing.

    Args:
        model: a calibrated classification.
        values: by column name, as :meth:`FittedModel.encode` takes them.
        limit: from this probability on one side, under it the other; the answer has to change sides.
    """
    search = _Search.of(model, values, limit)
    changed: Row = {}
    for _ in range(MOST_CHANGES):
        step = search.best_step(changed)
        if step is None:
            return None
        changed = step
        if search.across(changed):
            return search.told(search.pruned(changed))
    return None


@dataclass(frozen=True)
class _Search:
    """A row, what may be changed in it, and the side that the answer is on.

    Attributes:
        model: is asked.
        start: the row, its derived values computed.
        grids: values that may be tried, by column.
        limit: of the probability.
        high: whether the answer is on the limit or above it.
    """

    model: FittedModel
    start: Row
    grids: Mapping[str, Matrix]
    limit: float
    high: bool

    @classmethod
    def of(cls, model: FittedModel, values: Mapping[str, float], limit: float) -> "_Search":
        own = {c.name: float(values.get(c.name, -1.0 if c.kind is ColumnKind.CATEGORY else np.nan)) for c in model.columns}
        grids = {
            c.name: grid_of(model, place, own[c.name])
            for place, c in enumerate(model.columns)
            if c.changeable and not c.derived and not is_missing(c, own[c.name])
        }
        search = cls(model, own, {name: grid for name, grid in grids.items() if len(grid)}, limit, False)
        return cls(model, own, search.grids, limit, bool(search.ask([{}])[1][0] >= limit))

    def ask(self, tried: Sequence[Row]) -> tuple[Matrix, Matrix]:
        """Margins and calibrated probabilities of some changes. Each (changes,)."""
        rows = {name: np.array([one.get(name, value) for one in tried]) for name, value in self.start.items()}
        made = {column.name: array for column, array in derive(self.model.columns, rows)} if any(tried) else {}
        rows |= {c.name: made[c.name] for c in self.model.columns if c.derived and c.name in made}
        margins = self.model.margins(rows)
        return margins, self.model.calibrated(margins)[0]

    def distance(self, changed: Row) -> float:
        """Sum of the steps, each in the scale of the encoder."""
        encoder = self.model.encoder
        return sum(_step(encoder, name, self.start[name], value) for name, value in changed.items())

    def across(self, changed: Row) -> bool:
        """Whether the answer changes sides."""
        return bool((self.ask([changed])[1][0] >= self.limit) != self.high)

    def best_step(self, changed: Row) -> Row | None:
        """The nearest of the changes by one more value that crosses, else that which comes closest; nothing if none helps."""
        tried = [{**changed, name: value} for name, grid in self.grids.items() if name not in changed for value in grid]
        if not tried:
            return None
        margins, chances = self.ask(tried)
        crossed = [one for one, p in zip(tried, chances, strict=True) if (p >= self.limit) != self.high]
        if crossed:
            return min(crossed, key=self.distance)
        gain = (self.ask([changed])[0][0] - margins) * (1 if self.high else -1)
        return tried[int(np.argmax(gain))] if gain.max() > 0 else None

    def pruned(self, changed: Row) -> Row:
        """The same with every change left out, or made smaller, that can be so."""
        for name in list(changed):
            rest = {key: value for key, value in changed.items() if key != name}
            smaller = [rest, *({**rest, name: value} for value in self.grids[name])]
            _, chances = self.ask(smaller)
            across = [one for one, p in zip(smaller, chances, strict=True) if one and (p >= self.limit) != self.high]
            changed = min([changed, *across], key=self.distance)
        return changed

    def told(self, changed: Row) -> Change:
        chances = self.ask([{}, changed])[1]
        columns = {column.name: column for column in self.model.columns}
        order = sorted(changed, key=lambda name: -self.distance({name: changed[name]}))
        steps = tuple(Changed(columns[name], self.start[name], changed[name]) for name in order)
        return Change(steps, float(chances[0]), float(chances[1]), self.distance(changed))


def _step(encoder: Encoder, name: str, now: float, then: float) -> float:
    place = next(i for i, column in enumerate(encoder.columns) if column.name == name)
    feature = np.flatnonzero((encoder.source == place) & (encoder.code == VALUE))
    if encoder.columns[place].kind is not ColumnKind.NUMBER or not len(feature):
        return float(now != then)
    unit, scale = float(encoder.unit[feature[0]]), float(encoder.scale[feature[0]])
    ends = np.array([now, then])
    ends = np.log1p(np.maximum(ends, 0) / unit) if unit > 0 else ends
    return float(abs(ends[1] - ends[0]) / scale)


def grid_of(model: FittedModel, place: int, now: float) -> Matrix:
    """Values of a column that people have, without the present one; none where the model does not read the column.

    Args:
        model: its background says what people have.
        place: of the column.
        now: the present value.
    """
    column, encoder = model.columns[place], model.encoder
    features = np.flatnonzero(encoder.source == place)
    if not len(features):
        return np.empty(0)
    if column.kind is ColumnKind.NUMBER:
        value = features[encoder.code[features] == VALUE]
        low, high = _range(model, int(value[0]), column) if len(value) else (now, now)
        grid = np.array([float(f"{x:.2g}" if abs(x) < 100 else f"{x:.3g}") for x in np.linspace(low, high, STEPS)])
        grid = grid[(grid >= low) & (grid <= high)]
    elif column.kind is ColumnKind.FLAG:
        grid = np.array([0.0, 1.0])
    else:
        grid = np.unique(encoder.code[features][encoder.code[features] >= 0])
    return np.unique(grid[grid != now])


def _range(model: FittedModel, feature: int, column: Column) -> tuple[float, float]:
    """From the lowest centre to the highest, in the column's unit."""
    encoder = model.encoder
    plain = model.background[:, feature] * encoder.scale[feature] + encoder.center[feature]
    if encoder.unit[feature] > 0:
        plain = np.expm1(plain) * encoder.unit[feature]
    return max(float(plain.min()), column.low), min(float(plain.max()), column.high)
