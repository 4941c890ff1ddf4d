"""How a stay is learned."""

from dataclasses import dataclass, field

from recommender.errors import PredictorError
from recommender.predictors.learning.config import LearningConfig, read_learning
from recommender.predictors.learning.quantile_boosting import Boosting


@dataclass(frozen=True, slots=True)
class StayConfig:
    """Settings of the stay predictor.

    Attributes:
        learning: how candidates are fitted and judged.
        low, high: levels of the ends of the interval, before it is conformalised (0 to 1, low under .5 and high above).
        trees, depth, rate, leaf: of the boosted quantiles (1 to 2,000; 1 to 8; .001 to 1; 1 to 1,000).
        least: below it no value can be; nothing lasts or costs less than 0.
        name: of the predictor.
    """

    learning: LearningConfig = field(default_factory=read_learning)
    low: float = 0.05
    high: float = 0.95
    trees: int = 80
    depth: int = 3
    rate: float = 0.08
    leaf: int = 20
    least: float = 0.0
    name: str = "stay"

    def __post_init__(self) -> None:
        """Refuse numbers beyond their ranges.

        Raises:
            PredictorError: names the number.
        """
        ranges = {"trees": (1, 2000), "depth": (1, 8), "rate": (0.001, 1), "leaf": (1, 1000)}
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                raise PredictorError(f"stay: {name}: a number from {low:g} to {high:g} is expected")
        if not 0 < self.low < 0.5 < self.high < 1:
            raise PredictorError("stay: low and high: levels on both sides of .5 are expected")

    @property
    def levels(self) -> tuple[float, float, float]:
        """Low end, median and high end."""
        return self.low, 0.5, self.high

    @property
    def boosting(self) -> Boosting:
        """Settings of the boosted quantiles."""
        return Boosting(self.trees, self.depth, self.rate, self.leaf)
