"""Real patients as cases: what maps, what does not, and as of when."""

from collections.abc import Callable
from datetime import datetime

from tests.recommender.conftest import Graph
from tests.recommender.judge.mimic_cases import Event, map_cases

NODES = {
    "ICD10CM:E11": {"name": "Type 2 diabetes"},
    "ICD10CM:E11.2": {"name": "Type 2 diabetes with kidney complications"},
    "M:furosemide": {"name": "Furosemide", "aliases": ("Lasix",)},
    "M:aspirin": {"name": "Aspirin"},
}
END = datetime(2180, 5, 7, 17)


def event(code: str, day: int = 7, hour: int = 12, value: float | None = None, patient: int = 1) -> Event:
    return Event(patient, datetime(2180, 5, day, hour), code, value)


BASE = [
    Event(1, datetime(2128, 1, 1), "MEDS_BIRTH", None),
    Event(1, None, "GENDER//F", None),
    Event(1, END, "DIAGNOSIS//ICD//10//E1122", None),
    Event(1, END, "DIAGNOSIS//ICD//10//Z999", None),
    Event(1, END, "DIAGNOSIS//ICD//9//4139", None),
]


def test_a_patient_is_taken_as_of_the_end_of_the_last_stay(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of((), NODES).snapshot
    events = [
        *BASE,
        event("MEDICATION//START//Lasix", 5),
        event("MEDICATION//START//UNK", 5),
        event("MEDICATION//START//Neutra-Phos", 5),
        event("MEDICATION//START//Aspirin", 2),
        event("MEDICATION//STOP//Aspirin", 3),
        event("LAB//50912//mg/dL", 2, value=3.0),
        event("LAB//50912//mg/dL", 6, value=2.5),
        event("LAB//99999//UNK", 6, value=1.0),
        Event(2, datetime(2170, 1, 1), "DIAGNOSIS//ICD//9//4139", None),
    ]

    mapped = map_cases(events, snapshot)

    assert mapped.cases == (
        {
            "age": 52,
            "sex": "female",
            "conditions": ["ICD10CM:E11.2"],
            "medicines": ["M:furosemide"],
            "results": [{"test": "LOINC:2160-0", "value": 2.5, "unit": "mg/dL"}],
        },
    )
    assert mapped.counts == {
        "patients": 2,
        "diagnoses": 2,
        "diagnoses mapped": 1,
        "medicines": 2,
        "medicines mapped": 1,
    }


def test_what_is_stopped_on_the_last_day_was_in_use_until_then(graph_of: Callable[..., Graph]) -> None:
    snapshot = graph_of((), NODES).snapshot
    stopped_at_discharge = [event("MEDICATION//START//Aspirin", 2), event("MEDICATION//STOP//Aspirin", 7, 16)]
    started_again = [event("MEDICATION//START//Lasix", d) for d in (1, 4)] + [event("MEDICATION//STOP//Lasix", 3)]

    case = map_cases([*BASE, *stopped_at_discharge, *started_again], snapshot).cases[0]

    assert case["medicines"] == ["M:aspirin", "M:furosemide"]
