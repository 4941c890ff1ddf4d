"""Over-alerting: how much safety says over a cohort, of which rule it is, and how much is said once instead of many times.

An alert is a finding that an answer shows about one medicine: one that excludes it, one that a clinician has to confirm, a
caution or a note. What is said once for several suggestions counts as often as there are suggestions that share it, and what is
saved by saying it once is told beside.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

from recommender.safety.finding import Severity

PLACES = {"excluded": "excluded", "needs_sign_off": "needs sign-off", "recommendations": "suggested"}
"""The lists of an answer, each with what it makes of a medicine."""
SPEAKING = (Severity.EXCLUDE, Severity.SIGN_OFF, Severity.CAUTION)
"""What interrupts somebody; a note does not."""


class Alert(NamedTuple):
    """One finding of an answer about one medicine.

    Attributes:
        place: the list that the medicine stands in.
        rule: which rule found it.
        severity: exclude, sign-off, caution or note.
        said: which share of one saying it is: a half where two suggestions share it.
    """

    place: str
    rule: str
    severity: str
    said: float


def alerts_of(body: Mapping[str, Any]) -> Iterator[Alert]:
    """Every alert of an answer."""
    for entry in body["excluded"]:
        yield Alert("excluded", entry["rule"], entry["severity"], 1.0)
    for place in ("needs_sign_off", "recommendations"):
        for item in body[place]:
            for finding in item["cautions"]:
                yield Alert(place, finding["rule"], finding["severity"], 1.0)
    for shared in body["alerts"]:
        times = len(shared["proofs"])
        for _ in range(times):
            yield Alert("recommendations", shared["rule"], shared["severity"], 1.0 / times)


def alerting(answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of a cohort.

    Args:
        answers: the body of the answer to each patient; read once.

    Returns:
        ``patients`` and what became of them; by place how many ``medicines`` there are; by severity the ``alerts`` with their
        number per patient and per suggestion; by rule the same as counts and shares; what sharing ``saved``.
    """
    patients, medicines = Counter[str](), Counter[str]()
    by_severity, by_rule, suggested = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    interruptions: list[int] = []
    said = 0.0
    for body in answers:
        found = list(alerts_of(body))
        patients.update(_states(body))
        medicines.update({place: len(_medicines(body, place)) for place in PLACES})
        medicines["plain"] += _plain(body)
        by_severity.update(alert.severity for alert in found)
        by_rule.update((alert.rule, alert.severity) for alert in found)
        suggested.update(alert.severity for alert in found if alert.place == "recommendations")
        said += sum(alert.said for alert in found if alert.place == "recommendations")
        interruptions.append(sum(alert.severity in SPEAKING for alert in found))
    return {
        "patients": {key: patients[key] for key in ("all", "without_suggestion", "unscreened")},
        "medicines": {key: medicines[key] for key in (*PLACES, "plain")},
        "alerts": {
            str(s): _rates(by_severity[s], suggested[s], patients["all"], medicines["recommendations"]) for s in Severity
        },
        "interruptions_per_patient": {"median": median(interruptions or [0]), "most": max(interruptions, default=0)},
        "rules": _rules(by_rule),
        "saved": _saved(sum(suggested.values()), said),
    }


def _states(body: Mapping[str, Any]) -> Iterator[str]:
    yield "all"
    if not body["recommendations"]:
        yield "without_suggestion"
    if not body["screened"]:
        yield "unscreened"


def _medicines(body: Mapping[str, Any], place: str) -> set[str]:
    return {entry["medicine"]["id"] for entry in body[place]}


def _plain(body: Mapping[str, Any]) -> int:
    """How many suggestions nothing interrupts."""
    shared = {proof["medicine"]["id"] for alert in body["alerts"] if alert["severity"] in SPEAKING for proof in alert["proofs"]}
    return sum(
        item["medicine"]["id"] not in shared and all(c["severity"] not in SPEAKING for c in item["cautions"])
        for item in body["recommendations"]
    )


def _rates(alerts: int, with_suggestions: int, patients: int, suggestions: int) -> dict[str, float]:
    return {
        "alerts": alerts,
        "per_patient": alerts / patients if patients else 0.0,
        "per_suggestion": alerts / suggestions if suggestions else 0.0,
        "with_a_suggestion": with_suggestions / suggestions if suggestions else 0.0,
    }


def _rules(by_rule: Mapping[tuple[str, str], int]) -> dict[str, dict[str, float]]:
    """By rule, the loudest first: how many alerts of each severity, and its share of all."""
    total = sum(by_rule.values())
    sums = Counter[str]()
    for (rule, _), count in by_rule.items():
        sums[rule] += count
    return {
        rule: {**{str(s): by_rule.get((rule, s), 0) for s in Severity}, "share": count / total}
        for rule, count in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    }


def _saved(alerts: int, said: float) -> dict[str, float]:
    return {"alerts": alerts, "said": round(said), "share": 1 - said / alerts if alerts else 0.0}
