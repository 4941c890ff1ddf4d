"""Verifies proofs by a contraindicated condition: up the condition tree, then to the medicine that is not for it."""

from recommender.verify.conclusion import Conclusion
from recommender.verify.trial import INSIDE, Trial
from recommender.verify.verdict import NotProvedError


def conclude(trial: Trial) -> Conclusion:
    """What follows."""
    fact = trial.fact_of("HAS_DIAGNOSIS", active=False)
    condition = trial.start_at_fact()
    trial.follow(f"(?:IS_A> )*<CONTRAINDICATED_IN {INSIDE}")
    trial.end_inside()
    said = trial.proof.edges[trial.place("CONTRAINDICATED_IN")].properties
    if fact.properties.get("status") == "refuted":
        raise NotProvedError("the diagnosis was refuted")
    if not fact.active and said.get("applies") != "history":
        raise NotProvedError("the diagnosis is over, and the contraindication is none of history")
    severity, verb = ("exclude", "is contraindicated in") if said["strength"] == "absolute" else ("caution", "needs care in")
    history = "" if fact.active else "history of "
    return Conclusion(severity, f"{trial.proof.medicine.name} {verb} {history}{condition.name}")
