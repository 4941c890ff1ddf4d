"""Tables of another origin than the one that was learned from, at the shell: units, spellings, files, bundles."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.recommender.predictors.at_shell import refused, settings, told


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    return tmp_path


def table(folder: Path, cell: Callable[[int], str], name: str = "c", count: int = 60, file: str = "t.csv") -> str:
    """A table of a column that tells the outcome, and of one that is told by its row."""
    random = np.random.default_rng(count)
    x = random.normal(0, 1, count)
    ill = random.random(count) < 1 / (1 + np.exp(-2 * x))
    rows = (f"{cell(i)};{a:.3f};{y:d}" for i, (a, y) in enumerate(zip(x, ill, strict=True)))
    (folder / file).write_text("\n".join([f"{name};x;ill", *rows]) + "\n", encoding="utf-8")
    return str(folder / file)


def train(folder: Path, file: str, *more: str) -> list[str]:
    return ["train", "--predictor", "tabular", "--table", file, "--target", "ill", "--settings", settings(folder), *more]


def mg(i: int) -> str:
    return f"{90 + i * 37 % 53}"


def mmol(i: int) -> str:
    return f"{(90 + i * 37 % 53) / 18.016:.2f}"


# Units that nobody stated


def mapping(folder: Path, *lines: str) -> list[str]:
    text = "\n".join(["[columns.glucose]", *lines, "[columns.x]", "[columns.ill]", 'kind = "flag"'])
    (folder / "map.toml").write_text(text, encoding="utf-8")
    return ["--mapping", str(folder / "map.toml")]


@pytest.mark.parametrize("count", [3, 30])
def test_rows_in_another_unit_than_those_learned_from_are_asked_about(
    home: Path, capsys: pytest.CaptureFixture[str], count: int
) -> None:
    told(capsys, *train(home, table(home, mg, "glucose")))
    ask = ["predict", "tabular", "--table"]
    other = table(home, mmol, "glucose", count, "other.csv")
    asked = "not what mg/dL would give, as those did that were learned from, they look like mmol/L"

    assert asked in refused(capsys, *ask, other)
    assert asked in refused(capsys, *ask, other, *mapping(home))
    same = told(capsys, *ask, table(home, mg, "glucose", count, "same.csv"))["predictions"]
    for answer in (('unit = "mg/dL"', 'file_unit = "mmol/L"'), ('unit = "mmol/L"',)):
        found = told(capsys, *ask, other, *mapping(home, *answer))["predictions"]
        chances = [[row["chances"][0]["probability"] for row in rows] for rows in (found, same)]
        np.testing.assert_allclose(chances[0], chances[1], atol=0.01)


def test_new_rows_in_another_unit_are_asked_about_before_they_are_mixed_in(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = train(home, table(home, mg, "glucose"))
    bundle = told(capsys, *known)["bundle"]
    other = table(home, mmol, "glucose", 40, "other.csv")

    assert "other.csv: column glucose" in refused(capsys, *known, "--update", other)
    assert told(capsys, "predict", "tabular", "--table", table(home, mg, "glucose"))["bundle"] == bundle


def test_a_column_of_two_units_is_asked_about(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mixed = table(home, lambda i: mmol(i) if i % 5 == 0 else mg(i), "glucose")

    assert "some values look like mg/dL and some like mmol/L" in refused(capsys, *train(home, mixed))


# Columns of an unknown table


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (lambda i: f"{i % 9},5", "holds numbers with a comma"),
        (lambda i: f"{1 + i % 28:02}.{1 + i % 12:02}.2020", "holds dates of another form than YYYY-MM-DD"),
        (lambda i: f"{1 + i % 12}/{1 + i % 3}/20 10:30", "holds dates of another form than YYYY-MM-DD"),
        (lambda i: f"202001{1 + i % 28:02}", "holds dates without hyphens"),
        (lambda i: f"N{i % 30}", "texts of 30 kinds, most of them of fewer than 5 rows"),
    ],
    ids=["comma", "day first", "month first", "no hyphens", "rare texts"],
)
def test_what_is_spelled_otherwise_is_left_out_and_no_category(
    home: Path, capsys: pytest.CaptureFixture[str], cell: Callable[[int], str], reason: str
) -> None:
    (left,) = told(capsys, *train(home, table(home, cell)))["table"]["left_out"]

    assert left["column"] == "c"
    assert left["reason"].startswith(reason)


def test_a_text_that_few_rows_have_is_no_category_and_never_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(home, lambda i: "Quisling" if i < 4 else ("a", "A ", "b")[i % 3])

    found = told(capsys, *train(home, path))["table"]

    assert found["codes"] == {"bad-value": 4}
    assert {problem["expected"] for problem in found["problems"]} == {"one of A, b"}
    assert "Quisling" not in str(told(capsys, "predict", "tabular", "--table", path, "--explain"))


@pytest.mark.parametrize("cell", ["1e300", "-1e308"])
def test_a_number_that_nothing_of_a_patient_can_be_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    found = told(capsys, *train(home, table(home, lambda i: cell if i == 4 else str(i * 1.37 % 9))))["table"]

    assert found["codes"] == {"out-of-range": 1}
    (problem,) = found["problems"]
    assert (problem["line"], problem["column"]) == (6, "c")


def test_a_value_far_from_all_others_is_pointed_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, *train(home, table(home, lambda i: "9999" if i == 4 else str(50 + i % 37), "pulse")))["table"]

    assert found["notes"] == [
        "column pulse: values that lie far from all others: 1, line 6 the first; a range in a mapping refuses what cannot be"
    ]


def test_a_column_of_words_that_tells_the_outcome_is_pointed_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Path(table(home, lambda i: "home")).read_text(encoding="utf-8").splitlines()
    (home / "t.csv").write_text("\n".join(line.replace("home", "died") if line[-1] == "1" else line for line in lines))

    assert "column c alone tells the target nearly always" in str(told(capsys, *train(home, str(home / "t.csv")))["table"])


def test_a_class_of_one_person_is_said_with_its_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(home, lambda i: "yes" if i == 3 else "no")

    said = refused(capsys, *train(home, path, "--target", "c"))

    assert "the table t: each class needs 3 people or more, one for each fold; one has 1" in said


def test_thousands_of_columns_are_read_in_seconds(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    names = [f"c{i}" for i in range(1200)]
    rows = [",".join([*(f"{v:.1f}" for v in random.normal(0, 1, 1200)), str(i % 2)]) for i in range(40)]
    (home / "wide.csv").write_text("\n".join([",".join([*names, "ill"]), *rows]), encoding="utf-8")

    found = told(capsys, *train(home, str(home / "wide.csv")))

    assert found["rows"] == 40
    assert found["seconds"] < 60


# Mappings and settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('table = "a"', "[table]: a section is expected"),
        ('[table]\nas_of = "soon"\n[columns.x]', "[table] as_of: a day of the form YYYY-MM-DD is expected"),
        ("[columns]\nx = 1", "[columns.NAME] is expected"),
        ("[columns.x]\nrange = [nan, 1]", "[columns.x] range: two numbers"),
    ],
)
def test_a_mapping_that_says_nothing_sensible_is_refused_by_its_key(
    home: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (home / "map.toml").write_text(text, encoding="utf-8")

    assert said in refused(capsys, *train(home, table(home, mg), "--mapping", str(home / "map.toml")))


@pytest.mark.parametrize("predictor", ["tabular", "recovery", "blood-risk", "stay"])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("folds = 2.5", "folds: a whole number is expected"),
        ("minutes = true", "minutes: a number is expected"),
        ("seed = 1.5", "seed: a whole number is expected"),
        ('candidates = "logistic"', "candidates: a list of names is expected"),
        ("minutes = nan", "minutes: a number from"),
    ],
)
def test_a_setting_of_another_type_is_refused_by_its_name(
    home: Path, capsys: pytest.CaptureFixture[str], predictor: str, line: str, said: str
) -> None:
    (home / "odd.toml").write_text(line, encoding="utf-8")
    asked = ["train", "--predictor", predictor, "--table", table(home, mg, "creatinine"), "--target", "ill"]

    assert said in refused(capsys, *asked, "--settings", str(home / "odd.toml"))


@pytest.mark.parametrize("predictor", ["outcome", "groups", "sequence"])
def test_who_learns_from_records_takes_no_table(home: Path, capsys: pytest.CaptureFixture[str], predictor: str) -> None:
    asked = ["train", "--predictor", predictor, "--table", table(home, mg)]

    assert f"{predictor} learns from the records of the store, and takes no --table" in refused(capsys, *asked)


# Bundles


def test_a_changed_bundle_is_refused_and_so_is_one_from_elsewhere(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(home, mg)
    asked = ["predict", "tabular", "--table", path]
    told(capsys, *train(home, path))
    former = told(capsys, *asked)
    monkeypatch.setenv("RXPATH_HOME", str(home / "other"))
    told(capsys, *train(home, path))
    shutil.rmtree(home / "other" / "predictors")
    shutil.copytree(home / "home" / "predictors", home / "other" / "predictors")

    assert "was changed or comes from elsewhere; train it" in refused(capsys, *asked)
    monkeypatch.setenv("RXPATH_HOME", str(home / "home"))
    assert told(capsys, *asked) == former
    told(capsys, *train(home, table(home, mg, count=50)))
    _change(home / "home", former["bundle"])
    assert "was changed or comes from elsewhere" in refused(capsys, "train", "--predictor", "tabular", "--roll-back")
    assert told(capsys, *asked)["bundle"] != former["bundle"]


def _change(home: Path, tag: str) -> None:
    (path,) = (home / "predictors" / "tabular").glob(f"{tag}-*.predictor")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
