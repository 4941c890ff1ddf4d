"""What the graph says of a presentation, and what that makes of conditions."""

from dataclasses import replace
from math import exp, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.knowledge import AGES, GROUPS, Floats, group_of, knowledge_of
from recommender.predictors.conditions.presentation import read_presentation
from recommender.predictors.conditions.scores import FindingReader, Scorer, Scores, compete
from tests.recommender.conftest import Build, Graph
from tests.recommender.predictors.conditions.clinic import SHOWS

SYMPTOMS = sorted({symptom for shown in SHOWS.values() for symptom in shown})


class Desk:
    """Scores cases of the clinic."""

    def __init__(self, graph: Graph, config: ConditionsConfig, **changes: Any) -> None:
        self.graph = graph
        self.knowledge = replace(knowledge_of(graph.snapshot, config), **changes)
        self.scorer = Scorer(self.knowledge)
        self.reader = FindingReader(graph.snapshot, self.knowledge, config)

    def score(self, **case: Any) -> Scores:
        return self.scorer.score(self.reader.read(read_presentation(case, self.graph.snapshot)))

    def at(self, condition: str) -> int:
        return self.knowledge.conditions.index(condition)


@pytest.fixture(scope="module")
def desk(clinic: Graph, config: ConditionsConfig) -> Desk:
    return Desk(clinic, config)


def test_conditions_and_symptoms_are_those_that_the_graph_joins(desk: Desk) -> None:
    assert desk.knowledge.conditions == tuple(sorted(SHOWS))
    assert list(desk.knowledge.findings) == SYMPTOMS
    assert desk.knowledge.links[desk.at("C:flu"), SYMPTOMS.index("Y:fever")] == 0.9
    assert desk.knowledge.links[desk.at("C:cold"), SYMPTOMS.index("Y:fever")] == 0


def test_a_condition_without_symptoms_shows_as_the_one_above_it(clinic: Graph, config: ConditionsConfig) -> None:
    known = knowledge_of(clinic.snapshot, config, ("C:swine-flu", "C:lonely", "C:unknown"))
    places = [known.conditions.index(name) for name in ("C:flu", "C:swine-flu")]

    assert np.array_equal(*known.links[places])
    assert not {"C:lonely", "C:unknown"} & set(known.conditions)


def test_one_symptom_by_hand(clinic: Graph, config: ConditionsConfig) -> None:
    desk = Desk(clinic, config, silence=0.0)
    found = desk.score(symptoms=["headache"])
    # Prior odds 1/5 each; a headache is .02 of nobody in particular, and 1 - .45 * .98 of those with flu.
    flu = 1 / 5 * (1 - 0.45 * 0.98) / 0.02
    total = 1 + 4 / 5 + flu

    assert found.against_none[desk.at("C:flu")] == pytest.approx(log(flu))
    assert found.share[desk.at("C:flu")] == pytest.approx(flu / total)
    assert found.none == pytest.approx(1 / total)
    assert found.score[desk.at("C:flu")] == pytest.approx(log(flu / (total - flu)))


def test_a_denied_symptom_by_hand(clinic: Graph, config: ConditionsConfig) -> None:
    desk = Desk(clinic, config, silence=0.0)
    before, after = desk.score(symptoms=["cough"]), desk.score(symptoms=["cough"], absent=["fever"])

    moved = after.against_none - before.against_none
    assert moved[desk.at("C:flu")] == pytest.approx(log(0.1))
    assert moved[desk.at("C:uti")] == pytest.approx(log(0.83))
    assert moved[desk.at("C:cold")] == 0


def test_what_is_not_spoken_of_counts_in_part(clinic: Graph, config: ConditionsConfig) -> None:
    none, some = (Desk(clinic, config, silence=silence).score(symptoms=["cough"]) for silence in (0.0, 0.5))
    cold = sorted(SHOWS).index("C:cold")

    assert (some.against_none - none.against_none)[cold] == pytest.approx(0.5 * log(0.45))


def test_a_condition_on_file_explains_its_symptom_and_is_not_predicted(desk: Desk) -> None:
    alone, with_flu = desk.score(symptoms=["fever"]), desk.score(symptoms=["fever"], conditions=["flu"])

    assert with_flu.share[desk.at("C:flu")] == 0
    assert with_flu.score[desk.at("C:flu")] == -np.inf
    # Of those with flu 1 - .1 * .98 have a fever anyway, so that an infection hardly adds to it.
    assert with_flu.against_none[desk.at("C:uti")] < alone.against_none[desk.at("C:uti")]
    said = log((1 - 0.83 * 0.1 * 0.98) / (1 - 0.1 * 0.98))
    silent = desk.knowledge.silence * log(0.1)
    assert with_flu.against_none[desk.at("C:uti")] == pytest.approx(log(0.2) + said + silent)


def test_a_refuted_condition_is_less_likely(desk: Desk) -> None:
    refuted = [{"condition": "flu", "status": "refuted"}]
    moved = desk.score(symptoms=["fever"], conditions=refuted).against_none - desk.score(symptoms=["fever"]).against_none

    assert moved[desk.at("C:flu")] == pytest.approx(-log(10))
    assert moved[desk.at("C:uti")] == 0


def test_imaging_and_family_move_a_condition(desk: Desk) -> None:
    before = desk.score(symptoms=["fever"]).against_none
    flu = desk.at("C:flu")

    assert desk.score(symptoms=["fever"], imaging=["Influenza."]).against_none[flu] - before[flu] == pytest.approx(log(10))
    assert desk.score(symptoms=["fever"], imaging=["No influenza."]).against_none[flu] - before[flu] == pytest.approx(-log(10))
    assert desk.score(symptoms=["fever"], family_history=["flu"]).against_none[flu] - before[flu] == pytest.approx(log(2))


def test_what_is_for_men_is_less_likely_for_women(desk: Desk) -> None:
    at = desk.at("ICD10CM:N41")
    man, woman, unknown = (
        desk.score(symptoms=["pelvic pain"], age=40, sex=sex).share[at] for sex in ("male", "female", "other")
    )

    assert woman < 0.1 < man
    assert unknown == pytest.approx(man)


def test_what_is_for_the_newborn_is_less_likely_for_others(build: Build, config: ConditionsConfig) -> None:
    with build([("ICD10CM:P22", "PRESENTS", "Y:breathless"), ("C:angina", "PRESENTS", "Y:breathless")]) as graph:
        known = knowledge_of(graph.snapshot, config)
    newborn = known.prior[known.conditions.index("ICD10CM:P22")]

    assert newborn[group_of("male", 0)] - newborn[group_of("male", 1)] == pytest.approx(log(100))
    assert newborn[group_of("female", 80)] == newborn[group_of("male", 1)]


def test_what_is_of_pregnancies_is_less_likely_for_who_is_not_pregnant_and_above_55(
    build: Build, config: ConditionsConfig
) -> None:
    nodes = {"ICD10CM:O21": {"name": "Vomiting in pregnancy"}, "Y:nausea": {"name": "Nausea"}}
    with build([("ICD10CM:O21", "PRESENTS", "Y:nausea"), ("C:flu", "PRESENTS", "Y:nausea")], nodes) as graph:
        desk = Desk(graph, config)
        at = desk.at("ICD10CM:O21")

        def against(age: int, **told: Any) -> float:
            return float(desk.score(symptoms=["nausea"], sex="female", age=age, **told).against_none[at])

        assert against(30) == against(30, pregnant=True)
        assert against(30) - against(30, pregnant=False) == pytest.approx(log(100))
        assert against(30) - against(60) == pytest.approx(log(100))


@pytest.mark.parametrize(("sex", "age", "group"), [("female", 0, 0), ("male", 75, GROUPS - 2), ("male", 4, len(AGES) + 1)])
def test_groups_are_of_sex_and_age(sex: str, age: int, group: int) -> None:
    assert group_of(sex, age) == group


def test_who_is_not_known_is_a_group_of_their_own() -> None:
    assert {group_of(None, 4), group_of("male", None), group_of("other", 4)} == {GROUPS - 1}


def finite(scores: Scores) -> Floats:
    """Log-odds against none, 0 for what is on file."""
    return np.where(np.isfinite(scores.against_none), scores.against_none, 0.0)


CASES = st.fixed_dictionaries(
    {
        "symptoms": st.lists(st.sampled_from(SYMPTOMS), unique=True, max_size=4),
        "conditions": st.lists(st.sampled_from(["C:cold", "C:uti"]), unique=True, max_size=2),
        "age": st.integers(0, 100),
        "sex": st.sampled_from(["female", "male", "unknown"]),
    }
)


@given(CASES, st.sampled_from(SYMPTOMS))
def test_a_denied_symptom_never_speaks_for_what_it_shows_in(desk: Desk, case: dict[str, Any], symptom: str) -> None:
    case["symptoms"] = [one for one in case["symptoms"] if one != symptom]
    before, after = desk.score(**case), desk.score(**case, absent=[symptom])
    shown = np.array([symptom in SHOWS[condition] for condition in desk.knowledge.conditions])

    moved = finite(after) - finite(before)
    assert (moved[shown] <= 1e-12).all()
    assert np.allclose(moved[~shown], 0, atol=1e-12)
    assert after.share[shown].sum() <= before.share[shown].sum() + 1e-12
    most = max(np.flatnonzero(shown), key=lambda i: desk.knowledge.links[i, SYMPTOMS.index(symptom)])
    assert after.share[most] <= before.share[most] + 1e-12


@given(CASES, st.sampled_from(SYMPTOMS))
def test_a_symptom_never_speaks_against_what_it_shows_in(desk: Desk, case: dict[str, Any], symptom: str) -> None:
    case["symptoms"] = [one for one in case["symptoms"] if one != symptom]
    before, after = desk.score(**case), desk.score(**(case | {"symptoms": [*case["symptoms"], symptom]}))

    assert (finite(after) - finite(before) >= -1e-12).all()


@given(st.lists(st.one_of(st.just(-np.inf), st.floats(-800, 800)), min_size=1, max_size=6))
def test_shares_of_all_and_none_add_up(against: list[float]) -> None:
    found = compete(np.array(against))

    assert found.share.sum() + found.none == pytest.approx(1)
    moderate = [i for i, value in enumerate(found.score) if abs(value) < 30]
    assert all(1 / (1 + exp(-found.score[i])) == pytest.approx(found.share[i], abs=1e-9) for i in moderate)
    assert not np.isnan(found.score).any()
