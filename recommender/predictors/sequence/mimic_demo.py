"""Visits of the MIMIC-IV demo: 100 real patients, de-identified, in MEDS form (doi:10.13026/t2y8-ea41).

A visit is a stay. Its diagnoses are those coded at its discharge, by their category: three characters of ICD-10, and three of
ICD-9, four of an ICD-9 code that begins with E. The two are kept apart, since no mapping is given with the data. Its medicines
are those whose order began between admission and discharge, by name.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from recommender.predictors.population.meds_events import MIMIC_SOURCE, Event, read_events
from recommender.predictors.sequence.visits import Code, CodeKind, History, Population, Visit

ADMISSION, DISCHARGE = "HOSPITAL_ADMISSION", "HOSPITAL_DISCHARGE"
DIAGNOSIS, STARTED, UNNAMED = "DIAGNOSIS//ICD//", "MEDICATION//START//", "UNK"
_SECONDS_A_DAY = 86_400.0


class _Stay(NamedTuple):
    begun: datetime
    ended: datetime


def read_mimic_demo(path: Path) -> Population:
    """The histories of the demo's patients.

    Args:
        path: of the events, Parquet.

    Raises:
        PredictorError: when the file, or pyarrow to read it with, is not there.
    """
    return population_of(read_events(path, (ADMISSION, DISCHARGE, DIAGNOSIS, STARTED)))


def population_of(events: Mapping[int, list[Event]]) -> Population:
    """The histories of the patients that events are of."""
    codes: dict[str, Code] = {}
    histories = tuple(_history([event for event in own if event.time], codes) for own in events.values())
    return Population("MIMIC-IV demo", tuple(h for h in histories if h), codes, source=MIMIC_SOURCE)


def category(code: str) -> str:
    """The category of a code written ``9//4280`` or ``10//I5022``.

    >>> category("9//E8788"), category("9//4280"), category("10//I5022")
    ('ICD9:E878', 'ICD9:428', 'ICD10:I50')
    """
    version, _, text = code.partition("//")
    length = 4 if version == "9" and text.startswith("E") else 3
    return f"ICD{version}:{text[:length]}"


def _history(events: list[Event], codes: dict[str, Code]) -> History:
    stays = _stays(events)
    ends = [stay.ended for stay in stays]
    brought: list[set[str]] = [set() for _ in stays]
    for event in events:
        code = _code(event.code)
        # The stay that ends at the event or after it; an order before its admission is of no stay.
        place = bisect_left(ends, event.time) if code and event.time else len(stays)
        if code and event.time and place < len(stays) and stays[place].begun <= event.time:
            codes[code.name] = code
            brought[place].add(code.name)
    first = stays[0].begun if stays else datetime.min
    return tuple(
        Visit((stay.begun - first).total_seconds() / _SECONDS_A_DAY, frozenset(names))
        for stay, names in zip(stays, brought, strict=True)
        if names
    )


def _stays(events: list[Event]) -> list[_Stay]:
    """Admissions with the discharges that follow them, in order."""
    begun, ended = (
        sorted(event.time for event in events if event.time and event.code.startswith(kind)) for kind in (ADMISSION, DISCHARGE)
    )
    return [_Stay(begin, end) for begin, end in zip(begun, ended, strict=False) if begin <= end]


def _code(text: str) -> Code | None:
    if text.startswith(DIAGNOSIS):
        name = category(text.removeprefix(DIAGNOSIS))
        return Code(name, CodeKind.CONDITION, name)
    name = text.removeprefix(STARTED).strip()
    if not text.startswith(STARTED) or name == UNNAMED:
        return None
    return Code(f"medicine:{name.lower()}", CodeKind.MEDICINE, name)
