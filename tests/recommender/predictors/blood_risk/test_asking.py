"""What blood values point at, from a site's bundle to the care of an answer, through the recommender's own door."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.case import read_case
from recommender.predictors.blood_risk.asking import BloodForesight, read_blood_predictor
from recommender.predictors.blood_risk.fitting import fit_blood_risk
from recommender.predictors.blood_risk.reference import Reference
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.foresight import foresight_of
from recommender.predictors.tables.table import Column, ColumnKind, Table
from recommender.predictors.tabular import TabularPredictor
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Graph
from tests.recommender.predictors.blood_risk.clinic import EDGES, FAT, NODES, SUGAR, Build
from tests.recommender.predictors.recovery.ward import LEARNING

HIGH = {"test": "Fasting glucose", "value": 115, "unit": "mg/dL"}
PERSON: dict[str, Any] = {"age": 50, "sex": "female"}


@pytest.fixture(scope="module")
def model() -> TabularPredictor:
    """A risk that goes up with the sugar."""
    random = np.random.default_rng(4)
    sugar = random.normal(100, 15, 300)
    happened = (random.random(300) < 1 / (1 + np.exp(-(sugar - 100) / 8))).astype(float)
    columns = (Column("sugar", ColumnKind.NUMBER, "mg/dL", node=SUGAR), Column("fat", ColumnKind.NUMBER, "mg/dL", node=FAT))
    values = {"sugar": sugar, "fat": random.normal(110, 20, 300)}
    places = np.arange(300)
    table = Table("made", columns, values, happened, "event", places, places + 2, synthetic=True)
    return fit_blood_risk(table, LEARNING, Reference.of_tables())[0]


def answered(graph: Graph, home: Path, case: dict[str, Any]) -> dict[str, Any]:
    foresight, likeness = foresight_of(home, graph.snapshot)
    own = Recommender(graph.store, graph.snapshot, home, foresight=foresight, likeness=likeness, compiled=False)
    body = own.recommend(Request(as_of=TODAY, case=case)).body
    return json.loads(json.dumps(body))  # type: ignore[no-any-return]


def graph_with(graph_of: Build) -> Graph:
    graph: Graph = graph_of([*REFERENCE, *EDGES], NODES)
    return graph


def test_care_comes_like_a_medicine_with_its_path_and_every_source(
    graph_of: Build, model: TabularPredictor, tmp_path: Path
) -> None:
    graph = graph_with(graph_of)
    tag = PredictorBundles(tmp_path).write("blood-risk", model.arrays(), model.notes())

    body = answered(graph, tmp_path, PERSON | {"results": [HIGH]})

    care = {item["care_action"]["id"]: item for item in body["care_actions"]}
    assert set(care) == {"A:walk", "A:nurse"}
    path = care["A:walk"]["path"]
    assert [node["id"] for node in path["nodes"]] == ["ICD10CM:R73.03", "ICD10CM:R73", "A:walk"]
    assert [edge["kind"] for edge in path["edges"]] == ["IS_A", "HELPS"]
    assert (path["edges"][-1]["source"], path["edges"][-1]["evidence"]) == ("book", "page 3")
    told = path["prediction"]
    assert (told["predictor"], told["bundle"]) == ("blood-risk", tag)
    assert told["why"].startswith("Fasting glucose 115 mg/dL: above its range, which ends at 99; it points at R73.03 (")
    # Down to the value, where it is on file.
    [part] = told["explanation"]["contributions"]
    assert (part["label"], part["value"], part["record"]) == ("Fasting glucose", "115 mg/dL", "/results/0")
    assert body["predictors"] == [{"predictor": "blood-risk", "bundle": tag}]
    # A value is no diagnosis: no medicine is walked to from it.
    assert body["evidence"] == []


@pytest.mark.parametrize(
    "case",
    [
        PERSON | {"results": [HIGH | {"value": 85}]},
        PERSON | {"results": [HIGH | {"date": "2020-01-01"}]},
        PERSON | {"age": 9, "results": [HIGH]},
        PERSON,
    ],
    ids=["usual", "old", "child", "unmeasured"],
)
def test_what_calls_for_nothing_brings_no_care(
    graph_of: Build, model: TabularPredictor, tmp_path: Path, case: dict[str, Any]
) -> None:
    PredictorBundles(tmp_path).write("blood-risk", model.arrays(), model.notes())

    body = answered(graph_with(graph_of), tmp_path, case)

    assert body["care_actions"] == []
    assert body.get("predictors", []) == []


def test_what_is_on_file_needs_no_value_to_begin_with(graph_of: Build, model: TabularPredictor, tmp_path: Path) -> None:
    PredictorBundles(tmp_path).write("blood-risk", model.arrays(), model.notes())

    body = answered(graph_with(graph_of), tmp_path, PERSON | {"results": [HIGH], "conditions": ["ICD10CM:R73.03"]})

    assert body["care_actions"]
    assert all(item["path"].get("prediction") is None for item in body["care_actions"])
    assert body.get("predictors", []) == []


def test_without_a_bundle_an_answer_asks_no_blood_values(graph_of: Build, tmp_path: Path) -> None:
    body = answered(graph_with(graph_of), tmp_path, PERSON | {"results": [HIGH]})

    assert body["care_actions"] == []


def test_a_changed_bundle_is_named_and_calls_for_nothing(graph_of: Build, model: TabularPredictor, tmp_path: Path) -> None:
    PredictorBundles(tmp_path).write("blood-risk", model.arrays(), model.notes())
    [file] = tmp_path.glob("predictors/blood-risk/*.predictor")
    file.write_bytes(file.read_bytes()[:-1] + b"x")

    body = answered(graph_with(graph_of), tmp_path, PERSON | {"results": [HIGH]})

    assert body["care_actions"] == []
    assert [item["predictor"] for item in body["predictors_refused"]] == ["blood-risk"]


def test_several_values_for_one_condition_begin_it_once_with_the_gravest(
    graph_of: Build, model: TabularPredictor, tmp_path: Path
) -> None:
    mean_sugar = {"LOINC:4548-4": {"name": "HbA1c", "unit": "%", "ranges": ("any|18||4|5.6||",)}}
    graph: Graph = graph_of([*REFERENCE, *EDGES], NODES | mean_sugar)
    bundles = PredictorBundles(tmp_path)
    bundles.write("blood-risk", model.arrays(), model.notes())
    foresight = BloodForesight.of_bundle(bundles.read("blood-risk"), graph.snapshot)
    # Both point at diabetes; the sugar is a panic value.
    case = PERSON | {"results": [{"test": "HbA1c", "value": 7.0, "unit": "%"}, HIGH | {"value": 460}]}

    [told] = foresight.care(read_case(case, graph.snapshot, TODAY), TODAY)

    assert graph.snapshot.id(told.node) == "ICD10CM:E11"
    assert told.why.startswith("Fasting glucose 460 mg/dL: a critical value")
    assert (told.probability, told.low, told.high) == (1.0, 1.0, 1.0)


def test_the_nearest_change_leads_out_of_the_highest_advice(model: TabularPredictor, tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    bundles.write("blood-risk", model.arrays(), model.notes())
    predictor = read_blood_predictor(bundles.read("blood-risk"), None)
    assert predictor.model is not None

    grave, usual = (predictor.model.explain({"sugar": sugar, "fat": 110.0}) for sugar in (110.0, 70.0))

    assert predictor.model.predict({"sugar": 70.0, "fat": 110.0}).chances[0].probability < predictor.config.consult
    # No column of this table can be changed, and who is where one wants to be is told of no change.
    assert usual.counterfactual == ""
    assert grave.total > usual.total
    assert read_blood_predictor(None, None).model is None
