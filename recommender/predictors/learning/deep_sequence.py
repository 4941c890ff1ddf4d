"""Trains the recurrent net of visits with Keras 3 on jax; what leaves is its weights.

Visits are padded behind the last one and left out of the loss there. Since the net looks back only, padding changes nothing of
what it says before.
"""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.predictors.learning.deep import BACKEND

Matrix = NDArray[np.float64]
NAMES = ("kernel", "recurrent", "bias", "output", "output_bias")
BATCH = 32


@dataclass(frozen=True, slots=True)
class Training:
    """How the net is trained; see :class:`recommender.predictors.sequence.config.SequenceConfig`."""

    units: int
    epochs: int
    patience: int
    learning_rate: float
    dropout: float
    l2: float
    seed: int


def train_recurrent(
    inputs: Matrix, following: Matrix, counted: Matrix, held_out: NDArray[np.bool_], start: Matrix, training: Training
) -> dict[str, Matrix]:
    """The weights of a net that has learned what follows each visit.

    Args:
        inputs: shape (people, visits, codes + 1).
        following: what the next visit has, 0 or 1. shape: (people, visits, codes).
        counted: 1 where a next visit is known. shape: (people, visits).
        held_out: the people by whom it is told when to stop. shape: (people,).
        start: log-odds of each code, where the output begins. shape: (codes,).
        training: how.

    Returns:
        By name as :class:`recommender.predictors.sequence.recurrent.Recurrent` has them.
    """
    keras = _keras()
    keras.utils.set_random_seed(training.seed)
    net = _net(inputs.shape[2], len(start), training)
    net.layers[-1].bias.assign(start)
    net.compile(keras.optimizers.Adam(training.learning_rate), keras.losses.BinaryCrossentropy(from_logits=True))
    given, wanted, weight = (array.astype(np.float32) for array in (inputs, following, counted))
    stop = keras.callbacks.EarlyStopping(patience=training.patience, restore_best_weights=True)
    seen = ~held_out
    with warnings.catch_warnings():
        # Keras 3.15 reads its variables in a way that numpy 2 means to give up.
        warnings.simplefilter("ignore", DeprecationWarning)
        net.fit(
            given[seen],
            wanted[seen],
            sample_weight=weight[seen],
            validation_data=(given[held_out], wanted[held_out], weight[held_out]),
            epochs=training.epochs,
            batch_size=BATCH,
            callbacks=[stop],
            verbose=0,
        )
        weights = {name: np.asarray(array, np.float64) for name, array in zip(NAMES, net.get_weights(), strict=True)}
    keras.backend.clear_session()
    return weights


def keras_margins(weights: Mapping[str, Matrix], inputs: Matrix) -> Matrix:
    """What Keras itself answers with these weights: what the numpy net is held against. shape: (people, visits, codes)."""
    training = Training(len(weights["recurrent"]), 1, 1, 1.0, 0.0, 0.0, 0)
    net = _net(inputs.shape[2], len(weights["output_bias"]), training)
    net.set_weights([weights[name] for name in NAMES])
    return np.asarray(net(inputs.astype(np.float32), training=False), np.float64)


def _net(width: int, codes: int, training: Training) -> Any:
    keras = _keras()
    penalty = keras.regularizers.L2(training.l2)
    return keras.Sequential(
        [
            keras.layers.Input((None, width)),
            keras.layers.Dropout(training.dropout),
            keras.layers.GRU(training.units, return_sequences=True, kernel_regularizer=penalty),
            keras.layers.Dense(codes, kernel_regularizer=penalty),
        ]
    )


def _keras() -> Any:
    """Keras on jax; imported where it is needed alone, since that takes seconds."""
    # Keras chooses its backend when it is imported, and by this name alone.
    os.environ["KERAS_BACKEND"] = BACKEND
    import keras  # type: ignore[import-untyped]  # has no types of its own

    return keras
