"""Care actions beside medicines: for whom they are, and in which order equal ones stand."""

from collections.abc import Mapping

from graph.elements import PropertyValue

CATEGORIES = ("diet", "exercise", "lifestyle", "prevention", "monitoring", "referral")
"""What a person can do alone comes first."""


def suits(action: Mapping[str, PropertyValue], sex: str | None, age: float | None) -> bool:
    """Whether an action is for someone of a sex and an age; what is not known stands in no action's way.

    Args:
        action: properties of its node.
        sex: female, male, or anything else for who is neither or not known.
        age: in years; None when it is not known.
    """
    if sex in ("female", "male") and action.get("sex", sex) != sex:
        return False
    return age is None or float(str(action.get("youngest", 0))) <= age <= float(str(action.get("oldest", 200)))


def category_order(action: Mapping[str, PropertyValue]) -> int:
    """The place of an action's category, the last for one without."""
    return CATEGORIES.index(str(action.get("category", CATEGORIES[-1])))
