"""Stays at the shell: trained on a table, kept, updated by none that is worse, and asked row by row."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import PredictorError
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.entries import Question
from recommender.predictors.promotion import TableOptions, fit_and_keep
from recommender.predictors.stay_entry import stay_entry
from recommender.predictors.tables.reading import read_table
from tests.recommender.predictors.at_shell import answered, refused, settings, told
from tests.recommender.predictors.stay.lengths import lengths

SETTINGS: dict[str, Any] = {
    "folds": 2,
    "repeats": 1,
    "inner_folds": 2,
    "trials": 1,
    "bootstraps": 40,
    "regressors": ["floor", "linear"],
    "trees": 20,
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    made = lengths(150)
    rows = zip(made.values["severity"], made.values["age"], made.target, strict=True)
    lines = ["severity,age,days", *(f"{s:.3f},{a:.1f},{d:.2f}" for s, a, d in rows)]
    path = tmp_path / "stays.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def nobody(what: str, share: float) -> None:
    """Nobody wants to know how far it is."""


def test_a_table_is_learned_kept_and_asked(table: Path, tmp_path: Path) -> None:
    entry, bundles = stay_entry(), PredictorBundles(tmp_path / "home")

    told = fit_and_keep(entry, bundles, TableOptions(table, target="days", settings=SETTINGS), nobody)

    assert [row["candidate"] for row in told["candidates"]] == ["floor", "linear"]
    assert told["interval"]["interval_coverage"][0] == pytest.approx(0.9, abs=0.08)
    predictor = entry.read(bundles.read("stay"), None)
    ((_, asked),) = entry.given(predictor, Question(row={"severity": 2.0, "age": 50.0}))
    assert predictor.predict(asked).chances[0].probability == pytest.approx(8, abs=1)
    assert predictor.predict(asked).bundle == told["bundle"]
    assert entry.columns is not None
    assert entry.answers is not None
    assert entry.drifted is not None
    read = read_table(table, target="days")[0]
    assert {column.name for column in entry.columns(predictor)} >= {"severity", "age"}
    assert np.corrcoef(entry.answers(predictor, read), read.target)[0, 1] > 0.7
    assert all(row["level"] == "stable" for row in entry.drifted(predictor, read))


@pytest.mark.parametrize("settings", [{"colour": 1}, {"candidates": ["net"]}, {"trees": 0}])
def test_settings_that_are_none_are_refused(settings: dict[str, Any]) -> None:
    entry = stay_entry()
    assert entry.fit_table is not None
    with pytest.raises(PredictorError, match=next(iter(settings))):
        entry.fit_table(lengths(60), settings, nobody)


def test_without_a_bundle_there_is_no_answer() -> None:
    with pytest.raises(PredictorError, match="with a bundle only"):
        stay_entry().read(None, None)


def test_stays_are_told_as_amounts_at_the_shell(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    quick = settings(tmp_path, 'regressors = ["floor", "linear"]\ntrees = 20\n')
    costs = tmp_path / "costs.csv"
    costs.write_text(table.read_text(encoding="utf-8").replace("days", "cost_eur"), encoding="utf-8")

    answered(capsys, "train", "--predictor", "stay", "--table", str(costs), "--target", "cost_eur", "--settings", quick)
    (chance,) = told(capsys, "predict", "stay", "--table", str(costs))["predictions"][0]["chances"]
    shown = answered(capsys, "predict", "stay", "--table", str(costs), "--explain")

    assert "probability" not in chance
    assert chance["interval"][0] < chance["amount"] < chance["interval"][1]
    assert "expected" in shown
    assert "90 of 100" in shown
    assert "units of cost eur" in shown
    assert "probability" not in shown


PLAIN = 'regressors = ["floor", "linear"]\ntrees = 20\n'


def csv(folder: Path, name: str, lines: list[str]) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder / name)


def whole_days(count: int, seed: int = 0) -> list[str]:
    """Rows of the days that a ward counts: seven different ones at most."""
    random = np.random.default_rng(seed)
    severity = random.uniform(0, 3, count)
    days = np.clip(np.round(1 + 1.5 * severity + random.normal(0, 0.7, count)), 1, 7)
    return [f"{s:.3f},{d:.0f}" for s, d in zip(severity, days, strict=True)]


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    return tmp_path


def test_all_regressions_stand_beside_the_floor(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = csv(at_home, "ward.csv", ["severity,los_days", *whole_days(60)])
    few = settings(at_home, "trees = 5\n")

    found = told(capsys, "train", "--predictor", "stay", "--table", table, "--target", "los_days", "--settings", few)

    assert [row["candidate"] for row in found["candidates"]] == ["floor", "linear", "ridge", "forest", "boosting"]
    assert {"pinball_5", "pinball_50", "pinball_95", "interval_coverage", "interval_width"} <= set(found["interval"])
    errors = {row["candidate"]: row["mean_absolute_error"] for row in found["candidates"]}
    assert errors["linear"] < errors["floor"]
    assert found["promoted"] != "floor"


def test_whole_days_are_a_number_with_an_interval_that_holds_it(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = csv(at_home, "ward.csv", ["severity,los_days", *whole_days(120)])
    train = ("train", "--predictor", "stay", "--table", table, "--target", "los_days")
    eighty = settings(at_home, f"{PLAIN}coverage = 0.8\n")
    new = csv(at_home, "new.csv", ["severity,los_days", *(f"{s:.2f}," for s in np.linspace(-2, 5, 60)), ","])

    answered(capsys, *train, "--settings", eighty)
    *rows, last = told(capsys, "predict", "stay", "--table", new)["predictions"]
    shown = answered(capsys, "predict", "stay", "--table", new)

    chances = [row["chances"][0] for row in rows]
    assert len(chances) == 60
    assert all(0 <= chance["interval"][0] <= chance["amount"] <= chance["interval"][1] for chance in chances)
    assert last["chances"] == []
    assert last["abstained"] == "nothing is known of what it was fitted on"
    assert "80 of 100 from" in shown
    assert "90 of 100" not in shown
    assert "41 further rows with --json" in shown


def test_rows_of_one_patient_are_learned_or_asked_and_never_both(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each patient has a mark of their own and days by lot: who is on both sides of a fold is known again by the mark."""
    random = np.random.default_rng(3)
    rows = [(f"P{i}", 10 * i, days) for i, days in enumerate(random.uniform(1, 30, 12)) for _ in range(15)]
    table = csv(at_home, "ward.csv", ["patient_id,mark,days", *(f"{who},{mark},{days:.1f}" for who, mark, days in rows)])
    few = settings(at_home, 'regressors = ["floor", "forest"]\ntrees = 5\nleaf = 5\n')

    found = told(capsys, "train", "--predictor", "stay", "--table", table, "--target", "days", "--settings", few)

    forest = next(row for row in found["candidates"] if row["candidate"] == "forest")
    assert forest["r_squared"] < 0.3
    assert any("share its fold" in note for note in found["table"]["notes"])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["-1", "2", "3"], "27 of 80 rows of the table ward have a target below 0"),
        (["long", "short"], "column los_days: numbers that differ are expected"),
        (["3"], "column los_days: numbers that differ are expected"),
        (["0", "1"], "is yes or no; a number is expected"),
        ([""], "column los_days: every row lacks the target"),
    ],
)
def test_what_is_no_stay_is_said_in_one_line(
    at_home: Path, capsys: pytest.CaptureFixture[str], cells: list[str], said: str
) -> None:
    rows = [f"{i % 13},{cells[i % len(cells)]}" for i in range(80)]
    table = csv(at_home, "ward.csv", ["severity,los_days", *rows])

    error = refused(capsys, "train", "--predictor", "stay", "--table", table, "--target", "los_days")

    assert said in error
    assert error.count("\n") == 1


def test_an_update_of_whole_days_is_judged_and_can_be_rolled_back(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = whole_days(160)
    table = csv(at_home, "ward.csv", ["severity,los_days", *rows[:90]])
    new = csv(at_home, "new.csv", ["severity,los_days", *rows[90:]])
    train = ("train", "--predictor", "stay", "--table", table, "--settings", settings(at_home, PLAIN))

    first = told(capsys, *train, "--target", "los_days")
    second = told(capsys, *train, "--update", new)

    assert second["rows"] == 160
    assert second["update"]["former"] == first["bundle"]
    assert second["update"]["promoted"]
    assert told(capsys, "train", "--predictor", "stay", "--roll-back")["bundle"] == first["bundle"]
