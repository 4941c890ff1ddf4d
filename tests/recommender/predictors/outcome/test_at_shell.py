"""Outcomes at the shell and in answers: of which medicine and condition each thing is said, and nothing worked out in vain."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender.case import read_case
from recommender.config import read_scoring
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.foresight import foresight_of
from recommender.predictors.outcome.config import OutcomeConfig
from recommender.predictors.outcome.fitting import outcome_of
from recommender.predictors.outcome.predictor import OutcomePredictor
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.predictors.at_shell import answered, refused, told
from tests.recommender.predictors.outcome.trials import BAD, GOOD, trials

TRIED = {("M:pril", "C:pressure"): GOOD, ("M:olol", "C:pressure"): BAD, ("M:olol", "C:fever"): GOOD}
CASE: dict[str, Any] = {"age": 50, "sex": "female", "conditions": ["High pressure"]}


@pytest.fixture
def clinic(known: Graph, monkeypatch: pytest.MonkeyPatch) -> Graph:
    """A home whose outcomes are those of two medicines; nobody took the third, of the class of the first."""
    monkeypatch.setenv("RXPATH_HOME", str(known.folder))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    model = outcome_of(trials(known.snapshot, TRIED), known.snapshot, OutcomeConfig(folds=3, bootstraps=20))
    PredictorBundles(known.folder).write("outcome", model.arrays(), model.notes() | {"synthetic": True})
    return known


def test_each_note_says_of_which_medicine_it_is(clinic: Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "case.json").write_text(json.dumps(CASE), encoding="utf-8")
    ask = ("predict", "outcome", "--case", str(tmp_path / "case.json"))

    shown = answered(capsys, *ask, "--explain")
    answers = {answer["about"]: answer for answer in told(capsys, *ask)["predictions"]}

    assert set(answers) == {"pril", "april", "olol"}
    assert "note: rests on people who took its class (april)" in shown
    assert "note: rests on people who took the medicine for this condition (olol, pril)" in shown
    assert "note: for High pressure" in shown
    assert "note: for High pressure (" not in shown
    assert "why recovered or improved, pril" in shown
    for answer in answers.values():
        assert sum(chance["probability"] for chance in answer["chances"]) == pytest.approx(1)
        assert "for High pressure" in answer["notes"]


def test_who_has_nothing_that_is_treated_names_a_medicine(
    clinic: Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.json").write_text(json.dumps({"age": 50}), encoding="utf-8")
    ask = ("predict", "outcome", "--case", str(tmp_path / "case.json"))

    assert "name one: --medicine ID" in refused(capsys, *ask)
    assert "note: for nothing on file" in answered(capsys, *ask, "--medicine", "M:pril")


def test_outcomes_that_the_score_leaves_out_are_not_worked_out(clinic: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    foresight, _ = foresight_of(clinic.folder, clinic.snapshot)
    assert foresight is not None
    asked, record, config = foresight(clinic.snapshot), read_case(CASE, clinic.snapshot, TODAY), read_scoring()

    assert asked.of(record, TODAY, replace(config, personal=1.0)).shifts

    def never(*_: object) -> None:
        pytest.fail("worked out in vain")

    monkeypatch.setattr(OutcomePredictor, "weights", never)
    assert not asked.of(record, TODAY, replace(config, personal=0.0)).shifts
