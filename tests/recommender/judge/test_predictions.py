"""Which setting of predictions the figures support: by hand, and at the shell on a practice where the truth is known."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from graph.snapshot import Snapshot
from recommender.__main__ import main
from recommender.config import read_scoring
from recommender.judge.hidden import Hidden, figures_of_settings, hidden_figures
from recommender.judge.parted import Part, Task
from recommender.judge.predictions import FACTORS, SETTINGS, chosen_factor, judge_predictions
from recommender.judge.predictions_table import render_predictions
from recommender.outlook import Foresight, Outlook
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.judge.test_hidden import ASKED, BARE
from tests.recommender.practice import practice
from tests.recommender.test_foreseen import Told, expected
from tests.recommender.test_service import EDGES, NODES


def row(factor: float, difference: float, low: float, high: float) -> dict[str, Any]:
    return {"factor": factor, "ndcg@10": {"difference": difference, "interval": [low, high]}}


NOBODY = {"factor": 0.5, "ndcg@10": {"difference": None, "interval": None}}

NONE = {"without": None, "with": None, "difference": None, "interval": None}
NOBODY_ROW = {"task": "a", "patients": 0, "records": 0, "predicted": 0, "recall@10": NONE, "ndcg@10": NONE}


@pytest.mark.parametrize(
    ("rows", "factor"),
    [
        ([], 0.0),
        ([NOBODY], 0.0),
        ([row(0.5, 0.1, -0.1, 0.3)], 0.0),
        ([row(0.5, 0.1, 0.01, 0.3)], 0.5),
        ([row(0.5, 0.1, 0.01, 0.3), row(1.0, 0.2, 0.1, 0.3)], 1.0),
        ([row(0.5, 0.2, 0.1, 0.3), row(1.0, 0.2, 0.1, 0.3)], 0.5),
        ([row(0.5, 0.1, 0.01, 0.3), row(0.5, -0.1, -0.2, 0.1)], 0.5),
        ([row(0.5, 0.1, 0.01, 0.3), row(0.5, -0.1, -0.2, -0.01)], 0.0),
        ([row(0.5, 0.1, 0.05, 0.2), row(0.5, 0, 0, 0), row(1.0, 0.9, 0.8, 1.0), row(1.0, -0.2, -0.3, -0.1)], 0.5),
        ([row(0.5, 0.1, 0.05, 0.2), NOBODY], 0.5),
    ],
)
def test_a_factor_is_chosen_that_helps_somewhere_and_harms_nowhere(rows: list[dict[str, Any]], factor: float) -> None:
    assert chosen_factor(rows) == factor


def own(graph: Graph, node: str) -> Recommender:
    def foresight(snapshot: Snapshot) -> Foresight:
        return Told(Outlook((expected(snapshot, node, 0.9),)))

    config = replace(read_scoring(), predicted=0.25)
    return Recommender(graph.store, graph.snapshot, graph.folder, config=config, foresight=foresight, compiled=False)


def test_settings_are_answered_as_if_each_were_alone(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of(EDGES, NODES)
    recommender = own(graph, "C:diabetes")
    hidden = [Hidden(BARE, frozenset({graph.snapshot.number("M:metformin")}))] * 3
    settings = [setting.at(factor) for setting in SETTINGS for factor in FACTORS]
    counted: list[int] = []

    together = figures_of_settings(recommender, hidden, ASKED, settings, done=counted.append)

    assert together == [hidden_figures(recommender, hidden, ASKED, setting) for setting in settings]
    assert [figures["recall@10"]["difference"] for figures in together] == [1.0] * 3 + [0.0] * 6
    assert counted == [1, 2, 3]


@pytest.mark.parametrize(("node", "chosen"), [("C:diabetes", 0.25), ("C:hypertension", 0.0)])
def test_what_is_chosen_is_shown_on_others(graph_of: Callable[..., Graph], node: str, chosen: float) -> None:
    graph = graph_of(EDGES, NODES)
    right = Hidden(BARE, frozenset({graph.snapshot.number("M:metformin")}))
    cohort = {
        Part.CHOSEN: {Task.DIAGNOSES: [right] * 3, Task.THERAPIES: []},
        Part.SHOWN: {Task.DIAGNOSES: [right] * 2, Task.THERAPIES: []},
    }
    refused = {"groups": "too few", "outcome": "too few"}

    found = judge_predictions(own(graph, node), cohort, ASKED, refused, lambda words, share: None)

    assert found["records"] == {
        "chosen on": {"a diagnosis is hidden": 3, "a therapy that went well is hidden": 0},
        "shown on": {"a diagnosis is hidden": 2, "a therapy that went well is hidden": 0},
    }
    assert found["not_judged"] == {"group": "too few", "personal": "too few"}
    [told] = found["settings"]
    assert (told["setting"], told["predictor"], told["in_use"], told["chosen"]) == ("predicted", "conditions", 0.25, chosen)
    assert [(r["factor"], r["records"]) for r in told["tried"] if r["task"] == Task.DIAGNOSES] == [(f, 3) for f in FACTORS]
    # What is off is shown at the greatest factor, so that a reader sees what it would do.
    assert [(r["factor"], r["records"]) for r in told["shown"]] == [(chosen or 1.0, 2), (chosen or 1.0, 0)]
    assert found["together"][0]["ndcg@10"]["difference"] == (1.0 if chosen else 0.0)
    assert found["together"][1]["ndcg@10"]["interval"] is None


@pytest.fixture(scope="module")
def surgery(build: Build) -> Iterator[Graph]:
    with build(*practice(400)) as graph:
        yield graph


@pytest.fixture
def home(surgery: Graph, monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.setenv("RXPATH_HOME", str(surgery.folder))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{surgery.store.path}")
    monkeypatch.setattr("recommender.shell.judging.MOST", 60)
    return surgery


def test_a_setting_that_could_not_be_judged_is_drawn_with_its_reason() -> None:
    drawn = StringIO()
    figures = {"records": {}, "settings": [], "not_judged": {"group": "no division is stable"}, "together": [NOBODY_ROW]}

    render_predictions(figures, Console(file=drawn, width=200))

    assert "group (groups that a patient is like): not judged: no division is stable" in drawn.getvalue()
    assert "nobody" in drawn.getvalue()


def test_symptoms_that_tell_of_a_diagnosis_make_answers_better(home: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--predictions", "--as-of", TODAY.isoformat(), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    by_key = {setting["setting"]: setting for setting in found["settings"]}
    predicted = by_key["predicted"]
    assert found["as_of"] == TODAY.isoformat()
    assert predicted["chosen"] > 0
    [shown] = [r for r in predicted["shown"] if r["task"] == Task.DIAGNOSES]
    assert shown["ndcg@10"]["difference"] > 0
    assert shown["recall@10"]["with"] > 0.5
    # Young women do well on one medicine and old men on the other: groups tell who is who.
    [grouped] = [r for r in by_key["group"]["shown"] if r["task"] == Task.THERAPIES]
    assert by_key["group"]["chosen"] > 0
    assert grouped["ndcg@10"]["interval"][0] > 0
    assert shown["ndcg@10"]["difference"] == pytest.approx(shown["ndcg@10"]["with"] - shown["ndcg@10"]["without"])
    assert 0 < shown["patients"] <= shown["records"] <= 60
    # Nothing of it serves afterwards.
    assert not (home.folder / "predictors").exists()
    assert "patient:" not in json.dumps(found)
    drawn = StringIO()
    render_predictions(found, Console(file=drawn, width=200))
    assert "predicted (predicted conditions): the figures support" in drawn.getvalue()
    assert "patients shown on: " in drawn.getvalue()
    assert "all as chosen, on patients that nothing was chosen on" in drawn.getvalue()
    assert f"{shown['ndcg@10']['difference']:+.3f} [" in drawn.getvalue()


@pytest.mark.parametrize("options", [("--on", "dev"), ("--permuted", "1")])
def test_options_of_treatments_are_refused(home: Graph, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]) -> None:
    assert main(["evaluate", "--predictions", *options]) == 2

    assert "--on and --permuted judge treatments" in capsys.readouterr().err
