"""Stays of the MIMIC demo: which events are of which stay, and what the real file holds."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recommender.errors import PredictorError
from recommender.predictors.population.meds_events import MIMIC_DEMO, Event, by_patient
from recommender.predictors.sequence.mimic_demo import category, population_of, read_mimic_demo
from tests.shared_data import shared_data

DAY = datetime(2150, 1, 1, 8)


def at(days: float, code: str, patient: int = 1) -> Event:
    return Event(patient, DAY + timedelta(days=days), code)


def stay(begin: float, end: float, *codes: tuple[float, str], patient: int = 1) -> list[Event]:
    return [
        at(begin, "HOSPITAL_ADMISSION//URGENT//ER", patient),
        at(end, "HOSPITAL_DISCHARGE//HOME", patient),
        *(at(day, code, patient) for day, code in codes),
    ]


def test_events_are_of_the_stay_that_they_lie_in() -> None:
    first = stay(0, 3, (3, "DIAGNOSIS//ICD//9//4280"), (1, "MEDICATION//START//Heparin "))
    second = stay(10, 12, (12, "DIAGNOSIS//ICD//10//I5022"), (11, "MEDICATION//START//Aspirin"))
    outside = [at(5, "MEDICATION//START//Placebo"), at(20, "MEDICATION//START//Placebo"), Event(1, None, "GENDER//F")]

    population = population_of(by_patient([*second, *first, *outside]))

    (history,) = population.histories
    assert [(v.day, set(v.codes)) for v in history] == [
        (0, {"ICD9:428", "medicine:heparin"}),
        (10, {"ICD10:I50", "medicine:aspirin"}),
    ]
    assert set(population.codes) == {"ICD9:428", "ICD10:I50", "medicine:heparin", "medicine:aspirin"}


def test_unnamed_medicines_and_empty_stays_are_left_out() -> None:
    population = population_of(
        by_patient([*stay(0, 1, (0.5, "MEDICATION//START//UNK")), *stay(0, 1, (1, "DIAGNOSIS//ICD//9//25000"), patient=2)])
    )

    assert [len(history) for history in population.histories] == [1]


def test_categories_keep_the_versions_apart() -> None:
    assert [category(code) for code in ("9//E8788", "9//V1582", "10//E1165")] == ["ICD9:E878", "ICD9:V15", "ICD10:E11"]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "events.parquet").write_bytes(b"no table")
    for name in ("events.parquet", "missing.parquet"):
        with pytest.raises(PredictorError, match=name):
            read_mimic_demo(tmp_path / name)


def test_the_real_demo() -> None:
    population = read_mimic_demo(shared_data(MIMIC_DEMO))

    assert len(population.histories) == 100
    assert sum(len(history) for history in population.histories) == 275
    assert sum(len(history) > 1 for history in population.histories) == 48
    assert not population.synthetic
