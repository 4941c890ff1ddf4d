"""What patients teach."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.elements import EdgeKind
from recommender.errors import PredictorError
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.episodes import read_episodes
from recommender.predictors.conditions.fitting import (
    FittedConditions,
    first_complaint,
    fit_conditions,
    folds_of,
    place,
    start_for,
)
from recommender.predictors.conditions.learned import Case, learn
from recommender.predictors.conditions.predictor import ConditionsPredictor, read_conditions
from recommender.predictors.conditions.presentation import read_presentation
from recommender.predictors.conditions.scores import Findings
from tests.recommender.conftest import Build, Graph
from tests.recommender.predictors.conditions.clinic import EDGES, NODES, TRUE

DAY = {"start": "2020-03-10", "stop": "2020-03-20"}


def episodes_of(build: Build, config: ConditionsConfig, *edges: tuple[Any, ...]) -> list[tuple[tuple[str, ...], set[str]]]:
    """Targets and what was known, of one patient with these edges."""
    nodes = NODES | {"patient:p": {"birth_year": 1980, "sex": "male"}}
    with build([*EDGES, *edges], nodes) as graph:
        found = read_episodes(graph.store, graph.snapshot, config)
        return [(episode.targets, {str(graph.snapshot.id(f.node)) for f in episode.given.record.facts}) for episode in found]


def test_an_episode_holds_what_was_known_on_the_day(build: Build, config: ConditionsConfig) -> None:
    found = episodes_of(
        build,
        config,
        ("patient:p", "HAS_DIAGNOSIS", "C:flu", DAY),
        ("patient:p", "HAS_DIAGNOSIS", "C:angina", {"start": "2019-01-01"}),
        ("patient:p", "HAS_SYMPTOM", "Y:fever", {"start": "2020-03-08"}),
        ("patient:p", "HAS_SYMPTOM", "Y:cough", {"start": "2020-03-10", "stop": "2020-03-12"}),
        ("patient:p", "HAS_RESULT", "L:crp", {"value": 9.0, "unit": "mg/L", "date": "2020-03-09"}),
    )

    assert found == [(("C:flu",), {"C:angina", "Y:fever", "Y:cough", "L:crp"})]


def test_what_came_later_or_was_over_or_long_ago_is_not_looked_at(build: Build, config: ConditionsConfig) -> None:
    found = episodes_of(
        build,
        config,
        ("patient:p", "HAS_DIAGNOSIS", "C:flu", DAY),
        ("patient:p", "HAS_DIAGNOSIS", "C:cold", {"start": "2020-03-12"}),
        ("patient:p", "HAS_DIAGNOSIS", "C:uti", {"start": "2020-03-01", "status": "refuted"}),
        ("patient:p", "HAS_SYMPTOM", "Y:fever", {"start": "2020-03-08"}),
        ("patient:p", "HAS_SYMPTOM", "Y:cough", {"start": "2020-03-11"}),
        ("patient:p", "HAS_SYMPTOM", "Y:headache", {"start": "2020-03-01", "stop": "2020-03-05"}),
        ("patient:p", "HAS_SYMPTOM", "Y:pelvic", {"start": "2020-01-01"}),
        ("patient:p", "HAS_RESULT", "L:crp", {"value": 9.0, "unit": "mg/L", "date": "2020-03-11"}),
    )

    assert found[0] == (("C:flu",), {"Y:fever", "C:uti"})
    assert found[1] == (("C:cold",), {"Y:fever", "Y:cough", "C:flu", "C:uti", "L:crp"})


def test_a_day_without_a_symptom_is_no_episode(build: Build, config: ConditionsConfig) -> None:
    assert episodes_of(build, config, ("patient:p", "HAS_DIAGNOSIS", "C:flu", DAY)) == []


def test_no_fold_parts_a_person(config: ConditionsConfig) -> None:
    people = [0, 1, 1, 2, 3, 3, 3, 4, 9, 9]
    folds = folds_of(people, config)

    assert all(len({f for f, p in zip(folds.tolist(), people, strict=True) if p == person}) == 1 for person in people)
    assert len(set(folds.tolist())) == config.folds


def test_shares_are_learned_by_hand(clinic: Graph, config: ConditionsConfig) -> None:
    start = start_for([], clinic.snapshot, config)
    uti, pelvic = start.conditions.index("C:uti"), start.findings.index("Y:pelvic")
    told = [Findings((pelvic,) if i < 30 else (start.findings.index("Y:burning"),), (), (), 0, {}) for i in range(40)]
    known = learn(start, [Case(i, (uti,), findings) for i, findings in enumerate(told)], config)
    # 30 of 40 with an infection have it; without a condition that shows in it 30 of 40, and .02 of 20 were believed.
    leak = (30 + 20 * 0.02) / 60
    chance = (30 + 20 * leak) / 60
    assert known.leak[pelvic] == pytest.approx(min(leak, 0.5))
    chance = (30 + 20 * min(leak, 0.5)) / 60
    assert known.links[uti, pelvic] == pytest.approx((chance - min(leak, 0.5)) / (1 - min(leak, 0.5)))


def test_numbers_of_fewer_than_five_people_are_not_told(clinic: Graph, config: ConditionsConfig) -> None:
    """Whoever is erased leaves nothing behind where fewer than five had it: who they were changes no number."""
    start = start_for([], clinic.snapshot, config)
    uti, pelvic, burning = start.conditions.index("C:uti"), start.findings.index("Y:pelvic"), start.findings.index("Y:burning")

    def known(with_pain: int) -> Any:
        told = [Findings((pelvic, burning) if i < with_pain else (burning,), (), (), 0, {}) for i in range(40)]
        return learn(start, [Case(i, (uti,), findings) for i, findings in enumerate(told)], config)

    for name in ("links", "leak", "prior"):
        assert np.array_equal(getattr(known(0), name), getattr(known(4), name))
    assert known(5).links[uti, pelvic] > known(4).links[uti, pelvic]


def test_copies_of_a_person_count_once(clinic: Graph, config: ConditionsConfig) -> None:
    start = start_for([], clinic.snapshot, config)
    case = Case(1, (0,), Findings((0,), (), (), 0, {}))

    assert np.array_equal(learn(start, [case] * 100, config).links, learn(start, [case], config).links)


def test_what_the_graph_does_not_know_is_learned(fitted: FittedConditions) -> None:
    known = fitted.knowledge
    uti = known.conditions.index("C:uti")
    for symptom, share in TRUE["C:uti"].items():
        assert known.links[uti, known.findings.index(symptom)] == pytest.approx(share, abs=0.15)
    flu, high = known.conditions.index("C:flu"), known.findings.index("L:crp high")
    assert known.links[flu, high] > 0.5
    assert known.links[uti, high] < 0.05


def test_a_condition_without_cases_keeps_the_graphs_symptoms(fitted: FittedConditions) -> None:
    known = fitted.knowledge
    angina = known.links[known.conditions.index("C:angina")]

    assert {known.findings[i] for i in np.flatnonzero(angina)} == {"Y:chest-pain", "Y:breathless"}


def test_women_more_often_have_the_infection(fitted: FittedConditions, village: Graph) -> None:
    predictor = ConditionsPredictor(fitted, village.snapshot)

    def chance(sex: str) -> float:
        case = {"sex": sex, "age": 40, "symptoms": ["fever"]}
        found = predictor.predict(read_presentation(case, village.snapshot)).chances
        return {c.target: c.probability for c in found}["C:uti"]

    assert chance("female") > chance("male")


def test_probabilities_hold_on_people_who_were_hidden(fitted: FittedConditions) -> None:
    held = fitted.made["held_out"]

    assert fitted.made["learned"] is True
    assert fitted.made["synthetic"] is True
    assert held["ece"] < 0.05
    assert held["brier_skill"] > 0.4


def test_the_same_people_teach_the_same(fitted: FittedConditions, village: Graph, config: ConditionsConfig) -> None:
    again = fit_conditions(village.store, village.snapshot, config).arrays()

    assert all(np.array_equal(array, again[name]) for name, array in fitted.arrays().items())


def test_too_few_episodes_teach_nothing(village: Graph, config: ConditionsConfig) -> None:
    few = fit_conditions(village.store, village.snapshot, config, lambda node: node.id in ("patient:1", "patient:2"))

    assert few.calibration is None
    assert few.made["learned"] is False
    assert 2 <= few.made["episodes"] <= 4


def test_one_complaint_is_one_of_those_told(village: Graph, config: ConditionsConfig) -> None:
    episodes = read_episodes(village.store, village.snapshot, config)
    start = start_for(episodes, village.snapshot, config)
    for i, case in enumerate(place(episodes, start, village.snapshot, config)):
        first = first_complaint(case.findings, start.symptoms, i)
        assert len(first.present) == 1
        assert set(first.present) <= set(case.findings.present)


def test_a_bundle_gives_back_what_was_fitted(fitted: FittedConditions, village: Graph, tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    tag = bundles.write("conditions", fitted.arrays(), fitted.notes())
    read = read_conditions(bundles.read("conditions"), village.snapshot)
    case = read_presentation({"text": "It burns when I pee, no cough", "age": 40, "sex": "female"}, village.snapshot)
    before, after = ConditionsPredictor(fitted, village.snapshot).predict(case), read.predict(case)

    assert after == replace(before, bundle=tag)
    json.dumps(fitted.notes())


def test_a_bundle_of_another_form_or_graph_is_refused(
    fitted: FittedConditions, clinic: Graph, build: Build, tmp_path: Path
) -> None:
    arrays, notes = fitted.arrays(), fitted.notes()
    wrong: list[tuple[Any, Any]] = [
        (arrays, notes | {"format": 0}),
        (arrays, notes | {"conditions": notes["conditions"][1:]}),
        (arrays | {"links": arrays["links"][:, 1:]}, notes),
        ({name: array for name, array in arrays.items() if name != "leak"}, notes),
        ({name: array for name, array in arrays.items() if name != "calibration/value"}, notes),
        (arrays, {}),
    ]
    for parts in wrong:
        with pytest.raises(PredictorError, match="train again"):
            FittedConditions.of(*parts)
    bundles = PredictorBundles(tmp_path)
    bundles.write("conditions", arrays, notes)
    with build([("C:other", "PRESENTS", "Y:other")]) as other, pytest.raises(PredictorError, match="this graph lacks"):
        read_conditions(bundles.read("conditions"), other.snapshot)


def test_facts_of_an_episode_name_no_patient(village: Graph, config: ConditionsConfig) -> None:
    episodes = read_episodes(village.store, village.snapshot, config)

    assert {episode.given.record.patient for episode in episodes} == {None}
    assert all(f.kind is not EdgeKind.TAKES for episode in episodes for f in episode.given.record.facts)
    assert date.fromisoformat("2020-03-10").year - 1980 == episodes[0].given.record.age
