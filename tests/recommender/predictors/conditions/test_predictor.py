"""What is answered, why, and what is asked next."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.elements import NodeId
from recommender.errors import PredictorError
from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.fitting import FittedConditions
from recommender.predictors.conditions.knowledge import Floats
from recommender.predictors.conditions.predictor import ConditionsPredictor, knowledge_predictor, predicted_evidence
from recommender.predictors.conditions.presentation import Presentation, read_presentation
from recommender.predictors.conditions.questions import LEAST_SHARE, answered, best_finding, gains
from recommender.predictors.conditions.scores import FindingReader, Findings, Scorer, Scores
from recommender.record import read_record
from tests.recommender.conftest import Graph
from tests.recommender.predictors.conditions.clinic import SHOWS

SYMPTOMS = sorted({symptom for shown in SHOWS.values() for symptom in shown})


@pytest.fixture(scope="module")
def known(clinic: Graph) -> ConditionsPredictor:
    return knowledge_predictor(clinic.snapshot)


@pytest.fixture(scope="module")
def learned(village: Graph, fitted: FittedConditions) -> ConditionsPredictor:
    return ConditionsPredictor(fitted, village.snapshot, tag="b" * 32)


def case(graph: Graph, **fields: Any) -> Presentation:
    return read_presentation(fields, graph.snapshot)


def test_the_graph_alone_answers_and_says_that_it_does(known: ConditionsPredictor, clinic: Graph) -> None:
    found = known.predict(case(clinic, text="Fever and a cough, no sneezing. My head aches."))

    assert (found.predictor, found.bundle) == ("conditions", "knowledge")
    assert (found.chances[0].target, found.chances[0].label) == ("C:flu", "Influenza")
    assert all(c.low <= c.probability <= c.high for c in found.chances)
    assert found.chances[0].low < found.chances[0].high
    assert found.notes[:2] == ("told: Cough, Fever, Headache", "denied: Sneezing")
    assert "not calibrated" in found.notes[2]
    json.dumps(found.payload())


def test_who_only_denies_is_told_nothing(known: ConditionsPredictor, clinic: Graph) -> None:
    found = known.predict(case(clinic, text="No fever, no cough.", sex="female", pregnant=False))

    assert not found.chances
    assert "nothing is told" in found.abstained
    assert found.notes[0] == "denied: Cough, Fever"


def test_a_way_of_life_alone_speaks_for_something(known: ConditionsPredictor, clinic: Graph) -> None:
    assert known.predict(case(clinic, family_history=["influenza"])).chances[0].target == "C:flu"


def test_the_most_probable_come_first(learned: ConditionsPredictor, village: Graph) -> None:
    found = learned.predict(case(village, symptoms=["burning when urinating"], sex="female", age=40))
    chances = [c.probability for c in found.chances]

    assert chances == sorted(chances, reverse=True)
    assert found.chances[0].target == "C:uti"
    assert found.chances[0].probability > 0.8
    assert "learned from synthetic patients" in found.notes
    assert found.bundle == "b" * 32


def test_who_tells_nothing_gets_no_guess(known: ConditionsPredictor, clinic: Graph) -> None:
    found = known.predict(case(clinic, age=40))

    assert found.chances == ()
    assert "nothing is told" in found.abstained


def test_what_is_on_file_is_a_fact_and_no_prediction(known: ConditionsPredictor, clinic: Graph) -> None:
    given_ = case(clinic, symptoms=["fever"], conditions=["flu"])

    assert "C:flu" not in {c.target for c in known.predict(given_).chances}
    with pytest.raises(PredictorError, match="on file already"):
        known.explain(given_, "C:flu")


def test_unresolved_things_are_counted_and_not_repeated(known: ConditionsPredictor, clinic: Graph) -> None:
    found = known.predict(case(clinic, symptoms=["fever", "purple dreams"]))

    assert "1 thing(s) told that no node stands for" in found.notes
    assert "purple" not in json.dumps(found.payload())


def test_a_patient_of_the_store_is_asked_about_like_a_case(learned: ConditionsPredictor, village: Graph) -> None:
    record = read_record(village.store, village.snapshot, NodeId("patient:1"), date(2020, 3, 10))

    assert learned.predict(record).bundle == "b" * 32


def test_something_else_is_refused(known: ConditionsPredictor, clinic: Graph) -> None:
    with pytest.raises(PredictorError, match="a record or a presentation"):
        known.predict("flu")  # type: ignore[arg-type]  # what is tested
    with pytest.raises(PredictorError, match="none that is predicted"):
        known.explain(case(clinic, symptoms=["fever"]), "C:lonely")


def test_an_explanation_in_words(known: ConditionsPredictor, clinic: Graph) -> None:
    found = known.explain(case(clinic, symptoms=["fever"], absent=["cough"], family_history=["flu"]), "C:flu")
    told = {c.label: (c.value, c.record) for c in found.contributions}

    assert told["Fever"] == ("present", "/symptoms/0")
    assert told["Cough"] == ("absent", "/absent/0")
    assert "family history" in told
    signs = {c.label: c.amount > 0 for c in found.contributions}
    assert signs["Fever"]
    assert not signs["Cough"]
    assert found.method == "exact"


def test_a_result_is_told_by_its_range(learned: ConditionsPredictor, village: Graph) -> None:
    given_ = case(village, age=40, symptoms=["cough"], results=[{"test": "C-reactive protein", "value": 50, "unit": "mg/L"}])
    told = {c.label: c.value for c in learned.explain(given_, "C:flu").contributions}

    assert told["C-reactive protein"] == "above the reference range"
    with_, without = (learned.predict(g).chances[0].target for g in (given_, case(village, age=40, symptoms=["cough"])))
    assert (with_, without) == ("C:flu", "C:cold")


FIELDS = st.fixed_dictionaries(
    {
        "symptoms": st.lists(st.sampled_from(SYMPTOMS), unique=True, min_size=1, max_size=4),
        "absent": st.lists(st.sampled_from(SYMPTOMS), unique=True, max_size=3),
        "age": st.integers(0, 100),
        "sex": st.sampled_from(["female", "male"]),
        "family_history": st.lists(st.sampled_from(["flu", "UTI"]), max_size=2),
    }
)


@given(FIELDS)
def test_contributions_add_up_exactly(learned: ConditionsPredictor, village: Graph, fields: dict[str, Any]) -> None:
    given_ = case(village, **fields)
    for chance in learned.predict(given_).chances:
        found = learned.explain(given_, chance.target)
        assert found.base + sum(c.amount for c in found.contributions) == pytest.approx(found.total, abs=1e-9)


@given(FIELDS)
def test_the_explained_total_orders_as_the_answer_does(
    learned: ConditionsPredictor, village: Graph, fields: dict[str, Any]
) -> None:
    given_ = case(village, **fields)
    totals = [learned.explain(given_, chance.target).total for chance in learned.predict(given_).chances]

    assert totals == sorted(totals, reverse=True)


def test_evidence_is_the_calibrated_probability(learned: ConditionsPredictor, village: Graph) -> None:
    found = learned.predict(case(village, symptoms=["fever"]))

    assert predicted_evidence(found) == {c.target: c.probability for c in found.chances if c.probability}


def test_the_card_says_what_it_was_fitted_on(known: ConditionsPredictor, learned: ConditionsPredictor) -> None:
    assert learned.card.data["synthetic"] is True
    assert learned.card.figures["ece"] < 0.05
    assert known.card.figures == {}
    assert "knowledge alone" in known.card.promoted
    json.dumps([known.card.payload(), learned.card.payload()])


# What to ask next


class Desk:
    """Scores and questions of the clinic."""

    def __init__(self, graph: Graph, fitted: FittedConditions, config: ConditionsConfig) -> None:
        self.graph, self.knowledge = graph, fitted.knowledge
        self.scorer = Scorer(self.knowledge)
        self.reader = FindingReader(graph.snapshot, self.knowledge, config)

    def findings(self, **fields: Any) -> Findings:
        return self.reader.read(case(self.graph, **fields))


@pytest.fixture(scope="module")
def desk(village: Graph, fitted: FittedConditions, config: ConditionsConfig) -> Desk:
    return Desk(village, fitted, config)


def shares(scores: Scores) -> Floats:
    """Of all conditions and none."""
    return np.append(scores.share, scores.none)


def entropy(share: Floats) -> float:
    kept = share[share > 0]
    return float(-(kept * np.log2(kept)).sum())


@given(FIELDS, st.sampled_from([0.0, 0.3, 1.0]))
def test_a_question_tells_what_its_answers_take_from_the_entropy(desk: Desk, fields: dict[str, Any], silence: float) -> None:
    """By the definition: each answer is given and scored anew; before it stands what both answers together say."""
    findings = desk.findings(**fields)
    # Conditions that show weakly, so that none falls below the least share that takes part.
    mild = replace(desk.knowledge, links=0.3 * desk.knowledge.links, prior=np.zeros_like(desk.knowledge.prior), silence=silence)
    scorer = Scorer(mild)
    scores = scorer.score(findings)
    assume(scores.share.min() >= LEAST_SHARE)
    bits, chance = gains(scorer, findings, scores)
    asked = np.flatnonzero(bits >= 0).tolist()
    assert asked
    for finding in asked:
        after = [shares(scorer.score(answered(findings, finding, there))) for there in (True, False)]
        before = chance[finding] * after[0] + (1 - chance[finding]) * after[1]
        wanted = entropy(before) - chance[finding] * entropy(after[0]) - (1 - chance[finding]) * entropy(after[1])
        assert bits[finding] == pytest.approx(max(wanted, 0.0), abs=1e-9)
        if not silence:
            assert before == pytest.approx(shares(scores), abs=1e-9)


@given(FIELDS)
def test_nothing_is_asked_that_is_known_and_no_question_takes_knowledge_away(desk: Desk, fields: dict[str, Any]) -> None:
    findings = desk.findings(**fields)
    bits, chance = gains(desk.scorer, findings, desk.scorer.score(findings))
    known = [*findings.present, *findings.absent]

    assert (bits[known] == -1).all()
    assert ((bits >= 0) | (bits == -1)).all()
    assert ((chance >= 0) & (chance <= 1)).all()
    assert best_finding(desk.scorer, findings) not in known


def test_the_question_that_parts_two_conditions_comes_first(known: ConditionsPredictor, clinic: Graph) -> None:
    asked = known.questions(case(clinic, symptoms=["cough"], age=30, sex="male"))

    assert asked[0].label in ("Fever?", "Sneezing?", "Headache?")
    assert asked[0].kind == "symptom"
    assert asked[0].gain >= asked[1].gain
    assert asked[0].if_yes != asked[0].if_no
    json.dumps([question.payload() for question in asked])


def test_a_test_may_be_what_is_worth_most(learned: ConditionsPredictor, village: Graph) -> None:
    asked = learned.questions(case(village, symptoms=["cough"], age=30, sex="male"))

    assert ("Measure C-reactive protein: is it high?", "test") in {(question.label, question.kind) for question in asked}


def test_nothing_is_asked_where_one_condition_is_as_good_as_sure(learned: ConditionsPredictor, village: Graph) -> None:
    told = case(village, symptoms=["painful urination", "pelvic pain"], absent=["fever", "cough"], age=40, sex="female")

    assert learned.predict(told).chances[0].target == "C:uti"
    assert learned.questions(told) == ()
