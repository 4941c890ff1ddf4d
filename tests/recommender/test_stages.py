"""Intermediate results: kept, found again, and made again when damaged."""

from pathlib import Path

import numpy as np

from recommender.stages import Stages


def test_a_stage_is_made_once(tmp_path: Path) -> None:
    made = []

    def make() -> dict[str, np.ndarray]:
        made.append(1)
        return {"x": np.arange(5), "y": np.eye(2)}

    first = Stages(tmp_path / "stages").arrays("one", make)
    stages = Stages(tmp_path / "stages")
    again = stages.arrays("one", make)

    assert (len(made), stages.resumed) == (1, 1)
    assert (first["x"] == again["x"]).all()
    assert (first["y"] == again["y"]).all()


def test_a_damaged_stage_is_made_again(tmp_path: Path) -> None:
    Stages(tmp_path).arrays("one", lambda: {"x": np.arange(50)})
    path = tmp_path / "one.stage"
    data = bytearray(path.read_bytes())

    for damaged in (data[:-100], data[:-64] + b"\1" * 64, b"", b"something else"):
        path.write_bytes(damaged)
        stages = Stages(tmp_path)
        assert stages.arrays("one", lambda: {"x": np.arange(50)})["x"].tolist() == list(range(50))
        assert stages.resumed == 0


def test_without_a_folder_nothing_is_kept_and_clearing_removes_all(tmp_path: Path) -> None:
    assert Stages().arrays("one", lambda: {"x": np.arange(2)})["x"].tolist() == [0, 1]
    stages = Stages(tmp_path / "stages")
    stages.arrays("one", lambda: {"x": np.arange(2)})

    stages.clear()
    Stages().clear()

    assert not (tmp_path / "stages").exists()
