"""Plans of wards: who needs most, how many beds, and intervals that hold what they say."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.recovery.predictor import RecoveryPredictor
from recommender.predictors.recovery.ward_plan import ward_plan
from tests.recommender.predictors.recovery.ward import PLAIN, stays_of, straight

PATIENTS = np.arange(40)


@pytest.fixture(scope="module")
def predictor() -> RecoveryPredictor:
    table = straight(600)
    return RecoveryPredictor.fit(table, PLAIN, stays_of(table))[0]


def test_those_who_need_most_come_first(predictor: RecoveryPredictor) -> None:
    ward = straight(40, seed=9)
    plan = ward_plan(predictor, ward, days=5)
    need = [(-patient.intensive_days, patient.probability) for patient in plan.patients]

    assert need == sorted(need)
    assert sorted(patient.row for patient in plan.patients) == ward.rows.tolist()
    assert plan.patients[0].probability < plan.patients[-1].probability
    assert all(patient.low <= patient.probability <= patient.high for patient in plan.patients)


def test_days_are_the_sums_of_what_patients_need(predictor: RecoveryPredictor) -> None:
    plan = ward_plan(predictor, straight(40, seed=9), days=6)

    assert [day.day for day in plan.days] == [1, 2, 3, 4, 5, 6]
    assert plan.days[0].beds.expected == 40
    assert (plan.days[0].beds.low, plan.days[0].beds.high) == (40, 40)
    assert sum(day.beds.expected for day in plan.days) == pytest.approx(sum(p.bed_days for p in plan.patients))
    assert sum(day.intensive.expected for day in plan.days) == pytest.approx(sum(p.intensive_days for p in plan.patients))
    for day in plan.days:
        assert day.beds.low <= day.beds.expected <= day.beds.high
        assert day.intensive.expected <= day.beds.expected
    beds = [day.beds.expected for day in plan.days]
    assert beds == sorted(beds, reverse=True)


def test_a_single_patient_is_what_the_curves_say(predictor: RecoveryPredictor) -> None:
    one = straight(1, seed=3)
    plan = ward_plan(predictor, one, days=4)
    [patient] = plan.patients
    stays = predictor.stays
    assert stays is not None
    bed, _ = stays.needed(np.array([patient.probability]), stays.bands(np.array([patient.probability])), 4)

    assert [day.beds.expected for day in plan.days] == pytest.approx(bed[0].tolist())


def test_the_intervals_hold_the_beds_of_wards_that_were_never_seen(predictor: RecoveryPredictor) -> None:
    held = total = 0
    for seed in range(20, 60):
        ward = straight(30, seed=seed)
        stays = stays_of(ward, seed=seed)
        for day in ward_plan(predictor, ward, days=6).days:
            beds, care = int((stays.bed >= day.day).sum()), int((stays.intensive >= day.day).sum())
            held += (day.beds.low <= beds <= day.beds.high) + (day.intensive.low <= care <= day.intensive.high)
            total += 2

    assert held / total >= 0.93


def test_the_expected_beds_are_right_on_average(predictor: RecoveryPredictor) -> None:
    ward = straight(2_000, seed=77)
    stays = stays_of(ward, seed=77)

    for day in ward_plan(predictor, ward, days=4).days:
        assert day.beds.expected / 2_000 == pytest.approx(float((stays.bed >= day.day).mean()), abs=0.05)


def test_a_plan_is_json_and_says_what_it_rests_on(predictor: RecoveryPredictor) -> None:
    told = json.loads(json.dumps(ward_plan(predictor, straight(5, seed=9), days=2).payload()))

    assert len(told["patients"]) == 5
    assert set(told["days"][0]) == {"day", "beds", "intensive_care"}
    assert any("nobody is admitted" in words for words in told["assumptions"])
    assert told["notes"] == []


def test_what_the_table_lacks_is_said(predictor: RecoveryPredictor) -> None:
    ward = straight(5, seed=9)
    less = replace(ward, columns=ward.columns[:2], values={name: ward.values[name] for name in ("age", "oxygen")})

    assert ward_plan(predictor, less).notes == ("column noise is not in the table: missing throughout",)


@pytest.mark.parametrize("days", [0, 61])
def test_days_that_are_not_known_are_refused(predictor: RecoveryPredictor, days: int) -> None:
    with pytest.raises(PredictorError, match="1 to 60 days"):
        ward_plan(predictor, straight(5), days)


def test_without_stays_there_is_no_plan(predictor: RecoveryPredictor) -> None:
    with pytest.raises(PredictorError, match="without lengths of stay"):
        ward_plan(replace(predictor, stays=None), straight(5))


def test_patients_of_whom_little_is_known_are_named(predictor: RecoveryPredictor) -> None:
    ward = straight(9, seed=9)
    gone = np.arange(9) < 7
    values = {name: np.where(gone & (name != "age"), np.nan, ward.values[name]) for name in ward.values}

    plan = ward_plan(predictor, replace(ward, values=values))

    assert plan.notes == ("fewer than half of the values are known of rows 2, 3, 4, 5, 6 and 2 more",)
    assert len(plan.patients) == 9
