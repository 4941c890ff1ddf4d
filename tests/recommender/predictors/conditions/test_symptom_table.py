"""Tables of symptoms with a label."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.errors import TableError
from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.fitting import fit_episodes
from recommender.predictors.conditions.symptom_table import (
    SymptomMapping,
    SymptomTable,
    read_symptom_mapping,
    read_symptom_table,
)
from tests.recommender.conftest import Graph
from tests.recommender.predictors.at_shell import refused, told

Reader = Callable[[str, SymptomMapping], SymptomTable]


@pytest.fixture
def table(clinic: Graph, tmp_path: Path) -> Reader:
    def read(text: str, mapping: SymptomMapping) -> SymptomTable:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return read_symptom_table(path, mapping, clinic.snapshot)

    return read


def found(read: SymptomTable, graph: Graph) -> list[tuple[str, list[str], list[str]]]:
    rows = read.episodes
    return [(row.targets[0], graph.ids(row.given.present), graph.ids(row.given.absent)) for row in rows]


COLUMNS = SymptomMapping("prognosis")


def test_columns_of_ones_and_zeros(table: Reader, clinic: Graph) -> None:
    read = table("fever,high_temperature2,coughing,prognosis\n1,0,0,Flu\n0,1,yes,common cold\n", COLUMNS)

    assert found(read, clinic) == [("C:flu", ["Y:fever"], ["Y:cough"]), ("C:cold", ["Y:cough"], ["Y:fever"])]
    assert read.unresolved == ("high temperature2",)
    assert (read.rows, read.left_out) == (2, 0)


def test_a_zero_may_say_nothing(table: Reader, clinic: Graph) -> None:
    read = table("fever,cough,prognosis\n1,0,flu\n", replace(COLUMNS, zero_is_absent=False))

    assert found(read, clinic) == [("C:flu", ["Y:fever"], [])]


def test_lists_of_names_over_several_columns(table: Reader, clinic: Graph) -> None:
    mapping = SymptomMapping("Disease", form="lists", age="Age", sex="Sex")
    read = table(
        "Disease,Age,Sex,Symptom_1,Symptom_2\nInfluenza,44,F, fever, hedache\nUTI,x,,burning when urinating,\n", mapping
    )

    assert found(read, clinic) == [("C:flu", ["Y:fever", "Y:headache"], []), ("C:uti", ["Y:burning"], [])]
    assert [(row.given.record.age, row.given.record.sex) for row in read.episodes] == [(44, "female"), (None, None)]


def test_one_column_of_free_text(table: Reader, clinic: Graph) -> None:
    read = table('label,text\nflu,"I have a fever, no cough"\n', SymptomMapping("label", form="text", symptoms=("text",)))

    assert found(read, clinic) == [("C:flu", ["Y:fever"], ["Y:cough"])]
    assert read.unresolved == ()


def test_what_cannot_be_resolved_is_listed_and_left_out(table: Reader) -> None:
    mapping = SymptomMapping("label", form="lists")
    read = table("label,a,b\ngout,fever,\nflu,purple dreams,\nflu,fever,purple dreams\n", mapping)

    assert (read.rows, read.left_out, len(read.episodes)) == (3, 2, 1)
    assert read.unresolved == ("purple dreams",)
    assert read.unresolved_labels == ("gout",)


def test_rows_that_are_alike_are_one_patient(table: Reader) -> None:
    text = "who,fever,label\na,1,flu\nb,1,flu\na,1,uti\n"

    assert [row.person for row in table(text, SymptomMapping("label", patient="who")).episodes] == [0, 1, 0]
    alike = table("fever,cough,label\n1,0,flu\n1,0,flu\n1,1,flu\n", SymptomMapping("label"))
    assert [row.person for row in alike.episodes] == [0, 0, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fever,prognosis\nhot,flu\n", r"line 2, column fever: 0 or 1"),
        ("fever,prognosis\n1,flu\n2,flu\n", r"line 3, column fever"),
        ("fever,disease\n1,flu\n", "no column prognosis"),
        ("fever,fever,prognosis\n1,1,flu\n", "columns 1 and 2 have one name"),
        ("", "the file is empty"),
        ("fever,prognosis\n", "rows are expected below the header"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(table: Reader, text: str, message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        table(text, COLUMNS)

    assert "hot" not in str(caught.value)


def test_a_missing_file_and_one_that_is_no_text_are_refused(clinic: Graph, tmp_path: Path) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    for name, said in (("bytes.csv", "no text"), ("none.csv", "cannot be read")):
        with pytest.raises(TableError, match=said):
            read_symptom_table(tmp_path / name, COLUMNS, clinic.snapshot)


def test_a_mapping_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('label = "prognosis"\nform = "lists"\nsymptoms = ["a", "b"]\nsynthetic = true\n', encoding="utf-8")

    assert read_symptom_mapping(path) == SymptomMapping("prognosis", "lists", ("a", "b"), synthetic=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "label = 5",
        'label = "a"\nform = "wide"',
        'label = "a"\nsymptoms = "b"',
        'label = "a"\nother = 1',
        'label = "a"\nage = 1',
        "x",
    ],
)
def test_a_mapping_that_cannot_be_understood_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(TableError):
        read_symptom_mapping(path)
    with pytest.raises(TableError, match="cannot be read"):
        read_symptom_mapping(tmp_path / "none.toml")


def test_a_table_is_learned_from_like_records(table: Reader, clinic: Graph, config: ConditionsConfig) -> None:
    rows = [f"{i},{i % 2},{1 - i % 2},{'flu' if i % 2 else 'common cold'}" for i in range(300)]
    mapping = SymptomMapping("label", patient="who", synthetic=True)
    read = table("who,pelvic pain,sneezing,label\n" + "\n".join(rows), mapping)
    fitted = fit_episodes(read.episodes, clinic.snapshot, config)
    known = fitted.knowledge

    assert fitted.made["learned"]
    # That flu shows in pelvic pain is what this table alone says.
    assert known.links[known.conditions.index("C:flu"), known.findings.index("Y:pelvic")] > 0.5


# At the shell


@pytest.fixture
def home(clinic: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RXPATH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RXPATH_GRAPH", f"sqlite:///{clinic.store.path}")
    (tmp_path / "mapping.toml").write_text('label = "label"\nform = "lists"\nsymptoms = ["a", "b"]\n', encoding="utf-8")
    return tmp_path


def train(home: Path, text: str, *more: str) -> list[str]:
    (home / "t.csv").write_text(text, encoding="utf-8")
    mapping = ("--mapping", str(home / "mapping.toml"))
    return ["train", "--predictor", "conditions", "--table", str(home / "t.csv"), *mapping, *more]


def test_what_was_learned_from_a_table_is_told_with_what_could_not_be(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["flu;fever;cough", "common cold;sneezing;", "Quisling;fever;", "flu;Quisling;", "flu;fever", "flu;fever;a;b"]

    found = told(capsys, *train(home, "\n".join(["\ufefflabel;a;b", *rows * 5])))

    assert found["episodes"] == {
        "read": 30,
        "accepted": 10,
        "quarantined": 10,
        "without_condition_or_symptom": 10,
        "unresolved_symptoms": 1,
        "unresolved_conditions": 1,
    }
    assert "Quisling" not in str(found)
    for path in (home / "home" / "predictors").rglob("*"):
        assert path.is_dir() or b"Quisling" not in path.read_bytes()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.csv: line 1: a line with the names of the columns is expected"),
        ("label,a,b\n", "t.csv: rows are expected below the header"),
        ("label,a\nflu,fever\n", "t.csv: no column b"),
        ("label,a,a\nflu,fever,\n", "columns 2 and 3 have one name"),
        ("label,a,b\nflu,Quisling,\n", "t.csv: no row has a condition and a symptom that the graph has"),
    ],
)
def test_a_table_that_teaches_no_condition_is_refused_and_keeps_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    found = refused(capsys, *train(home, text))

    assert said in found
    assert "Quisling" not in found
    assert not list((home / "home").rglob("*.predictor"))


def test_what_its_mapping_says_is_not_said_twice(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, *train(home, "label,a,b\nflu,fever,\n", "--target", "label"))

    assert "conditions reads a table by its --mapping alone, and takes no --target" in said
