"""What an abnormal value points at, and which advice it calls for at least: the table ``data/result_sign.csv``."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recommender.errors import PredictorError
from recommender.predictors.blood_risk.reference import DATA, table_rows
from recommender.predictors.blood_risk.tiers import TIERS, Tier

TABLE = "result_sign.csv"
ADULT = 18
"""The table is of adults."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A row of the table.

    Attributes:
        test: its id.
        above: whether it holds from ``value`` on; else it holds under it.
        value: in the test's own unit.
        condition: id of what it points at.
        tier: of the advice, at least.
        level: ``checked`` or ``unreviewed``.
        source, locator, licence: where it comes from.
    """

    test: str
    above: bool
    value: float
    condition: str
    tier: Tier
    level: str
    source: str
    locator: str
    licence: str

    def holds(self, value: float) -> bool:
        """Whether a value shows it."""
        return value >= self.value if self.above else value < self.value

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "test": self.test,
            "condition": self.condition,
            "when": f"{'at least' if self.above else 'below'} {self.value:g}",
            "knowledge_level": self.level,
            "source": self.source,
            "evidence": self.locator,
            "licence": self.licence,
        }


@cache
def read_signs(data: Path = DATA) -> tuple[Sign, ...]:
    """The signs of the formulary in a folder.

    Raises:
        PredictorError: when a table is missing, or a row says something that cannot be.
    """
    licences = {row["source"]: row["licence"] for row in table_rows(data / "sources.csv")}
    found = []
    for line, row in enumerate(table_rows(data / TABLE), start=2):
        try:
            above = {"above": True, "below": False}[row["side"]]
            licence = licences[row["source"]]
            told = row["level"], row["source"], row["locator"], licence
            found.append(Sign(row["test"], above, float(row["value"]), row["condition"], TIERS[row["tier"]], *told))
        except (LookupError, ValueError) as error:
            raise PredictorError(f"{TABLE}: line {line}: a side, a value, a tier or a source is none") from error
    return tuple(found)


def sign_of(signs: Sequence[Sign], test: str, value: float) -> Sign | None:
    """The gravest sign that a value shows: of several the one whose bound lies furthest out."""
    shown = [sign for sign in signs if sign.test == test and sign.holds(value)]
    return max(shown, key=lambda one: (one.tier, one.value if one.above else -one.value), default=None)
