"""The figures of ``data/synthetic/cohort.toml``: one frozen value a section, unknown and missing keys refused.

Shares and chances are numbers from 0 to 1, weights are relative to each other, times are days.
"""

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.synthetic.tables import CohortError


@dataclass(frozen=True, slots=True)
class PopulationSettings:
    """Who lives there.

    Attributes:
        ages: first year of life of each age band, ascending from 0.
        shares: weight of each band.
        women: share of women in each band.
        oldest: age in years that nobody exceeds.
    """

    ages: Sequence[int]
    shares: Sequence[float]
    women: Sequence[float]
    oldest: int

    def __post_init__(self) -> None:
        if not len(self.ages) == len(self.shares) == len(self.women) or list(self.ages) != sorted({0, *self.ages}):
            raise CohortError(
                "cohort.toml", "[population]: ages must ascend from 0, with a share and a share of women for each"
            )


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """How far back records go.

    Attributes:
        acute_days: days before the end in which acute episodes are on record.
        refuted: share of people with one suspicion that was not confirmed.
    """

    acute_days: int
    refuted: float


@dataclass(frozen=True, slots=True)
class SymptomSettings:
    """How conditions present.

    Attributes:
        frequency: chance of a symptom by the word of ``presentation.csv``.
        severity: weights of mild, moderate, severe.
        lasting: share of the symptoms of an active chronic condition that have not gone away.
    """

    frequency: Mapping[str, float]
    severity: Sequence[float]
    lasting: float


@dataclass(frozen=True, slots=True)
class ResultSettings:
    """Check-ups with tests.

    Attributes:
        check: chance of one in the last ``days`` days, by age band.
        days: how far back check-ups reach.
        most: most check-ups on record.
        gfr_at_20: kidney function of the healthy at the age of 20, mL/min/1.73m2.
        gfr_per_year: what each later year takes away.
        gfr_deviation: standard deviation between people of one age.
        gfr_least: what people without kidney disease do not fall below.
    """

    check: Sequence[float]
    days: int
    most: int
    gfr_at_20: float
    gfr_per_year: float
    gfr_deviation: float
    gfr_least: float


@dataclass(frozen=True, slots=True)
class PhenotypeSettings:
    """Share of people whose genes were ``tested``, and chance that the test covered a given ``gene``."""

    tested: float
    gene: float


@dataclass(frozen=True, slots=True)
class TherapySettings:
    """How conditions are treated.

    Attributes:
        further: chance of each further medicine for one condition.
        switch: chance of another try after one that failed.
        days: how far back therapies are on record.
        delay: most days from a diagnosis to its first medicine.
        ended: chance that a chronic therapy that helped has ended nevertheless.
        acute_course: least and most days of a course for an acute condition.
        failed_course: least and most days of a therapy that failed.
        one_of: beginnings of ATC codes: nobody takes two medicines of one such group, or of one level-4 class, at a time.
    """

    further: float
    switch: float
    days: int
    delay: int
    ended: float
    acute_course: Sequence[int]
    failed_course: Sequence[int]
    one_of: Sequence[str]


@dataclass(frozen=True, slots=True)
class OutcomeSettings:
    """How therapies end.

    Attributes:
        names: the outcomes.
        acute: weight of each outcome of a therapy for an acute condition.
        chronic: the same for a chronic one.
        phenotype: factor on a bad outcome where a phenotype advises against the medicine.
        ratings: least and most rating (1 to 10) by outcome; an outcome without them is not rated.
    """

    names: Sequence[str]
    acute: Sequence[float]
    chronic: Sequence[float]
    phenotype: float
    ratings: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """Chances that a rated therapy is reviewed (``written``), and that a review has a ``detail`` and a ``closing``."""

    written: float
    detail: float
    closing: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All sections of ``cohort.toml``, and the day on which every record ends."""

    as_of: datetime.date
    population: PopulationSettings
    history: HistorySettings
    symptoms: SymptomSettings
    results: ResultSettings
    phenotypes: PhenotypeSettings
    therapy: TherapySettings
    outcomes: OutcomeSettings
    reviews: ReviewSettings

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read the file.

        Raises:
            CohortError: when it is missing, is no TOML, or a key is missing or unknown.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(
                as_of=table.pop("as_of"),
                population=PopulationSettings(**table.pop("population")),
                history=HistorySettings(**table.pop("history")),
                symptoms=SymptomSettings(**table.pop("symptoms")),
                results=ResultSettings(**table.pop("results")),
                phenotypes=PhenotypeSettings(**table.pop("phenotypes")),
                therapy=TherapySettings(**table.pop("therapy")),
                outcomes=OutcomeSettings(**table.pop("outcomes")),
                reviews=ReviewSettings(**table.pop("reviews")),
                **table,
            )
        except KeyError as error:
            raise CohortError(path.name, f"the section {error} is missing") from None
        except (OSError, TypeError, ValueError) as error:
            raise CohortError(path.name, str(error)) from None
