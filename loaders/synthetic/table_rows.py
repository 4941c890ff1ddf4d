"""One row of a generated table: values that hang together, an outcome with its true probability, and amounts.

Every row has a stream of random numbers of its own, so that row 17 is the same in a table of any length.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from loaders.synthetic.draws import Draws
from loaders.synthetic.table_settings import MALE, PAIRS, Amount, TableColumn, TableSettings, Term

MIDDLE_AGE = 60
"""The age at which a column has its mean."""
Values = dict[str, float]


class TableRows:
    """Makes rows.

    Args:
        name: of the table: equal names and seeds give equal rows.
        settings: what it looks like.
        seed: any whole number.
    """

    def __init__(self, name: str, settings: TableSettings, seed: int) -> None:
        self._name = name
        self._settings = settings
        self._seed = seed

    def row(self, number: int) -> tuple[str, ...]:
        """The cells of the row of this number (from 1), in the order of the header."""
        settings, draws = self._settings, Draws(f"{self._seed}/{self._name}/{number}")
        values: Values = {MALE: 0.0}
        cells = []
        if settings.women is not None:
            values[MALE] = float(not draws.chance(settings.women))
            cells.append("male" if values[MALE] else "female")
        latents = {name: draws.normal(0, 1) for name in settings.latents}
        for column in settings.columns:
            values[column.name] = drawn(column, values, latents, draws)
            # Drawn of every column, so that a share that is changed moves no other number.
            empty = draws.chance(column.missing)
            cells.append("" if empty else _text(values[column.name], column.decimals))
        cells += self._happening(values, draws)
        for amount in settings.amounts:
            cells += _amount(amount, values, draws)
        return (*cells, "true")

    def _happening(self, values: Values, draws: Draws) -> Iterator[str]:
        label = self._settings.label
        probability = 1 / (1 + math.exp(-(label.intercept + total(label.terms, values))))
        values[label.truth], values[label.name] = probability, float(draws.chance(probability))
        yield _text(values[label.name], 0)
        yield _text(probability, 6)


def drawn(column: TableColumn, values: Mapping[str, float], latents: Mapping[str, float], draws: Draws) -> float:
    """The value of a column, rounded as it is written.

    Args:
        column: which.
        values: of the columns above it, and ``male``.
        latents: by name.
        draws: of the row.
    """
    normal = sum(load * latents[name] for name, load in column.loads.items()) + column.own * draws.normal(0, 1)
    added = column.deviation * normal + column.male * values[MALE]
    added += column.per_year * (values.get("age", MIDDLE_AGE) - MIDDLE_AGE)
    added += sum(factor * values[name] for name, factor in column.of.items())
    value = column.mean * math.exp(added) if column.log else column.mean + added
    return round(min(max(value, column.low), column.high), column.decimals)


def total(terms: Sequence[Term], values: Mapping[str, float]) -> float:
    """The sum of terms; see the head of the section ``outcome`` in ``recovery.toml``."""
    return sum(term.weight * max(-term.most, min(term.most, _shape(term, values))) for term in terms)


def _shape(term: Term, values: Mapping[str, float]) -> float:
    value = values[term.column]
    place = (value - term.at) / term.scale
    if term.kind == "above":
        return max(0.0, place)
    if term.kind == "below":
        return max(0.0, -place)
    if term.kind == "square":
        return place**2
    if term.kind == "step":
        return float(value >= term.at)
    if term.kind in PAIRS:
        other = (values[term.by] - term.by_at) / term.by_scale
        return place * other if term.kind == "product" else max(0.0, place) * max(0.0, other)
    return math.log(value) if term.kind == "logarithm" else place


def _amount(amount: Amount, values: Values, draws: Draws) -> Iterator[str]:
    mean = math.exp(amount.intercept + total(amount.terms, values))
    # Less half the variance, so that the mean of what is drawn is the mean.
    value = mean * math.exp(draws.normal(-(amount.deviation**2) / 2, amount.deviation)) - amount.minus
    high = min(amount.high, values[amount.within]) if amount.within else amount.high
    values[amount.name] = round(min(max(value, amount.low), high), amount.decimals)
    yield _text(values[amount.name], amount.decimals)
    if amount.truth:
        yield _text(mean - amount.minus, 3)


def _text(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"
