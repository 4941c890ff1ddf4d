"""Stays of the MIMIC demo as a table: what was known at admission, and nothing of what came later."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from recommender.predictors.population.meds_events import MIMIC_DEMO, Event, by_patient
from recommender.predictors.stay.mimic_demo import KINDS, read_mimic_stays, table_of
from tests.shared_data import shared_data

DAY = datetime(2150, 1, 1, 12)


def at(days: float, code: str, patient: int = 1) -> Event:
    return Event(patient, DAY + timedelta(days=days), code)


def test_two_stays_of_one_patient() -> None:
    person = [Event(1, datetime(2100, 1, 1), "MEDS_BIRTH"), Event(1, None, "GENDER//M")]
    first = [at(0, "HOSPITAL_ADMISSION//URGENT//TRANSFER FROM HOSPITAL"), at(4, "HOSPITAL_DISCHARGE//HOME")]
    second = [at(10.5, "HOSPITAL_ADMISSION//ELECTIVE//PHYSICIAN REFERRAL"), at(12, "HOSPITAL_DISCHARGE//HOME")]

    table = table_of(by_patient([*second, *person, *first]))

    assert table.target.tolist() == [4, 1.5]
    assert table.groups.tolist() == [0, 0]
    values = {name: array.tolist() for name, array in table.values.items()}
    assert values["age"] == pytest.approx([50, 50.03], abs=0.05)
    assert values["sex"] == [1, 1]
    assert [KINDS[int(kind)] for kind in values["kind"]] == ["emergency", "elective"]
    assert (values["transferred"], values["at_night"]) == ([1, 0], [0, 1])
    assert values["former_stays"] == [0, 1]
    assert (values["former_days"][1], values["days_between"][1]) == (4, 6.5)
    assert np.isnan(values["former_days"][0])
    assert np.isnan(values["days_between"][0])


def test_who_is_not_known_is_missing() -> None:
    table = table_of(by_patient([at(0, "HOSPITAL_ADMISSION//EU OBSERVATION//ER"), at(1, "HOSPITAL_DISCHARGE//HOME")]))

    assert np.isnan(table.values["age"]).all()
    assert table.values["sex"].tolist() == [-1]
    assert KINDS[int(table.values["kind"][0])] == "observation"


def test_the_real_demo() -> None:
    table = read_mimic_stays(shared_data(MIMIC_DEMO))

    assert (len(table), len(np.unique(table.groups))) == (275, 100)
    assert table.target.mean() == pytest.approx(6.9, abs=0.1)
    assert (table.target > 0).all()
