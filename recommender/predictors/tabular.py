"""The plain predictor of any table: fitted by the one pipeline, calibrated, with a card.

What it reads is the table's columns and the indices that are derived from them. It keeps no row of the table: explanations
compare with centres of several people each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from graph.array_file import Array
from recommender.errors import PredictorError
from recommender.predictors.explaining.alike import Prototypes
from recommender.predictors.explaining.prototypes import fit_prototypes
from recommender.predictors.explaining.row import explain_row
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.form import Matrix
from recommender.predictors.learning.comparison import Comparison
from recommender.predictors.learning.config import LearningConfig, read_learning
from recommender.predictors.learning.decision_curve import decision_curve
from recommender.predictors.learning.drift import Drift, Profile, drift, profiles, read_profiles
from recommender.predictors.learning.fitting import Fitted, fit_model
from recommender.predictors.learning.outer import Progress
from recommender.predictors.learning.subgroups import gaps, subgroups
from recommender.predictors.shape import Chance, Explanation, ModelCard, Prediction
from recommender.predictors.tables.derived import derived_row, with_derived
from recommender.predictors.tables.table import Table, is_known

Explainer = Callable[[FittedModel, Mapping[str, float], Matrix], Explanation]
"""Explains a model's answer for a row, beside the encoded background of shape (centres, features)."""
ALIKE = "alike."
"""What the names of the arrays of people alike begin with."""


@dataclass(frozen=True, slots=True)
class TabularConfig:
    """How a table is fitted.

    Attributes:
        learning: how candidates are fitted and judged.
        derived: whether indices are computed from the columns.
        name: of the predictor.
    """

    learning: LearningConfig = field(default_factory=read_learning)
    derived: bool = True
    name: str = "tabular"


@dataclass(frozen=True)
class TabularPredictor:
    """A fitted table.

    Attributes:
        model: serves.
        card: what a reader has to know.
        before: how the columns were distributed that it was fitted on.
        target: what it predicts.
        tag: of the bundle; ``unstored`` before there is one.
        explainer: explains single rows.
        alike: groups of people alike, whose outcomes are told beside an explanation; None where they were not kept.
    """

    model: FittedModel
    card: ModelCard
    before: tuple[Profile, ...]
    target: str
    tag: str = "unstored"
    explainer: Explainer = explain_row
    alike: Prototypes | None = None

    @property
    def name(self) -> str:
        """As the shell calls it."""
        return self.card.name

    @classmethod
    def fit(cls, table: Table, config: TabularConfig | None = None, *, progress: Progress | None = None) -> tuple[Self, Fitted]:
        """The predictor of a table, and what fitting it told.

        Args:
            table: with a target.
            config: how.
            progress: told after each outer fold.

        Raises:
            PredictorError: when the table cannot be learned from.
        """
        chosen = config or TabularConfig()
        whole = with_derived(table) if chosen.derived else table
        fitted = fit_model(whole, chosen.learning, progress=progress)
        target = table.target_name or "the target"
        alike = fit_prototypes(fitted.model, whole, seed=chosen.learning.seed)
        return cls(fitted.model, _card(whole, fitted, chosen), profiles(whole), target, alike=alike), fitted

    def predict(self, given: Mapping[str, float]) -> Prediction:
        """The target's probability, or its value for a regression.

        Args:
            given: by column name; NaN, -1 for a category, or nothing where it is missing. Derived values are computed.

        Raises:
            PredictorError: when a value is no number, or names a column that the predictor does not know.
        """
        if unknown := set(given) - {column.name for column in self.model.columns}:
            raise PredictorError(f"{self.name} knows no column {min(unknown)}")
        row = derived_row(self.model.columns, given)
        own = [column for column in self.model.columns if not column.derived]
        missing = [column.label or column.name for column in own if not is_known(column, row)]
        if len(missing) == len(own):
            return Prediction(self.name, self.tag, (), "nothing is known of what it was fitted on")
        value, low, high = self.model.probabilities(row)
        ruled_in = bool(self.model.conformal(value)[1][0]) if self.model.calibration else None
        interval, amount = (float(low[0]), float(high[0])), not self.model.calibration
        chance = Chance(self.target, self.target, float(value[0]), *interval, ruled_in=ruled_in, amount=amount)
        return Prediction(self.name, self.tag, (chance,), "", tuple(self._notes(row, missing)))

    def explain(self, given: Mapping[str, float], target: str = "") -> Explanation:
        """Why, beside the background of centres.

        Args:
            given: as :meth:`predict` takes it.
            target: there is one only.
        """
        row = derived_row(self.model.columns, given)
        told = replace(self.explainer(self.model, row, self.model.background), target=target or self.target)
        if self.alike is None or told.alike:
            return told
        return replace(told, alike=self.alike.words(self.model.encode(row)[0]))

    def _notes(self, row: Mapping[str, float], missing: list[str]) -> list[str]:
        notes = [f"not measured: {', '.join(missing)}"] if missing else []
        if unseen := self.model.encoder.unseen(row):
            notes.append(f"a category that nobody had whom it was fitted on: {', '.join(unseen)}")
        return [*notes, "learned from synthetic patients"] if self.card.data.get("synthetic") else notes

    def drifted(self, table: Table) -> tuple[Drift, ...]:
        """How far the columns of new rows have moved from those that it was fitted on, the furthest first."""
        derived = any(column.derived for column in self.model.columns)
        return drift(self.before, with_derived(table) if derived else table)

    def arrays(self) -> dict[str, Array]:
        """Its arrays by name, for a bundle."""
        alike = self.alike.arrays() if self.alike else {}
        return self.model.arrays() | {f"{ALIKE}{name}": array for name, array in alike.items()}

    def notes(self) -> dict[str, Any]:
        """What else a bundle needs."""
        before = [profile.payload() for profile in self.before]
        told = {"model": self.model.notes(), "card": self.card.payload(), "before": before, "target": self.target}
        return told | ({"alike": self.alike.notes()} if self.alike else {})

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any], tag: str) -> Self:
        """The predictor that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when a part is missing or damaged.
        """
        try:
            card, before, target = ModelCard(**notes["card"]), read_profiles(notes["before"]), str(notes["target"])
            groups = {name.removeprefix(ALIKE): array for name, array in arrays.items() if name.startswith(ALIKE)}
            alike = Prototypes.of(groups, notes["alike"]) if groups else None
            return cls(FittedModel.of(arrays, notes["model"]), card, before, target, tag, alike=alike)
        except (LookupError, TypeError) as error:
            raise PredictorError("a part of the predictor is missing; train again") from error


def _card(table: Table, fitted: Fitted, config: TabularConfig) -> ModelCard:
    comparison, classes = fitted.comparison, fitted.comparison.classes
    figures: dict[str, Any] = {name: figure.payload() for name, figure in comparison.winner.figures.items()}
    figures["conformal"] = comparison.winner.coverage.payload()
    told = subgroups(table, fitted.held_out, draws=config.learning.bootstraps, seed=config.learning.seed) if classes else ()
    if classes:
        figures["decision_curve"] = decision_curve(table.target, fitted.held_out.probabilities).payload()
        figures["gaps"] = gaps(told)
    source = {"table": table.name, "rows": len(table), "source": table.source, "synthetic": table.synthetic}
    return ModelCard(
        config.name,
        f"{table.target_name or 'the target'}, of rows like those of {table.name}",
        source,
        f"{comparison.promoted}: {comparison.why}",
        figures,
        tuple(one.payload() for one in told),
        _limits(comparison),
        {"seed": config.learning.seed, "repeats": comparison.repeats, "folds": comparison.folds},
    )


def _limits(comparison: Comparison) -> tuple[str, ...]:
    found = [
        "It tells what goes together, and not what would follow from a change.",
        "It holds for people like those of the table.",
    ]
    if comparison.people < 1_000:
        found.append(f"{comparison.people} people are few: its figures have wide intervals.")
    return tuple(found)
