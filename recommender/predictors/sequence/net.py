"""Fits the recurrent net to histories: what it is given, and where it begins."""

from collections.abc import Sequence

import numpy as np

from recommender.errors import PredictorError
from recommender.predictors.learning.deep_sequence import Training, train_recurrent
from recommender.predictors.sequence.config import SequenceConfig
from recommender.predictors.sequence.counting import log_odds, steps_of
from recommender.predictors.sequence.recurrent import Recurrent
from recommender.predictors.sequence.visits import History, Matrix, Vocabulary, gaps

FEWEST = 10
"""Fewest people who came twice that a net is trained on: with fewer nobody is left to tell it when to stop."""


def inputs_of(history: History, vocabulary: Vocabulary) -> Matrix:
    """Each visit's codes and the time before it. shape: (visits, codes + 1)."""
    return np.column_stack([vocabulary.matrix(history), gaps(history)])


def fit_net(histories: Sequence[History], vocabulary: Vocabulary, config: SequenceConfig) -> Recurrent:
    """The net of some people.

    Raises:
        PredictorError: when fewer than ``FEWEST`` of them came twice.
    """
    again = [history for history in histories if len(history) > 1]
    if len(again) < FEWEST:
        raise PredictorError(f"a net of visits needs {FEWEST} people or more who came twice, and there are {len(again)}")
    most = min(config.longest, max(len(history) for history in again) - 1)
    inputs = np.zeros((len(again), most, len(vocabulary) + 1))
    following = np.zeros((len(again), most, len(vocabulary)))
    counted = np.zeros((len(again), most))
    for i, history in enumerate(again):
        known = min(most, len(history) - 1)
        inputs[i, :known] = inputs_of(history, vocabulary)[-known - 1 : -1]
        following[i, :known] = vocabulary.matrix(history)[-known:]
        counted[i, :known] = 1.0
    seen = steps_of(again, vocabulary).following
    start = log_odds((seen.sum(axis=0) + 0.5) / (len(seen) + 1))
    order = np.random.default_rng(config.seed).permutation(len(again))
    held_out = order < max(1, round(config.validation * len(again)))
    training = Training(
        config.units, config.epochs, config.patience, config.learning_rate, config.dropout, config.l2, config.seed
    )
    return Recurrent(**train_recurrent(inputs, following, counted, held_out, start, training))


def net_margins(net: Recurrent, history: History, vocabulary: Vocabulary, longest: int) -> Matrix:
    """Margins after each visit, each looking back on the ``longest`` newest visits at most. shape: (visits, codes)."""
    inputs = inputs_of(history, vocabulary)
    first: Matrix = net.margins(inputs[None, :longest])[0]
    if len(history) <= longest:
        return first
    # A window of its own for each later visit: the net was trained on no longer ones.
    windows = np.stack([inputs[end - longest : end] for end in range(longest + 1, len(history) + 1)])
    found: Matrix = np.concatenate([first, net.margins(windows)[:, -1]])
    return found
