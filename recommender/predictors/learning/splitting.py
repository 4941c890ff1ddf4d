"""A training part and a held-out part, encoded by the training part alone, with its features ranked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.forms.encoder import Encoder, fit_encoder
from recommender.predictors.forms.form import Form, Matrix
from recommender.predictors.learning.candidates import Candidate, Settings
from recommender.predictors.learning.folds import fold_numbers
from recommender.predictors.tables.table import Numbers, Table


@dataclass(frozen=True)
class Split:
    """Encoded rows to fit on and to judge by.

    Attributes:
        encoder: fitted on the training part.
        ranked: features, the one that goes with the target most closely first. shape: (features,).
        fitted, target: the training part.
        held_out, truth: the other part; empty when everything is fitted on.
        places: of the held-out rows in the table. shape: (held-out rows,).
    """

    encoder: Encoder
    ranked: NDArray[np.int64]
    fitted: Matrix
    target: Numbers
    held_out: Matrix
    truth: Numbers
    places: NDArray[np.int64]


def split(table: Table, training: NDArray[np.int64], held_out: NDArray[np.int64]) -> Split:
    """The parts of a table, by places of rows."""
    part = table.take(training)
    encoder = fit_encoder(table.columns, part.values)
    matrix, rest = encoder.encode(part.values), table.take(held_out)
    ranked = rank_features(matrix, part.target)
    return Split(encoder, ranked, matrix, part.target, encoder.encode(rest.values), rest.target, held_out)


def inner_splits(table: Table, rows: NDArray[np.int64], folds: int, seed: int) -> list[Split]:
    """The inner folds of some rows."""
    numbers = fold_numbers(table.target[rows], table.groups[rows], folds, seed)
    return [split(table, rows[numbers != fold], rows[numbers == fold]) for fold in range(folds)]


def rank_features(matrix: Matrix, target: Numbers) -> NDArray[np.int64]:
    """Features by the size of their correlation with the target, which orders them as a t-test does; ties as they stand."""
    centred, moved = matrix - matrix.mean(axis=0), target - target.mean()
    sizes = np.sqrt((centred**2).sum(axis=0))
    strength = np.abs(moved @ centred) / np.where(sizes > 0, sizes, np.inf)
    return np.argsort(-strength, kind="stable").astype(np.int64)


def kept_features(ranked: NDArray[np.int64], settings: Settings) -> NDArray[np.int64]:
    """The share of features that the settings keep, in the order of the columns."""
    count = int(np.ceil(len(ranked) * float(settings.get("share", 1.0))))
    return np.sort(ranked[:count])


def fit_candidate(
    candidate: Candidate, part: Split, settings: Settings, seed: int, *, classes: bool
) -> tuple[Form, NDArray[np.int64]]:
    """The form on the training part, and the features that it reads."""
    kept = kept_features(part.ranked, settings)
    return candidate.fit(part.fitted[:, kept], part.target, settings, seed, classes), kept


def held_out_margins(candidate: Candidate, part: Split, settings: Settings, seed: int, *, classes: bool) -> Numbers:
    """Margins of the held-out part. shape: (held-out rows,)."""
    form, kept = fit_candidate(candidate, part, settings, seed, classes=classes)
    return form.margins(part.held_out[:, kept])
