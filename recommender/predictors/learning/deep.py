"""Keras: the only module that knows it. Fits a multi-layer perceptron on jax, and exports its weights exactly.

Rows come standardised from the encoder. The net has dropout and an L2 penalty, and stops early on a part of the rows that it is
not fitted on. What serves is the exported weights: Keras takes seconds to import and a quarter of a second for one row.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.forms.form import Matrix
from recommender.predictors.forms.layers import Layers
from recommender.predictors.learning.candidates import Candidate, Settings
from recommender.predictors.learning.folds import fold_numbers

BACKEND = "jax"
DEFAULTS: Settings = {
    "widths": (32, 16),
    "dropout": 0.05,
    "l2": 1e-3,
    "rate": 0.002,
    "batch": 128,
    "epochs": 60,
    "patience": 6,
    "parts": 8,
    "nets": 5,
}
"""Units of each hidden layer; share of them that is dropped; penalty on squared weights; learning rate of Adam (Kingma & Ba
2015); rows a step; passes at most, and passes without a smaller loss after which it stops; one part in so many validates; how
many nets there are, whose log-odds are averaged."""
FEWEST = 100
"""Rows below which nothing is laid aside, and a third of the passes is all that the net gets."""


def fit_deep(matrix: Matrix, target: Matrix, settings: Settings, seed: int, classes: bool = True) -> Layers:
    """The nets as a form.

    Args:
        matrix: standardised rows. shape: (rows, features).
        target: 0 or 1. shape: (rows,).
        settings: as ``DEFAULTS``.
        seed: of the first weights, the dropout, the order of rows and the part that validates; equal ones give equal nets.
        classes: there is no net of a regression.

    Raises:
        ValueError: for a regression.
    """
    if not classes:
        raise ValueError("the deep net is one of classes")
    return averaged([exported(net) for net in deep_nets(matrix, target, settings, seed)])


def deep_nets(matrix: Matrix, target: Matrix, settings: Settings, seed: int) -> list[Any]:
    """The same as Keras's own models, each of which answers log-odds."""
    features = matrix.shape[1]
    steps = _steps(features, tuple(settings["widths"]), *(float(settings[name]) for name in ("dropout", "l2", "rate")))
    nets = []
    for number in range(int(settings["nets"])):
        own = seed + 1_000_003 * number
        # Each net lays other rows aside, so that all of them are learned from.
        aside = _aside(target, settings, own)
        net = _layers(_keras(), features, settings, own)
        rows = _Rows(matrix[~aside], target[~aside], int(settings["batch"]), np.random.default_rng(own))
        _train(steps, net, rows, (matrix[aside], target[aside]), settings)
        nets.append(net)
    return nets


def _train(steps: "_Steps", net: Any, rows: "_Rows", judged: tuple[Matrix, Matrix], settings: Settings) -> None:
    """Passes until the loss on the rows laid aside has not fallen for a while; the net of its least loss is kept."""
    epochs, validated = int(settings["epochs"]), len(judged[1]) > 0
    state, best = steps.start(net), None
    least, since = np.inf, 0
    for _ in range(epochs if validated else max(1, epochs // 3)):
        for batch in rows.batches():
            state = steps.step(state, *batch)
        loss = _loss(_form(state[0]), *judged) if validated else -np.inf
        since += 1
        if best is None or loss < least or not validated:
            best, least, since = state[0], loss, 0
        elif since >= int(settings["patience"]):
            break
    for variable, value in zip(net.trainable_variables, best or (), strict=True):
        variable.assign(value)


def _loss(form: Layers, matrix: Matrix, target: Matrix) -> float:
    """Mean log loss."""
    margins = form.margins(matrix)
    return float((np.logaddexp(0, margins) - target * margins).mean())


@dataclass(frozen=True)
class _Rows:
    """Rows that are learned from, in a new order for each pass; what does not fill a step waits for the next pass."""

    matrix: Matrix
    target: Matrix
    size: int
    random: np.random.Generator

    def batches(self) -> Iterator[tuple[Any, Any]]:
        """The steps of a pass."""
        size, order = min(self.size, len(self.matrix)), self.random.permutation(len(self.matrix))
        for first in range(0, len(order) - size + 1, size):
            part = order[first : first + size]
            yield self.matrix[part].astype(np.float32), self.target[part].astype(np.float32)


@cache
def _steps(features: int, widths: tuple[int, ...], dropout: float, l2: float, rate: float) -> "_Steps":
    """The step of nets of these layers: compiled once, since compiling takes longer than training."""
    return _Steps(features, {"widths": widths, "dropout": dropout, "l2": l2}, rate)


class _Steps:
    """A step of Adam, compiled: Keras's own loop spends most of its time between steps.

    Args:
        features: of a row.
        settings: of the layers.
        rate: of learning.
    """

    def __init__(self, features: int, settings: Settings, rate: float) -> None:
        keras = _keras()
        import jax

        self._jax, self._shape = jax, _layers(keras, features, settings, 0)
        self._optimizer = keras.optimizers.Adam(rate)
        self._optimizer.build(self._shape.trainable_variables)
        self.step = jax.jit(self._stepped)

    def start(self, net: Any) -> Any:
        """Where a net begins: its weights, the state of its dropout, and that of the optimizer."""
        parts = net.trainable_variables, net.non_trainable_variables, self._optimizer.variables
        return tuple([variable.value for variable in part] for part in parts)

    def _stepped(self, state: Any, rows: Any, labels: Any) -> Any:
        trained, rest, kept = state
        (_, rest), slopes = self._jax.value_and_grad(self._objective, has_aux=True)(trained, rest, rows, labels)
        trained, kept = self._optimizer.stateless_apply(kept, slopes, trained)
        return trained, rest, kept

    def _objective(self, trained: Any, rest: Any, rows: Any, labels: Any) -> Any:
        """Mean log loss with the penalties, and what else the net changed: the state of its dropout."""
        answer, rest, penalties = self._shape.stateless_call(trained, rest, rows, training=True, return_losses=True)
        margins = answer[:, 0]
        loss = self._jax.numpy.logaddexp(0, margins) - labels * margins
        return loss.mean() + sum(penalties), rest


def exported(model: Any) -> Layers:
    """The weights of a net, dropout left out as it is when a net answers."""
    return _form([variable.value for variable in model.trainable_variables])


def _form(values: Sequence[Any]) -> Layers:
    """The layers of weights and biases by turns."""
    arrays = [np.array(value, np.float64) for value in values]
    features = len(arrays[0])
    return Layers(tuple(arrays[::2]), tuple(arrays[1::2]), "relu", np.zeros(features), np.ones(features))


def averaged(nets: Sequence[Layers]) -> Layers:
    """Nets of equal layers side by side as one, which answers the mean of their margins."""
    if len(nets) == 1:
        return nets[0]
    weights = [np.concatenate([net.weights[0] for net in nets], axis=1)]
    weights += [_blocks([net.weights[layer] for net in nets]) for layer in range(1, len(nets[0].weights) - 1)]
    weights.append(np.concatenate([net.weights[-1] for net in nets]) / len(nets))
    biases = [np.concatenate([net.biases[layer] for net in nets]) for layer in range(len(weights) - 1)]
    biases.append(np.mean([net.biases[-1] for net in nets], axis=0))
    return Layers(tuple(weights), tuple(biases), nets[0].activation, nets[0].center, nets[0].scale)


def _blocks(parts: Sequence[Matrix]) -> Matrix:
    """One matrix with the parts along its diagonal, and 0 elsewhere."""
    found = np.zeros((sum(len(part) for part in parts), sum(part.shape[1] for part in parts)))
    row = column = 0
    for part in parts:
        found[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
    return found


def _keras() -> Any:
    # Keras chooses its backend when it is imported, and by this name alone.
    os.environ["KERAS_BACKEND"] = BACKEND
    import keras  # type: ignore[import-untyped]  # it has no types

    return keras


def _layers(keras: Any, features: int, settings: Settings, seed: int) -> Any:
    seeds = iter(np.random.SeedSequence(seed).generate_state(64).tolist())
    layers = [keras.Input((features,))]
    for width in settings["widths"]:
        start = keras.initializers.HeNormal(seed=next(seeds))
        penalty = keras.regularizers.L2(float(settings["l2"]))
        layers.append(keras.layers.Dense(int(width), "relu", kernel_initializer=start, kernel_regularizer=penalty))
        layers.append(keras.layers.Dropout(float(settings["dropout"]), seed=next(seeds)))
    layers.append(keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds))))
    return keras.Sequential(layers)


def _aside(target: Matrix, settings: Settings, seed: int) -> NDArray[np.bool_]:
    """The rows that only tell when to stop, as many of each class as there are."""
    if len(target) < FEWEST:
        return np.zeros(len(target), bool)
    aside: NDArray[np.bool_] = fold_numbers(target, np.arange(len(target)), int(settings["parts"]), seed) == 0
    return aside


def deep_candidate(settings: Mapping[str, Any]) -> Candidate:
    """The net beside the other candidates, with settings that differ from ``DEFAULTS``."""
    return Candidate("deep", "deep net (Keras)", fit_deep, {**DEFAULTS, **settings}, {})
