"""The numbers that steer training: those in use, and what is refused."""

from pathlib import Path

import pytest

from graph.elements import NodeKind
from recommender.errors import TrainingError
from recommender.training_config import TABLE, read_training

GOOD = TABLE.read_text(encoding="utf-8")


def test_the_shipped_numbers_are_read() -> None:
    config = read_training()

    assert 2 <= config.groups <= config.folds
    assert {s.kind for s in config.similarity} == {NodeKind.MEDICINE, NodeKind.CONDITION}
    assert any(s.embedding for s in config.similarity)
    assert config.digest == read_training().digest


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("seed = ", "seeds = ", "seed, seeds unknown or missing"),
        ("folds = 20", "folds = 1", "folds: a whole number from 2 to 100"),
        ("folds = 20", "folds = 4", "groups: at most as many as folds"),
        ("folds = 20", "folds = true", "folds: a whole number"),
        ("damping = [0.4]", "damping = [1.4]", "damping: a number from 0 to 1"),
        ("damping = [0.4]", "damping = []", "damping: a list of one or more numbers"),
        ("[0.001, 0.01]", "[0.001]", "penalties: a list of 2 numbers"),
        ("[0.001, 0.01]", "[nan, 0.01]", "penalties: a number from 0 to 100"),
        ('"CAUSES" = 1.0 }', '"CAUSED" = 1.0 }', "similarity side-effects: 'CAUSED' is not a valid EdgeKind"),
        ('"CAUSES" = 1.0 }', '"CAUSES" = 0 }', "similarity side-effects: a number from"),
        ('profile = { "CAUSES" = 1.0 }', "", "similarity side-effects: a profile, or an embedding"),
        ('embedding = "prone"', 'embedding = "magic"', "similarity prone: a profile, or an embedding of node2vec"),
        ('method = "targets"', 'method = "side-effects"', "a similarity stands twice"),
        ('kind = "Medicine"', 'kind = "Gene"', "the kind Medicine or Condition"),
        ("neighbours = 8", "neighbours = 0", "similarity side-effects: a number from 1 to 100"),
        ("neighbours = 8", "neighbour = 8", "a similarity has method, kind, neighbours"),
        ("seed = ", "= ", "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "training.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(TrainingError) as caught:
        read_training(path)

    assert reason in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"none\.toml cannot be read"):
        read_training(tmp_path / "none.toml")
