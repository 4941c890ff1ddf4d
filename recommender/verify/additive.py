"""Verifies proofs by an additive effect: the points of everything that is being taken and of the medicine, summed anew."""

from collections.abc import Iterable

from recommender.verify.conclusion import Conclusion, Further
from recommender.verify.person import OnFile
from recommender.verify.routes import is_only_local
from recommender.verify.trial import INSIDE, Trial
from recommender.verify.verdict import NotProvedError

THRESHOLDS = {
    "UMLS:C0151878": (3, 5, 5),
    "UMLS:C0019080": (3, 5, 5),
    "UMLS:C0699828": (3, 5, 5),
    "UMLS:C0235195": (3, 6, 6),
    "UMLS:C0020461": (3, 5, 5),
    "UMLS:C0151500": (3, 6, 5),
}
"""QT prolongation, bleeding, serotonin syndrome, sedation, high potassium, anticholinergic load: the least sums of a caution,
of a sign-off, and of a sign-off from 65 years on."""


def conclude(trial: Trial) -> Conclusion:
    """What follows."""
    trial.fact_of("TAKES")
    trial.start_at_fact()
    trial.follow(f"{INSIDE}ADDS_TO> <ADDS_TO {INSIDE}")
    _check_parts(trial)
    nodes, name = trial.proof.nodes, trial.proof.medicine.name
    effect = nodes[trial.place("ADDS_TO") + 1]
    shares, counted = _current(trial, effect.id)
    own = _points(trial, _adding(trial, trial.proof.medicine.id, effect.id) - counted, effect.id)
    if not own or is_only_local(trial, trial.proof.medicine.id):
        raise NotProvedError(f"{name} adds nothing to {effect.name}")
    total = own + sum(points for _, points in shares)
    if not trial.is_claimed(shares[0][0]):
        raise NotProvedError("it does not begin with the first of those that are being taken and add to the effect")
    listed = [f"{trial.name(fact.node)} ({points})" for fact, points in shares]
    taken = " and ".join((", ".join(listed[:-1]), listed[-1])) if len(listed) > 1 else listed[0]
    words = f"{name} ({own}) with {taken} adds up to {total} points of {effect.name}"
    reckoned = {"points": shares[0][1], "candidate_points": own, "sum": total}
    further = [Further(fact.kind, fact, {"points": points}) for fact, points in shares[1:]]
    return Conclusion(_severity(trial, effect.id, total), words, reckoned, [further])


def _check_parts(trial: Trial) -> None:
    trial.end_inside()
    if trial.steps.startswith("HAS_INGREDIENT>"):
        trial.holds(trial.proof.nodes[0].id, trial.proof.nodes[2].id)


def _current(trial: Trial, effect: str) -> tuple[list[tuple[OnFile, int]], set[str]]:
    """What is being taken and adds to an effect, each with its points, and every medicine that was counted."""
    shares: list[tuple[OnFile, int]] = []
    counted: set[str] = set()
    for fact in trial.person.of("TAKES"):
        fresh = _adding(trial, fact.node, effect) - counted
        if fresh and not is_only_local(trial, fact.node, fact):
            shares.append((fact, _points(trial, fresh, effect)))
            counted |= fresh
    if not shares:
        raise NotProvedError("nothing that is being taken adds to it")
    return shares, counted


def _adding(trial: Trial, medicine: str, effect: str) -> set[str]:
    """The medicine itself where it has points of its own, or else the parts of it that have."""
    found = {part for part in trial.knowledge.parts(medicine) if _points(trial, [part], effect)}
    return {medicine} if medicine in found else found


def _points(trial: Trial, medicines: Iterable[str], effect: str) -> int:
    """The points of some medicines, each by the source that gives it most."""
    return sum(
        max((int(str(e.properties["points"])) for e in trial.knowledge.edges(one, "ADDS_TO") if e.end == effect), default=0)
        for one in medicines
    )


def _severity(trial: Trial, effect: str, total: int) -> str:
    if effect not in THRESHOLDS:
        raise NotProvedError("of this effect no sum is too much")
    caution, sign_off, sign_off_old = THRESHOLDS[effect]
    old = trial.person.age is not None and trial.person.age >= 65
    if total >= (sign_off_old if old else sign_off):
        return "sign-off"
    if total < caution:
        raise NotProvedError(f"{total} points are not too much")
    return "caution"
