"""The three levels of advice, the least first, in the words that they are given in."""

from enum import IntEnum


class Tier(IntEnum):
    """A level of advice."""

    NONE = 0
    LIFESTYLE = 1
    CONSULT = 2

    @property
    def words(self) -> str:
        """As it is said to people."""
        return _WORDS[self]


_WORDS = {
    Tier.NONE: "No action needed",
    Tier.LIFESTYLE: "Lifestyle changes recommended",
    Tier.CONSULT: "Consult a healthcare professional",
}
TIERS = {"lifestyle": Tier.LIFESTYLE, "consult": Tier.CONSULT}
"""As tables and settings write them."""
