"""How outcomes of therapies are learned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutcomeConfig:
    """Settings of the outcome predictor.

    Attributes:
        folds: parts of the people, 2 or more; all courses of one person are in one part.
        rounds: most steps until effects and their variances settle together.
        bootstraps: samples of people for the intervals of figures, 20 or more.
        seed: of the bootstrap.
    """

    folds: int = 5
    rounds: int = 30
    bootstraps: int = 200
    seed: int = 0
