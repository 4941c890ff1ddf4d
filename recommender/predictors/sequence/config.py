"""How the next visit is learned and judged."""

from dataclasses import dataclass

from recommender.errors import PredictorError


@dataclass(frozen=True, slots=True)
class SequenceConfig:
    """Settings of the sequence predictor.

    Attributes:
        people: fewest people that a code, a pair of codes or a state of a code is counted of (1 to 1,000); one of fewer would
            tell of them. Below 5 for experiments only.
        prior: people that a share over everyone weighs as much as, where a share under a condition is pulled to it (.1 to
            1,000).
        together: days from its first within which what begins counts as one visit, for records without visits (0 to 365).
        units: of the net's hidden state (1 to 256).
        epochs: most rounds of training (1 to 1,000); training stops when held-out visits are no longer better told.
        patience: rounds without gain after which it stops (1 to 100).
        learning_rate: of Adam (1e-5 to 1).
        dropout: share of a visit's codes that a round of training hides (0 to .9).
        l2: penalty of the weights (0 to 1). The loss is a mean over all codes, most of which never come, so that it is small
            and 1e-4 would leave the net nothing but popularity.
        validation: share of the people by whom it is told when to stop (.05 to .5).
        longest: most visits that are looked back on, the newest (1 to 200).
        folds: parts of the people, 2 to 20; all visits of one person are in one part.
        bootstraps: draws of people behind an interval (20 to 10,000).
        shown: chances of each kind that an answer holds (1 to 100).
        seed: of folds, training and draws (0 or more).
        with_net: whether a net competes with the counts; without it nothing waits for Keras.
    """

    people: int = 5
    prior: float = 5.0
    together: int = 14
    units: int = 32
    epochs: int = 100
    patience: int = 10
    learning_rate: float = 0.01
    dropout: float = 0.2
    l2: float = 1e-7
    validation: float = 0.2
    longest: int = 20
    folds: int = 5
    bootstraps: int = 500
    shown: int = 10
    seed: int = 0
    with_net: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers beyond their ranges.

        Raises:
            PredictorError: names the number.
        """
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise PredictorError(f"sequence: {name}: a number from {low:g} to {high:g} is expected")


_RANGES = {
    "people": (1, 1000),
    "prior": (0.1, 1000),
    "together": (0, 365),
    "units": (1, 256),
    "epochs": (1, 1000),
    "patience": (1, 100),
    "learning_rate": (1e-5, 1),
    "dropout": (0, 0.9),
    "l2": (0, 1),
    "validation": (0.05, 0.5),
    "longest": (1, 200),
    "folds": (2, 20),
    "bootstraps": (20, 10_000),
    "shown": (1, 100),
    "seed": (0, 2**31),
}
