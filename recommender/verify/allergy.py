"""Verifies proofs by allergy: the way from the allergen to the medicine, and what follows from the kind of reaction."""

from recommender.verify.conclusion import Conclusion
from recommender.verify.trial import Trial
from recommender.verify.verdict import NotProvedError

_MEMBERS = "(?:<IS_A )*<IN_CLASS "
_CROSSING = f"(?:IS_A> )*CROSS_REACTS_WITH (?:{_MEMBERS})?"
_KIN = f"(?:{_CROSSING}|IN_CLASS> (?:{_MEMBERS}|{_CROSSING}))?"
_END = "(?:<HAS_INGREDIENT |HAS_INGREDIENT> <HAS_INGREDIENT )?"
WAYS = {
    "Medicine": f"(?:HAS_INGREDIENT> )?{_KIN}{_END}",
    "Ingredient": f"{_KIN}{_END}",
    "DrugClass": f"(?:{_MEMBERS}|(?:<IS_A )*{_CROSSING}){_END}",
    "Substance": f"{_CROSSING}{_END}",
}
"""By the kind of the allergen: over ingredient, allergy class and documented cross-reactivity to the medicine."""

_ACTS = {"exclude": "is not given", "sign-off": "needs sign-off", "caution": "needs care", "note": "is to be watched"}


def conclude(trial: Trial) -> Conclusion:
    """What follows."""
    fact = trial.fact_of("ALLERGIC_TO")
    allergen = trial.start_at_fact()
    trial.follow(WAYS.get(allergen.kind, "nothing"))
    _check_classes(trial)
    _check_parts(trial)
    said = fact.properties
    kind, suspected = str(said.get("type", "allergy")), said.get("certainty") == "suspected"
    severe = said.get("severity") == "severe"
    severity = _severity(kind, _tie(trial), suspected=suspected, severe=severe)
    reaction = f"{'suspected ' * suspected}{'severe ' * severe}{kind} to {allergen.name}"
    reaction += ", not an allergy" * (kind == "intolerance")
    return Conclusion(severity, f"{trial.proof.medicine.name} {_ACTS[severity]} in {reaction}")


def _check_classes(trial: Trial) -> None:
    """An ingredient's class counts where it is an allergy class."""
    for edge, node in zip(trial.proof.edges, trial.proof.nodes[1:], strict=True):
        if edge.kind == "IN_CLASS" and edge.end == node.id and trial.node(node.id).properties.get("scheme") != "allergy":
            raise NotProvedError(f"{node.name} is no class of which an allergy to one is an allergy to all")


def _check_parts(trial: Trial) -> None:
    # A medicine that is the allergen shares its ingredient with any other; one that was reached stands for itself alone.
    if trial.steps != "HAS_INGREDIENT> <HAS_INGREDIENT ":
        trial.end_inside()


def _tie(trial: Trial) -> str:
    for edge in trial.proof.edges:
        if edge.kind == "CROSS_REACTS_WITH":
            return str(edge.properties.get("strength"))
    return "class" if "IN_CLASS" in trial.steps else "same"


def _severity(kind: str, tie: str, *, suspected: bool, severe: bool) -> str:
    if kind == "intolerance":
        if tie not in ("same", "class"):
            raise NotProvedError("nothing follows for what cross-reacts with something that is not tolerated")
        return "note" if tie == "class" else "sign-off" if severe else "caution"
    if tie == "low":
        return "sign-off" if severe and not suspected else "caution"
    return "sign-off" if suspected and tie != "same" else "exclude"
