"""A support vector machine whose bumps stand on centres of several people each.

The support vectors of the usual machine are rows of patients, and would stand in the bundle. Its Nyström approximation on
k-means centres (Zhang, Tsang & Kwok 2008, doi:10.1145/1390156.1390311) needs none, and its centres are means of
``LEAST_PEOPLE`` rows or more.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from recommender.outcomes import LEAST_PEOPLE
from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.kernel import Kernel, bumps

CENTRES = 60
"""Centres at most: the approximation is good when there are as many as the kernel has directions that matter."""
ROWS_EACH = 8
"""Rows for each centre at least, on average, so that few have fewer than ``LEAST_PEOPLE``."""


def centres_of(matrix: Matrix, most: int, seed: int) -> tuple[Matrix, Matrix]:
    """Centres of ``LEAST_PEOPLE`` rows or more, and the share of rows that each stands for.

    Args:
        matrix: shape (rows, features).
        most: centres at most.
        seed: of k-means.

    Returns:
        Centres, shape (centres, features), and shares, shape (centres,), which add up to 1.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    count = max(1, min(most, len(matrix) // ROWS_EACH))
    with warnings.catch_warnings():
        # Fewer distinct rows than centres: the empty ones are left out below.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(count, n_init=2, random_state=seed).fit(matrix)
    sizes = np.bincount(fitted.labels_, minlength=count)
    kept = sizes >= LEAST_PEOPLE
    if not kept.any():
        return matrix.mean(axis=0, keepdims=True), np.ones(1)
    return fitted.cluster_centers_[kept].astype(float), sizes[kept] / sizes[kept].sum()


def fit_kernel(matrix: Matrix, target: Matrix, settings: Mapping[str, Any], seed: int) -> Kernel:
    """The machine.

    Args:
        matrix: standardised rows.
        target: 0 or 1.
        settings: ``C``, the price of an error, and ``width``: gamma is ``width`` / features.
        seed: of the centres.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    centres, _ = centres_of(matrix, CENTRES, seed)
    gamma = float(settings["width"]) / max(1, matrix.shape[1])
    values, vectors = np.linalg.eigh(bumps(centres, centres, gamma))
    strong = values > 1e-6 * values.max()
    whitened = vectors[:, strong] / np.sqrt(values[strong])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine = LinearSVC(C=float(settings["C"]), random_state=seed).fit(bumps(matrix, centres, gamma) @ whitened, target)
    weights = whitened @ machine.coef_[0]
    return Kernel(centres, weights, np.array(gamma), np.array(float(machine.intercept_[0])))
