"""Whole answers for patients of the cohort: nothing that the oracle excludes is in a list, and no pair that must not meet."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recommender.request import Request
from recommender.service import Recommender
from tests.safety_cohort.filing import as_case, patient_id, site_of
from tests.safety_cohort.patient import Patient, Therapy
from tests.safety_cohort.tables import Tables
from tests.safety_cohort.therapies import SEVERITIES, weighed
from tests.safety_cohort.trial import DAY, Trial
from tests.safety_cohort.verdict import Worst, current, worst

TOP = 100
LISTS = ("recommendations", "needs_sign_off", "exploratory")


def onc_pairs(shared: Path) -> set[frozenset[str]]:
    """The pairs of the high-priority list, as ids."""
    path = shared / "data" / "ddi-onc-high-priority" / "ONC_High_Priority_Mapped.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.reader(stream, delimiter="$") if len(row) >= 4]
    return {frozenset((f"DrugBank:{row[1].strip()}", f"DrugBank:{row[3].strip()}")) for row in rows}


class Answers:
    """Asks for whole answers and looks through their lists.

    Args:
        trial: the store, its knowledge and the oracle.
        home: where what is derived from the snapshot is kept.
        shared: the folder of the reference data.
    """

    def __init__(self, trial: Trial, home: Path, shared: Path) -> None:
        self._trial, self._home = trial, home
        self._pairs = onc_pairs(shared)
        self._plain = self._recommender(Patient(0))
        self.suggested = 0
        self.met = 0
        """Pairs of the list that were suggested because, for this patient, something makes the interaction less than severe."""

    def _recommender(self, patient: Patient) -> Recommender:
        snapshot = self._trial.snapshot
        return Recommender(self._trial.store, snapshot, self._home, site=site_of(patient, snapshot), compiled=False)

    def wrong(self, patient: Patient) -> Iterator[str]:
        """What is wrong with the answer for a patient, in words."""
        verdicts = worst(self._trial.oracle.verdicts(patient))
        body = self._body(patient)
        for name in LISTS:
            for suggestion in body[name] or ():
                medicine = str(suggestion["medicine"]["id"])
                self.suggested += 1
                yield from (f"patient {patient.number}: {reason}" for reason in _unsafe(name, medicine, verdicts))
                for therapy in current(patient, DAY.isoformat()):
                    yield from self._meeting(patient, medicine, therapy, "with what is being taken")
                for other in suggestion.get("usable_with") or ():
                    yield from self._meeting(patient, medicine, Therapy(str(other["medicine"]["id"])), "as usable together")

    def _body(self, patient: Patient) -> Mapping[str, Any]:
        asked: dict[str, Any] = {"case": as_case(patient)} if patient.told else {"patient": patient_id(patient)}
        recommender = self._recommender(patient) if patient.policy != Patient(0).policy else self._plain
        body: dict[str, Any] = json.loads(recommender.recommend(Request(as_of=DAY, top=TOP, explore=True, **asked)).json())
        return body

    def _meeting(self, patient: Patient, medicine: str, therapy: Therapy, how: str) -> Iterator[str]:
        """Pairs of the list of which one is inside each of two medicines."""
        tables: Tables = self._trial.tables
        for one in tables.inside[medicine]:
            for other in tables.inside[therapy.medicine]:
                if frozenset((one, other)) in self._pairs:
                    uses = [(other, therapy.medicine, therapy), (one, medicine, None)]
                    rows = [row for end, row in tables.interacting.get(other, ()) if end == one]
                    said = [weighed(tables, patient, DAY.isoformat(), row, uses)[0] for row in rows]
                    if min(said, key=SEVERITIES.index, default="severe") == "severe":
                        yield f"patient {patient.number}: {medicine} suggested {how}: {therapy.medicine}"
                    else:
                        self.met += 1


def _unsafe(name: str, medicine: str, verdicts: Worst) -> Iterator[str]:
    for (about, rule), severity in verdicts.items():
        if about == medicine and (severity == "exclude" or (severity == "sign-off" and name == "recommendations")):
            yield f"{medicine} stands in {name}, and {rule} says {severity}"
