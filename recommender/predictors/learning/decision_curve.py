"""Decision curve: what acting on a prediction gains over acting on nobody, or on everybody."""

from dataclasses import dataclass

import numpy as np

from recommender.predictors.tables.table import Numbers

THRESHOLDS = np.arange(0.05, 0.96, 0.05)


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit (Vickers & Elkin 2006, doi:10.1177/0272989X06295361) in true positives for each row.

    Attributes:
        threshold: probability from which one would act. shape: (points,).
        model: net benefit of acting on the model. shape: (points,).
        everybody: of acting on everyone; that of acting on nobody is 0. shape: (points,).
    """

    threshold: Numbers
    model: Numbers
    everybody: Numbers

    @property
    def useful(self) -> Numbers:
        """Thresholds at which the model is better than acting on everybody and on nobody."""
        return self.threshold[self.model > np.maximum(self.everybody, 0.0) + 1e-12]

    def payload(self) -> dict[str, list[float]]:
        """As JSON can hold it."""
        return {name: getattr(self, name).tolist() for name in ("threshold", "model", "everybody")}


def decision_curve(target: Numbers, probability: Numbers, thresholds: Numbers = THRESHOLDS) -> DecisionCurve:
    """Net benefit = true positives / n - false positives / n · t / (1 - t).

    Args:
        target: 0 or 1. shape: (rows,).
        probability: held out. shape: (repeats, rows).
        thresholds: each above 0 and below 1.
    """
    price = thresholds / (1 - thresholds)
    acted = probability[..., None] >= thresholds
    right = (acted * target[:, None]).mean(axis=(0, 1))
    wrong = (acted * (1 - target)[:, None]).mean(axis=(0, 1))
    base = float(target.mean())
    return DecisionCurve(thresholds, right - wrong * price, base - (1 - base) * price)
