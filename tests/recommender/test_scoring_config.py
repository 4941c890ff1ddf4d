"""The numbers of the score: every key is needed, has its range, and changes the digest."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from recommender.config import OF_PREDICTIONS, ScoringConfig, read_scoring, scoring_from
from recommender.errors import MetapathError

SHIPPED = asdict(read_scoring())


def test_the_shipped_table_holds_what_the_design_asks() -> None:
    config = read_scoring()

    assert config.damping == 0.4
    assert config.treats_first > config.treats > config.treats_later > config.palliates > 0
    assert 0 < config.symptom < 1
    assert 0 < config.resolved < 1


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_key_is_needed(name: str) -> None:
    with pytest.raises(MetapathError, match=f"{name} unknown or missing"):
        scoring_from({k: v for k, v in SHIPPED.items() if k != name})


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(MetapathError, match="dumping unknown or missing"):
        scoring_from(SHIPPED | {"dumping": 0.4})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, value)
            for name in ("damping", "unreviewed", "ancestor", "kind_below", "symptom", "resolved")
            for value in (-0.01, 1.01)
        ),
        *((name, value) for name in SHIPPED for value in (True, "1", None, float("nan"), float("inf"))),
        *(("paths", value) for value in (0, 51, 2.5)),
        *(("care_actions", value) for value in (-1, 51, 2.5)),
        *(("resolved_half_life", value) for value in (0, -1)),
        *((name, -0.5) for name in ("treats_first", "treats", "treats_later", "palliates")),
    ],
)
def test_a_value_out_of_its_range_is_refused(name: str, value: object) -> None:
    with pytest.raises(MetapathError, match=f"scoring: {name}: "):
        scoring_from(SHIPPED | {name: value})


def test_values_at_the_ends_of_their_range_are_taken() -> None:
    ends = {"damping": 0, "unreviewed": 1, "ancestor": 0.0, "symptom": 1.0, "paths": 50, "care_actions": 0}

    assert asdict(scoring_from(SHIPPED | ends)) == SHIPPED | ends


@pytest.mark.parametrize("content", [b"damping = ", b"\xff\xfe"], ids=["broken", "no text"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scoring.toml"
    path.write_bytes(content)
    with pytest.raises(MetapathError, match=r"scoring\.toml cannot be read"):
        read_scoring(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MetapathError, match=r"scoring\.toml cannot be read"):
        read_scoring(tmp_path / "scoring.toml")


def test_the_digest_names_the_values() -> None:
    config = read_scoring()
    changed = {replace(config, **{name: getattr(config, name) + 1}).digest for name in SHIPPED}
    everywhere = set(SHIPPED) - set(OF_PREDICTIONS)

    assert config.digest == ScoringConfig(**SHIPPED).digest
    assert len(changed | {config.digest}) == len(everywhere) + 1
