"""Verifies proofs by a limit: of age, sex, pregnancy, breast feeding, kidneys, liver, or a laboratory result."""

from collections.abc import Callable, Mapping

from graph.elements import PropertyValue
from recommender.verify.conclusion import Conclusion
from recommender.verify.measured import Told, judge_kidneys, judge_liver, judge_result
from recommender.verify.proof import SEVERITIES
from recommender.verify.trial import INSIDE, Trial
from recommender.verify.verdict import NotProvedError

PREGNANT_BLOCKS = frozenset(f"ICD10CM:{block}" for block in ("O09-O09", "O10-O16", "O20-O29", "O30-O48", "O60-O77"))
"""Diagnoses that nobody has who is not pregnant."""

Said = Mapping[str, PropertyValue]


def conclude(trial: Trial) -> Conclusion:
    """What follows."""
    trial.follow(f"(?:IS_A> )*<LIMITED_BY {INSIDE}")
    trial.end_inside()
    place = trial.place("LIMITED_BY")
    said, kind = dict(trial.proof.edges[place].properties), trial.proof.rule.removeprefix("limit:")
    if said.get("limit") != kind:
        raise NotProvedError(f"the limit is one of {said.get('limit')}")
    if place and kind not in ("pregnancy", "breast feeding"):
        raise NotProvedError("only a diagnosis leads up the tree to a limit")
    told = JUDGES[kind](trial, said)
    severity = _severity(kind, said, told)
    act = "is not given" if severity == "exclude" else "needs care"
    return Conclusion(severity, f"{trial.proof.medicine.name} {act}: {told.words}", told.reckoned)


def _severity(kind: str, said: Said, told: Told) -> str:
    absolute = said.get("strength") == "absolute"
    missing = str(said["missing"]) if "missing" in said else "caution" if absolute and told.grave else "note"
    unasked = kind == "result" and "missing" not in said
    if not told.broken:
        if unasked:
            raise NotProvedError("the limit asks for nothing where the result is missing")
        return missing
    broken = "exclude" if absolute else "caution"
    return min(broken, missing, key=SEVERITIES.index) if told.old and not unasked else broken


def _age(trial: Trial, said: Said) -> Told:
    number, unit, comparator = float(str(said["value"])), str(said.get("unit", "years")), str(said["comparator"])
    words, age = f"{comparator.replace('_', ' ')} {number:g} {unit}", trial.person.age
    if age is None:
        _check_fact(trial, "MISSING", {"what": "age"})
        return Told(False, f"age is not on file, and it is limited {words}")
    _check_fact(trial, "AGE", {"value": age})
    months = number if unit == "months" else number * 12
    if comparator not in ("below", "above", "at_least") or not _outside(comparator, age * 12, months):
        raise NotProvedError(f"age {age} is not {words}")
    return Told(True, f"age {age} is {words}")


def _outside(comparator: str, value: float, bound: float) -> bool:
    return value < bound if comparator == "below" else value > bound or (comparator == "at_least" and value == bound)


def _sex(trial: Trial, said: Said) -> Told:
    sex = trial.person.sex
    if sex not in ("female", "male"):
        _check_fact(trial, "MISSING", {"what": "sex"})
        return Told(False, "sex at birth is not on file")
    _check_fact(trial, "SEX", {"value": sex})
    if sex != said.get("value"):
        raise NotProvedError(f"it is not limited in {sex} patients")
    return Told(True, f"it is not for {sex} patients")


def _pregnancy(trial: Trial, said: Said) -> Told:
    return _state(trial, "pregnancy", "exclude pregnancy first", answer=trial.person.pregnant)


def _breast_feeding(trial: Trial, said: Said) -> Told:
    return _state(trial, "breast feeding", "ask about breast feeding first", answer=trial.person.breast_feeding)


def _state(trial: Trial, word: str, asked: str, *, answer: bool | None) -> Told:
    fact, person = trial.proof.fact, trial.person
    limit = trial.proof.nodes[trial.place("LIMITED_BY")].id
    if fact.kind == "HAS_DIAGNOSIS" and fact.node is not None:
        above = trial.knowledge.above(fact.node.id)
        if not fact.active or not (limit in above or (word == "pregnancy" and above & PREGNANT_BLOCKS)):
            raise NotProvedError(f"{fact.node.name} does not say {word} on that day")
        if trial.place("LIMITED_BY"):
            trial.start_at_fact()
        return Told(True, word)
    if answer:
        _check_fact(trial, word.upper().replace(" ", "_"), {"value": True})
        return Told(True, word)
    _check_fact(trial, "MISSING", {"what": word})
    diagnosed = {up for fact in person.of("HAS_DIAGNOSIS") for up in trial.knowledge.above(fact.node)}
    tells = {limit} | (PREGNANT_BLOCKS if word == "pregnancy" else set())
    if answer is not None or diagnosed & tells:
        raise NotProvedError(f"{word} is on file")
    if person.sex == "male" or (person.age is not None and not 12 <= person.age <= 55):
        raise NotProvedError(f"of this patient {word} is not asked")
    return Told(False, f"{word} is not on file; {asked}", grave=word == "pregnancy")


def _check_fact(trial: Trial, kind: str, values: Mapping[str, object]) -> None:
    if trial.place("LIMITED_BY"):
        raise NotProvedError("only a diagnosis leads up the tree to a limit")
    if not trial.rests_on(kind, values):
        raise NotProvedError(f"what is on file is {kind} {', '.join(map(str, values.values()))}")


JUDGES: Mapping[str, Callable[[Trial, Said], Told]] = {
    "age": _age,
    "sex": _sex,
    "pregnancy": _pregnancy,
    "breast feeding": _breast_feeding,
    "renal": judge_kidneys,
    "hepatic": judge_liver,
    "result": judge_result,
}
