"""Predictors at the shell: trained on records and tables, asked about patients, cases and rows, updated and rolled back."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.connect import open_store
from graph.elements import NodeKind
from recommender.__main__ import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a graph."""
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def clinic(formulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped formulary and its patients, of these tests alone."""
    home = tmp_path_factory.mktemp("clinic") / "home"
    shutil.copytree(formulary, home)
    return home


@pytest.fixture
def at_clinic(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RXPATH_HOME", str(clinic))
    monkeypatch.delenv("RXPATH_GRAPH", raising=False)
    return clinic


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(answered(capsys, *arguments, "--json"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("recommender: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("predict", "weather", "--case", "-"), "no such predictor; there are "),
        (("predict", "tabular", "--table", "none.csv"), "tabular is not trained; train it: python -m recommender train"),
        (
            ("predict", "outcome", "--table", "x.csv"),
            "outcome is asked about a patient or a case, not about the rows of a table",
        ),
        (("predict", "outcome", "--case", "-", "--mapping", "m.toml"), "--mapping belongs to --table"),
        (("train", "--predictor", "weather"), "no such predictor; there are "),
        (("train", "--table", "x.csv"), "--table belongs to --predictor NAME"),
        (("train", "--update"), "--update belongs to --predictor NAME"),
        (("train", "--roll-back"), "--roll-back belongs to --predictor NAME"),
        (("train", "--predictor", "tabular"), "tabular learns from a table: --table FILE is expected"),
        (("train", "--predictor", "tabular", "--table", "none.csv"), "none.csv: the table cannot be read"),
        (("train", "--predictor", "tabular", "--table", "x.csv", "--settings", "none.toml"), "the settings cannot be read"),
        (("train", "--predictor", "tabular", "--roll-back"), "tabular has no former version to go back to"),
        (("train", "--predictor", "tabular", "--roll-back", "--table", "x.csv"), "--roll-back takes no --table"),
        (
            ("train", "--predictor", "outcome", "--target", "x"),
            "outcome learns from the records of the store, and takes no --target",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, *arguments)


# On records


@pytest.fixture
def case(tmp_path: Path) -> str:
    path = tmp_path / "case.json"
    given = {"age": 60, "sex": "male", "conditions": ["High blood pressure"], "symptoms": ["Fever", "Cough"]}
    path.write_text(json.dumps(given), encoding="utf-8")
    return str(path)


def test_conditions_are_told_without_training_with_what_to_ask_next(
    at_clinic: Path, case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told_in_words = tmp_path / "words.json"
    told_in_words.write_text(json.dumps({"text": "I have a cough and a fever, no belly ache"}), encoding="utf-8")

    one = told(capsys, "predict", "conditions", "--case", case, "--explain")
    words = told(capsys, "predict", "conditions", "--case", str(told_in_words))
    shown = answered(capsys, "predict", "conditions", "--case", case)

    [answer] = one["predictions"]
    assert (one["bundle"], answer["bundle"]) == ("", "knowledge")
    probabilities = [chance["probability"] for chance in answer["chances"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert answer["explanation"]["target"] == answer["chances"][0]["target"]
    assert answer["ask_next"][0]["expected_bits"] > 0
    assert words["predictions"][0]["chances"]
    assert answer["chances"][0]["label"] in " ".join(shown.split())
    assert "ask or measure next" in shown


@pytest.mark.slow
def test_outcomes_are_learned_from_records_and_asked_for_a_case(
    at_clinic: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = told(capsys, "train", "--predictor", "outcome")
    one = told(capsys, "predict", "outcome", "--case", case, "--medicine", "lisinopril", "--explain")
    several = told(capsys, "predict", "outcome", "--case", case)
    shown = answered(capsys, "predict", "outcome", "--case", case, "--medicine", "lisinopril", "--explain")

    assert trained["rows"] > 200
    [answer] = one["predictions"]
    assert answer["about"] == "Lisinopril"
    assert one["bundle"] == answer["bundle"] == trained["bundle"]
    assert sum(chance["probability"] for chance in answer["chances"]) == pytest.approx(1, abs=0.1)
    parts = answer["explanation"]["contributions"]
    whole = answer["explanation"]["base"] + sum(part["amount"] for part in parts)
    assert whole == pytest.approx(answer["explanation"]["total"])
    assert len({answer["about"] for answer in several["predictions"]}) > 1
    assert "recovered or improved" in shown
    assert "why recovered or improved" in shown
    assert "--medicine: the id or the name of one medicine" in refused(
        capsys, "predict", "outcome", "--case", case, "--medicine", "water of life"
    )


@pytest.mark.slow
def test_groups_are_learned_from_records_and_a_changed_bundle_is_refused(
    at_clinic: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(f"sqlite:///{at_clinic / 'graph.sqlite'}")
    patient = next(iter(store.nodes(NodeKind.PATIENT))).id
    store.close()

    shown = answered(capsys, "train", "--predictor", "groups")
    [answer] = told(capsys, "predict", "groups", "--patient", patient)["predictions"]
    assert answer["chances"] or answer["abstained"]
    assert patient not in answered(capsys, "predict", "groups", "--patient", patient)
    assert "no such patient" in refused(capsys, "predict", "groups", "--patient", "nobody")
    assert shown.startswith("groups: bundle ")

    [path] = (at_clinic / "predictors" / "groups").glob("*.predictor")
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(bytes(data))
    said = refused(capsys, "predict", "groups", "--case", case)
    assert "was changed or comes from elsewhere; train it: python -m recommender train --predictor groups" in said


# On tables

RANDOM = np.random.default_rng(8)
QUICK = """
folds = 3
repeats = 1
inner_folds = 2
trials = 1
bootstraps = 20
candidates = ["floor", "logistic"]
"""


def rows(count: int) -> str:
    """Rows of a clinic whose outcome depends on two of three columns."""
    x, z = RANDOM.normal(0, 1, (2, count))
    ill = RANDOM.random(count) < 1 / (1 + np.exp(-(1.5 * x - z)))
    cells = zip(x, z, RANDOM.integers(0, 2, count), ill, strict=True)
    return "".join(f"{a:.4f},{b:.4f},{'AB'[w]},{'yes' if y else 'no'}\n" for a, b, w, y in cells)


def test_any_table_is_learned_asked_updated_and_rolled_back(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, first, more = "x,z,ward,ill\n", rows(120), rows(60)
    files = {"clinic.csv": header + first, "new.csv": header + more, "all.csv": header + first + more, "quick.toml": QUICK}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    table, new, quick = (str(tmp_path / name) for name in ("clinic.csv", "new.csv", "quick.toml"))
    train = ("train", "--predictor", "tabular", "--table", table, "--target", "ill", "--positive", "yes", "--settings", quick)

    trained = told(capsys, *train)
    asked = told(capsys, "predict", "tabular", "--table", new)
    updated = told(capsys, *train, "--update", new)
    assert "no row is new" in refused(capsys, *train, "--update")
    rolled = told(capsys, "train", "--predictor", "tabular", "--roll-back")
    whole = told(capsys, *train[:4], str(tmp_path / "all.csv"), "--settings", quick, "--update")

    assert {"candidate", "roc_auc", "roc_auc_interval", "brier", "brier_interval", "promoted"} <= trained["candidates"][
        0
    ].keys()
    assert [row["candidate"] for row in trained["candidates"] if row["promoted"]] == [trained["promoted"]] == ["logistic"]
    assert [answer["row"] for answer in asked["predictions"]] == list(range(2, 62))
    chances = [answer["chances"][0] for answer in asked["predictions"]]
    assert all(low <= chance["probability"] <= high for chance in chances for low, high in [chance["interval"]])
    assert updated["update"]["unseen_rows"] == whole["update"]["unseen_rows"] == 60
    assert updated["update"]["differences"] == whole["update"]["differences"]
    assert {row["column"]: row["level"] for row in updated["drift"]}.keys() == {"x", "z", "ward"}
    assert updated["update"]["promoted"] is (updated["bundle"] != trained["bundle"])
    assert rolled["bundle"] == trained["bundle"]
    assert [change["what"] for change in rolled["history"]] == ["written", "written", "rolled back"]


def test_a_table_is_shown_to_people(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clinic.csv").write_text("x,z,ward,ill\n" + rows(80) + "many,1,A,no\n", encoding="utf-8")
    (tmp_path / "quick.toml").write_text(QUICK, encoding="utf-8")
    table = str(tmp_path / "clinic.csv")
    train = ("train", "--predictor", "tabular", "--table", table, "--target", "ill", "--settings", str(tmp_path / "quick.toml"))

    shown = answered(capsys, *train)
    asked = answered(capsys, "predict", "tabular", "--table", table)

    assert "81 of 81 rows, 1 values refused; columns by proposed" in shown
    assert "line 82, column x: a number with a decimal point" in shown
    assert "roc auc" in shown
    assert "61 further rows with --json" in asked
    (tmp_path / "one.csv").write_text("x,z,ward\n2.5,0.5,A\n", encoding="utf-8")
    why = answered(capsys, "predict", "tabular", "--table", str(tmp_path / "one.csv"), "--explain")
    (answer,) = told(capsys, "predict", "tabular", "--table", str(tmp_path / "one.csv"), "--explain")["predictions"]
    parts = answer["explanation"]["contributions"]
    assert answer["explanation"]["method"] == "exact"
    assert sum(part["amount"] for part in parts) + answer["explanation"]["base"] == pytest.approx(
        answer["explanation"]["total"]
    )
    # What adds 0.7 to the log-odds doubles the odds.
    assert f"× {np.exp(parts[0]['amount']):.2f}" in why
    assert answer["explanation"]["alike"] in " ".join(why.split())
    assert "people most alike" in why
    assert "note: not measured: x" not in asked
    (tmp_path / "quick.toml").write_text("fold = 3", encoding="utf-8")
    assert "settings: fold is none; there are seed, folds" in refused(capsys, *train)
