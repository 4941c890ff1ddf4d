"""The advice: rules are the floor, a model may raise it, a panic value outranks both."""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.blood_risk.predictor import (
    ADVICE,
    OUTSIDE,
    BloodQuestion,
    BloodRiskPredictor,
)
from recommender.predictors.blood_risk.tiers import Tier
from recommender.predictors.forms.encoder import fit_encoder
from recommender.predictors.forms.fitted import FittedModel
from recommender.predictors.forms.linear import Linear
from recommender.predictors.learning.calibrating import serving_calibration
from recommender.predictors.shape import ModelCard
from recommender.predictors.tables.table import Column, ColumnKind
from recommender.predictors.tabular import TabularPredictor
from tests.recommender.predictors.blood_risk.clinic import CONFIG, EDGES, NODES, SIGNS, Build, panel

COLUMNS = (
    Column("risk", ColumnKind.NUMBER),
    Column("more", ColumnKind.NUMBER),
    Column("sex", ColumnKind.CATEGORY, categories=("female", "male")),
)


@pytest.fixture(scope="module")
def model() -> TabularPredictor:
    """A model whose margin is the column ``risk``, standardised, and whose probabilities are true."""
    random = np.random.default_rng(2)
    values = {"risk": random.standard_normal(2_000), "more": random.standard_normal(2_000), "sex": np.zeros(2_000)}
    happened = (random.random(2_000) < 1 / (1 + np.exp(-2 * values["risk"]))).astype(float)
    encoder = fit_encoder(COLUMNS[:2], values)
    form = Linear(np.array([2.0, 0.0]), np.array(0.0))
    margins = form.margins(encoder.encode(values))
    folds = np.arange(2_000)[None, :] % 5
    calibration = serving_calibration(margins[None, :], happened, folds, bootstraps=30, seed=0)
    fitted = FittedModel(replace_columns(encoder), form, calibration, 0.9, np.zeros((1, 2)), np.ones(1))
    card = ModelCard("blood-risk", "tests", {"synthetic": True}, "logistic", {})
    return TabularPredictor(fitted, card, (), "event", "t" * 32)


def replace_columns(encoder: object) -> object:
    return replace(encoder, columns=COLUMNS)  # type: ignore[type-var]


def asked(row: Mapping[str, float] | None = None, **values: float) -> BloodQuestion:
    return BloodQuestion(panel(**values), row or {})


def advice(predictor: BloodRiskPredictor, question: BloodQuestion) -> str:
    return predictor.predict(question).chances[0].level


RULES = BloodRiskPredictor(CONFIG, SIGNS)


def test_rules_alone_answer_without_a_bundle() -> None:
    told = RULES.predict(asked(sugar=130, salt=4))

    assert told.bundle == "knowledge"
    [chance] = told.chances
    assert (chance.target, chance.probability, chance.low, chance.high) == (OUTSIDE, 1.0, 1.0, 1.0)
    assert chance.level == "Consult a healthcare professional"
    assert told.notes[0] == "Fasting glucose 130 mg/dL: above its range, which ends at 99"
    assert RULES.assess(asked(sugar=130, salt=4)).decided_by == "the reference ranges"
    assert RULES.card.promoted == "rules alone"


def test_usual_values_need_no_action() -> None:
    [chance] = RULES.predict(asked(sugar=80, salt=4)).chances

    assert (chance.level, chance.probability) == ("No action needed", 0.0)


def test_where_nothing_is_known_it_abstains() -> None:
    told = RULES.predict(asked())

    assert told.chances == ()
    assert told.abstained


def test_a_learned_risk_raises_the_advice_at_its_thresholds(model: TabularPredictor) -> None:
    predictor = replace(RULES, model=model)
    levels = [advice(predictor, asked({"risk": risk, "more": 0.0, "sex": 0.0}, sugar=80)) for risk in (-3.0, -0.7, 3.0)]

    assert levels == [tier.words for tier in Tier]
    found = predictor.assess(asked({"risk": 3.0, "more": 0.0, "sex": 0.0}, sugar=80))
    assert (found.floor, found.tier, found.decided_by) == (Tier.NONE, Tier.CONSULT, "the learned risk")


def test_a_learned_risk_is_the_chance_and_keeps_its_interval(model: TabularPredictor) -> None:
    row = {"risk": 0.5, "more": 0.0, "sex": 0.0}
    [chance] = replace(RULES, model=model).predict(asked(row, sugar=80)).chances
    [own] = model.predict(row).chances

    assert replace(chance, level="") == own
    assert chance.low <= chance.probability <= chance.high


@given(risk=st.floats(-6, 6), sugar=st.floats(1, 600), salt=st.floats(1, 9))
def test_a_model_never_lowers_what_the_rules_call_for(model: TabularPredictor, risk: float, sugar: float, salt: float) -> None:
    row = {"risk": risk, "more": 0.0, "sex": 0.0}
    found = replace(RULES, model=model).assess(asked(row, sugar=sugar, salt=salt))

    assert found.tier >= found.floor == RULES.assess(asked(sugar=sugar, salt=salt)).tier
    if found.panic:
        assert found.tier is Tier.CONSULT


def test_a_panic_value_outranks_a_model_that_sees_no_risk(model: TabularPredictor) -> None:
    predictor = replace(RULES, model=model)
    question = asked({"risk": -6.0, "more": 0.0, "sex": 0.0}, salt=6.5)

    assert predictor.assess(question).decided_by == "a critical value"
    assert advice(predictor, question) == "Consult a healthcare professional"
    assert "seek care now" in predictor.predict(question).notes[0]


def test_a_model_is_not_asked_with_too_few_values(model: TabularPredictor) -> None:
    predictor = replace(RULES, model=model)
    told = predictor.predict(asked({"risk": 3.0, "more": float("nan"), "sex": -1.0}, sugar=80))

    assert told.chances[0].target == OUTSIDE
    assert advice(predictor, asked({"risk": 3.0, "sex": -1.0}, sugar=80)) == "No action needed"
    assert "1 of 3 values are known: too few for the learned risk" in told.notes


def test_contributions_add_up_to_the_level_of_advice(model: TabularPredictor) -> None:
    predictor = replace(RULES, model=model)
    for question in (
        asked(sugar=130, salt=5.2),
        asked({"risk": 4.0, "more": 0.0, "sex": 0.0}, salt=5.2),
        asked({"risk": 4.0, "more": 0.0, "sex": 0.0}, sugar=80),
        asked(sugar=80),
    ):
        told = predictor.explain(question)
        assert told.base + sum(part.amount for part in told.contributions) == told.total == predictor.assess(question).tier
        assert (told.target, told.unit) == (ADVICE, "levels of advice")
    told = predictor.explain(asked({"risk": 4.0, "more": 0.0, "sex": 0.0}, salt=5.2))
    assert [(part.label, part.amount) for part in told.contributions] == [("Potassium", 1.0), ("learned risk", 1.0)]


def test_an_unknown_target_has_no_explanation(model: TabularPredictor) -> None:
    with pytest.raises(PredictorError, match="explains advice"):
        RULES.explain(asked(sugar=130), "weather")
    with pytest.raises(PredictorError, match="explains advice"):
        RULES.explain(asked(sugar=130), "event")


def test_the_learned_risk_is_explained_by_its_own_name(model: TabularPredictor) -> None:
    row = {"risk": 4.0, "more": 0.0, "sex": 0.0}
    told = replace(RULES, model=model).explain(asked(row, sugar=130), "event")

    assert (told.target, told.unit) == ("event", "log-odds")
    assert told.base + sum(part.amount for part in told.contributions) == pytest.approx(told.total)
    assert told.contributions[0].feature == "risk"
    assert RULES.explain(asked(sugar=130), OUTSIDE) == RULES.explain(asked(sugar=130), ADVICE)


def test_what_else_there_is_to_tell_is_json_with_paths_to_care(graph_of: Build) -> None:
    predictor = replace(RULES, snapshot=graph_of(EDGES, NODES).snapshot)
    told = json.loads(json.dumps(predictor.further(asked(sugar=110))))

    assert told["advice"] == "Lifestyle changes recommended"
    assert told["thresholds"] == {"lifestyle": 0.1, "consult": 0.3, "reason": "a test"}
    assert [path["action"]["id"] for path in told["care"]] == ["A:walk", "A:nurse"]
    assert told["findings"][0]["points_at"] == "ICD10CM:R73.03"
    assert RULES.further(asked(sugar=110))["care"] == []
