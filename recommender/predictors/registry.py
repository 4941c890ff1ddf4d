"""The predictors by name.

Each is imported when it is named, so that asking one does not wait for the others, and serving imports nothing that fits.
"""

from collections.abc import Callable, Mapping

from recommender.errors import PredictorError
from recommender.predictors.entries import Entry


def entry(name: str) -> Entry:
    """The predictor of a name.

    Raises:
        PredictorError: when there is none; the message lists those that there are.
    """
    if name not in _ENTRIES:
        raise PredictorError(f"no such predictor; there are {', '.join(NAMES)}")
    return _ENTRIES[name]()


def _conditions() -> Entry:
    from recommender.predictors.conditions_entry import conditions_entry

    return conditions_entry()


def _blood_risk() -> Entry:
    from recommender.predictors.blood_risk_entry import blood_risk_entry

    return blood_risk_entry()


def _recovery() -> Entry:
    from recommender.predictors.recovery_entry import recovery_entry

    return recovery_entry()


def _outcome() -> Entry:
    from recommender.predictors.outcome_entry import outcome_entry

    return outcome_entry()


def _stay() -> Entry:
    from recommender.predictors.stay_entry import stay_entry

    return stay_entry()


def _groups() -> Entry:
    from recommender.predictors.groups_entry import groups_entry

    return groups_entry()


def _sequence() -> Entry:
    from recommender.predictors.sequence_entry import sequence_entry

    return sequence_entry()


def _tabular() -> Entry:
    from recommender.predictors.tabular_entry import tabular_entry

    return tabular_entry()


_ENTRIES: Mapping[str, Callable[[], Entry]] = {
    "conditions": _conditions,
    "blood-risk": _blood_risk,
    "recovery": _recovery,
    "outcome": _outcome,
    "stay": _stay,
    "groups": _groups,
    "sequence": _sequence,
    "tabular": _tabular,
}
NAMES = tuple(_ENTRIES)
"""What the shell may call."""
