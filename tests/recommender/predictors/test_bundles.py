"""Bundles of predictors: whole or not at all, this site's own and unchanged, with the former versions and a changelog."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import PredictorError
from recommender.predictors.bundles import KEPT, PredictorBundles

NAME = "blood-risk"


@pytest.fixture
def bundles(tmp_path: Path) -> PredictorBundles:
    return PredictorBundles(tmp_path)


def written(bundles: PredictorBundles, number: float, why: str = "") -> str:
    return bundles.write(NAME, {"weights": np.array([number])}, {"number": number}, why=why, rows=7, figures={"roc_auc": 0.8})


def served(bundles: PredictorBundles) -> float:
    return float(bundles.read(NAME).arrays["weights"][0])


def file_of(home: Path) -> Path:
    [path] = (home / "predictors" / NAME).glob("*.predictor")
    return path


def test_what_was_written_is_read(bundles: PredictorBundles, tmp_path: Path) -> None:
    assert not bundles.has(NAME)

    tag = written(bundles, 1.5)
    stored = bundles.read(NAME)

    assert (stored.name, stored.tag, dict(stored.notes)) == (NAME, tag, {"number": 1.5})
    np.testing.assert_array_equal(stored.arrays["weights"], [1.5])
    assert file_of(tmp_path).name.startswith(f"{tag}-")
    assert (tmp_path / "model.key").stat().st_mode & 0o777 == 0o600
    assert bundles.has(NAME)
    assert bundles.names() == (NAME,)


def test_what_was_never_trained_is_said(bundles: PredictorBundles) -> None:
    with pytest.raises(PredictorError, match="blood-risk is not trained; train it: python -m recommender train --predictor"):
        bundles.read(NAME)
    assert bundles.names() == ()
    assert bundles.history(NAME) == ()


@pytest.mark.parametrize("name", ["", "../evil", "Blood", "a/b", "-x", "a" * 50])
def test_a_name_is_no_path(bundles: PredictorBundles, name: str) -> None:
    with pytest.raises(PredictorError, match="small letters"):
        bundles.read(name)
    with pytest.raises(PredictorError, match="small letters"):
        bundles.write(name, {}, {})


@given(st.data())
def test_a_file_with_any_byte_changed_is_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = tmp_path_factory.mktemp("home")
    bundles = PredictorBundles(home)
    written(bundles, 1.5)
    path = file_of(home)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(content))

    with pytest.raises(PredictorError, match="was changed or comes from elsewhere; train it"):
        bundles.read(NAME)


@pytest.mark.parametrize("harm", ["cut", "longer", "renamed", "emptied"])
def test_a_damaged_file_is_refused(bundles: PredictorBundles, tmp_path: Path, harm: str) -> None:
    written(bundles, 1.5)
    path = file_of(tmp_path)
    if harm == "renamed":
        tag = path.name.partition("-")[0]
        path.rename(path.with_name(f"{tag}-{'0' * 64}.predictor"))
    else:
        data = path.read_bytes()
        path.write_bytes({"cut": data[:-1], "longer": data + b"\0", "emptied": b""}[harm])

    with pytest.raises(PredictorError, match="was changed or comes from elsewhere"):
        bundles.read(NAME)


def test_a_file_of_another_site_is_refused(bundles: PredictorBundles, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    written(PredictorBundles(elsewhere), 1.5)
    shutil.copytree(elsewhere / "predictors", tmp_path / "predictors")

    with pytest.raises(PredictorError, match="comes from elsewhere"):
        bundles.read(NAME)


def test_a_file_of_another_predictor_is_refused(bundles: PredictorBundles, tmp_path: Path) -> None:
    written(bundles, 1.5)
    shutil.copytree(tmp_path / "predictors" / NAME, tmp_path / "predictors" / "recovery")

    with pytest.raises(PredictorError, match="comes from elsewhere"):
        bundles.read("recovery")


def test_a_missing_file_or_pointer_or_key_is_said(bundles: PredictorBundles, tmp_path: Path) -> None:
    written(bundles, 1.5)
    (tmp_path / "model.key").write_bytes(b"short")
    with pytest.raises(PredictorError, match="holds no key of this site"):
        bundles.read(NAME)
    (tmp_path / "model.key").unlink()
    with pytest.raises(PredictorError, match="comes from elsewhere"):
        bundles.read(NAME)
    file_of(tmp_path).unlink()
    with pytest.raises(PredictorError, match="is gone"):
        bundles.read(NAME)
    for content in (b"", b"../../etc/passwd\n", b"\xff\xfe"):
        (tmp_path / "predictors" / NAME / "current").write_bytes(content)
        with pytest.raises(PredictorError, match=r"was changed|cannot be read"):
            bundles.read(NAME)


def test_rolling_back_leads_one_version_back_each_time(bundles: PredictorBundles) -> None:
    first, second, third = (written(bundles, number) for number in (1.0, 2.0, 3.0))

    assert bundles.roll_back(NAME) == second
    assert served(bundles) == 2.0
    assert bundles.roll_back(NAME, "the figures were wrong") == first
    assert served(bundles) == 1.0
    with pytest.raises(PredictorError, match="no former version"):
        bundles.roll_back(NAME)
    fourth = written(bundles, 4.0)
    assert bundles.roll_back(NAME) == first
    assert [(c.what, c.tag) for c in bundles.history(NAME)] == [
        ("written", first),
        ("written", second),
        ("written", third),
        ("rolled back", second),
        ("rolled back", first),
        ("written", fourth),
        ("rolled back", first),
    ]
    assert bundles.history(NAME)[3].why == f"{third} is given up"
    assert bundles.history(NAME)[4].why == "the figures were wrong"


def test_a_changed_former_version_is_not_gone_back_to(bundles: PredictorBundles, tmp_path: Path) -> None:
    first = written(bundles, 1.0)
    written(bundles, 2.0)
    [path] = (tmp_path / "predictors" / NAME).glob(f"{first}-*")
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(PredictorError, match="was changed"):
        bundles.roll_back(NAME)

    assert served(bundles) == 2.0


def test_the_same_content_again_is_one_version(bundles: PredictorBundles, tmp_path: Path) -> None:
    first = written(bundles, 1.0)
    written(bundles, 2.0)

    assert written(bundles, 1.0) == first
    assert served(bundles) == 1.0
    assert len(list((tmp_path / "predictors" / NAME).glob("*.predictor"))) == 2


def test_the_newest_versions_are_kept_and_no_more(bundles: PredictorBundles, tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        written(bundles, number)

    folder = tmp_path / "predictors" / NAME
    assert len(list(folder.glob("*.predictor"))) == KEPT
    assert not list(folder.glob("*.partial"))
    for expected in range(KEPT + 1, 2, -1):
        bundles.roll_back(NAME)
        assert served(bundles) == expected
    assert len(bundles.history(NAME)) == KEPT + 3 + KEPT - 1


def test_the_changelog_keeps_rows_figures_and_the_reason(bundles: PredictorBundles, tmp_path: Path) -> None:
    tag = written(bundles, 1.0, "first fit")
    bundles.log(NAME, tag, "kept", why="the new one is worse", rows=9, figures={"roc_auc": 0.7})
    with (tmp_path / "predictors" / NAME / "changes.jsonl").open("a", encoding="utf-8") as file:
        file.write("no json\n{}\n")

    first, second = bundles.history(NAME)

    assert (first.what, first.why, first.rows, first.figures) == ("written", "first fit", 7, {"roc_auc": 0.8})
    assert second.payload() | {"day": ""} == {
        "day": "",
        "tag": tag,
        "what": "kept",
        "why": "the new one is worse",
        "rows": 9,
        "figures": {"roc_auc": 0.7},
    }
    json.dumps(second.payload())


def test_writers_at_once_leave_one_that_serves(bundles: PredictorBundles, tmp_path: Path) -> None:
    failures: list[Exception] = []

    def many(start: int) -> None:
        try:
            for number in range(start, start + 8):
                written(PredictorBundles(tmp_path), number)
                served(PredictorBundles(tmp_path))
        except PredictorError as error:
            failures.append(error)

    threads = [threading.Thread(target=many, args=(start,)) for start in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert served(bundles) in (7.0, 107.0)
    assert len(list((tmp_path / "predictors" / NAME).glob("*.predictor"))) == KEPT


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "predictors").write_text("a file", encoding="utf-8")
    bundles = PredictorBundles(tmp_path)

    with pytest.raises(PredictorError, match="cannot be written"):
        written(bundles, 1.0)
    with pytest.raises(PredictorError, match="cannot be written"):
        PredictorBundles(tmp_path / "new").write(NAME, {}, {"a": {1, 2}})


@pytest.mark.parametrize(
    ("arrays", "notes", "retired"),
    [
        ({"outcomes/people": np.array([9, 5])}, {}, True),
        ({"people": np.array([5.0])}, {}, True),
        ({"people": np.array([6, 7])}, {"groups": [[6, "x"]]}, False),
        ({"x": np.array([5])}, {"groups": [[8, "x"], [5, "y"]]}, True),
        ({"x": np.array([5])}, {"groups": 3}, False),
    ],
)
def test_what_tells_of_as_few_people_as_may_be_is_retired(
    bundles: PredictorBundles, tmp_path: Path, arrays: dict[str, np.ndarray], notes: dict[str, object], retired: bool
) -> None:
    bundles.write(NAME, arrays, notes)
    tag = bundles.write(NAME, {"people": np.array([20])}, {})

    assert bundles.retire_smallest(NAME, "someone went") is retired

    # A former version counts as well: it could be rolled back to.
    assert bundles.has(NAME) is not retired
    assert len(list((tmp_path / "predictors" / NAME).glob("*.predictor"))) == (0 if retired else 2)
    assert ((bundles.history(NAME)[-1].what, bundles.history(NAME)[-1].tag) == ("retired", tag)) is retired
