"""Verifies proofs without a chain: routes, a site's formulary, what nothing is known about, and what was not checked."""

from recommender.verify.conclusion import Conclusion
from recommender.verify.trial import Trial
from recommender.verify.verdict import NotProvedError

REASONS = ("the graph has no reference data for it", "the rule failed")
"""Why a rule that could not be checked excludes everything."""
GROUPS = (
    "allergy",
    "contraindication",
    "interaction",
    "additive",
    "duplicate",
    "history",
    "limit",
    "pharmacogenomics",
    "supply",
)
"""The rules that may fail as a whole."""


def conclude_routes(trial: Trial) -> Conclusion:
    """What follows where every route of a medicine must be avoided."""
    name = trial.proof.medicine.name
    trial.alone()
    routes = trial.node(trial.proof.medicine.id).properties.get("routes", ())
    avoided = list(trial.person.avoid_routes)
    if not trial.rests_on("AVOID_ROUTES", {"value": avoided}):
        raise NotProvedError("other routes are to be avoided")
    if not isinstance(routes, tuple) or not routes or not set(routes) <= set(avoided):
        raise NotProvedError(f"{name} can be given by another route")
    return Conclusion("exclude", f"{name} is not given: its only way is {' or '.join(routes)}, which must be avoided")


def conclude_formulary(trial: Trial) -> Conclusion:
    """What follows for a medicine that the site says it does not have: its list is its own, and is believed."""
    trial.alone()
    if not trial.rests_on("SITE", {"rule": "formulary"}):
        raise NotProvedError("it does not rest on a site's formulary")
    return Conclusion("sign-off", f"{trial.proof.medicine.name} is not on this site's formulary")


def conclude_unverified(trial: Trial) -> Conclusion:
    """What follows for a medicine that nobody verified."""
    name = trial.proof.medicine.name
    trial.alone()
    _check_missing(trial, "reference data")
    if trial.node(trial.proof.medicine.id).properties.get("verified", True):
        raise NotProvedError(f"{name} was verified since")
    return Conclusion("exclude", f"{name} is not verified: nothing is known about its safety")


def conclude_unresolved(trial: Trial) -> Conclusion:
    """What follows for an allergy or a current medicine that nothing is known about."""
    fact = trial.proof.fact
    if fact.kind == "UNRESOLVED":
        return Conclusion("caution", _unplaced(trial))
    if fact.kind not in ("ALLERGIC_TO", "TAKES") or not fact.active or fact.node is None:
        raise NotProvedError("it is no allergy or medicine of that day")
    if trial.proof.nodes != (fact.node,) or trial.proof.edges:
        raise NotProvedError("the chain is not that of the fact alone")
    if trial.node(fact.node.id).properties.get("verified", True):
        raise NotProvedError(f"{fact.node.name} was verified since")
    return Conclusion("caution", f"nothing is known about {fact.node.name}, so safety could not be checked for it")


def _unplaced(trial: Trial) -> str:
    pointer, words = trial.proof.fact.more.get("pointer"), {"ALLERGIC_TO": "allergy", "TAKES": "medicine"}
    if not trial.rests_on("UNRESOLVED", {"pointer": pointer}) or trial.proof.nodes or trial.proof.edges:
        raise NotProvedError("it says more than where the text stands")
    kind = words.get(trial.person.unplaced.get(str(pointer), ""))
    if kind is None:
        raise NotProvedError("what stands there is known")
    return f"the {kind} given at {pointer} is not known, so safety could not be checked for it"


def conclude_unchecked(trial: Trial) -> Conclusion:
    """What follows where a rule could not be checked at all: the proof says so itself, and nothing more can be shown."""
    rule, fact = trial.proof.rule, trial.proof.fact
    reason = str(fact.more.get("what"))
    _check_missing(trial, reason)
    if rule not in GROUPS or reason not in REASONS or trial.proof.nodes or trial.proof.edges:
        raise NotProvedError("it does not say that a rule could not be checked")
    return Conclusion("exclude", f"{rule} could not be checked: {reason}")


def _check_missing(trial: Trial, what: str) -> None:
    if not trial.rests_on("MISSING", {"what": what}):
        raise NotProvedError(f"it does not rest on {what} that is missing")
