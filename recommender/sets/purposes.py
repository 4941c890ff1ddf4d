"""What each medicine is for: which conditions on file its known treatment edges lead to.

Of two facts that stand above one another in the condition tree, high blood pressure and essential high blood pressure, only
the more specific one is a condition to be treated: what treats the one treats the other.
"""

from collections.abc import Iterable, Mapping

from recommender.consultation import Consultation
from recommender.evidence import ancestors


def purposes(of: Consultation, medicines: Iterable[int], *, active: bool = False) -> dict[int, dict[int, float]]:
    """The conditions and symptoms on file that each medicine treats, with its direct support for each.

    Args:
        of: the consultation.
        medicines: their numbers.
        active: whether to leave out what is resolved.

    Returns:
        By medicine and by number of the fact, in the order of the evidence; a medicine without any is left out.
    """
    reached = _reached(of, active=active)
    found: dict[int, dict[int, float]] = {}
    for medicine in medicines:
        for fact, nodes in reached.items():
            amounts = [support.amount for support in of.scores.support.get(medicine, ()) if support.start in nodes]
            if amounts:
                found.setdefault(medicine, {})[fact] = sum(amounts)
    return found


def conditions(of: Consultation, *, active: bool = False) -> tuple[int, ...]:
    """The conditions and symptoms on file that medicines can be for, in the order of the evidence."""
    return tuple(_reached(of, active=active))


def _reached(of: Consultation, *, active: bool) -> Mapping[int, frozenset[int]]:
    """For each fact the nodes of evidence that speak for it."""
    facts = list(dict.fromkeys(item.via[0] for item in of.evidence))
    if active and of.record:
        holding = {fact.node for fact in of.record.facts if fact.active}
        facts = [fact for fact in facts if fact in holding]
    above = {f: frozenset(nodes[-1] for nodes, _ in ancestors(of.snapshot, f, of.engine.walker.edges)) for f in facts}
    # One node stands for several facts where they meet in the tree, and carries the way from the heaviest of them alone.
    return {
        fact: frozenset(e.node for e in of.evidence if e.node in above[fact] or e.via[0] in above[fact])
        for fact in facts
        if not any(_covers(above, fact, other) for other in facts if other != fact)
    }


def _covers(above: Mapping[int, frozenset[int]], fact: int, other: int) -> bool:
    """Whether another fact says more; of two that stand above each other the later number does."""
    return fact in above[other] and not (other in above[fact] and fact > other)
