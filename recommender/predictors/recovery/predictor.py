"""Recovery as it serves: the plain predictor of a table, with the stays that a ward is planned by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from graph.array_file import Array
from recommender.predictors.explaining.prototypes import fit_prototypes
from recommender.predictors.learning.decision_curve import decision_curve
from recommender.predictors.learning.drift import profiles
from recommender.predictors.learning.fitting import Fitted
from recommender.predictors.learning.subgroups import gaps, subgroups
from recommender.predictors.recovery.config import RecoveryConfig, read_recovery
from recommender.predictors.recovery.fitting import Progress, fit_recovery
from recommender.predictors.recovery.stays import StayCurves, Stays
from recommender.predictors.shape import Explanation, ModelCard, Prediction
from recommender.predictors.tables.table import Table, is_known
from recommender.predictors.tabular import TabularPredictor

NAME = "recovery"
STAYS = "stays."
KNOWN = 0.5
"""Least share of the columns that have a value: with fewer an answer would rest on what most people have."""
LIMITS = (
    "It tells what goes together, and not what would follow from a change.",
    "It holds for people like those of the table, from the day of the row on.",
    "A plan for a ward counts the patients who are there, and nobody who comes later.",
)


@dataclass(frozen=True)
class RecoveryPredictor:
    """A fitted predictor of recovery.

    Attributes:
        table: what serves, of the columns that it was fitted on.
        stays: how long people stayed; None where the table did not say.
    """

    table: TabularPredictor
    stays: StayCurves | None = None

    @property
    def name(self) -> str:
        """As the shell calls it."""
        return NAME

    @property
    def card(self) -> ModelCard:
        """What a reader has to know."""
        return self.table.card

    @classmethod
    def fit(
        cls,
        table: Table,
        config: RecoveryConfig | None = None,
        stays: Stays | None = None,
        progress: Progress = lambda words, share: None,
    ) -> tuple[Self, Fitted]:
        """The predictor of a table, and what fitting it told.

        Args:
            table: with a target of 0 and 1.
            config: how; that of ``recovery.toml`` by default.
            stays: of the same rows; without them no ward can be planned.
            progress: told what is done.

        Raises:
            PredictorError: when the table cannot be learned from.
        """
        chosen = config or read_recovery()
        # Indices that are computed from the columns tell a net nothing new, and cost it rows.
        table = replace(table, columns=tuple(column for column in table.columns if not column.derived))
        fitted = fit_recovery(table, chosen, progress)
        target = table.target_name or "recovered"
        alike = fit_prototypes(fitted.model, table, seed=fitted.config.seed)
        plain = TabularPredictor(fitted.model, _card(table, fitted), profiles(table), target, alike=alike)
        expected = fitted.held_out.probabilities.mean(axis=0)
        return cls(plain, StayCurves.of_table(table, expected, stays) if stays else None), fitted

    def predict(self, given: Mapping[str, float]) -> Prediction:
        """The probability of recovery; an abstention where fewer than ``KNOWN`` of the values are known.

        Raises:
            PredictorError: see :meth:`TabularPredictor.predict`.
        """
        columns = self.table.model.columns
        known = sum(is_known(column, given) for column in columns)
        if known < KNOWN * len(columns):
            missing = ", ".join(column.label or column.name for column in columns if not is_known(column, given))
            why = f"{known} of {len(columns)} values are known: too few"
            return Prediction(NAME, self.table.tag, (), why, (f"not measured: {missing}",))
        return self.table.predict(given)

    def explain(self, given: Mapping[str, float], target: str = "") -> Explanation:
        """Why; see :meth:`TabularPredictor.explain`."""
        return self.table.explain(given, target)

    def arrays(self) -> dict[str, Array]:
        """Its arrays by name, for a bundle."""
        stays = self.stays.arrays() if self.stays else {}
        return self.table.arrays() | {f"{STAYS}{name}": array for name, array in stays.items()}

    def notes(self) -> dict[str, Any]:
        """What else a bundle needs."""
        return self.table.notes()

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any], tag: str) -> Self:
        """The predictor that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when a part is missing or damaged.
        """
        stays = {name.removeprefix(STAYS): array for name, array in arrays.items() if name.startswith(STAYS)}
        return cls(TabularPredictor.of(arrays, notes, tag), StayCurves.of(stays) if stays else None)


def _card(table: Table, fitted: Fitted) -> ModelCard:
    comparison, config = fitted.comparison, fitted.config
    figures: dict[str, Any] = {name: figure.payload() for name, figure in comparison.winner.figures.items()}
    figures["conformal"] = comparison.winner.coverage.payload()
    figures["decision_curve"] = decision_curve(table.target, fitted.held_out.probabilities).payload()
    told = subgroups(table, fitted.held_out, draws=config.bootstraps, seed=config.seed)
    figures["gaps"] = gaps(told)
    source = {"table": table.name, "rows": len(table), "source": table.source, "synthetic": table.synthetic}
    return ModelCard(
        NAME,
        "who of the patients in hospital will recover",
        source,
        f"{comparison.promoted}: {comparison.why}",
        figures,
        tuple(one.payload() for one in told),
        LIMITS,
        {"seed": config.seed, "repeats": comparison.repeats, "folds": comparison.folds},
    )
