"""Care: actions that the graph joins to what values point at, each with every step and its source."""

from typing import Any

from graph.snapshot import Snapshot
from recommender.care import CATEGORIES
from recommender.predictors.blood_risk.care import CarePath, care_for
from recommender.predictors.blood_risk.findings import find
from recommender.predictors.blood_risk.signs import read_signs
from tests.recommender.predictors.blood_risk.clinic import CONFIG, EDGES, NODES, SIGNS, Build, panel


def helped(snapshot: Snapshot, shown: int, **values: Any) -> tuple[CarePath, ...]:
    """Care for a panel."""
    given = panel(**values)
    return care_for(find(given, SIGNS, CONFIG), given, snapshot, shown)


def test_an_action_comes_with_its_path_from_the_value(graph_of: Build) -> None:
    snapshot = graph_of(EDGES, NODES).snapshot
    walk, nurse = helped(snapshot, 5, sugar=110)

    assert walk.sentence == "Walk helps with R73; Fasting glucose points at R73.03, a kind of R73."
    steps = walk.payload()["steps"]
    assert [step["kind"] for step in steps] == ["points at", "IS_A", "HELPS"]
    assert (steps[0]["source"], steps[0]["licence"], steps[0]["condition"]) == ("book", "CC0-1.0", "ICD10CM:R73.03")
    assert (steps[2]["source"], steps[2]["evidence"], steps[2]["licence"]) == ("book", "page 3", "CC0-1.0")
    assert walk.payload()["action"] == {
        "id": "A:walk",
        "name": "Walk",
        "category": "exercise",
        "description": "Walk each day.",
    }
    assert nurse.nodes == ("ICD10CM:R73.03", "ICD10CM:R73")


def test_every_step_stands_in_the_store(graph_of: Build) -> None:
    graph = graph_of(EDGES, NODES)

    for path in helped(graph.snapshot, 5, sugar=130, fat=170):
        for edge in path.edges:
            assert (str(edge.kind), str(edge.start), str(edge.end), edge.provenance.source) in graph.edges
        assert path.edges[-1].end == path.nodes[-1]


def test_what_several_values_call_for_comes_first_then_what_one_can_do_alone(graph_of: Build) -> None:
    snapshot = graph_of(EDGES, NODES).snapshot
    both = helped(snapshot, 5, sugar=130, fat=170)
    sugar = helped(snapshot, 5, sugar=130)

    assert [path.action[0] for path in both] == ["A:walk", "A:eat"]
    assert [path.action[0] for path in sugar] == ["A:eat", "A:walk"]
    assert len(helped(snapshot, 1, sugar=130, fat=170)) == 1


def test_the_best_known_of_several_paths_is_shown(graph_of: Build) -> None:
    snapshot = graph_of(EDGES, NODES).snapshot
    [walk] = [p for p in helped(snapshot, 5, sugar=130, fat=170) if p.action[0] == "A:walk"]

    # By the sugar both steps are unreviewed, by the fat the sign was checked.
    assert walk.finding.value.record == "fat"
    assert walk.unreviewed == 1


def test_usual_values_and_values_that_point_at_nothing_call_for_no_care(graph_of: Build) -> None:
    snapshot = graph_of(EDGES, NODES).snapshot

    assert helped(snapshot, 5, sugar=80, iron=5, salt=9) == ()


def test_a_graph_without_the_condition_has_no_care(graph_of: Build) -> None:
    snapshot = graph_of([("A:walk", "HELPS", "C:other")], {"A:walk": {"category": "exercise"}}).snapshot

    assert helped(snapshot, 5, sugar=130) == ()


def test_what_is_for_others_is_left_out(graph_of: Build) -> None:
    nodes = NODES | {"A:eat": NODES["A:eat"] | {"sex": "male"}, "A:walk": NODES["A:walk"] | {"oldest": 40.0}}
    snapshot = graph_of(EDGES, nodes).snapshot

    assert [path.action[0] for path in helped(snapshot, 5, sugar=130)] == []
    assert [path.action[0] for path in helped(snapshot, 5, sugar=130, sex="male", age=40)] == ["A:eat", "A:walk"]
    assert [path.action[0] for path in helped(snapshot, 5, sugar=130, sex=None, age=None)] == ["A:eat", "A:walk"]


def test_every_category_of_the_formulary_has_a_place() -> None:
    from tests.data.reading import rows

    assert {row["category"] for row in rows("care_action")} <= set(CATEGORIES)
    assert read_signs()
