"""The shipped parameters, and faults in them."""

from pathlib import Path

import pytest

from loaders.synthetic.ailments import Course
from loaders.synthetic.parameters import Parameters
from loaders.synthetic.tables import CohortError
from tests.loaders.synthetic.building import DATA, copy_of_data, replace_line

SHIPPED = Parameters.read(DATA / "synthetic")


def test_there_are_enough_conditions() -> None:
    assert len(SHIPPED.ailments) >= 70
    assert len(SHIPPED.links) >= 100


def test_every_age_and_sex_has_something() -> None:
    for sex in (0, 1):
        for band in range(len(SHIPPED.settings.population.ages)):
            assert sum(bool(one.rates[sex][band]) for one in SHIPPED.ailments) >= 20


def test_no_man_is_pregnant_and_no_woman_has_a_prostate() -> None:
    female_only = {"ICD10CM:Z33", "ICD10CM:Z39.1", "ICD10CM:N80", "ICD10CM:O14"}
    male_only = {"ICD10CM:N40.1", "ICD10CM:N41", "ICD10CM:C61"}
    rates = {one.condition: one.rates for one in SHIPPED.ailments}

    assert not any(max(rates[one][1]) for one in female_only)
    assert not any(max(rates[one][0]) for one in male_only)


def test_pregnancy_is_of_its_age_alone() -> None:
    (pregnancy,) = [one for one in SHIPPED.ailments if one.condition == "ICD10CM:Z33"]
    ages = [start for start, rate in zip(SHIPPED.settings.population.ages, pregnancy.rates[0], strict=True) if rate]

    assert pregnancy.course is Course.STATE
    assert ages == [15, 20, 30, 40]


def test_acute_conditions_have_a_length() -> None:
    assert all(one.days > 0 for one in SHIPPED.ailments if one.course is not Course.CHRONIC)


def test_most_links_lift() -> None:
    ratios = list(SHIPPED.links.values())

    assert sum(ratio > 1 for ratio in ratios) > 0.8 * len(ratios)


def test_what_links_join_is_there() -> None:
    assert SHIPPED.links["ICD10CM:E66", "ICD10CM:E11"] > 1
    assert SHIPPED.links["ICD10CM:F17", "ICD10CM:J44"] > 1


def test_shifts_lie_where_a_living_person_can_be() -> None:
    for shift in SHIPPED.shifts:
        measure = SHIPPED.measures[shift.test]
        assert measure.low <= shift.low <= shift.mean <= shift.high <= measure.high, shift


def test_kidney_disease_is_told_by_kidney_function() -> None:
    stages = {"ICD10CM:N18.3": (30, 60), "ICD10CM:N18.4": (15, 30), "ICD10CM:N18.6": (0, 15)}
    found = {shift.condition: shift for shift in SHIPPED.shifts if shift.test == SHIPPED.roles["gfr"]}

    for condition, (low, high) in stages.items():
        assert low < found[condition].low < found[condition].high < high


@pytest.mark.parametrize(
    ("file", "beginning", "line", "message"),
    [
        ("link.csv", "ICD10CM:E66,ICD10CM:E11,", "ICD10CM:E66,ICD10CM:E11,often", r"link.csv: line \d+, column 'odds_ratio'"),
        ("link.csv", "cause,", "because,condition,odds_ratio", "column 'cause' is missing"),
        ("phenotype.csv", "rx:phenotype-vkorc1-1639-aa", "rx:phenotype-vkorc1-1639-aa,VKORC1,99", "VKORC1 add up to more"),
        ("allergy.csv", "rx:class-statins", "rx:class-statins,120,1,1,1,rash", "a number from 0 to 100"),
        ("measure.csv", "LOINC:3084-1", "LOINC:3084-1,,any,1,0.06,18,5,0.6,16,1", r"column 'high': a number from 16"),
    ],
)
def test_a_fault_is_reported_with_its_place(tmp_path: Path, file: str, beginning: str, line: str, message: str) -> None:
    folder = copy_of_data(tmp_path) / "synthetic"
    replace_line(folder / file, beginning, line)

    with pytest.raises(CohortError, match=message):
        Parameters.read(folder)
