"""A number of a stay in the shape of all predictors: its expected value stands where others have a probability."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.explaining.row import explain_row
from recommender.predictors.explaining.values import is_missing
from recommender.predictors.forms.encoder import Encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.trees import Trees
from recommender.predictors.learning.drift import Drift, Profile, drift, profiles, read_profiles
from recommender.predictors.learning.quantile_boosting import said
from recommender.predictors.shape import Chance, Explanation, ModelCard, Prediction
from recommender.predictors.stay.config import StayConfig
from recommender.predictors.stay.fitting import FittedStay, around
from recommender.predictors.tables.derived import derived_row, with_derived
from recommender.predictors.tables.table import Table

ENDS = ("low", "median", "high")


@dataclass(frozen=True)
class StayPredictor:
    """A fitted table of stays.

    Attributes:
        model: of the expected value.
        encoder: of the interval's trees.
        ends: the trees of ``ENDS``.
        offset: by which the ends are moved outwards.
        least: below it no value can be.
        coverage: share of stays that the interval is to hold.
        card: what a reader has to know.
        before: how the columns were distributed that it was fitted on.
        target: what it predicts.
        tag: of the bundle; ``unstored`` before there is one.
    """

    model: FittedModel
    encoder: Encoder
    ends: tuple[Trees, ...]
    offset: float
    least: float
    coverage: float
    card: ModelCard
    before: tuple[Profile, ...]
    target: str
    tag: str = "unstored"

    @property
    def name(self) -> str:
        """As the shell calls it."""
        return self.card.name

    @classmethod
    def from_fit(cls, fit: FittedStay, config: StayConfig) -> Self:
        """The predictor that a fit made.

        Raises:
            PredictorError: when there are too few rows for an interval.
        """
        if not np.isfinite(fit.offset):
            raise PredictorError(f"the table {fit.table.name} has too few rows for an interval that holds its share of stays")
        return cls(
            fit.fitted.model,
            fit.quantiles.encoder,
            fit.quantiles.forms,
            fit.offset,
            config.least,
            config.learning.coverage,
            _card(fit, config),
            profiles(fit.table),
            fit.table.target_name or "the target",
        )

    def predict(self, given: Mapping[str, float]) -> Prediction:
        """The expected value with the interval that holds the truth in 90 of 100 stays, in the target's unit.

        Args:
            given: by column name; NaN, -1 for a category, or nothing where it is missing. Derived values are computed.

        Raises:
            PredictorError: when a value is no number, or names a column that the predictor does not know.
        """
        row = self._row(given)
        own = [column for column in self.model.columns if not column.derived]
        missing = [c.label or c.name for c in own if is_missing(c, row.get(c.name, np.nan))]
        if len(missing) == len(own):
            return Prediction(self.name, self.tag, (), "nothing is known of what it was fitted on")
        value = max(float(self.model.margins(row)[0]), self.least)
        told = said(self.encoder, self.ends, row)[:, 0]
        low, high = (max(float(end), self.least) for end in around(np.asarray(value), told, self.offset))
        median = max(float(told[1]), self.least)
        words = f"expected {value:,.1f}; {round(100 * self.coverage)} of 100 from {low:,.1f} to {high:,.1f}"
        chance = Chance(self.target, self.target, value, low, high, words, amount=True)
        notes = [f"half of such rows are below {median:,.1f}"] + ([f"not measured: {', '.join(missing)}"] if missing else [])
        notes += ["learned from synthetic patients"] if self.card.data.get("synthetic") else []
        return Prediction(self.name, self.tag, (chance,), "", tuple(notes))

    def explain(self, given: Mapping[str, float], target: str = "") -> Explanation:
        """What each column adds to the expected value, in the target's unit; exact for linear models and trees.

        Args:
            given: as :meth:`predict` takes it.
            target: there is one only.

        Raises:
            PredictorError: when a value is no number, or another target is asked about.
        """
        if target not in ("", self.target):
            raise PredictorError(f"{self.name} tells of {self.target} alone")
        told = explain_row(self.model, self._row(given), target=self.target)
        return replace(told, unit=f"units of {self.target}")

    def _row(self, given: Mapping[str, float]) -> Mapping[str, float]:
        if unknown := set(given) - {column.name for column in self.model.columns}:
            raise PredictorError(f"{self.name} knows no column {min(unknown)}")
        return derived_row(self.model.columns, given)

    def answers(self, table: Table) -> Array:
        """The expected value of each row. shape: (rows,)."""
        return np.maximum(self.model.margins(table.values), self.least)

    def drifted(self, table: Table) -> tuple[Drift, ...]:
        """How far the columns of new rows have moved from those that it was fitted on, the furthest first."""
        derived = any(column.derived for column in self.model.columns)
        return drift(self.before, with_derived(table) if derived else table)

    def arrays(self) -> dict[str, Array]:
        """Its arrays by name, for a bundle."""
        found = {f"model.{name}": array for name, array in self.model.arrays().items()}
        found |= {f"encoder.{name}": array for name, array in self.encoder.arrays().items()}
        for end, form in zip(ENDS, self.ends, strict=True):
            found |= {f"{end}.{name}": array for name, array in form.arrays().items()}
        return found | {"interval": np.array([self.offset, self.least, self.coverage])}

    def notes(self) -> dict[str, Any]:
        """What else a bundle needs."""
        before = [profile.payload() for profile in self.before]
        return {"model": self.model.notes(), "card": self.card.payload(), "before": before, "target": self.target}

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any], tag: str) -> Self:
        """The predictor that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when a part is missing or damaged.
        """
        parts: dict[str, dict[str, Array]] = {name: {} for name in ("model", "encoder", *ENDS)}
        for name, array in arrays.items():
            part, _, rest = name.partition(".")
            if part in parts and rest:
                parts[part][rest] = array
        try:
            model = FittedModel.of(parts["model"], notes["model"])
            encoder = Encoder.of(model.columns, parts["encoder"])
            ends = tuple(Trees.of(parts[end]) for end in ENDS)
            offset, least, coverage = (float(x) for x in arrays["interval"])
            card, before = ModelCard(**notes["card"]), read_profiles(notes["before"])
            return cls(model, encoder, ends, offset, least, coverage, card, before, str(notes["target"]), tag)
        except (LookupError, TypeError, ValueError) as error:
            raise PredictorError("a part of the stay predictor is missing; train again") from error


def _card(fit: FittedStay, config: StayConfig) -> ModelCard:
    comparison, table = fit.fitted.comparison, fit.table
    figures: dict[str, Any] = {name: figure.payload() for name, figure in comparison.winner.figures.items()}
    return ModelCard(
        config.name,
        f"{table.target_name or 'the target'}, of rows like those of {table.name}",
        {"table": table.name, "rows": len(table), "source": table.source, "synthetic": table.synthetic},
        f"{comparison.promoted}: {comparison.why}",
        figures | fit.figures,
        (),
        _limits(comparison.people),
        {"seed": config.learning.seed, "repeats": comparison.repeats, "folds": comparison.folds},
    )


def _limits(people: int) -> tuple[str, ...]:
    found = (
        "It tells what goes together, and not what would follow from a change.",
        "The interval holds its share of all such stays together, and not of each kind of them.",
    )
    return (*found, f"{people} people are few: its figures have wide intervals.") if people < 1_000 else found
