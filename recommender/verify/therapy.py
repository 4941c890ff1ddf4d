"""Verifies proofs by what is being taken or was stopped: duplicate therapy, and therapy that went wrong before."""

from recommender.verify.conclusion import Conclusion
from recommender.verify.proof import FactClaim
from recommender.verify.trial import INSIDE, Trial
from recommender.verify.verdict import NotProvedError

SHARED = "HAS_INGREDIENT> <HAS_INGREDIENT "
"""From a medicine over an ingredient to another that holds it, too."""
ONE_AT_A_TIME = (
    *("A02BA", "A02BC", "A10BG", "A10BH", "A10BJ", "A10BK", "B01AA", "B01AF", "C07AA", "C07AB"),
    *("C08CA", "C09AA", "C09CA", "C10AA", "M05BA", "N06AA", "N06AB", "N06AG", "R06AE"),
)
"""ATC groups of level 4 of which no second medicine is added to a first."""
OUTCOMES = {
    "side effect": ("sign-off", "was stopped for a side effect"),
    "worse": ("caution", "was stopped because it made things worse"),
    "unchanged": ("caution", "was stopped because it did not help"),
    "stopped": ("note", "was stopped"),
}
"""How a therapy ended: what follows, and how it is said."""


def conclude_duplicate(trial: Trial) -> Conclusion:
    """What follows from a current medicine."""
    fact, name = trial.fact_of("TAKES"), trial.proof.medicine.name
    if trial.steps == "":
        _same(trial)
        return Conclusion("exclude", f"{name} is being taken already")
    current = trial.start_at_fact().name
    if trial.steps == SHARED:
        trial.follow(SHARED)
        return Conclusion("exclude", f"{name} contains {trial.proof.nodes[1].name} like {current}")
    trial.follow(f"{INSIDE}IN_CLASS> <IN_CLASS {INSIDE}")
    trial.end_inside()
    if trial.steps.startswith("HAS_INGREDIENT> "):
        trial.holds(_id(fact), trial.proof.nodes[2].id)
    group = trial.proof.nodes[trial.place("IN_CLASS") + 1]
    scheme, _, code = group.id.partition(":")
    if scheme != "ATC" or len(code) != len("A01AA") or code.endswith("X"):
        raise NotProvedError(f"{group.name} is no chemical subgroup of ATC")
    severity = "exclude" if code in ONE_AT_A_TIME else "caution"
    return Conclusion(severity, f"{name} is of the class {group.name} like {current}")


def conclude_history(trial: Trial) -> Conclusion:
    """What follows from a medicine that was stopped."""
    fact, name = trial.fact_of("TAKES", active=False), trial.proof.medicine.name
    outcome = str(fact.properties.get("outcome"))
    if fact.active or outcome not in OUTCOMES:
        raise NotProvedError("the therapy has not ended in a way that counts")
    severity, words = OUTCOMES[outcome]
    if trial.steps == "":
        _same(trial)
        return Conclusion(severity, f"{name} {words}")
    past = trial.start_at_fact().name
    trial.follow(SHARED)
    return Conclusion(severity, f"{name} contains {trial.proof.nodes[1].name} like {past}, which {words}")


def _same(trial: Trial) -> None:
    trial.alone()
    if trial.start_at_fact() != trial.proof.medicine:
        raise NotProvedError("it is not the medicine itself")


def _id(fact: FactClaim) -> str:
    return fact.node.id if fact.node else ""
