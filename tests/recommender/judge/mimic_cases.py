"""Real patients as cases: the MIMIC-IV demo, mapped as far as codes and exact names go.

The events are in MEDS form: a patient, a time, a code. A patient is taken as of the end of the last stay that was coded in
ICD-10. A diagnosis is the condition whose code is the longest beginning of its own; ICD-9 is left out. A medicine is in use
when it was ordered in that stay and not stopped by the day before its end; it is mapped by its exact name or an alias. Of all
results only some common ones are read, whose items are known. Nothing is guessed: what does not map is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from graph.elements import NodeKind
from graph.snapshot import Snapshot

FILE = Path("mimic-iv-demo") / "mimic_iv_demo_meds_events.parquet"
DIAGNOSIS, BORN, SEX = "DIAGNOSIS//ICD//10//", "MEDS_BIRTH", "GENDER//"
START, STOP, UNNAMED = "MEDICATION//START//", "MEDICATION//STOP//", "UNK"
LABS: Mapping[str, tuple[str, str]] = {
    "LAB//50912//": ("LOINC:2160-0", "mg/dL"),
    "LAB//50971//": ("LOINC:2823-3", "mmol/L"),
    "LAB//50983//": ("LOINC:2951-2", "mmol/L"),
    "LAB//51237//": ("LOINC:6301-6", ""),
    "LAB//51265//": ("LOINC:777-3", "10*3/uL"),
    "LAB//51222//": ("LOINC:718-7", "g/dL"),
    "LAB//50861//": ("LOINC:1742-6", "U/L"),
}
"""MIMIC's items for creatinine, potassium, sodium, INR, platelets, haemoglobin and ALT, in the units that it has them in."""
STAY = timedelta(days=60)
"""How long before its end an order counts as one of the stay."""
LAST_DAY = timedelta(days=1)
DAYS_A_YEAR = 365.25


class Event(NamedTuple):
    """One event; ``time`` is None for what always holds."""

    patient: int
    time: datetime | None
    code: str
    value: float | None


@dataclass(frozen=True)
class Mapped:
    """Patients as cases, and how much of them could be mapped.

    Attributes:
        cases: one for each patient with a diagnosis in ICD-10.
        counts: of ``patients``, ``diagnoses``, ``diagnoses mapped``, ``medicines`` and ``medicines mapped``.
    """

    cases: tuple[dict[str, Any], ...]
    counts: Counter[str]


def read_events(path: Path) -> Iterator[Event]:
    """The events of a Parquet file.

    Raises:
        ModuleNotFoundError: when pyarrow is not installed, which nothing else here needs.
    """
    parquet: Any = import_module("pyarrow.parquet")
    columns = parquet.read_table(path, columns=["subject_id", "time", "code", "value"]).to_pydict()
    yield from map(Event, columns["subject_id"], columns["time"], columns["code"], columns["value"])


def map_cases(events: Iterable[Event], snapshot: Snapshot) -> Mapped:
    """The cases of the patients that events are about."""
    by_patient: dict[int, list[Event]] = {}
    for event in events:
        by_patient.setdefault(event.patient, []).append(event)
    counts = Counter[str](patients=len(by_patient))
    found = (_case(own, snapshot, counts) for _, own in sorted(by_patient.items()))
    return Mapped(tuple(case for case in found if case), counts)


def _case(events: list[Event], snapshot: Snapshot, counts: Counter[str]) -> dict[str, Any] | None:
    end = max((e.time for e in events if e.time and e.code.startswith(DIAGNOSIS)), default=None)
    if end is None:
        return None
    codes = {e.code.removeprefix(DIAGNOSIS) for e in events if e.code.startswith(DIAGNOSIS) and e.time == end}
    names = _in_use(events, end)
    conditions = {code: node for code in codes if (node := _condition(code, snapshot))}
    medicines = {name: node for name in names if (node := _medicine(name, snapshot))}
    counts.update({"diagnoses": len(codes), "diagnoses mapped": len(conditions)})
    counts.update({"medicines": len(names), "medicines mapped": len(medicines)})
    return {
        **_person(events, end),
        "conditions": sorted(set(conditions.values())),
        "medicines": sorted(set(medicines.values())),
        "results": list(_results(events, end)),
    }


def _person(events: list[Event], end: datetime) -> dict[str, Any]:
    sexes = {"F": "female", "M": "male"}
    sex = next((sexes.get(e.code.removeprefix(SEX)) for e in events if e.code.startswith(SEX)), None)
    born = next((e.time for e in events if e.code == BORN and e.time), None)
    return {"age": int((end - born).days / DAYS_A_YEAR) if born else None, "sex": sex}


def _in_use(events: list[Event], end: datetime) -> set[str]:
    """Names of what was ordered in the stay and not stopped by the day before its end."""
    started, stopped = _last(events, START, end), _last(events, STOP, end - LAST_DAY)
    return {name for name, time in started.items() if time > end - STAY and stopped.get(name, datetime.min) < time} - {UNNAMED}


def _last(events: list[Event], kind: str, until: datetime) -> dict[str, datetime]:
    """When each medicine was last started or stopped."""
    found: dict[str, datetime] = {}
    for event in events:
        if event.time and event.time <= until and event.code.startswith(kind):
            name = event.code.removeprefix(kind).strip()
            found[name] = max(event.time, found.get(name, event.time))
    return found


def _condition(code: str, snapshot: Snapshot) -> str | None:
    """The condition whose code is the longest beginning of a code without its dot, of three characters at least."""
    for length in range(len(code), 2, -1):
        dotted = code[:3] + (f".{code[3:length]}" if length > len("A00") else "")
        if snapshot.candidates(f"ICD10CM:{dotted}", (NodeKind.CONDITION,)):
            return f"ICD10CM:{dotted}"
    return None


def _medicine(name: str, snapshot: Snapshot) -> str | None:
    found = snapshot.candidates(name, (NodeKind.MEDICINE,))
    return str(snapshot.id(found[0])) if len(found) == 1 else None


def _results(events: list[Event], end: datetime) -> Iterator[dict[str, Any]]:
    """The newest value of each test, as of the day of the answer: MIMIC's dates lie in the future."""
    for item, (test, unit) in LABS.items():
        values = [(e.time, e.value) for e in events if e.time and e.value is not None and e.code.startswith(item)]
        recent = [(time, value) for time, value in values if end - STAY < time <= end]
        if recent:
            yield {"test": test, "value": max(recent)[1]} | ({"unit": unit} if unit else {})
