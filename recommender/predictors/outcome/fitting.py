"""Learns outcomes from a store's courses, and judges them on people that were hidden. Nothing of a person is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.calibration import Calibration
from recommender.errors import PredictorError
from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.outcome.config import OutcomeConfig
from recommender.predictors.outcome.design import BLOCKS, Asked, Design, GroupOf, Level, nobody
from recommender.predictors.outcome.judged import conformal, judged
from recommender.predictors.outcome.model import OutcomeModel
from recommender.predictors.outcome.pooling import Pooled, pool
from recommender.predictors.population.courses import NO_CONDITION, Course, Result, read_courses
from recommender.predictors.population.features import Chosen, Matrix, PopulationStore, everyone

LEAST_COURSES = 200
"""Fewest courses that outcomes are learned from: with 200 a share is known to within .07."""


@dataclass(frozen=True, slots=True)
class Courses:
    """Courses as arrays, in an order that does not depend on how they were read; each of shape (courses,).

    Attributes:
        levels: what each has.
        medicine: its medicine's number.
        result: a :class:`Result`, int64.
        rating: 1 to 10, or not a number.
        person: numbers of people.
        fold: of the person, from 0.
    """

    levels: tuple[Mapping[Level, float], ...]
    medicine: Array
    result: Array
    rating: Array
    person: Array
    fold: Array


def fit_outcome(
    store: PopulationStore,
    snapshot: Snapshot,
    as_of: date,
    config: OutcomeConfig | None = None,
    *,
    group_of: GroupOf = nobody,
    allowed: Chosen = everyone,
) -> OutcomeModel:
    """The outcome model of a store's patients.

    Args:
        store: where patients are; they are read, and nothing of one of them is kept.
        snapshot: the knowledge graph.
        as_of: the day from which is looked back.
        config: how outcomes are learned.
        group_of: the group of someone of these features.
        allowed: who may be learned of.

    Raises:
        PredictorError: when there are fewer than ``LEAST_COURSES`` courses, or an outcome is that of fewer than
            ``LEAST_PEOPLE`` people.
    """
    return outcome_of(read_courses(store, snapshot, as_of, allowed), snapshot, config or OutcomeConfig(), group_of)


def outcome_of(read: Sequence[Course], snapshot: Snapshot, config: OutcomeConfig, group_of: GroupOf = nobody) -> OutcomeModel:
    """The model of courses that were read; their order, and who is called what, changes nothing.

    Raises:
        PredictorError: as :func:`fit_outcome` does.
    """
    ordered = _ordered(read)
    people = [len({c.person for c in ordered if c.result == result}) for result in Result]
    if len(ordered) < LEAST_COURSES or min(people) < max(LEAST_PEOPLE, config.folds):
        raise PredictorError(
            f"outcomes need {LEAST_COURSES} courses or more whose outcome is known, and each outcome {LEAST_PEOPLE} people"
        )
    courses = _courses(ordered, Design(snapshot, group_of), config)
    hidden = _hidden(courses, config)
    levels, pooled = _fitted(courses, np.ones(len(ordered), bool), config)
    # Rounded, so that the curve's knots are not the log-odds of one person.
    scores = np.round(hidden, 2)
    calibrations = tuple(
        Calibration.fit(scores[:, r], courses.result == r, courses.fold, bootstraps=config.bootstraps, seed=config.seed)
        for r in Result
    )
    bound, coverage = conformal(courses, hidden, calibrations)
    pairs = _pairs(ordered, snapshot)
    rated = np.isfinite(courses.rating)
    return OutcomeModel(
        levels=levels,
        base=np.array([one.base for one in pooled]),
        effects=np.array([one.effects for one in pooled]),
        covariance=pooled[Result.GOOD].covariance.astype(np.float32),
        calibrations=calibrations,
        ratings=np.array([_rating(courses.rating[(courses.result == r) & rated]) for r in Result]),
        pairs=tuple(pair for pair, _, _ in pairs),
        people=np.array([n for _, n, _ in pairs], np.int64),
        good=np.array([g for _, _, g in pairs], np.int64),
        bound=np.array(bound),
        figures=judged(courses, hidden, calibrations, config)
        | {"conformal_coverage": round(coverage, 4), "variances": _variances(levels, pooled)},
    )


def _hidden(courses: Courses, config: OutcomeConfig) -> Matrix:
    """Log-odds of each outcome, shape (courses, 4), told by what was fitted while the person's fold was hidden."""
    hidden = np.empty((len(courses.result), len(Result)))
    for fold in range(config.folds):
        left = courses.fold == fold
        levels, pooled = _fitted(courses, ~left, config)
        hidden[left] = _margins(_rows(courses, left, levels), pooled)
    return hidden


def _ordered(read: Sequence[Course]) -> list[Course]:
    """Courses by what they are, those of one person together; persons are numbered anew by what they have."""
    by_person: dict[int, list[tuple[Any, Course]]] = {}
    for course in read:
        by_person.setdefault(course.person, []).append((_key(course), course))
    people = sorted(
        (sorted(rows, key=lambda row: row[0]) for rows in by_person.values()), key=lambda rows: [key for key, _ in rows]
    )
    return [replace(course, person=number) for number, rows in enumerate(people) for _, course in rows]


def _key(course: Course) -> tuple[Any, ...]:
    features = sorted(course.features.items())
    return course.medicine, course.condition, course.result, course.rating, features, sorted(course.phenotypes)


def _courses(ordered: Sequence[Course], design: Design, config: OutcomeConfig) -> Courses:
    person = np.array([c.person for c in ordered], np.int64)
    rating = np.array([float(c.rating) if c.rating else np.nan for c in ordered])
    levels = tuple(design.levels(Asked(c.medicine, c.condition, c.features, c.phenotypes)) for c in ordered)
    medicine, results = (np.array([getattr(c, name) for c in ordered], np.int64) for name in ("medicine", "result"))
    return Courses(levels, medicine, results, rating, person, person % config.folds)


def _fitted(courses: Courses, chosen: Array, config: OutcomeConfig) -> tuple[tuple[Level, ...], list[Pooled]]:
    """The levels that enough of the chosen courses' people have, and their effects on each outcome."""
    people: dict[Level, set[int]] = {}
    for i in np.flatnonzero(chosen).tolist():
        for level in courses.levels[i]:
            people.setdefault(level, set()).add(int(courses.person[i]))
    kept = (level for level, who in people.items() if len(who) >= LEAST_PEOPLE)
    levels = tuple(sorted(kept, key=lambda level: (BLOCKS.index(level.block), level.name)))
    present = sorted({level.block for level in levels}, key=BLOCKS.index)
    blocks = np.array([present.index(level.block) for level in levels], np.int64)
    rows = _rows(courses, chosen, levels)
    return levels, [pool(rows, courses.result[chosen] == result, blocks, config.rounds) for result in Result]


def _rows(courses: Courses, chosen: Array, levels: tuple[Level, ...]) -> Any:
    """Weights of levels as a sparse matrix, shape (chosen courses, levels)."""
    from scipy import sparse

    place = {level: i for i, level in enumerate(levels)}
    rows, columns, weights = [], [], []
    for row, i in enumerate(np.flatnonzero(chosen).tolist()):
        for level, weight in courses.levels[i].items():
            if level in place:
                rows.append(row)
                columns.append(place[level])
                weights.append(weight)
    return sparse.csr_array((weights, (rows, columns)), (int(chosen.sum()), len(levels)))


def _margins(rows: Any, pooled: Sequence[Pooled]) -> Matrix:
    return np.stack([one.base + rows @ one.effects for one in pooled], axis=1)


def _rating(ratings: Array) -> tuple[float, float]:
    return (float(ratings.mean()), float(ratings.std())) if len(ratings) >= LEAST_PEOPLE else (np.nan, np.nan)


def _pairs(courses: Sequence[Course], snapshot: Snapshot) -> list[tuple[tuple[str, str], int, int]]:
    """Ids of medicine and condition, people and good outcomes, where there are enough people."""
    results: dict[tuple[str, str], list[bool]] = {}
    for course in courses:
        if course.condition != NO_CONDITION:
            pair = snapshot.id(course.medicine), snapshot.id(course.condition)
            results.setdefault(pair, []).append(course.result is Result.GOOD)
    return [(pair, len(good), sum(good)) for pair, good in sorted(results.items()) if len(good) >= LEAST_PEOPLE]


def _variances(levels: Sequence[Level], pooled: Sequence[Pooled]) -> dict[str, dict[str, float]]:
    """How far levels of each block differ, as the deviation of their log-odds, for each outcome."""
    present = sorted({level.block for level in levels}, key=BLOCKS.index)
    return {
        result.name.lower().replace("_", " "): {
            block: round(float(np.sqrt(variance)), 3) for block, variance in zip(present, one.variances, strict=True)
        }
        for result, one in zip(Result, pooled, strict=True)
    }
