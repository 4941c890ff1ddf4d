"""Fitted scikit-learn models as forms, exactly: the same margin to the last digits that a sum has."""

from typing import Any

import numpy as np

from recommender.predictors.forms.layers import Layers
from recommender.predictors.forms.linear import Linear
from recommender.predictors.forms.trees import Tree, Trees, joined


def linear_form(model: Any) -> Linear:  # scikit-learn has no types
    """Of a linear model: logistic regression, ridge and least squares."""
    return Linear(np.ravel(model.coef_).astype(float), np.array(float(np.ravel(model.intercept_)[0])))


def tree_form(model: Any) -> Trees:
    """Of a decision tree or a forest; a classifier's leaves hold the share of class 1, and the forest's is their mean."""
    members = getattr(model, "estimators_", [model])
    classes = hasattr(model, "classes_")
    trees = [_tree(member.tree_, 1 if classes else 0, len(members)) for member in members]
    return joined(trees, single=True, shares=classes)


def _tree(tree: Any, output: int, count: int) -> Tree:
    value = tree.value[:, 0, output] / count
    return Tree(tree.feature, tree.threshold, tree.children_left, tree.children_right, value)


def boosted_form(model: Any) -> Trees:
    """Of histogram gradient boosting of numbers, without categories and missing values of its own."""
    trees = []
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
        trees.append(Tree(nodes["feature_idx"], nodes["num_threshold"], left, right, nodes["value"]))
    return joined(trees, offset=float(np.ravel(model._baseline_prediction)[0]))


def net_form(model: Any) -> Layers:
    """Of a multi-layer perceptron with one output, of rows that are standardised already."""
    features = model.coefs_[0].shape[0]
    weights, biases = tuple(model.coefs_), tuple(model.intercepts_)
    return Layers(weights, biases, str(model.activation), np.zeros(features), np.ones(features))
