"""Outcomes of therapies: what is told, how it is explained, what enters the walk, and nothing of a person in a bundle."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.case import read_case
from recommender.errors import PredictorError
from recommender.outcomes import BOUND, LEAST_PEOPLE
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.outcome.config import OutcomeConfig
from recommender.predictors.outcome.design import Asked
from recommender.predictors.outcome.fitting import LEAST_COURSES, fit_outcome, outcome_of
from recommender.predictors.outcome.model import OutcomeModel
from recommender.predictors.outcome.predictor import TARGETS, OutcomePredictor
from recommender.predictors.population.courses import NO_CONDITION, Course, Result
from recommender.predictors.population.features import AGE, FEMALE, MEDICINES
from tests.recommender.conftest import TODAY, Build, Graph
from tests.recommender.predictors.outcome.trials import BAD, GOOD, USUAL, trials
from tests.recommender.predictors.population.village import KNOWLEDGE, NODES, village

QUICK = OutcomeConfig(folds=3, bootstraps=20)
SHE = {AGE: 50.0, FEMALE: 1.0, MEDICINES: 1.0}
DIFFERENT = {("M:pril", "C:pressure"): GOOD, ("M:april", "C:pressure"): GOOD, ("M:olol", "C:pressure"): BAD}


@pytest.fixture(scope="module")
def made(build: Build) -> Any:
    """A graph, and a model of medicines that differ much."""
    with build(KNOWLEDGE, NODES) as graph:
        yield graph, outcome_of(trials(graph.snapshot, DIFFERENT), graph.snapshot, QUICK)


@pytest.fixture
def graph(made: tuple[Graph, OutcomeModel]) -> Graph:
    return made[0]


@pytest.fixture
def model(made: tuple[Graph, OutcomeModel]) -> OutcomeModel:
    return made[1]


@pytest.fixture
def predictor(graph: Graph, model: OutcomeModel) -> OutcomePredictor:
    return OutcomePredictor(model, graph.snapshot, "tag", synthetic=True)


def asked(graph: Graph, medicine: str, condition: str = "C:pressure") -> Asked:
    return Asked(graph.number(medicine), graph.number(condition), SHE)


def good_of(predictor: OutcomePredictor, given: Asked) -> float:
    return {chance.target: chance.probability for chance in predictor.predict(given).chances}["good"]


def test_the_four_chances_add_up_and_are_near_those_that_were_drawn(graph: Graph, predictor: OutcomePredictor) -> None:
    for medicine, shares in (("M:pril", GOOD), ("M:olol", BAD)):
        found = {chance.target: chance for chance in predictor.predict(asked(graph, medicine)).chances}

        assert set(found) == set(TARGETS.values())
        assert sum(chance.probability for chance in found.values()) == pytest.approx(1.0)
        assert all(0 <= chance.low <= chance.probability <= chance.high <= 1 for chance in found.values())
        for result, target in TARGETS.items():
            assert found[target].probability == pytest.approx(shares[result], abs=0.12)


def test_the_most_probable_comes_first(graph: Graph, predictor: OutcomePredictor) -> None:
    for medicine in ("M:pril", "M:olol"):
        chances = [chance.probability for chance in predictor.predict(asked(graph, medicine)).chances]
        assert chances == sorted(chances, reverse=True)


def test_conformal_sets_hold_nine_of_ten_and_not_everything(
    graph: Graph, model: OutcomeModel, predictor: OutcomePredictor
) -> None:
    sure, unsure = (
        [chance.target for chance in predictor.predict(asked(graph, medicine)).chances if chance.ruled_in]
        for medicine in ("M:pril", "M:olol")
    )

    assert model.figures["conformal_coverage"] == pytest.approx(0.9, abs=0.03)
    assert sure[0] == "good"
    assert len(sure) < len(unsure)


def test_a_prediction_says_what_it_rests_on_and_which_rating_to_expect(graph: Graph, predictor: OutcomePredictor) -> None:
    found = predictor.predict(asked(graph, "M:pril"))

    assert found.notes[0] == "rests on people who took the medicine for this condition"
    assert found.notes[1].startswith("expected rating 7.7 of 10; ")
    assert found.notes[2] == "learned from synthetic patients"
    assert (found.predictor, found.bundle, found.abstained) == ("outcome", "tag", "")


def test_a_medicine_that_nobody_took_is_told_by_its_class(graph_of: Callable[..., Graph]) -> None:
    more = [("M:new", "IN_CLASS", "ATC:C07AB"), ("M:new", "TREATS", "C:pressure"), ("M:odd", "TREATS", "C:pressure")]
    graph = graph_of([*KNOWLEDGE, *more, ("M:blocker", "IN_CLASS", "ATC:C07AB")], NODES)
    chances = DIFFERENT | {("M:blocker", "C:pressure"): BAD}
    predictor = OutcomePredictor(outcome_of(trials(graph.snapshot, chances), graph.snapshot, QUICK), graph.snapshot, "tag")

    new, odd, pril = (asked(graph, medicine) for medicine in ("M:new", "M:odd", "M:pril"))

    assert predictor.predict(new).notes[0] == "rests on people who took its class"
    assert "too few people" in predictor.predict(odd).notes[0]
    assert good_of(predictor, new) < good_of(predictor, odd) < good_of(predictor, pril)


@pytest.mark.parametrize("target", ["", *TARGETS.values()])
def test_an_explanation_adds_up_exactly(graph: Graph, predictor: OutcomePredictor, target: str) -> None:
    found = predictor.explain(asked(graph, "M:olol"), target)

    assert found.base + sum(one.amount for one in found.contributions) == pytest.approx(found.total, abs=1e-12)
    assert (found.method, found.unit, found.error) == ("exact", "log-odds", 0.0)
    assert found.target == (target or predictor.predict(asked(graph, "M:olol")).chances[0].target)
    assert [abs(one.amount) for one in found.contributions] == sorted(
        (abs(one.amount) for one in found.contributions), reverse=True
    )


def test_an_explanation_names_what_a_clinician_knows(graph: Graph, predictor: OutcomePredictor) -> None:
    found = predictor.explain(asked(graph, "M:olol"), "good")

    told = {one.feature: (one.label, one.value) for one in found.contributions}
    assert told["pair:M:olol C:pressure"] == ("medicine for the condition", "olol, High pressure")
    assert told["age:40 to 64"] == ("age", "40 to 64")
    assert told["medicine:M:olol"] == ("medicine", "olol")
    assert (
        sum(one.amount for one in found.contributions if one.label in ("class", "medicine", "medicine for the condition"))
        < -0.5
    )
    assert found.alike.startswith("of 100 people who took it for this condition ")


def test_one_person_is_not_told_by_the_rest(graph: Graph, model: OutcomeModel) -> None:
    place = model.pairs.index(("M:olol", "C:pressure"))
    good = model.good.copy()
    for few in (1, LEAST_PEOPLE - 1):
        for number in (few, int(model.people[place]) - few):
            good[place] = number
            told = OutcomePredictor(replace(model, good=good), graph.snapshot, "tag").explain(asked(graph, "M:olol"))
            assert told.alike == "100 people took it for this condition"
    good[place] = 0
    none = OutcomePredictor(replace(model, good=good), graph.snapshot, "tag").explain(asked(graph, "M:olol"))
    assert none.alike.endswith(" 0 recovered or improved")


def test_a_level_of_too_few_people_adds_nothing_and_says_so(graph: Graph, predictor: OutcomePredictor) -> None:
    found = predictor.explain(asked(graph, "M:olol", "C:fever"), "good")

    fever = next(one for one in found.contributions if one.feature == "condition:C:fever")
    assert (fever.value, fever.amount) == ("fever (too few people)", 0.0)
    assert found.alike == ""


def test_what_is_no_medicine_or_no_outcome_is_refused(graph: Graph, predictor: OutcomePredictor) -> None:
    with pytest.raises(PredictorError, match="a medicine is expected"):
        predictor.predict(replace(asked(graph, "M:pril"), medicine=graph.number("C:fever")))
    with pytest.raises(PredictorError, match="no such outcome"):
        predictor.explain(asked(graph, "M:pril"), "cured")


def test_weights_part_medicines_that_differ(graph: Graph, predictor: OutcomePredictor) -> None:
    pressure, fever = graph.number("C:pressure"), graph.number("C:fever")

    found = predictor.weights(SHE, [pressure, fever])

    assert {(graph.snapshot.id(c), graph.snapshot.id(m)) for c, m in found} == {
        ("C:pressure", m) for m in ("M:pril", "M:april", "M:olol")
    }
    assert found[pressure, graph.number("M:olol")].value == -BOUND
    assert found[pressure, graph.number("M:pril")].value > 0
    for shift in found.values():
        assert -BOUND <= shift.low <= shift.value <= shift.high <= BOUND
        assert shift.low * shift.high > 0
        assert shift.people == 100
        assert 0 <= shift.good <= 100


def test_medicines_that_do_not_differ_have_no_weight(known: Graph) -> None:
    chances = dict.fromkeys(DIFFERENT, USUAL)
    model = outcome_of(trials(known.snapshot, chances), known.snapshot, QUICK)

    assert OutcomePredictor(model, known.snapshot, "tag").weights(SHE, [known.number("C:pressure")]) == {}


def test_the_only_medicine_of_a_condition_has_no_weight(known: Graph) -> None:
    chances = {("M:olol", "C:fever"): BAD, ("M:pril", "C:pressure"): GOOD}
    model = outcome_of(trials(known.snapshot, chances, 150), known.snapshot, QUICK)

    found = OutcomePredictor(model, known.snapshot, "tag").weights(SHE, [known.number("C:fever"), known.number("C:pressure")])

    assert found == {}


def test_a_group_in_which_a_medicine_goes_worse_has_a_weight_of_its_own(known: Graph) -> None:
    def group_of(features: object) -> int:
        return int(dict(features)[AGE] > 40)  # type: ignore[call-overload]

    young = trials(known.snapshot, {("M:pril", "C:pressure"): GOOD, ("M:olol", "C:pressure"): GOOD}, 150)
    courses = [replace(c, features=c.features | {AGE: 30.0}) for c in young]
    old = trials(known.snapshot, {("M:pril", "C:pressure"): GOOD, ("M:olol", "C:pressure"): BAD}, 150, seed=1)
    courses += [replace(c, person=c.person + 1000, features=c.features | {AGE: 70.0}) for c in old]
    model = outcome_of(courses, known.snapshot, QUICK, group_of)
    predictor = OutcomePredictor(model, known.snapshot, "tag", group_of=group_of)
    pair = known.number("C:pressure"), known.number("M:olol")

    old_weight = predictor.weights(SHE | {AGE: 70.0}, [pair[0]]).get(pair)
    young_weight = predictor.weights(SHE | {AGE: 30.0}, [pair[0]]).get(pair)

    assert old_weight is not None
    assert old_weight.value < (young_weight.value if young_weight else 0.0)


def test_outcomes_that_differ_are_told_better_than_by_the_share_of_all(
    model: OutcomeModel, predictor: OutcomePredictor
) -> None:
    figures = model.figures

    assert figures["log_loss"]["difference_from_all"][2] < 0
    assert figures["brier"]["difference_from_all"][2] < 0
    assert figures["roc_auc_good"]["model"][0] > 0.7
    assert figures["rating_error"]["model"] < figures["rating_error"]["mean"]
    assert "better than the share of all" in predictor.card.promoted
    assert json.loads(json.dumps(predictor.card.payload())) == predictor.card.payload()


def test_outcomes_that_do_not_differ_are_said_to_be_told_no_better(known: Graph) -> None:
    model = outcome_of(trials(known.snapshot, dict.fromkeys(DIFFERENT, USUAL)), known.snapshot, QUICK)

    difference, _, high = model.figures["log_loss"]["difference_from_all"]
    assert 0 < high < 0.1
    assert difference < 0.05
    assert "better than the share of all" not in OutcomePredictor(model, known.snapshot, "tag").card.promoted.replace(
        "no better", ""
    )


def test_who_comes_first_and_who_is_called_what_changes_nothing(graph: Graph, model: OutcomeModel) -> None:
    order = np.random.default_rng(1).permutation(100)
    courses = [replace(c, person=int(order[c.person])) for c in trials(graph.snapshot, DIFFERENT)]

    other = outcome_of(courses[::-1], graph.snapshot, QUICK)

    assert other.notes() == model.notes()
    assert {k: a.tobytes() for k, a in other.arrays().items()} == {k: a.tobytes() for k, a in model.arrays().items()}


def test_all_courses_of_a_person_are_hidden_together(graph: Graph) -> None:
    # Everyone has the same result thrice: whoever saw the other two would know the third.
    random = np.random.default_rng(2)
    results = random.choice(4, 100, p=USUAL)
    courses = [replace(c, result=Result(int(results[c.person]))) for c in trials(graph.snapshot, DIFFERENT)]

    figures = outcome_of(courses, graph.snapshot, QUICK).figures

    assert (figures["people"], figures["courses"]) == (100, 300)
    assert figures["roc_auc_good"]["model"][1] < 0.55


def test_what_a_bundle_holds_serves_the_same(graph: Graph, model: OutcomeModel, tmp_path: Path) -> None:
    bundles = PredictorBundles(tmp_path)
    tag = bundles.write("outcome", model.arrays(), model.notes())
    stored = bundles.read("outcome")

    one, other = (OutcomePredictor(m, graph.snapshot, tag) for m in (model, OutcomeModel.of(stored.arrays, stored.notes)))

    given = asked(graph, "M:olol")
    assert one.predict(given) == other.predict(given)
    assert one.explain(given) == other.explain(given)
    assert one.weights(SHE, [graph.number("C:pressure")]) == other.weights(SHE, [graph.number("C:pressure")])


@pytest.mark.parametrize("missing", ["base", "effects", "people", "calibration-0/scores", "calibration-3/method"])
def test_a_bundle_without_a_part_is_refused(model: OutcomeModel, missing: str) -> None:
    arrays = {name: array for name, array in model.arrays().items() if name != missing}

    with pytest.raises(PredictorError, match="holds no outcomes"):
        OutcomeModel.of(arrays, model.notes())


def test_effects_that_do_not_fit_the_levels_are_refused(model: OutcomeModel) -> None:
    with pytest.raises(PredictorError, match="holds no outcomes"):
        OutcomeModel.of(model.arrays(), model.notes() | {"levels": []})


@pytest.mark.parametrize("people", range(3, 8))
def test_nothing_of_fewer_than_five_people_has_an_effect_or_a_number(known: Graph, people: int) -> None:
    few = trials(known.snapshot, {("M:olol", "C:fever"): USUAL}, people, seed=9)

    model = outcome_of(trials(known.snapshot, DIFFERENT) + few, known.snapshot, QUICK)

    shown = people >= LEAST_PEOPLE
    assert (("M:olol", "C:fever") in model.pairs) is shown
    assert any("C:fever" in level.name for level in model.levels) is shown
    assert model.people.min() >= LEAST_PEOPLE


def test_nothing_of_a_person_is_in_a_bundle(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(300)
    graph = graph_of(edges, nodes)

    model = fit_outcome(graph.store, graph.snapshot, TODAY, QUICK)

    assert model.figures["people"] == 150
    assert "patient:" not in json.dumps(model.notes())
    assert not {150, 300} & {size for array in model.arrays().values() for size in array.shape}
    assert dict(zip(model.pairs, model.people.tolist(), strict=True)) == {
        ("M:olol", "C:pressure"): 150,
        ("M:pril", "C:pressure"): 150,
    }


def test_a_case_is_asked_for_the_condition_that_the_medicine_treats(graph: Graph, predictor: OutcomePredictor) -> None:
    case = {
        "age": 60,
        "conditions": [
            {"condition": "C:fever", "start": "2020-01-01"},
            {"condition": "High pressure", "start": "2010-01-01"},
            {"condition": "C:kidney", "start": "2022-01-01"},
        ],
        "phenotypes": ["P:slow"],
    }
    record = read_case(case, graph.snapshot)

    olol, pril = (predictor.asked(record, graph.number(medicine)) for medicine in ("M:olol", "M:pril"))

    assert graph.snapshot.id(olol.condition) == "C:fever"
    assert graph.snapshot.id(pril.condition) == "C:pressure"
    assert olol.features[AGE] == 60.0
    assert olol.phenotypes == {graph.number("P:slow")}
    assert predictor.asked(read_case({}, graph.snapshot), graph.number("M:pril")).condition == NO_CONDITION


def test_who_may_not_be_learned_of_counts_nowhere(graph_of: Callable[..., Graph]) -> None:
    edges, nodes = village(400)
    graph = graph_of(edges, nodes)

    model = fit_outcome(graph.store, graph.snapshot, TODAY, QUICK, allowed=lambda node: node.id < "patient:v0300")

    assert model.figures["people"] == 150


def test_too_few_courses_or_people_of_an_outcome_are_refused(known: Graph) -> None:
    courses = trials(known.snapshot, DIFFERENT)
    never_stopped = [replace(c, result=Result.GOOD if c.result is Result.STOPPED else c.result) for c in courses]

    with pytest.raises(PredictorError, match=f"{LEAST_COURSES} courses or more"):
        outcome_of(courses[: LEAST_COURSES - 1], known.snapshot, QUICK)
    with pytest.raises(PredictorError, match=f"each outcome {LEAST_PEOPLE} people"):
        outcome_of(never_stopped, known.snapshot, QUICK)


def test_a_rating_is_of_five_people_or_more(known: Graph) -> None:
    def unrated(course: Course) -> Course:
        return replace(course, rating=0)

    courses = trials(known.snapshot, DIFFERENT)
    bad = {result: [c for c in courses if c.result is result][:4] for result in Result}
    few = [c if c in bad[Result.STOPPED] or c.result is Result.GOOD else unrated(c) for c in courses]

    model = outcome_of(few, known.snapshot, QUICK)

    assert np.isfinite(model.ratings[:, 0]).tolist() == [True, False, False, False]
    assert model.rating(np.array([0.0, 1.0, 0.0, 0.0])) is None
    assert outcome_of(list(map(unrated, courses)), known.snapshot, QUICK).figures["rating_error"] == {}


def test_a_rating_is_the_mean_over_outcomes_by_hand(model: OutcomeModel) -> None:
    ratings = np.array([[8.0, 1.0], [4.0, 1.0], [np.nan, np.nan], [np.nan, np.nan]])

    found = replace(model, ratings=ratings).rating(np.array([0.6, 0.2, 0.1, 0.1]))

    # Of 3 to 1: mean 7, variance 1 + (3 · 1 + 1 · 9) / 4 = 4; four of five lie within 1.28 deviations.
    assert found == pytest.approx((7.0, 7 - 2.56, 9.56))
