"""What the oracle answers, and what is on file on a day."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.safety_cohort.patient import Diagnosis, Patient, Therapy

ORDER = ("exclude", "sign-off", "caution", "note")


class Verdict(NamedTuple):
    """What one reason comes to for one medicine.

    ``ways`` says by which ways it holds: through a tree, inside a combination, by an old result and so on.
    """

    medicine: str
    rule: str
    severity: str
    ways: tuple[str, ...]


Worst = dict[tuple[str, str], str]
"""By medicine and rule the most severe verdict."""


def worst(verdicts: Iterable[Verdict]) -> Worst:
    """The most severe verdict of every rule on every medicine."""
    found: Worst = {}
    for medicine, rule, severity, _ in verdicts:
        known = found.get((medicine, rule))
        if known is None or ORDER.index(severity) < ORDER.index(known):
            found[medicine, rule] = severity
    return found


def begun(patient: Patient, start: str, day: str) -> bool:
    """Whether something was on file by the day: what a case tells is told today."""
    return patient.told or not start or start <= day


def holds(status: str, stop: str, day: str) -> bool:
    """Whether something on file holds on the day: its end decides, and without one its status."""
    return status != "refuted" and (stop > day if stop else status != "resolved")


def current(patient: Patient, day: str) -> Iterator[Therapy]:
    """What is being taken."""
    return (t for t in patient.therapies if begun(patient, t.start, day) and holds("", t.stop, day))


def ended(patient: Patient, day: str) -> Iterator[Therapy]:
    """What was taken once."""
    return (t for t in patient.therapies if begun(patient, t.start, day) and not holds("", t.stop, day))


def active(patient: Patient, day: str) -> Iterator[Diagnosis]:
    """Diagnoses that hold."""
    return (d for d in patient.diagnoses if begun(patient, d.start, day) and holds(d.status, d.stop, day))
