"""By which routes a medicine is used, and whether it acts only where it is applied."""

from recommender.verify.person import OnFile
from recommender.verify.proof import FactClaim
from recommender.verify.trial import Trial

LOCAL = {
    "topical": ("D", "M02"),
    "ophthalmic": ("S01", "S03"),
    "otic": ("S02", "S03"),
    "nasal": ("R01",),
    "vaginal": ("G01",),
}
"""What the ATC codes of local use begin with, by route; what has no such code is absorbed by that route."""
NOT_LOCAL = ("D04AX01",)
"""A code of local use that reaches the blood all the same: doxepin cream."""


def routes(trial: Trial, medicine: str, fact: FactClaim | OnFile | None = None) -> list[str]:
    """The route on file, or else all that the medicine has."""
    told = fact.properties.get("route") if fact else None
    listed = trial.node(medicine).properties.get("routes", ())
    return [str(told)] if told else list(listed) if isinstance(listed, tuple) else []


def is_local(trial: Trial, medicine: str, route: str) -> bool:
    """Whether a medicine that is used by a route hardly reaches the blood."""
    codes = trial.node(medicine).properties.get("atc", ())
    return any(
        code.startswith(start)
        for code in (codes if isinstance(codes, tuple) else ())
        if code not in NOT_LOCAL
        for start in LOCAL.get(route, ())
    )


def is_only_local(trial: Trial, medicine: str, fact: FactClaim | OnFile | None = None) -> bool:
    """Whether that is so of every route that may be meant."""
    found = routes(trial, medicine, fact)
    return bool(found) and all(is_local(trial, medicine, route) for route in found)
