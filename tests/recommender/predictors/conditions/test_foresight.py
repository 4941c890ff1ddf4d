"""What fitted predictors say of a patient, from their bundles to the paths of an answer."""

from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from shutil import copytree
from unittest.mock import Mock

import pytest
from rich.console import Console

from graph.elements import EdgeKind, NodeKind
from recommender.case import read_case
from recommender.config import read_scoring
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.conditions.fitting import FittedConditions
from recommender.predictors.foresight import foresight_of, likeness_of
from recommender.predictors.groups.fitting import groups_of
from recommender.predictors.groups.predictor import GroupsPredictor
from recommender.predictors.shape import Prediction
from recommender.render import render
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.predictors.groups.crowd import QUICK, course, crowd
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES


def test_nothing_fitted_says_nothing(village: Graph, tmp_path: Path) -> None:
    assert foresight_of(tmp_path, village.snapshot) == (None, None)


def test_a_fitted_predictor_is_evidence_down_to_the_symptom(village: Graph, fitted: FittedConditions, tmp_path: Path) -> None:
    tag = PredictorBundles(tmp_path).write("conditions", fitted.arrays(), fitted.notes())
    foresight, likeness = foresight_of(tmp_path, village.snapshot)
    own = Recommender(village.store, village.snapshot, tmp_path, foresight=foresight, likeness=likeness, compiled=False)

    case = {"symptoms": ["burning when urinating"], "sex": "female", "age": 40}
    answer = own.recommend(Request(as_of=TODAY, case=case)).body

    found = next(e for e in answer["evidence"] if e["node"]["id"] == "C:uti")
    told = found["prediction"]
    assert likeness is None
    assert found["weight"] == pytest.approx(read_scoring().predicted * told["probability"])
    assert told["bundle"] == tag
    assert found["why"].startswith(f"predicted {told['probability']:.0%} by conditions@{tag[:8]} from ")
    explanation = told["explanation"]
    assert explanation["base"] + sum(c["amount"] for c in explanation["contributions"]) == pytest.approx(explanation["total"])
    assert any(c["record"] == "/symptoms/0" for c in explanation["contributions"])


def test_a_changed_bundle_is_refused_and_the_answer_goes_on(village: Graph, fitted: FittedConditions, tmp_path: Path) -> None:
    PredictorBundles(tmp_path).write("conditions", fitted.arrays(), fitted.notes())
    [path] = tmp_path.glob("predictors/conditions/*.predictor")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    foresight, _ = foresight_of(tmp_path, village.snapshot)
    own = Recommender(village.store, village.snapshot, tmp_path, foresight=foresight, compiled=False)

    answer = own.recommend(Request(as_of=TODAY, case={"symptoms": ["burning when urinating"]})).body

    assert answer["predictors"] == []
    [told] = answer["predictors_refused"]
    assert told["predictor"] == "conditions"
    assert "was changed or comes from elsewhere; train it: python -m recommender train --predictor conditions" in told["reason"]
    drawn = StringIO()
    render(answer, Console(file=drawn, width=400))
    assert f"Not asked, the predictor conditions: {told['reason']}" in drawn.getvalue()


def test_what_the_score_leaves_out_is_not_worked_out(village: Graph, fitted: FittedConditions, tmp_path: Path) -> None:
    PredictorBundles(tmp_path).write("conditions", fitted.arrays(), fitted.notes())
    foresight, _ = foresight_of(tmp_path, village.snapshot)
    assert foresight is not None
    record = read_case({"symptoms": ["burning when urinating"]}, village.snapshot, TODAY)
    config = read_scoring()

    asked = foresight(village.snapshot)
    assert asked.of(record, TODAY).conditions
    assert asked.of(record, TODAY, config).conditions
    assert not asked.of(record, TODAY, replace(config, predicted=0.0)).conditions


@pytest.mark.parametrize("content", [b"", b"\xff", b"elsewhere\n"])
def test_a_changed_list_of_versions_is_said_and_names_no_place(
    village: Graph, fitted: FittedConditions, tmp_path: Path, content: bytes
) -> None:
    PredictorBundles(tmp_path).write("conditions", fitted.arrays(), fitted.notes())
    (tmp_path / "predictors" / "conditions" / "current").write_bytes(content)
    foresight, _ = foresight_of(tmp_path, village.snapshot)
    own = Recommender(village.store, village.snapshot, tmp_path, foresight=foresight, compiled=False)

    [told] = own.recommend(Request(as_of=TODAY, case={"symptoms": ["Cough"]})).body["predictors_refused"]

    assert "the list of versions of the predictor conditions" in told["reason"]
    assert str(tmp_path) not in told["reason"]


def test_a_model_of_another_site_is_refused_and_names_no_place(
    village: Graph, fitted: FittedConditions, tmp_path: Path
) -> None:
    PredictorBundles(tmp_path / "there").write("conditions", fitted.arrays(), fitted.notes())
    copytree(tmp_path / "there" / "predictors", tmp_path / "here" / "predictors")
    foresight, _ = foresight_of(tmp_path / "here", village.snapshot)
    own = Recommender(village.store, village.snapshot, tmp_path, foresight=foresight, compiled=False)

    [told] = own.recommend(Request(as_of=TODAY, case={"symptoms": ["Cough"]})).body["predictors_refused"]

    assert "comes from elsewhere" in told["reason"]
    assert str(tmp_path) not in told["reason"]


def test_groups_serve_on_the_graph_that_they_were_made_of_alone(
    build: Build, village: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles = PredictorBundles(tmp_path)
    with build(KNOWLEDGE, NODES) as graph:
        pril, pressure = graph.number("M:pril"), graph.number("C:pressure")
        courses = [course(i, pril, pressure, good=i < 60) for i in range(40, 70)]
        groups = groups_of(crowd(40, 30, 20), courses, graph.snapshot, QUICK)
        tag = bundles.write("groups", groups.arrays(), groups.notes() | {"synthetic": True})
        found = likeness_of(bundles.version("groups", tag), graph.snapshot)
        foresight, likeness = foresight_of(tmp_path, graph.snapshot)
        assert foresight is not None
        ask = partial(foresight(graph.snapshot).of, read_case({"age": 40}, graph.snapshot, TODAY), TODAY)
        with monkeypatch.context() as patched:
            predict = Mock(return_value=Prediction("groups", tag, ()))
            patched.setattr(GroupsPredictor, "predict", predict)
            ask(replace(read_scoring(), group=0.0))
            assert not predict.called
            ask(replace(read_scoring(), group=0.5))
            assert predict.called
        _, elsewhere = foresight_of(tmp_path, village.snapshot)
        _, left_out = foresight_of(tmp_path, graph.snapshot, replace(read_scoring(), group=0.0))
        _, walked = foresight_of(tmp_path, graph.snapshot, replace(read_scoring(), group=0.5))

    assert found == likeness == walked
    assert left_out is None
    assert elsewhere is None
    foresight, none = foresight_of(tmp_path, village.snapshot)
    own = Recommender(village.store, village.snapshot, tmp_path, foresight=foresight, likeness=none, compiled=False)
    assert own.recommend(Request(as_of=TODAY, case={"age": 40})).body["predictors_refused"] == [
        {
            "predictor": "groups",
            "reason": "groups were made of another graph; train again: python -m recommender train --predictor groups",
        }
    ]
    assert {node.kind for node in found.nodes} == {NodeKind.GROUP}
    assert {edge.kind for edge in found.edges} == {EdgeKind.RESPONDED_TO}
