"""What a ward will need: its patients by need, and beds and places in intensive care for each day ahead.

A patient needs a bed on a day ahead with the chance that people of the same expectation did, whether they recovered or not,
weighted by the calibrated probability of recovery. Patients are taken to be independent, so that the number of beds is a
Poisson binomial, computed exactly. The intervals hold 95 % of it, between the case in which every probability is at that end of
its own 95 % interval which needs fewest beds, and the one which needs most: calibration may be off for all patients alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.errors import PredictorError
from recommender.predictors.recovery.counts import count_at, counted
from recommender.predictors.recovery.predictor import KNOWN, RecoveryPredictor
from recommender.predictors.recovery.stays import StayCurves
from recommender.predictors.tables.aligning import aligned
from recommender.predictors.tables.table import Numbers, Table, is_known

NAMED = 5
"""Rows that a note names."""
INTERVAL = (0.025, 0.975)
ASSUMPTIONS = (
    "Patients stay, from the day of the row on, as those of the same expected recovery did that the predictor was fitted on.",
    "Days in intensive care are the first ones of the stay.",
    "Patients do not depend on each other, and nobody is admitted.",
)


@dataclass(frozen=True, slots=True)
class PlannedPatient:
    """A patient of the ward.

    Attributes:
        row: line of the table.
        probability: of recovery.
        low, high: its 95 % interval.
        bed_days: expected within the days of the plan.
        intensive_days: how many of them are expected to be in intensive care.
    """

    row: int
    probability: float
    low: float
    high: float
    bed_days: float
    intensive_days: float


@dataclass(frozen=True, slots=True)
class Needed:
    """How many are needed on a day: expected, and from how many to how many in 95 of 100 cases."""

    expected: float
    low: int
    high: int

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"expected": self.expected, "interval": [self.low, self.high]}


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day ahead: 1 is the first after that of the table."""

    day: int
    beds: Needed
    intensive: Needed


@dataclass(frozen=True, slots=True)
class WardPlan:
    """A plan.

    Attributes:
        patients: who is expected to need intensive care longest first, then who is least likely to recover.
        days: one after another.
        assumptions: what it rests on, in words.
        notes: what the table lacks.
    """

    patients: tuple[PlannedPatient, ...]
    days: tuple[PlannedDay, ...]
    assumptions: tuple[str, ...] = ASSUMPTIONS
    notes: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "patients": [
                {
                    "row": patient.row,
                    "probability": patient.probability,
                    "interval": [patient.low, patient.high],
                    "bed_days": patient.bed_days,
                    "intensive_days": patient.intensive_days,
                }
                for patient in self.patients
            ],
            "days": [
                {"day": day.day, "beds": day.beds.payload(), "intensive_care": day.intensive.payload()} for day in self.days
            ],
            "assumptions": list(self.assumptions),
            "notes": list(self.notes),
        }


def ward_plan(predictor: RecoveryPredictor, table: Table, days: int = 7) -> WardPlan:
    """The plan of a ward.

    Args:
        predictor: fitted with the lengths of stay.
        table: a row each patient who is there.
        days: ahead.

    Raises:
        PredictorError: when nothing is known of stays, the days are more than are known, or the table has other columns.
    """
    stays = predictor.stays
    if stays is None:
        raise PredictorError("recovery was fitted without lengths of stay; a ward cannot be planned by it")
    if not 1 <= days <= stays.days:
        raise PredictorError(f"a plan is for 1 to {stays.days} days")
    model = predictor.table.model
    ward, notes = aligned(table, model.columns)
    expected = model.probabilities(ward.values)
    bed, care = stays.needed(expected[0], stays.bands(expected[0]), days)
    patients = [
        PlannedPatient(int(row), float(value), float(low), float(high), float(bed[i].sum()), float(care[i].sum()))
        for i, (row, value, low, high) in enumerate(zip(ward.rows, *expected, strict=True))
    ]
    ranked = sorted(patients, key=lambda one: (-one.intensive_days, one.probability, one.row))
    ends = _ends(stays, expected, days)
    planned = tuple(
        PlannedDay(day + 1, _needed(bed[:, day], ends[0], day), _needed(care[:, day], ends[1], day)) for day in range(days)
    )
    return WardPlan(tuple(ranked), planned, notes=(*notes, *_unsure(ward)))


def _unsure(ward: Table) -> list[str]:
    """A note on patients of whom little is known: they are planned for as most people are."""
    known = (sum(is_known(column, ward.row(place)) for column in ward.columns) for place in range(len(ward)))
    rows = [str(row) for row, count in zip(ward.rows, known, strict=True) if count < KNOWN * len(ward.columns)]
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return [f"fewer than half of the values are known of rows {', '.join(rows[:NAMED])}{more}"] if rows else []


def _ends(stays: StayCurves, expected: tuple[Numbers, Numbers, Numbers], days: int) -> list[tuple[Numbers, Numbers]]:
    """For beds and for intensive care: the chances at the end that needs fewest, and at the one that needs most."""
    band = stays.bands(expected[0])
    low, high = (stays.needed(end, band, days) for end in expected[1:])
    return [(np.minimum(one, other), np.maximum(one, other)) for one, other in zip(low, high, strict=True)]


def _needed(chances: Numbers, ends: tuple[Numbers, Numbers], day: int) -> Needed:
    fewest, most = (count_at(counted(end[:, day]), share) for end, share in zip(ends, INTERVAL, strict=True))
    return Needed(float(chances.sum()), fewest, most)
