"""Recovery at the shell: a ward is ranked by need, planned for and explained."""

from pathlib import Path

import pytest

from loaders.synthetic import write_table
from recommender.predictors.blood_risk.reference import DATA
from tests.recommender.predictors.at_shell import answered, case_file, refused, settings, told
from tests.recommender.predictors.conftest import PATIENT


@pytest.fixture
def ward(home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """A table of a ward, with recovery fitted on others."""
    taught = str(write_table(home / "taught", "recovery", 400, 3, DATA))
    quick = settings(home, "deep = false\n")
    assert told(capsys, "train", "--predictor", "recovery", "--table", taught, "--settings", quick)["rows"] == 400
    return str(write_table(home, "recovery", 25, 4, DATA))


def test_a_ward_is_planned_with_its_patients_by_need(ward: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "predict", "recovery", "--table", ward, "--days", "3")
    usual = told(capsys, "predict", "recovery", "--table", ward)
    shown = answered(capsys, "predict", "recovery", "--table", ward, "--days", "3")

    plan = found["plan"]
    assert [day["day"] for day in plan["days"]] == [1, 2, 3]
    assert len(usual["plan"]["days"]) == 7
    need = [patient["intensive_days"] for patient in plan["patients"]]
    assert need == sorted(need, reverse=True)
    assert sorted(patient["row"] for patient in plan["patients"]) == [answer["row"] for answer in found["predictions"]]
    # The plan rests on the very probabilities that are told of each row.
    told_of = {answer["row"]: answer["chances"][0] for answer in found["predictions"]}
    for patient in plan["patients"]:
        assert patient["probability"] == pytest.approx(told_of[patient["row"]]["probability"])
        assert patient["interval"] == pytest.approx(told_of[patient["row"]]["interval"])
    for day in plan["days"]:
        for kind in ("beds", "intensive_care"):
            low, high = day[kind]["interval"]
            assert low <= day[kind]["expected"] <= high <= 25
    assert "Patients by need, 3 days ahead" in shown
    assert "5 further patients with --json" in shown
    assert "nobody is admitted" in shown


def test_what_cannot_be_planned_is_said(home: Path, ward: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "a plan is for 1 to 60 days" in refused(capsys, "predict", "recovery", "--table", ward, "--days", "0")
    case = case_file(home)
    assert "--days belongs to --table" in refused(capsys, "predict", "recovery", "--case", case, "--days", "2")
    said = refused(capsys, "predict", "blood-risk", "--table", ward, "--days", "2")
    assert "--days belongs to a predictor that plans; blood-risk does not" in said


def test_without_stays_the_patients_are_ranked_by_nobody_and_that_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_table(home, "recovery", 300, 3, DATA)
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [i for i, name in enumerate(lines[0]) if name not in ("stay_days", "icu_days")]
    path.write_text("".join(",".join(line[i] for i in kept) + "\n" for line in lines), encoding="utf-8")
    quick = settings(home, "deep = false\n")
    told(capsys, "train", "--predictor", "recovery", "--table", str(path), "--settings", quick)

    found = told(capsys, "predict", "recovery", "--table", str(path))

    assert found["plan"] is None
    assert "no beds are planned: recovery was fitted without stay_days and icu_days" in found["notes"]
    assert len(found["predictions"]) == 300


def test_a_patient_of_whom_too_little_is_on_file_gets_no_chance(
    home: Path, ward: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [answer] = told(capsys, "predict", "recovery", "--patient", PATIENT, "--as-of", "2024-06-01")["predictions"]

    assert answer["chances"] == []
    assert answer["abstained"].endswith("of 15 values are known: too few")


def test_a_row_is_explained_by_what_can_change(ward: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "predict", "recovery", "--table", ward, "--explain")

    for answer in found["predictions"]:
        told_why = answer["explanation"]
        total = told_why["base"] + sum(part["amount"] for part in told_why["contributions"])
        assert total == pytest.approx(told_why["total"])
        # Who is likely to recover is told of no change that would end it.
        if answer["chances"][0]["probability"] > 0.5:
            assert told_why["counterfactual"] == ""
    assert any(answer["explanation"]["counterfactual"] for answer in found["predictions"])
