"""The settings."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import PredictorError
from recommender.predictors.conditions.config import TABLE, config_from, read_config


def shipped() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def test_the_shipped_settings_are_understood() -> None:
    config = read_config()

    assert config.frequency["common"] == 0.55
    assert config.people >= 5
    assert all(risk.source for risk in config.risk)


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("start", "leak", 0.0),
        ("start", "silence", 1.5),
        ("start", "told", "much"),
        ("start", "nothing", True),
        ("learning", "people", 4),
        ("learning", "fewest", 19),
        ("learning", "folds", 1),
        ("answer", "shown", float("nan")),
        ("answer", "wrong", 1),
        ("frequency", "common", 1.0),
        ("frequency", "rare", 0.01),
    ],
)
def test_a_setting_out_of_range_or_unknown_is_refused(table: str, name: str, value: Any) -> None:
    values = shipped()
    values[table][name] = value

    with pytest.raises(PredictorError, match=table if table == "frequency" else name):
        config_from(values)


def test_a_missing_setting_an_unknown_table_and_a_wrong_row_are_refused() -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"start": {}},
        {"further": {}},
        {"risk": [{"factor": "smoking"}]},
        {"one_sex": []},
        {"one_sex": {"x": []}},
    )
    for change in changes:
        with pytest.raises(PredictorError):
            config_from(shipped() | change)


def test_a_way_of_life_has_a_known_value_and_a_source() -> None:
    row = shipped()["risk"][0]
    for change in ({"value": "sometimes"}, {"ratio": 0.0}, {"source": ""}):
        with pytest.raises(PredictorError, match="risk"):
            config_from(shipped() | {"risk": [row | change]})


def test_an_unusable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "conditions.toml"
    path.write_text("leak = ", encoding="utf-8")

    for file in (path, tmp_path / "none.toml"):
        with pytest.raises(PredictorError, match="cannot be read"):
            read_config(file)
