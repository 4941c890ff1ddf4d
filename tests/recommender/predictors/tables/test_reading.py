"""Tables as they are read: what becomes a value, what costs a value, a row or the table, and that no value is ever repeated."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import TableError
from recommender.predictors.tables.mapping import mapping_from
from recommender.predictors.tables.reading import read_table
from recommender.predictors.tables.table import ColumnKind
from tests.recommender.predictors.tables.conftest import Written
from tests.shared_data import shared_data

MAPPING = mapping_from(
    {
        "table": {"name": "clinic", "target": "died"},
        "columns": {
            "age": {"unit": "a", "range": [0, 120]},
            "sex": {"kind": "category", "categories": ["female", "male"], "values": {"F": "female", "M": "male"}},
            "smoker": {"kind": "flag"},
            "died": {"kind": "flag"},
        },
    }
)
ROWS = "age,sex,smoker,died\n40,F,yes,0\n50,M,no,1\n60,F,,1\n70,M,yes,0\n"


def test_cells_become_numbers_flags_and_places_of_categories(written: Written) -> None:
    table, report = read_table(written(ROWS), MAPPING)

    np.testing.assert_array_equal(table.values["age"], [40, 50, 60, 70])
    np.testing.assert_array_equal(table.values["sex"], [0, 1, 0, 1])
    np.testing.assert_array_equal(table.values["smoker"], [1, 0, np.nan, 1])
    np.testing.assert_array_equal(table.target, [0, 1, 1, 0])
    np.testing.assert_array_equal(table.rows, [2, 3, 4, 5])
    assert (report.read, report.accepted, report.refused, report.problems) == (4, 4, 0, ())
    assert report.mapping == "clinic"


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv"])
def test_the_same_cells_are_read_from_every_form_of_file(written: Written, ending: str) -> None:
    text = ROWS.replace(",", "\t") if ending == ".tsv" else ROWS
    plain, _ = read_table(written(ROWS), MAPPING)

    found, _ = read_table(written(text, f"other{ending}"), MAPPING)

    assert all(np.array_equal(found.values[name], plain.values[name], equal_nan=True) for name in plain.values)


@pytest.mark.parametrize(
    "encoded", [b"\xef\xbb\xbf" + ROWS.encode(), ROWS.encode("utf-16"), ROWS.replace("\n", "\r\n").encode()]
)
def test_marks_and_line_ends_of_other_systems_change_nothing(written: Written, encoded: bytes) -> None:
    table, report = read_table(written(encoded), MAPPING)

    np.testing.assert_array_equal(table.values["age"], [40, 50, 60, 70])
    assert report.quarantined == 0


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("sixty", "bad-number"),
        ("6,5", "bad-number"),
        ("60 years", "bad-number"),
        ("inf", "not-finite"),
        ("-Infinity", "not-finite"),
        ("1e999", "not-finite"),
        ("-1", "out-of-range"),
        ("121", "out-of-range"),
    ],
)
def test_a_value_that_cannot_be_costs_itself_and_is_reported_by_line(written: Written, cell: str, code: str) -> None:
    table, report = read_table(written(ROWS.replace("60,F", f'"{cell}",F')), MAPPING)

    assert np.isnan(table.values["age"][2])
    assert len(table) == 4
    assert [(p.line, p.column, str(p.code)) for p in report.problems] == [(4, "age", code)]
    assert report.payload()["refused_values"] == 1
    assert cell not in str(report.payload()["problems"])


@pytest.mark.parametrize("cell", ["", "NA", "n/a", "NaN", "null", "?", "unknown"])
def test_what_stands_for_nothing_is_missing_and_no_fault(written: Written, cell: str) -> None:
    table, report = read_table(written(ROWS.replace("60,F", f"{cell},F")), MAPPING)

    assert np.isnan(table.values["age"][2])
    assert report.refused == 0


def test_an_unseen_category_is_missing_and_reported(written: Written) -> None:
    table, report = read_table(written(ROWS.replace("60,F", "60,X")), MAPPING)

    assert table.values["sex"][2] == -1
    assert [(p.line, p.column, str(p.code), p.expected) for p in report.problems] == [
        (4, "sex", "bad-value", "one of female, male")
    ]


def test_a_flag_that_is_none_is_missing_and_reported(written: Written) -> None:
    table, report = read_table(written(ROWS.replace("M,no", "M,perhaps")), MAPPING)

    assert np.isnan(table.values["smoker"][1])
    assert report.codes == {"bad-boolean": 1}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("60,F,1", "too-few-fields"),
        ("60,F,1,1,1", "too-many-fields"),
        ("60,F\0,1,1", "nul"),
        ("60,F,1,", "missing-value"),
        ("60,F,1,maybe", "bad-boolean"),
    ],
)
def test_a_record_that_is_none_or_has_no_target_costs_its_row(written: Written, row: str, code: str) -> None:
    table, report = read_table(written(ROWS + row + "\n"), MAPPING)

    assert len(table) == 4
    assert (report.read, report.quarantined, report.accepted) == (5, 1, 4)
    assert [(p.line, str(p.code)) for p in report.problems] == [(6, code)]


def test_bytes_that_are_no_text_cost_their_row(written: Written) -> None:
    table, report = read_table(written(ROWS.encode() + b"60,\xff\xfe,1,1\n"), MAPPING)

    assert len(table) == 4
    assert report.codes == {"undecodable": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty, damaged, or no text in UTF-8 or UTF-16"),
        ("\n\n", "the file is empty, damaged, or no text in UTF-8 or UTF-16"),
        ("age,sex,smoker,died\n", "rows are expected below the header"),
        ("age,age,smoker,died\n1,2,3,0\n", "columns 1 and 2 have one name"),
        ("age,sex,died\n40,F,0\n50,M,1\n", "column smoker is missing"),
        ("age,sex,smoker\n40,F,1\n50,M,0\n", "column died is missing"),
        ("age,sex,smoker,died\n40,F,1,0\n50,M,0,0\n", "all rows are of one class"),
        ("age,sex,smoker,died\n40,F,1,\n50,M,0,\n", "every row lacks the target"),
        ("1,2,3,4\n1,2,3,4\n", "names of the columns are expected"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_reason(written: Written, content: str, said: str) -> None:
    with pytest.raises(TableError, match=re.escape(said)) as caught:
        read_table(written(content), MAPPING)

    assert "table.csv" in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "none.csv", MAPPING)


def test_a_file_cut_short_counts_as_far_as_it_goes(written: Written) -> None:
    rows = "".join(f"{20 + i % 70}.{i * 7919 % 100_003},{'FM'[i % 2]},{i % 2},{i % 3 % 2}\n" for i in range(90_000))
    path = written(f"age,sex,smoker,died\n{rows}", "cut.csv.gz")
    path.write_bytes(path.read_bytes()[:-200])

    table, report = read_table(path, MAPPING)

    assert 0 < len(table) < 90_000
    assert report.codes["unreadable-file"] == 1


def test_a_column_of_something_else_is_refused_as_a_whole(written: Written) -> None:
    rows = "".join(f"old{i},F,1,{i % 2}\n" for i in range(30))

    with pytest.raises(TableError, match="column age: a number with a decimal point") as caught:
        read_table(written(f"age,sex,smoker,died\n{rows}"), MAPPING)

    assert "30 of 30 cells are none, line 2 the first" in str(caught.value)
    assert "old" not in str(caught.value)


def test_constant_and_empty_columns_are_left_out_with_the_reason(written: Written) -> None:
    table, report = read_table(written("age,sex,smoker,died\n40,F,,0\n50,F,,1\n"), MAPPING)

    assert [c.name for c in table.columns] == ["age"]
    assert dict(report.left_out) == {"sex": "has one value only", "smoker": "every cell is missing"}
    with pytest.raises(TableError, match="no column is left that says anything"):
        read_table(written("age,sex,smoker,died\n40,F,,0\n40,F,,1\n"), MAPPING)


def test_rows_to_be_predicted_need_no_target_and_keep_their_columns(written: Written) -> None:
    table, report = read_table(written("age,sex\n40,F\n"), MAPPING, labelled=False)

    assert [c.name for c in table.columns] == ["age", "sex", "smoker"]
    assert table.row(0) == pytest.approx({"age": 40, "sex": 0, "smoker": np.nan}, nan_ok=True)
    assert len(table.target) == 0
    assert report.notes == ("column smoker is not in the file: missing throughout",)


def test_a_forbidden_column_and_one_that_nobody_named_are_left_out(written: Written) -> None:
    mapping = mapping_from(
        {
            "columns": {
                "age": {},
                "days": {"role": "forbidden", "reason": "known at the end"},
                "ward": {"role": "ignored"},
                "died": {"kind": "flag", "role": "target"},
            }
        }
    )

    table, report = read_table(written("age,days,ward,x,died\n40,1,a,5,0\n50,2,b,6,1\n"), mapping)

    assert [c.name for c in table.columns] == ["age"]
    assert dict(report.left_out) == {
        "days": "known at the end",
        "ward": "the mapping leaves it out",
        "x": "the mapping does not name it",
    }


def test_a_date_becomes_years_and_none_lies_in_the_future(written: Written) -> None:
    mapping = mapping_from({"columns": {"born": {"kind": "date"}, "died": {"kind": "flag", "role": "target"}}})
    text = "born,died\n1974-01-01,0\n2030-01-01,1\n1999-02-30,1\n2004-01-01,1\n"

    table, report = read_table(written(text), mapping, as_of=date(2024, 1, 1))

    np.testing.assert_allclose(table.values["born"], [18262 / 365.25, np.nan, np.nan, 7305 / 365.25])
    assert [(p.line, p.expected) for p in report.problems] == [
        (3, "a date that is not in the future"),
        (4, "a date of the form YYYY-MM-DD that is in the calendar"),
    ]


def test_a_zero_that_stands_for_nothing_is_missing(written: Written) -> None:
    mapping = mapping_from(
        {"columns": {"bmi": {"range": [8, 120], "zero_is_missing": True}, "died": {"kind": "flag", "role": "target"}}}
    )

    table, report = read_table(written("bmi,died\n0,0\n25,1\n0.0,1\n"), mapping)

    np.testing.assert_array_equal(table.values["bmi"], [np.nan, 25, np.nan])
    assert report.refused == 0


# The target


def test_the_positive_value_is_a_text_or_a_number(written: Written) -> None:
    text = "age,outcome\n40,1.0\n50,2\n60,3\n70,1\n"

    table, _ = read_table(written(text), target="outcome", positive="1")
    words, _ = read_table(written("age,outcome\n40,Yes\n50,later\n60,YES\n70,\n"), target="outcome", positive="yes")

    np.testing.assert_array_equal(table.target, [1, 0, 0, 1])
    np.testing.assert_array_equal(words.target, [1, 0, 1])
    assert table.target_name == "outcome is 1"


@pytest.mark.parametrize(("positive", "target"), [("1", [0, 1, 0]), ("no", [1, 0, 1])])
def test_what_is_neither_yes_nor_no_is_refused_where_a_flag_is_expected(
    written: Written, positive: str, target: list[int]
) -> None:
    mapping = mapping_from({"table": {"name": "clinic", "target": "died"}, "columns": {"age": {}, "died": {"kind": "flag"}}})
    text = "age,died\n40,0\n50,maybe\n60,yes\n70,No\n"

    table, report = read_table(written(text), mapping, positive=positive)

    np.testing.assert_array_equal(table.target, target)
    assert [(problem.line, problem.column) for problem in report.problems] == [(3, "died")]
    assert "maybe" not in str(report.payload())


@pytest.mark.parametrize(
    ("cells", "positive", "said"),
    [
        ("1 2 3 1", "", "3 different values; say which counts as 1"),
        ("well ill well ill", "", "2 different values; say which counts as 1"),
        ("well ill well ill", "dead", "no row has the positive value"),
        ("ill ill ill ill", "ill", "all rows are of one class"),
        ("1 1 1 1", "", "all rows are of one class"),
    ],
)
def test_a_target_that_does_not_say_what_counts_is_asked_for(written: Written, cells: str, positive: str, said: str) -> None:
    text = "age,outcome\n" + "".join(f"{40 + i},{cell}\n" for i, cell in enumerate(cells.split()))

    with pytest.raises(TableError, match=said) as caught:
        read_table(written(text), target="outcome", positive=positive)

    assert not re.search(r"\b(ill|well)\b", str(caught.value))


def test_a_target_of_many_numbers_is_a_regression(written: Written) -> None:
    text = "age,cost\n" + "".join(f"{40 + i * i},{100.5 * i}\n" for i in range(12))

    table, _ = read_table(written(text), target="cost")

    np.testing.assert_allclose(table.target, [100.5 * i for i in range(12)])
    assert table.target_name == "cost"


def test_without_a_target_the_columns_are_named(written: Written) -> None:
    with pytest.raises(TableError, match="the target is not known; give --target COLUMN, one of age, well"):
        read_table(written("age,well\n1,2\n"))
    with pytest.raises(TableError, match="no such column; give --target COLUMN, one of age, well"):
        read_table(written("age,well\n1,2\n"), target="ill")
    with pytest.raises(TableError, match="the mapping has no such column"):
        read_table(written(ROWS), MAPPING, target="cured")


# An unknown table


def test_columns_of_an_unknown_table_are_typed_by_their_values(written: Written) -> None:
    header = "patient_id,name,weight,smoker,ward,joined,note,empty,same,Outcome\n"
    rows = "".join(
        f"{100 + i},N{i},{60.5 + i * i},{'yes' if i % 2 else 'no'},{'ABC'[i % 3]},2020-01-{i + 1:02},text {i},,7,{i % 2}\n"
        for i in range(20)
    )

    table, report = read_table(written(header + rows), target="outcome")

    assert {c.name: c.kind for c in table.columns} == {
        "weight": ColumnKind.NUMBER,
        "smoker": ColumnKind.FLAG,
        "ward": ColumnKind.CATEGORY,
    }
    assert table.column("ward").categories == ("A", "B", "C")
    assert dict(report.left_out) == {
        "patient_id": "tells rows apart and says nothing of them",
        "name": "may name a person; a mapping can say otherwise",
        "joined": 'holds dates; a mapping with kind = "date" makes years of them',
        "note": "texts of 20 kinds; a category has 50 at most and repeats itself",
        "empty": "every cell is empty",
        "same": "has one value only",
    }
    assert report.mapping == "proposed"


def test_a_column_half_of_numbers_is_one_of_numbers_when_it_is_no_category(written: Written) -> None:
    rows = "".join(f"{'inf' if i % 4 == 0 else i / 7:},{i % 2}\n" for i in range(80))

    table, report = read_table(written(f"x,y\n{rows}"), target="y")

    assert table.column("x").kind is ColumnKind.NUMBER
    assert np.isnan(table.values["x"]).sum() == report.refused == 20
    assert {problem.column for problem in report.problems} == {"x"}


@pytest.mark.parametrize("name", ["age", "Age_years", "age in years"])
def test_an_age_that_no_body_can_have_is_refused_without_any_mapping(written: Written, name: str) -> None:
    rows = "".join(f"{430 if i == 3 else 20 + i / 2},{i % 2}\n" for i in range(12))

    table, report = read_table(written(f"{name},y\n{rows}"), target="y")

    assert np.flatnonzero(np.isnan(table.values[name])).tolist() == [3]
    assert [(problem.line, problem.column) for problem in report.problems] == [(5, name)]
    assert "430" not in str(report.problems)


@pytest.mark.parametrize(
    ("name", "left"),
    [("covid", False), ("thyroid", False), ("acid", False), ("index of mass", False), ("PatientID", True), ("stay_id", True)],
)
def test_a_name_that_ends_like_an_id_is_not_taken_for_one(written: Written, name: str, left: bool) -> None:
    rows = "".join(f"{i * 7 % 5},{i},{i % 2}\n" for i in (3, 5, 9, 20, 4, 8, 11, 2))

    table, _ = read_table(written(f"{name},x,y\n{rows}"), target="y")

    assert (name in [c.name for c in table.columns]) is not left


def test_few_texts_among_numbers_are_refused_and_many_make_a_category(written: Written) -> None:
    few = "".join(f"{'high' if i == 5 else i * 1.5},{i % 2}\n" for i in range(20))
    many = "".join(f"{'high' if i % 2 else i % 3},{i % 2}\n" for i in range(20))

    number, report = read_table(written(f"x,y\n{few}"), target="y")
    category, _ = read_table(written(f"x,y\n{many}"), target="y")

    assert number.columns[0].kind is ColumnKind.NUMBER
    assert [(p.line, p.column) for p in report.problems] == [(7, "x")]
    assert category.columns[0].kind is ColumnKind.CATEGORY


def test_a_column_that_tells_the_target_is_pointed_out(written: Written) -> None:
    rows = "".join(f"{i % 2 * 100 + i % 7},{i * 13 % 17},{i % 2}\n" for i in range(60))

    _, report = read_table(written(f"after,before,y\n{rows}"), target="y")

    assert [note for note in report.notes if "knows the future" in note] == [
        "column after alone tells the target nearly always; a column that knows the future has to be forbidden"
    ]


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.sampled_from(["", "a", "b"]), st.booleans()), min_size=4, max_size=40).filter(
        lambda rows: len({flag for _, _, flag in rows}) == 2 and len({number for number, _, _ in rows}) > 1
    )
)
def test_every_row_is_read_or_reported_and_numbers_stay_what_they_are(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str, bool]]
) -> None:
    path = tmp_path_factory.mktemp("law") / "t.csv"
    path.write_text("x,kind,y\n" + "".join(f"{x!r},{kind},{int(y)}\n" for x, kind, y in rows), encoding="utf-8")
    mapping = mapping_from(
        {
            "columns": {
                "x": {},
                "kind": {"kind": "category", "categories": ["a", "b"]},
                "y": {"kind": "flag", "role": "target"},
            }
        }
    )

    table, report = read_table(path, mapping)

    assert report.read == report.accepted + report.quarantined == len(rows)
    np.testing.assert_array_equal(table.values["x"], [x for x, _, _ in rows])
    np.testing.assert_array_equal(table.target, [float(y) for _, _, y in rows])


# The tables of the shared folder


@pytest.mark.parametrize(
    ("file", "rows", "positive", "groups", "without"),
    [
        ("uci-heart-failure/heart_failure_clinical_records_dataset.csv", 299, 96, 299, ["time"]),
        ("pima-diabetes/pima-indians-diabetes.csv", 768, 268, 768, []),
        ("uci-blood-transfusion/blood.csv", 748, 178, 502, []),
        (
            "hospital-deterioration/patients.csv.gz",
            10_000,
            1_938,
            10_000,
            ["los_hours", "deterioration_hour", "deterioration_within_12h_from_admission"],
        ),
    ],
)
def test_the_known_tables_are_recognised_and_whole(
    file: str, rows: int, positive: int, groups: int, without: list[str]
) -> None:
    table, report = read_table(shared_data(file))

    assert (len(table), int(table.target.sum()), len(np.unique(table.groups))) == (rows, positive, groups)
    assert (report.refused, report.quarantined) == (0, 0)
    assert not {c.name for c in table.columns} & {*without, report.mapping}
    assert set(without) <= {name for name, _ in report.left_out}


def test_the_header_less_table_has_its_first_row_and_no_zeros_for_what_was_not_measured() -> None:
    table, _ = read_table(shared_data("pima-diabetes/pima-indians-diabetes.csv"))

    assert table.rows[0] == 1
    assert table.values["glucose"][0] == 148
    # Counted with awk: the zeros of the columns 2 to 6.
    missing = {name: int(np.isnan(array).sum()) for name, array in table.values.items()}
    assert missing == {
        "pregnancies": 0,
        "glucose": 5,
        "diastolic_pressure": 35,
        "skin_thickness": 227,
        "insulin": 374,
        "bmi": 11,
        "pedigree": 0,
        "age": 0,
    }


def test_another_target_of_a_known_table_is_read_where_it_is_asked_for() -> None:
    path = shared_data("hospital-deterioration/patients.csv.gz")

    table, report = read_table(path, target="deterioration_within_12h_from_admission")

    assert table.target.sum() == 309
    assert dict(report.left_out)["deterioration_event"] == "another outcome"
    assert "deterioration_event" not in {c.name for c in table.columns}


# Two files


def test_a_second_file_is_read_with_the_first_whatever_the_order_of_its_columns(written: Written) -> None:
    more = written("died,smoker,age,sex\n1,yes,80,M\n0,no,sixty,F\n", "more.csv")

    table, report = read_table(written(ROWS), MAPPING, more=more)

    np.testing.assert_array_equal(table.values["age"], [40, 50, 60, 70, 80, np.nan])
    np.testing.assert_array_equal(table.target, [0, 1, 1, 0, 1, 0])
    assert table.rows.tolist() == [2, 3, 4, 5, 7, 8]
    assert (report.read, report.file, [p.line for p in report.problems]) == (6, "table.csv and more.csv", [8])


def test_one_person_in_two_files_shares_a_group(written: Written) -> None:
    mapping = mapping_from({"columns": {"mrn": {"role": "group"}, "x": {}, "y": {"kind": "flag", "role": "target"}}})
    more = written("mrn,x,y\nB,3,1\nC,4,1\n", "more.csv")

    table, _ = read_table(written("mrn,x,y\nA,1,0\nB,2,1\n"), mapping, more=more)

    assert table.groups.tolist() == [0, 1, 1, 2]


def test_two_files_without_header_are_joined_by_place(tmp_path: Path) -> None:
    whole = shared_data("pima-diabetes/pima-indians-diabetes.csv")
    lines = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, part in (("one.csv", lines[:400]), ("two.csv", lines[400:])):
        (tmp_path / name).write_text("".join(part), encoding="utf-8")

    table, _ = read_table(tmp_path / "one.csv", more=tmp_path / "two.csv")
    expected, _ = read_table(whole)

    np.testing.assert_array_equal(table.target, expected.target)
    np.testing.assert_array_equal(table.values["bmi"], expected.values["bmi"])


def test_a_second_file_that_lacks_a_column_is_refused(written: Written) -> None:
    more = written("died,age,sex\n1,80,M\n", "more.csv")

    with pytest.raises(TableError, match=r"more.csv: line 1: column smoker of table.csv is missing"):
        read_table(written(ROWS), MAPPING, more=more)


def test_rows_without_header_and_target_are_read_for_a_prediction(written: Written) -> None:
    _, report = read_table(shared_data("pima-diabetes/pima-indians-diabetes.csv"))

    table, _ = read_table(written("6,148,72,35,0,33.6,0.627,50\n"), report.used, labelled=False)

    assert table.row(0)["glucose"] == 148
    assert np.isnan(table.row(0)["insulin"])
    with pytest.raises(TableError, match="9 columns are expected in a file without header"):
        read_table(written("6,148,72,35,0,33.6\n"), report.used, labelled=False)


def test_rows_that_are_only_asked_about_may_all_be_alike(written: Written) -> None:
    table, report = read_table(written("glucose,age\n100,50\n100,50\n"), labelled=False)

    assert [column.name for column in table.columns] == ["glucose", "age"]
    assert report.left_out == ()
