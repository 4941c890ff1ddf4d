"""What each blood value calls for by rule: the floor that no model can lower.

Outside its range a value calls for lifestyle changes; it is for a professional where the table of signs says so or, where the
table is silent, when it lies far outside. A panic value is for a professional at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from recommender.predictors.blood_risk.config import BloodRiskConfig
from recommender.predictors.blood_risk.panel import BloodValue, Panel
from recommender.predictors.blood_risk.reference import ReferenceRange
from recommender.predictors.blood_risk.signs import ADULT, Sign, sign_of
from recommender.predictors.blood_risk.tiers import Tier


@dataclass(frozen=True, slots=True)
class Finding:
    """What one value calls for.

    Attributes:
        value: what was measured.
        tier: of the advice.
        why: in words.
        panic: whether somebody has to act at once.
        outside: whether it lies outside its reference range.
        sign: what it points at; None for nothing.
    """

    value: BloodValue
    tier: Tier
    why: str
    panic: bool = False
    outside: bool = False
    sign: Sign | None = None

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "test": self.value.test.id,
            "label": self.value.test.name,
            "value": self.value.value,
            "unit": self.value.test.unit,
            "record": self.value.record,
            "advice": self.tier.words,
            "why": self.why,
            "panic": self.panic,
            "points_at": self.sign.condition if self.sign else None,
        }


def find(panel: Panel, signs: Sequence[Sign], config: BloodRiskConfig) -> tuple[Finding, ...]:
    """What each value calls for, the gravest first; a value without a range for such a person is left out."""
    known = signs if panel.age is None or panel.age >= ADULT else ()
    found = []
    for value in panel.values:
        usual = value.test.range_for(panel.sex, panel.age)
        if usual is not None:
            found.append(_finding(value, usual, known, config))
    return tuple(sorted(found, key=lambda one: (not one.panic, -one.tier, one.value.test.id)))


def _finding(value: BloodValue, usual: ReferenceRange, signs: Sequence[Sign], config: BloodRiskConfig) -> Finding:
    measured = value.value
    if measured <= usual.panic_low or measured >= usual.panic_high:
        sign = sign_of(signs, value.test.id, measured)
        return Finding(value, Tier.CONSULT, f"{_said(value)}: a critical value, seek care now", True, True, sign)
    above = measured > usual.high
    outside = above or measured < usual.low
    sign = sign_of(signs, value.test.id, measured)
    told = any(one.test == value.test.id and one.above == above for one in signs)
    tier = Tier.NONE
    if outside:
        far = not told and _distance(measured, usual) > config.far
        tier = Tier.CONSULT if far else Tier.LIFESTYLE
    if sign is not None:
        tier = max(tier, sign.tier)
    return Finding(value, tier, f"{_said(value)}: {_place(usual, outside, above, sign)}", False, outside, sign)


def _distance(value: float, usual: ReferenceRange) -> float:
    """How far outside a value lies, in widths of the range."""
    ends = [end for end in (usual.low, usual.high) if isfinite(end)]
    width = abs(ends[-1] - ends[0]) or abs(ends[0])
    beyond = max(usual.low - value, value - usual.high)
    return beyond / width if width else float("inf")


def _said(value: BloodValue) -> str:
    unit = value.test.unit.partition("{")[0].replace("[", "").replace("]", "").replace("10*", "10^").rstrip("/")
    return f"{value.test.name} {value.value:.4g}{'' if unit == '%' else ' ' if unit else ''}{unit}"


def _place(usual: ReferenceRange, outside: bool, above: bool, sign: Sign | None) -> str:
    if outside:
        return f"above its range, which ends at {usual.high:g}" if above else f"below its range, which begins at {usual.low:g}"
    if sign is not None:
        return f"{'at least' if sign.above else 'below'} {sign.value:g}, though within its range"
    return "within its range"
