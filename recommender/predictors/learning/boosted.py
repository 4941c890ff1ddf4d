"""XGBoost: the only module that knows it. Fits boosted trees, and exports them exactly."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.trees import Tree, Trees, joined


def fit_xgboost(matrix: Matrix, target: Matrix, settings: Mapping[str, Any], seed: int, *, classes: bool) -> Trees:
    """Boosted trees (Chen & Guestrin 2016, doi:10.1145/2939672.2939785) as a form.

    Args:
        matrix: shape (rows, features), finite.
        target: shape (rows,).
        settings: ``trees``, and what XGBoost calls ``learning_rate``, ``max_depth``, ``min_child_weight``, ``reg_lambda``,
            ``subsample``.
        seed: of the subsamples.
        classes: whether the target is a class.
    """
    return exported(booster(matrix, target, settings, seed, classes=classes))


def booster(matrix: Matrix, target: Matrix, settings: Mapping[str, Any], seed: int, *, classes: bool) -> Any:
    """The same as XGBoost's own model."""
    import xgboost

    options = {name: value for name, value in settings.items() if name != "trees"}
    options |= {"seed": seed, "nthread": 1, "verbosity": 0, "tree_method": "hist"}
    options["objective"] = "binary:logistic" if classes else "reg:squarederror"
    # Of classes: a half, whose log-odds is 0, so that no rounding of a base rate stands between the two sides.
    options["base_score"] = 0.5 if classes else float(np.float32(target.mean()))
    data = xgboost.DMatrix(matrix.astype(np.float32), label=target)
    return xgboost.train(options, data, num_boost_round=int(settings["trees"]))


def exported(model: Any) -> Trees:
    """A booster's trees.

    It goes left below the threshold, in 32 bits; here it is at most the next smaller one. A leaf's value stands where a split
    has its threshold.
    """
    learner = json.loads(model.save_raw("json").decode())["learner"]
    found = []
    for tree in learner["gradient_booster"]["model"]["trees"]:
        left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
        numbers = np.array(tree["split_conditions"], np.float32)
        below = np.nextafter(numbers, np.float32(-np.inf))
        found.append(Tree(np.array(tree["split_indices"]), below, left, right, numbers))
    base = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
    is_classes = learner["objective"]["name"] == "binary:logistic"
    return joined(found, offset=float(np.log(base / (1 - base))) if is_classes else base, single=True)
