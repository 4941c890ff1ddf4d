"""Events of patients in MEDS form (github.com/Medical-Event-Data-Standard/meds): whose, when, and a code.

The MIMIC-IV demo is such a file: 100 real patients, de-identified, each with dates moved by an amount of their own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from recommender.errors import PredictorError

MIMIC_DEMO = Path("mimic-iv-demo") / "mimic_iv_demo_meds_events.parquet"
"""Where the demo stands in the folder of shared data."""
MIMIC_SOURCE = "MIMIC-IV Clinical Database Demo 2.2 in MEDS form, doi:10.13026/t2y8-ea41; Open Database License 1.0"


class Event(NamedTuple):
    """One event; ``time`` is None for what always holds."""

    patient: int
    time: datetime | None
    code: str


def read_events(path: Path, beginnings: Sequence[str]) -> dict[int, list[Event]]:
    """The events of a Parquet file whose code begins so, by patient, ascending.

    Raises:
        PredictorError: when the file, or pyarrow to read it with, is not there.
    """
    try:
        parquet: Any = import_module("pyarrow.parquet")
        compute: Any = import_module("pyarrow.compute")
    except ImportError as error:
        raise PredictorError("pyarrow is needed to read Parquet: pip install pyarrow") from error
    try:
        table = parquet.read_table(path, columns=["subject_id", "time", "code"])
        wanted = compute.match_substring_regex(table["code"], f"^({'|'.join(beginnings)})")
        columns = table.filter(wanted).to_pydict()
    except (OSError, ValueError) as error:
        raise PredictorError(f"{path.name}: a Parquet file with subject_id, time and code is expected") from error
    return by_patient(map(Event, columns["subject_id"], columns["time"], columns["code"]))


def by_patient(events: Iterable[Event]) -> dict[int, list[Event]]:
    """Events of each patient, patients ascending."""
    found: dict[int, list[Event]] = {}
    for event in events:
        found.setdefault(event.patient, []).append(event)
    return dict(sorted(found.items()))
