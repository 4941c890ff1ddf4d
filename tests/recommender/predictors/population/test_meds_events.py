"""Events of a Parquet file: which are read, and what is refused."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import PredictorError
from recommender.predictors.population.meds_events import Event, by_patient, read_events

DAY = datetime(2150, 1, 1)


def written(path: Path, **columns: list[Any]) -> Path:
    arrow: Any = pytest.importorskip("pyarrow")
    import_module("pyarrow.parquet").write_table(arrow.table(columns), path)
    return path


def test_only_codes_that_begin_so_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "e.parquet", subject_id=[2, 1, 1], time=[DAY, None, DAY], code=["A//1", "B", "XA//1"])

    assert read_events(path, ("A//", "B")) == {1: [Event(1, None, "B")], 2: [Event(2, DAY, "A//1")]}


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "e.parquet", subject_id=[1], code=["A"])
    with pytest.raises(PredictorError, match=r"e\.parquet: a Parquet file with subject_id, time and code is expected"):
        read_events(path, ("A",))


def test_patients_are_in_order() -> None:
    assert list(by_patient([Event(3, None, "A"), Event(1, None, "A")])) == [1, 3]
