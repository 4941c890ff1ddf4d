"""Predictions as evidence: what they start, how they are shown, and what they leave alone."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, Provenance
from graph.errors import SchemaError
from graph.snapshot import Snapshot
from recommender.answer_log import SqlAnswerLog, StoredAnswer
from recommender.config import ScoringConfig, read_scoring
from recommender.foreseen import Foreseen
from recommender.likeness import Likeness, mirror_groups
from recommender.mirror import mirror
from recommender.outcomes import Shift
from recommender.outlook import NOTHING, Foresight, Outlook, Refused, outlook_of
from recommender.questions.explained import explained
from recommender.record import PatientRecord
from recommender.replay import Outcome, replay
from recommender.request import Reader, Request
from recommender.safety.finding import VERSION
from recommender.service import Recommender
from tests.recommender.conftest import TODAY, Graph
from tests.recommender.test_service import EDGES, NODES

PATIENT = NodeId("patient:p")
CONFIG = replace(read_scoring(), predicted=0.5, predicted_floor=0.2, group=0.5, personal=1.0)
EXPLANATION = {"target": "C:x", "contributions": [{"label": "cough", "value": "present", "amount": 1.5, "record": "s1"}]}
SOURCE = Provenance("groups", "a" * 32, "CC0-1.0")


class Told:
    """A predictor's port that says what a test wants."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook

    def of(self, record: PatientRecord, as_of: date, config: ScoringConfig | None = None) -> Outlook:
        return self.outlook


def expected(snapshot: Snapshot, node: str, probability: float, **values: object) -> Foreseen:
    told = {"predictor": "conditions", "bundle": "b" * 32, "explanation": EXPLANATION} | values
    why = f"predicted {probability:.0%} by conditions@bbbbbbbb from cough"
    return Foreseen(snapshot.number(node), probability, probability / 2, 1.0, why, **told)  # type: ignore[arg-type]  # as told


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(EDGES, NODES)


def recommender(graph: Graph, outlook: Outlook | None, likeness: Likeness | None = None, **config: float) -> Recommender:
    def foresight(snapshot: Snapshot) -> Foresight:
        assert outlook is not None
        return Told(outlook)

    return Recommender(
        graph.store,
        graph.snapshot,
        graph.folder,
        config=replace(CONFIG, **config),  # type: ignore[arg-type]  # numbers alone
        foresight=foresight if outlook is not None else None,
        likeness=likeness,
        compiled=False,
    )


def asked(patient: NodeId = PATIENT, **values: object) -> Request:
    return Request(as_of=TODAY, patient=patient, **values)  # type: ignore[arg-type]  # as the tests name them


def medicines(answer: dict[str, object]) -> list[str]:
    return [item["medicine"]["id"] for item in answer["recommendations"]]  # type: ignore[attr-defined]


# Conditions


def test_an_answer_without_predictors_says_nothing_of_them(graph: Graph) -> None:
    plain = recommender(graph, None).recommend(asked())
    silent = recommender(graph, NOTHING).recommend(asked())

    assert silent.json() == plain.json()
    assert b"predict" not in plain.json()


def test_a_predicted_condition_weighs_its_probability_times_the_factor(graph: Graph) -> None:
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", 0.8),))

    answer = recommender(graph, outlook).recommend(asked()).body

    found = next(e for e in answer["evidence"] if e["node"]["id"] == "C:diabetes")
    assert found["weight"] == 0.5 * 0.8
    assert found["why"] == "predicted 80% by conditions@bbbbbbbb from cough"
    assert found["prediction"]["explanation"] == EXPLANATION
    assert {"M:metformin", "M:insulin"} <= set(medicines(answer))
    assert answer["predictors"] == [{"predictor": "conditions", "bundle": "b" * 32}]


def test_a_path_from_a_prediction_opens_down_to_its_value(graph: Graph) -> None:
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", 0.8),))

    answer = recommender(graph, outlook).recommend(asked()).body

    item = next(i for i in answer["recommendations"] if i["medicine"]["id"] == "M:metformin")
    path = item["paths"][0]
    assert path["prediction"]["explanation"]["contributions"][0]["record"] == "s1"
    assert "predicted 80%" in path["sentence"]
    assert path["weakest"]["kind"] == "PREDICTED"
    assert path["weakest"]["knowledge_level"] == "prediction"
    # What treats the unstated line of diabetes gives 2.5, at weight .4 of the evidence.
    assert path["contribution"] == pytest.approx(0.4 * 2.5)
    assert answer["intercept"] + sum(p["contribution"] for p in item["paths"]) + item["remainder"] == pytest.approx(
        item["score"], abs=1e-9
    )


@pytest.mark.parametrize(("probability", "config"), [(0.19, {}), (0.8, {"predicted": 0.0}), (0.8, {"predicted_floor": 0.81})])
def test_what_is_improbable_or_switched_off_changes_no_byte(graph: Graph, probability: float, config: dict[str, float]) -> None:
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", probability),))

    assert recommender(graph, outlook, **config).recommend(asked()).json() == recommender(graph, None).recommend(asked()).json()


@pytest.mark.parametrize("status", ["active", "resolved", "refuted"])
def test_a_condition_on_file_is_not_predicted(graph_of: Callable[..., Graph], status: str) -> None:
    told = ("patient:p", "HAS_DIAGNOSIS", "C:diabetes", {"record": "d2", "status": status})
    graph = graph_of([*EDGES, told], NODES)
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", 0.9),))

    answer = recommender(graph, outlook).recommend(asked()).body

    assert not any("prediction" in e for e in answer["evidence"])
    assert ("M:metformin" in medicines(answer)) is (status == "active")


def test_the_heaviest_of_several_reasons_counts(graph: Graph) -> None:
    # The patient's severe hypertension speaks for hypertension with .9, more than a prediction may.
    outlook = Outlook((expected(graph.snapshot, "C:hypertension", 1.0),))

    answer = recommender(graph, outlook).recommend(asked()).body

    [found] = [e for e in answer["evidence"] if e["node"]["id"] == "C:hypertension"]
    assert found["weight"] == 0.9
    assert "prediction" not in found


def test_a_prediction_changes_nothing_of_safety(graph: Graph) -> None:
    # Lisinopril is contraindicated after angioedema: expecting it rules nothing out.
    outlook = Outlook((expected(graph.snapshot, "C:angioedema", 0.99),))

    with_, without = (recommender(graph, told).recommend(asked()).body for told in (outlook, None))

    assert with_["excluded"] == without["excluded"]
    assert "M:lisinopril" in medicines(with_)


def test_all_predictions_take_turns_as_one_fact(graph_of: Callable[..., Graph]) -> None:
    edges = [(f"M:new{i}", "TREATS", f"C:new{i}", {"line": "first"}) for i in range(4)]
    graph = graph_of([*EDGES, *edges], NODES)
    outlook = Outlook(tuple(expected(graph.snapshot, f"C:new{i}", 0.9) for i in range(4)))

    found = medicines(recommender(graph, outlook).recommend(asked(top=4)).body)

    assert len([name for name in found if name.startswith("M:new")]) == 2


def test_a_set_to_be_used_together_is_for_facts_alone(graph: Graph) -> None:
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", 0.9),))

    together = recommender(graph, outlook).recommend(asked(together=True)).body["together"]

    assert [c["condition"]["id"] for c in together["conditions"]] == ["C:severe"]


def test_the_patient_reads_that_nothing_is_known(graph: Graph) -> None:
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", 0.9),))

    answer = recommender(graph, outlook).recommend(asked(reader=Reader.PATIENT)).body

    item = next(i for i in answer["recommendations"] if i["medicine"]["id"] == "M:metformin")
    assert "it is only expected" in item["paths"][0]["sentence"]


def test_an_explanation_takes_predictions_out_as_items(graph: Graph) -> None:
    outlook = Outlook((expected(graph.snapshot, "C:diabetes", 0.9),))
    own = recommender(graph, outlook)

    found = explained(own, asked(), graph.snapshot.number("M:metformin"))

    assert found["contributions"]["predicted"] == pytest.approx(0.45 * 2.5)
    items = found["counterfactual"]["evidence"]["removed"] if found["counterfactual"]["evidence"] else []
    assert [item["node"] for item in items] == ["C:diabetes"]


def test_care_is_shown_with_the_prediction_that_asks_for_it(graph: Graph) -> None:
    case = {"conditions": ["C:diabetes"], "age": 50}
    outlook = Outlook(care=(expected(graph.snapshot, "C:hypertension", 0.7, predictor="blood-risk"),))

    answer = recommender(graph, outlook).recommend(Request(as_of=TODAY, case=case)).body

    shown = {c["care_action"]["id"]: c["path"] for c in answer["care_actions"]}
    assert set(shown) == {"A:salt", "A:sleep"}
    assert shown["A:salt"]["prediction"]["predictor"] == "blood-risk"
    assert [e["node"]["id"] for e in answer["evidence"]] == ["C:diabetes"]


# Outcomes of people like this one


def test_outcomes_of_people_alike_move_direct_support(graph: Graph) -> None:
    pair = graph.snapshot.number("C:hypertension"), graph.snapshot.number("M:losartan")
    outlook = Outlook(shifts={pair: Shift(0.4, 20, 14, 0.1, 0.7)}, outcome_bundle="c" * 32)

    with_, without = (recommender(graph, told).recommend(asked()).body for told in (outlook, None))

    score = [next(i for i in a["recommendations"] if i["medicine"]["id"] == "M:losartan") for a in (with_, without)]
    assert score[0]["score"] - score[1]["score"] == pytest.approx(0.9 * 0.4)
    assert score[0]["paths"][0]["outcomes"] == {"people": 20, "good": 14, "shift": 0.4}
    assert with_["predictors"] == [{"predictor": "outcome", "bundle": "c" * 32}]
    half = recommender(graph, outlook, personal=0.5).recommend(asked()).body
    moved = next(i for i in half["recommendations"] if i["medicine"]["id"] == "M:losartan")
    assert moved["score"] - score[1]["score"] == pytest.approx(0.9 * 0.2)


# Groups


def likeness(people: int = 20) -> Likeness:
    node = Node(
        NodeId("rx:group-1"), NodeKind.GROUP, "older, more kidney disease", SOURCE, (), {"people": people, "bundle": "a"}
    )
    level = KnowledgeLevel.STATISTICAL

    def took(medicine: str, shift: float) -> Edge:
        values = {"people": people, "share": 0.7, "shift": shift, "bundle": "a"}
        return Edge(EdgeKind.RESPONDED_TO, node.id, NodeId(medicine), SOURCE, level, "20 people", properties=values)

    return Likeness((node,), (took("M:insulin", 0.5), took("M:metformin", -0.5), took("M:losartan", 0.0)), "a" * 32)


def alike(snapshot: Snapshot) -> Outlook:
    told = {"predictor": "groups", "bundle": "a" * 32}
    return Outlook(groups=(expected(snapshot, "rx:group-1", 0.9, **told),))


def test_a_group_of_fewer_than_five_is_refused() -> None:
    with pytest.raises(SchemaError, match="number from 5"):
        likeness(4)


def test_a_group_is_a_node_behind_all_others_and_the_checksum_stays(graph: Graph) -> None:
    found = likeness().within(graph.snapshot)

    assert found.checksum == graph.snapshot.checksum
    assert found.node_count == graph.snapshot.node_count + 1
    [number] = found.numbers(NodeKind.GROUP)
    assert (found.id(number), found.name(number), found.kind(number)) == (
        "rx:group-1",
        "older, more kidney disease",
        NodeKind.GROUP,
    )
    assert found.node(number) == likeness().nodes[0]
    assert found.number("rx:group-1") == number
    assert not graph.snapshot.numbers(NodeKind.GROUP)
    # Only what went better than for all people is walked.
    assert [found.id(m) for m, _ in found.neighbours(EdgeKind.RESPONDED_TO, number, NodeKind.MEDICINE)] == ["M:insulin"]


def test_patients_like_you_is_a_path_through_a_group(graph: Graph) -> None:
    within = likeness().within(graph.snapshot)
    own = recommender(graph, alike(within), likeness())

    answer = own.recommend(asked(explore=True)).body

    [item] = [i for i in answer["exploratory"] if i["medicine"]["id"] == "M:insulin"]
    [path] = [p for p in item["paths"] if p["metapath"] == "UsM"]
    assert [n["kind"] for n in path["nodes"]] == ["Group", "Medicine"]
    assert path["edges"][0]["kind"] == "RESPONDED_TO"
    assert path["edges"][0]["knowledge_level"] == "statistical"
    assert item["score"] == pytest.approx(
        answer["intercept"] + sum(p["contribution"] for p in item["paths"]) + item["remainder"]
    )
    assert path["contribution"] > 0
    assert "patient:" not in str(path["nodes"])
    assert "M:insulin" not in medicines(answer)


def test_groups_that_nobody_is_like_change_no_byte(graph: Graph) -> None:
    assert (
        recommender(graph, None, likeness()).recommend(asked(explore=True)).json()
        == recommender(graph, None).recommend(asked(explore=True)).json()
    )


def test_groups_in_the_store_are_no_knowledge(graph: Graph) -> None:
    before = graph.store.revision()

    mirror_groups(likeness(), graph.store)
    counts = mirror_groups(likeness(), graph.store)

    assert graph.store.revision() == before
    assert (counts.created, counts.changed, counts.removed) == (0, 0, 0)
    assert len(graph.store.edges_from(NodeId("rx:group-1"))) == 3
    assert graph.store.counts()["Group"] == 1


@pytest.mark.parametrize("groups_first", [True, False])
def test_groups_and_training_may_be_written_in_either_order(graph: Graph, *, groups_first: bool) -> None:
    steps = [lambda: mirror_groups(likeness(), graph.store), lambda: mirror([], graph.store, "b" * 32)]
    for step in steps if groups_first else reversed(steps):
        step()

    assert graph.store.counts()["Group"] == 1
    assert len(graph.store.edges_from(NodeId("rx:group-1"))) == 3


# What may not serve

REFUSED = Refused("conditions", "its file was changed")


def test_a_refused_predictor_is_named_and_moves_nothing(graph: Graph) -> None:
    with_, without = (recommender(graph, told).recommend(asked()).body for told in (Outlook(refused=(REFUSED,)), None))

    assert with_["predictors_refused"] == [{"predictor": "conditions", "reason": "its file was changed"}]
    assert with_["predictors"] == []
    assert with_["id"] != without["id"]
    assert {**with_, "id": ""} == {**without, "id": "", "predictors": [], "predictors_refused": with_["predictors_refused"]}
    assert "predictors_refused" not in without


# What is kept


def test_an_answer_with_predictions_is_replayed_without_predictors(graph: Graph, tmp_path: Path) -> None:
    pair = graph.snapshot.number("C:hypertension"), graph.snapshot.number("M:losartan")
    told = (expected(graph.snapshot, "C:diabetes", 0.8),)
    outlook = Outlook(told, (), told, {pair: Shift(0.4, 20, 14, 0.1, 0.7)}, "c" * 32, (REFUSED,))
    own = Recommender(graph.store, graph.snapshot, graph.folder, foresight=lambda snapshot: Told(outlook), compiled=False)
    with closing(SqlAnswerLog(f"sqlite:///{tmp_path / 'answers.sqlite'}")) as log:
        answer = own.recommend(asked())
        log.keep(StoredAnswer.of(answer, own.snapshot, own.model, VERSION))

        found = replay(answer.id, log, graph.folder / "snapshots", graph.folder)

        assert (found.outcome, found.body) == (Outcome.SAME, answer.json())
        log.forget_patient(PATIENT)
        assert replay(answer.id, log, graph.folder / "snapshots", graph.folder).outcome is Outcome.ERASED


def test_another_prediction_is_another_answer(graph: Graph) -> None:
    ids = {
        recommender(graph, Outlook((expected(graph.snapshot, "C:diabetes", p),))).recommend(asked()).id for p in (0.1, 0.5, 0.6)
    }

    assert len(ids) == 3


def test_an_outlook_is_read_as_it_was_kept(graph: Graph) -> None:
    told = (expected(graph.snapshot, "C:diabetes", 0.8),)
    outlook = Outlook(told, (), told, {(1, 2): Shift(0.4, 20, 14, 0.1, 0.7)}, "c" * 32, (REFUSED,)).weighed(CONFIG)

    assert outlook_of(outlook.kept(graph.snapshot), graph.snapshot) == outlook
