"""Blood risk at the shell: asked with and without training, of cases, patients and tables."""

from pathlib import Path

import pytest

from loaders.synthetic import write_table
from recommender.predictors.blood_risk.reference import DATA
from tests.recommender.predictors.at_shell import answered, case_file, refused, settings, told
from tests.recommender.predictors.conftest import PATIENT

ADVICE = {"No action needed", "Lifestyle changes recommended", "Consult a healthcare professional"}


@pytest.mark.parametrize(
    ("sugar", "advice"),
    [
        (85, "No action needed"),
        (115, "Lifestyle changes recommended"),
        (130, "Consult a healthcare professional"),
        (470, "Consult a healthcare professional"),
    ],
)
def test_rules_advise_without_any_training(home: Path, capsys: pytest.CaptureFixture[str], sugar: float, advice: str) -> None:
    case = case_file(home, ("Fasting glucose", sugar, "mg/dL"))

    found = told(capsys, "predict", "blood-risk", "--case", case)
    shown = answered(capsys, "predict", "blood-risk", "--case", case)

    [answer] = found["predictions"]
    assert (found["bundle"], answer["bundle"]) == ("", "knowledge")
    assert answer["advice"] == answer["chances"][0]["level"] == advice
    assert answer["panic"] is (sugar == 470)
    assert shown.startswith(advice)


def test_a_patient_is_told_what_helps_and_who_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("predict", "blood-risk", "--patient", PATIENT, "--as-of", "2024-06-01")

    shown = answered(capsys, *arguments)
    explained = told(capsys, *arguments, "--explain")

    assert "Fasting glucose 115 mg/dL: above its range, which ends at 99: Lifestyle changes recommended [r7]" in shown
    assert "exercise: Walk helps with R73; Fasting glucose points at R73.03, a kind of R73. (book, page 3; " in shown
    [answer] = explained["predictions"]
    assert answer["explanation"]["contributions"][0]["record"] == "r7"
    assert PATIENT not in shown


def test_a_table_is_judged_by_rules_and_then_by_what_it_taught(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write_table(home, "blood", 150, 5, DATA))
    asked = ("predict", "blood-risk", "--table", path)

    rules = told(capsys, *asked)
    trained = told(capsys, "train", "--predictor", "blood-risk", "--table", path, "--settings", settings(home))
    learned = told(capsys, *asked)
    shown = answered(capsys, *asked)

    assert [answer["row"] for answer in rules["predictions"]] == list(range(2, 152))
    assert {answer["advice"] for answer in rules["predictions"]} == ADVICE
    assert trained["promoted"] == "logistic"
    order = ["No action needed", "Lifestyle changes recommended", "Consult a healthcare professional"]
    for one, other in zip(rules["predictions"], learned["predictions"], strict=True):
        # What the rules call for is the floor.
        assert other["floor"] == one["advice"]
        assert order.index(other["advice"]) >= order.index(one["advice"])
    assert any(answer["decided_by"] == "the learned risk" for answer in learned["predictions"])
    assert "learned risk" in shown
    assert "cardiometabolic event within ten years" in shown


def test_values_that_a_model_never_met_are_still_judged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write_table(home, "blood", 200, 5, DATA))
    told(capsys, "train", "--predictor", "blood-risk", "--table", path, "--settings", settings(home))
    mapping = '[table]\nname = "mine"\ntarget = ""\n[columns.k]\nunit = "mmol/L"\nnode = "LOINC:2823-3"\n'
    (home / "mine.toml").write_text(mapping, encoding="utf-8")
    (home / "mine.csv").write_text("k\n4.1\n6.9\n", encoding="utf-8")

    found = told(capsys, "predict", "blood-risk", "--table", str(home / "mine.csv"), "--mapping", str(home / "mine.toml"))

    assert [answer["advice"] for answer in found["predictions"]] == [
        "No action needed",
        "Consult a healthcare professional",
    ]
    assert "nothing of it is what blood-risk was fitted on: rules alone answer" in found["notes"]


def test_a_table_without_blood_values_teaches_no_blood_risk(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "x.csv").write_text("x,y\n" + "".join(f"{i % 7}.5,{i % 2}\n" for i in range(60)), encoding="utf-8")

    said = refused(capsys, "train", "--predictor", "blood-risk", "--table", str(home / "x.csv"), "--target", "y")

    assert "no column is a blood test" in said
