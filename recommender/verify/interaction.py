"""Verifies proofs by an interaction with current therapy: the edge's severity, and what modifies it for this person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recommender.verify.conclusion import Conclusion, Further
from recommender.verify.measured import ALSO_TOLD_BY, days_old, spelled, value_of
from recommender.verify.person import OnFile
from recommender.verify.proof import FactClaim
from recommender.verify.routes import is_local, is_only_local, routes
from recommender.verify.trial import INSIDE, Trial
from recommender.verify.verdict import NotProvedError

WORDS = ("severe", "moderate", "mild", "none")
"""How severe an interaction may be."""
FOLLOWS = {"severe": "exclude", "moderate": "caution", "mild": "note"}
MILLIGRAMS = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001}
DAYS = 365
"""For how long a result lowers an interaction."""

_FORM = re.compile(
    r"(?:(?P<with>with) (?P<taken>\S+)"
    r"|(?P<route>route) (?P<routed>\S+) (?P<by>[a-z]+)"
    r"|(?P<dose>dose) (?P<dosed>\S+) (?P<dose_than>[<>]=?) (?P<mg>[0-9.]+) mg"
    r"|(?P<age>age) (?P<age_than>[<>]=?) (?P<years>[0-9.]+)"
    r"|(?P<result>result) (?P<test>\S+) (?P<test_than>[<>]=?) (?P<value>[0-9.]+)): (?P<makes>severe|moderate|mild|none)"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two medicines of an interaction.

    Attributes:
        inner: id of the medicine that the edge names.
        used: id of the medicine that is used: the same, or a combination with it.
        fact: that it is being taken; None of the candidate.
    """

    inner: str
    used: str
    fact: FactClaim | None = None


def conclude(trial: Trial) -> Conclusion:
    """What follows."""
    fact = trial.fact_of("TAKES")
    current = trial.start_at_fact()
    trial.follow(f"{INSIDE}INTERACTS_WITH {INSIDE}")
    nodes, place = trial.proof.nodes, trial.place("INTERACTS_WITH")
    if place:
        trial.holds(current.id, nodes[place].id)
    if place + 2 < len(nodes):
        trial.holds(nodes[-1].id, nodes[place + 1].id)
    sides = Side(nodes[place].id, current.id, fact), Side(nodes[place + 1].id, nodes[-1].id)
    properties = trial.proof.edges[place].properties
    texts = [str(text) for text in properties.get("modifiers", ())]
    word, further = weighed(trial, str(properties["severity"]), texts, sides)
    if word not in FOLLOWS:
        raise NotProvedError("what modifies the interaction leaves nothing of it")
    words = f"{word} interaction of {trial.proof.medicine.name} with {current.name}"
    return Conclusion(FOLLOWS[word], words, further=further)


def weighed(trial: Trial, own: str, texts: list[str], sides: tuple[Side, Side]) -> tuple[str, list[list[Further]]]:
    """How severe an interaction is for this person, and the further facts that it may rest on.

    What is applied locally makes it mild, unless a modifier speaks of that medicine's route. Otherwise the most severe
    modifier that applies counts in place of the edge's own word.
    """
    modifiers = [_parsed(text) for text in texts]
    for side in sides:
        if is_only_local(trial, side.used, side.fact) and not _spoken_of(trial, side, modifiers):
            return ("mild", [_routes(trial, side)]) if WORDS.index(own) < WORDS.index("mild") else (own, [[]])
    applying = [(m["makes"], found) for m in modifiers for found in _applied(trial, m, own, modifiers, sides)]
    word = min((makes for makes, _ in applying), key=WORDS.index, default=own)
    return word, [found for makes, found in applying if makes == word] or [[]]


def _parsed(text: str) -> dict[str, str]:
    if (match := _FORM.fullmatch(text)) is None:
        raise NotProvedError(f"nobody knows what the modifier {text!r} says")
    return {key: value for key, value in match.groupdict().items() if value is not None}


def _spoken_of(trial: Trial, side: Side, modifiers: list[dict[str, str]]) -> set[str]:
    named = {m["by"] for m in modifiers if m.get("routed") == side.inner}
    return named & set(routes(trial, side.used, side.fact))


def _applied(
    trial: Trial, said: dict[str, str], own: str, modifiers: list[dict[str, str]], sides: tuple[Side, Side]
) -> Iterator[list[Further]]:
    """For each way in which a modifier applies, the further facts that it does so by."""
    lowers = WORDS.index(said["makes"]) > WORDS.index(own)
    if "with" in said:
        yield from ([Further(fact.kind, fact)] for fact in trial.person.of("TAKES") if _is_meant(trial, fact, said["taken"]))
    elif "route" in said:
        yield from (_routes(trial, side) for side in sides if _is_routed(trial, side, said, modifiers, lowers=lowers))
    elif "dose" in said:
        yield from ([] for amount in _doses(sides, said["dosed"]) if _stands(amount, said["dose_than"], said["mg"]))
    elif "age" in said:
        age = trial.person.age
        if age is not None and _stands(age, said["age_than"], said["years"]):
            yield [Further("AGE", more={"value": age})]
    elif newest := trial.newest(ALSO_TOLD_BY.get(said["test"], {said["test"]}))[:1]:
        value, old = value_of(trial, newest[0]), days_old(trial, newest[0]) > DAYS
        if value is not None and not (lowers and old) and _stands(value, said["test_than"], said["value"]):
            yield [Further(newest[0].kind, newest[0])]


def _routes(trial: Trial, side: Side) -> list[Further]:
    """The routes of a medicine where they count, unless the fact that it is being taken tells its own."""
    if side.fact is not None and side.fact.properties.get("route"):
        return []
    node = trial.node(side.used)
    shown = {"id": str(node.id), "kind": str(node.kind), "name": node.name}
    return [Further("ROUTES", more={"node": shown, "routes": routes(trial, side.used)})]


def _is_meant(trial: Trial, fact: OnFile, subject: str) -> bool:
    """Whether what is being taken is a medicine, or of a class, and used in a way that reaches the blood."""
    if is_only_local(trial, fact.node, fact):
        return False
    for part in trial.knowledge.parts(fact.node):
        groups = {up for group in trial.knowledge.ends(part, "IN_CLASS") for up in trial.knowledge.above(group)}
        if subject in groups | {part}:
            return True
    return False


def _is_routed(trial: Trial, side: Side, said: dict[str, str], modifiers: list[dict[str, str]], *, lowers: bool) -> bool:
    named = _spoken_of(trial, side, modifiers)
    if side.inner != said["routed"] or said["by"] not in named:
        return False
    possible = routes(trial, side.used, side.fact)
    return not lowers or all(route in named or is_local(trial, side.used, route) for route in possible)


def _doses(sides: tuple[Side, Side], subject: str) -> Iterator[float]:
    """Milligrams a day of a medicine that is taken by itself."""
    for side in sides:
        if side.fact is not None and side.inner == side.used == subject:
            dose, unit = side.fact.properties.get("daily_dose"), spelled(str(side.fact.properties.get("dose_unit", "")))
            if dose is not None and unit in MILLIGRAMS:
                yield float(dose) * MILLIGRAMS[unit]


def _stands(value: float, than: str, bound: str) -> bool:
    number = float(bound)
    return (
        (value < number or value == number)
        if than == "<="
        else value < number
        if than == "<"
        else (value > number or (than == ">=" and value == number))
    )
