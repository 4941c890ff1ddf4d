"""Units of laboratory results: how a value in one unit reads in another."""

from collections.abc import Sequence


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings mean one unit: case, blanks and the micro sign do not matter."""
    return _plain(one) == _plain(other)


def _plain(unit: str) -> str:
    return unit.replace("µ", "u").replace("μ", "u").replace(" ", "").replace("[", "").replace("]", "").lower()


def convert(value: float, unit: str, wanted: str, factors: Sequence[str]) -> float | None:
    """A value in the wanted unit, or nothing when the unit is not known for the test.

    Args:
        value: the number as given.
        unit: its unit.
        wanted: the test's own unit.
        factors: the test's other units as ``unit=factor``: value in ``wanted`` = value in the other unit · factor.

    >>> round(convert(88.4, "umol/L", "mg/dL", ["umol/L=0.01131"]), 2)
    1.0
    """
    if same_unit(unit, wanted):
        return value
    for text in factors:
        other, _, factor = text.rpartition("=")
        if same_unit(unit, other):
            return value * float(factor)
    return None
