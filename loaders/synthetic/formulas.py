"""Test results that follow from one another, so that no record contradicts itself.

Kidney function and creatinine are joined by the CKD-EPI equation of 2021 (Inker et al., N Engl J Med 385:1737), glucose and
HbA1c by the ADAG regression (Nathan et al. 2008, Diabetes Care 31:1473), cholesterols by Friedewald's sum (1972, Clin Chem
18:499).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loaders.synthetic.draws import Draws

ADULT = 18
_KAPPA = (0.7, 0.9)
_ALPHA = (-0.241, -0.302)
_FEMALE_FACTOR = (1.012, 1.0)


def gfr_from_creatinine(creatinine: float, sex: int, age: int) -> float:
    """Estimated kidney function of an adult in mL/min/1.73m2.

    Args:
        creatinine: in mg/dL.
        sex: 0 female, 1 male.
        age: in years, from 18.
    """
    share = creatinine / _KAPPA[sex]
    low, high = min(share, 1.0) ** _ALPHA[sex], max(share, 1.0) ** -1.2
    return float(142 * low * high * 0.9938**age * _FEMALE_FACTOR[sex])


def creatinine_from_gfr(gfr: float, sex: int, age: int) -> float:
    """The creatinine in mg/dL at which an adult's estimated kidney function is ``gfr`` mL/min/1.73m2."""
    share = gfr / (142 * 0.9938**age * _FEMALE_FACTOR[sex])
    return float(_KAPPA[sex] * share ** (1 / _ALPHA[sex] if share > 1 else -1 / 1.2))


@dataclass(frozen=True, slots=True)
class Formula:
    """How one test follows from others.

    Attributes:
        needs: roles of the other tests.
        value: gives the value from theirs, in the order of ``needs``, with a little noise.
    """

    needs: tuple[str, ...]
    value: Callable[[tuple[float, ...], Draws], float]


def _glucose(values: tuple[float, ...], draws: Draws) -> float:
    """Fasting glucose lies somewhat under the mean glucose that HbA1c tells."""
    return 0.9 * (28.7 * values[0] - 46.7) + draws.normal(0, 4)


def _total_cholesterol(values: tuple[float, ...], draws: Draws) -> float:
    low_density, high_density, triglycerides = values
    return low_density + high_density + triglycerides / 5


def _hematocrit(values: tuple[float, ...], draws: Draws) -> float:
    return 2.95 * values[0] + draws.normal(0.5, 0.6)


def _diastolic(values: tuple[float, ...], draws: Draws) -> float:
    return 22 + 0.45 * values[0] + draws.normal(0, 5)


def _free_thyroxine(values: tuple[float, ...], draws: Draws) -> float:
    """Falls as the pituitary's call for it (TSH, mIU/L) rises."""
    return float(1.35 * values[0] ** -0.12 + draws.normal(0, 0.08))


FORMULAS: Mapping[str, Formula] = {
    "glucose": Formula(("hba1c",), _glucose),
    "total cholesterol": Formula(("ldl", "hdl", "triglycerides"), _total_cholesterol),
    "hematocrit": Formula(("hemoglobin",), _hematocrit),
    "diastolic": Formula(("systolic",), _diastolic),
    "free thyroxine": Formula(("tsh",), _free_thyroxine),
}
"""Formulas by the role of the test that they give; the roles stand in ``measure.csv``."""
