"""The words of the advice, and the settings by which a probability becomes one."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.blood_risk.config import TABLE, read_blood_risk
from recommender.predictors.blood_risk.tiers import Tier
from tests.recommender.predictors.blood_risk.clinic import CONFIG


def test_the_three_levels_have_their_words() -> None:
    assert [tier.words for tier in Tier] == [
        "No action needed",
        "Lifestyle changes recommended",
        "Consult a healthcare professional",
    ]
    assert Tier.NONE < Tier.LIFESTYLE < Tier.CONSULT


@pytest.mark.parametrize(
    ("probability", "tier"),
    [
        (0.0, Tier.NONE),
        (0.0999, Tier.NONE),
        (0.1, Tier.LIFESTYLE),
        (0.2999, Tier.LIFESTYLE),
        (0.3, Tier.CONSULT),
        (1.0, Tier.CONSULT),
    ],
)
def test_a_threshold_belongs_to_the_level_above_it(probability: float, tier: Tier) -> None:
    assert CONFIG.tier(probability) is tier


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_risk_is_never_less_advice(one: float, other: float) -> None:
    assert CONFIG.tier(min(one, other)) <= CONFIG.tier(max(one, other))


def test_the_shipped_thresholds_say_where_they_come_from() -> None:
    config = read_blood_risk()

    assert (config.lifestyle, config.consult) == (0.075, 0.20)
    assert "doi:" in config.reason


@pytest.mark.parametrize(
    "change",
    [
        {"lifestyle": 0.0},
        {"lifestyle": 0.4},
        {"consult": 1.1},
        {"far": -1},
        {"days": 0},
        {"known": 2},
        {"shown": 0},
        {"reason": ""},
    ],
)
def test_numbers_beyond_their_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(PredictorError, match="out of range"):
        replace(CONFIG, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new"),
    [("far = 0.5", "near = 0.5"), ("[rules]", "[others]"), ("consult = 0.20", "consult ="), ("days = 365", "")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, old: str, new: str) -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(PredictorError, match=r"mine\.toml"):
        read_blood_risk(path)
