"""Fitting, updating and keeping predictors: what is promoted, what is kept, and what an update may use."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import PredictorError, TableError
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.entries import Learned, Progress
from recommender.predictors.promotion import TableOptions, fit_and_keep, mapping_of, update
from recommender.predictors.tables.table import Table
from tests.recommender.predictors.small_predictor import HALVES, fit

RANDOM = np.random.default_rng(1)
HEADER = "x,y\n"


def rows(count: int) -> str:
    """Rows whose ones lie above the middle as a rule."""
    x = RANDOM.normal(0, 1, count)
    y = (RANDOM.random(count) < np.where(x > 0, 0.85, 0.15)).astype(int)
    return "".join(f"{a:.6f},{b}\n" for a, b in zip(x, y, strict=True))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def bundles(home: Path) -> PredictorBundles:
    return PredictorBundles(home)


def table(home: Path, text: str, name: str = "clinic.csv") -> Path:
    path = home / name
    path.write_text(HEADER + text, encoding="utf-8")
    return path


def quiet(step: str, share: float) -> None:
    pass


def trained(home: Path, bundles: PredictorBundles, text: str) -> dict[str, Any]:
    return fit_and_keep(HALVES, bundles, TableOptions(table(home, text), target="y"), quiet)


def test_what_is_fitted_serves_and_is_told(home: Path, bundles: PredictorBundles) -> None:
    told = trained(home, bundles, rows(100))

    stored = bundles.read("halves")
    assert (told["predictor"], told["bundle"], told["rows"]) == ("halves", stored.tag, 100)
    assert [row["promoted"] for row in told["candidates"]] == [True, False]
    assert told["table"]["accepted"] == 100
    json.dumps(told)
    [line] = bundles.history("halves")
    assert (line.what, line.rows, line.figures, line.why) == ("written", 100, {"roc_auc": 0.7}, "fitted on clinic")
    mapping = mapping_of(stored)
    assert mapping is not None
    assert [c.column.name for c in mapping.columns] == ["x", "y"]


def test_nothing_of_a_row_is_in_the_bundle(home: Path, bundles: PredictorBundles) -> None:
    trained(home, bundles, "1234.5678,1\n" + rows(60))

    [path] = (home / "predictors" / "halves").glob("*.predictor")
    content = path.read_bytes()
    assert b"1234" not in content
    assert np.float64(1234.5678).tobytes() not in content


def test_new_rows_of_the_same_kind_are_promoted(home: Path, bundles: PredictorBundles) -> None:
    old = rows(100)
    first = trained(home, bundles, old)["bundle"]

    told = update(HALVES, bundles, TableOptions(table(home, old + rows(80))), None, quiet)

    assert told["update"]["promoted"] is True
    assert (told["update"]["unseen_rows"], told["update"]["former"]) == (80, first)
    assert told["bundle"] == bundles.read("halves").tag != first
    assert told["rows"] == 180
    assert bundles.history("halves")[-1].why.startswith("not worse on 80 unseen rows: roc_auc ")
    assert bundles.roll_back("halves") == first


def test_new_rows_in_a_file_of_their_own_are_the_same(home: Path, bundles: PredictorBundles) -> None:
    old, new = rows(100), rows(80)
    trained(home, bundles, old)
    whole = update(HALVES, bundles, TableOptions(table(home, old + new)), None, quiet)
    bundles.roll_back("halves")

    apart = update(HALVES, bundles, TableOptions(table(home, old)), table(home, new, "new.csv"), quiet)

    assert apart["update"]["differences"] == whole["update"]["differences"]
    assert apart["table"]["file"] == "clinic.csv and new.csv"


def worse(table: Table, settings: Mapping[str, Any], progress: Progress) -> Learned:
    """A fit that takes ill for well."""
    learned = fit(table, settings, progress)
    return replace(learned, answers=1 - learned.answers, arrays={"shares": learned.arrays["shares"][::-1]})


def test_what_is_worse_is_not_promoted_and_the_former_one_serves_on(home: Path, bundles: PredictorBundles) -> None:
    old = rows(100)
    first = trained(home, bundles, old)["bundle"]

    told = update(replace(HALVES, fit_table=worse), bundles, TableOptions(table(home, old + rows(80))), None, quiet)

    assert told["update"]["promoted"] is False
    assert told["update"]["why"].startswith("worse on 80 unseen rows: roc_auc ")
    assert told["bundle"] == bundles.read("halves").tag == first
    assert [(c.what, c.tag, c.rows) for c in bundles.history("halves")] == [("written", first, 100), ("kept", first, 180)]


def test_the_former_one_is_judged_on_rows_that_it_never_saw_only(home: Path, bundles: PredictorBundles) -> None:
    old = rows(100)
    trained(home, bundles, old)

    with pytest.raises(PredictorError, match="no row is new: it was fitted on all of them"):
        update(HALVES, bundles, TableOptions(table(home, old)), None, quiet)
    few = update(HALVES, bundles, TableOptions(table(home, old + rows(5))), None, quiet)

    assert few["update"]["promoted"] is False
    assert few["update"]["why"] == "only 5 unseen rows: too few to tell whether the new one is worse"


def test_who_gives_the_new_rows_alone_is_told_that_the_former_ones_are_forgotten(home: Path, bundles: PredictorBundles) -> None:
    trained(home, bundles, rows(100))

    told = update(HALVES, bundles, TableOptions(table(home, rows(60))), None, quiet)

    assert told["notes"] == ["0 of the 100 rows of the former version are among the 60: give them, too, or it forgets"]


def test_rows_of_other_columns_are_refused(home: Path, bundles: PredictorBundles) -> None:
    trained(home, bundles, rows(60))
    other = home / "other.csv"
    other.write_text("z,y\n1,0\n2,1\n", encoding="utf-8")

    with pytest.raises(TableError, match="column x is missing"):
        update(HALVES, bundles, TableOptions(other), None, quiet)


def test_a_unit_that_is_off_in_the_new_rows_alone_is_asked_about(home: Path, bundles: PredictorBundles) -> None:
    mapping = home / "mapping.toml"
    mapping.write_text(
        '[columns.glucose]\nunit = "mg/dL"\nrange = [10, 2000]\n[columns.y]\nkind = "flag"\nrole = "target"\n', encoding="utf-8"
    )
    text = "glucose,y\n" + "".join(f"{90 + i % 50},{i % 2}\n" for i in range(300))
    (home / "old.csv").write_text(text, encoding="utf-8")
    (home / "new.csv").write_text("glucose,y\n" + "".join(f"{11 + i % 5}.5,{i % 2}\n" for i in range(30)), encoding="utf-8")
    fit_and_keep(HALVES, bundles, TableOptions(home / "old.csv", mapping), quiet)

    with pytest.raises(TableError, match=r"new.csv: column glucose: .* they look like mmol/L"):
        update(HALVES, bundles, TableOptions(home / "old.csv"), home / "new.csv", quiet)


def test_what_cannot_be_done_is_said(home: Path, bundles: PredictorBundles) -> None:
    options = TableOptions(table(home, rows(60)), target="y")

    with pytest.raises(PredictorError, match="halves is not trained"):
        update(HALVES, bundles, options, None, quiet)
    fit_and_keep(HALVES, bundles, options, quiet)
    with pytest.raises(PredictorError, match="halves cannot be updated with rows; train it again"):
        update(replace(HALVES, answers=None), bundles, options, None, quiet)
    with pytest.raises(PredictorError, match="halves learns from the records of the store, not from a table"):
        fit_and_keep(replace(HALVES, fit_table=None), bundles, options, quiet)
