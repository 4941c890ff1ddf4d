"""Reading tables: every record is accounted for, every fault is reported where it is, and none costs another row."""

import gzip
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.columns import Column, ColumnType
from graph.key_set import KeySet
from graph.row_report import Code, RowReport
from graph.rows import Table, read_header, read_table

TEXTS = Table("texts", (Column("a", required=True), Column("b"), Column("c")))
QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, data: bytes, table: Table = TEXTS, **options: object) -> tuple[list[tuple[object, ...]], RowReport]:
    """The accepted rows of a file of these bytes, in order, and its report."""
    path.write_bytes(data)
    report = RowReport(path.name, keep=None)
    rows: list[tuple[object, ...]] = []
    for batch in read_table(path, table, report, **options):  # type: ignore[arg-type]
        rows += zip(*(batch.values[column.name] for column in table.columns), strict=True)
    return rows, report


def found(report: RowReport) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, str(problem.code)) for problem in report.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


# Records


@pytest.mark.parametrize(
    "data",
    [
        b"a,b,c\n1,2,3\n4,5,6\n",
        b"a,b,c\r\n1,2,3\r\n4,5,6",
        b"a,b,c\r1,2,3\r4,5,6\r",
        b"\xef\xbb\xbfa,b,c\n1,2,3\n4,5,6\n",
        "a,b,c\n1,2,3\n4,5,6\n".encode("utf-16"),
        b"\xfe\xff" + "a,b,c\n1,2,3\n4,5,6\n".encode("utf-16-be"),
        gzip.compress(b"a,b,c\n1,2,3\n4,5,6\n"),
        b"a;b;c\n1;2;3\n4;5;6\n",
        b"a\tb\tc\n1\t2\t3\n4\t5\t6\n",
        b"\n\na,b,c\n1,2,3\n4,5,6\n",
        b'"a","b","c"\n"1","2","3"\n"4","5","6"\n',
        b"C,B,A\n3,2,1\n6,5,4\n",
    ],
    ids=[
        "lf",
        "crlf",
        "cr",
        "utf8-bom",
        "utf16-le",
        "utf16-be",
        "gzip",
        "semicolon",
        "tab",
        "blank-lines-first",
        "quoted",
        "other-order",
    ],
)
def test_every_form_of_a_table_reads_alike(file: Path, data: bytes) -> None:
    rows, report = read(file, data)

    assert rows == [("1", "2", "3"), ("4", "5", "6")]
    assert (report.read, report.accepted, report.problems) == (2, 2, [])


def test_a_quoted_field_may_hold_delimiters_quotes_and_lines(file: Path) -> None:
    rows, report = read(file, b'a,b,c\n"x, y","say ""no""","one\ntwo"\nlast,,\n')

    assert rows == [("x, y", 'say "no"', "one\ntwo"), ("last", None, None)]
    assert report.problems == []


def test_a_line_number_counts_the_lines_within_quotes(file: Path) -> None:
    _, report = read(file, b'a,b,c\n1,"x\ny\nz",3\n,,\n')

    assert found(report) == [(5, "a", "missing-value")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"1,2", "too-few-fields"),
        (b"1,2,3,4", "too-many-fields"),
        (b'1,"2,3', "unterminated-quote"),
        (b'"1,2,3', "unterminated-quote"),
        (b'1,2,"3', "unterminated-quote"),
        (b'1,"2"x,3', "bad-quote"),
        (b"1,\x002,3", "nul"),
        (b"1,\xff\xfe,3", "undecodable"),
        (b"1,\xed\xa0\x80,3", "undecodable"),
        (b"1," + b"x" * 70_000 + b",3", "too-long"),
        (b"1," + b"x" * 10_000_000 + b",3", "too-long"),
        (b'1,"' + b"x" * 10_000_000 + b'",3', "too-long"),
        (b'1,"' + b"x\n" * 40_000 + b'",3', "too-long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("last", [False, True])
def test_a_broken_record_costs_itself_alone(file: Path, bad: bytes, code: str, last: bool) -> None:
    after = b"" if last else b'\nok,"2",3\nok,2,3\n'

    rows, report = read(file, b'a,b,c\nok,2,3\nok,"2",3\n' + bad + after)

    assert rows == [("ok", "2", "3")] * (2 if last else 4)
    assert found(report) == [(4, "", code)]
    assert report.read == len(rows) + 1


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"1,2\n3,4,5,6\n7,8,9\n", [(2, "", "too-few-fields"), (3, "", "too-many-fields")]),
        (b"1," + b"x" * 70_000 + b",3\n7,8,9\n", [(2, "", "too-long")]),
        (b'1,"x\ny",' + b"z" * 4_000_000 + b"\n7,8,9\n,,\n", [(2, "", "too-long"), (5, "a", "missing-value")]),
    ],
    ids=["one-field-too-few-and-one-too-many", "long-field-without-quotes", "long-record-of-two-lines"],
)
def test_nothing_hides_behind_the_fast_way(file: Path, data: bytes, faults: list[tuple[int, str, str]]) -> None:
    rows, report = read(file, b"a,b,c\n" + data)

    assert rows == [("7", "8", "9")]
    assert found(report) == faults


def test_a_stray_quote_within_a_field_is_a_character(file: Path) -> None:
    rows, report = read(file, b'a,b,c\n5" pipe,2,3\n')

    assert rows == [('5" pipe', "2", "3")]
    assert report.problems == []


def test_two_open_quotes_are_two_rows(file: Path) -> None:
    rows, report = read(file, b'a,b,c\n1,"x,2\n3,"y,4\n5,6,7\n')

    assert rows == [("5", "6", "7")]
    assert found(report) == [(2, "", "unterminated-quote"), (3, "", "unterminated-quote")]


def test_an_open_quote_closed_by_a_later_one_swallows_no_row(file: Path) -> None:
    rows, report = read(file, b'a,b,c\n"x,1,2\n3,",5\n7,8,9\n')

    assert rows == [("7", "8", "9")]
    assert found(report) == [(2, "", "unterminated-quote"), (3, "", "unterminated-quote")]


def test_blank_lines_are_counted_and_are_no_records(file: Path) -> None:
    rows, report = read(file, b"a,b,c\n\n1,2,3\n   \n\n4,5,6\n\n")

    assert len(rows) == report.read == 2
    assert report.blank == 4


def test_a_broken_gzip_is_reported_and_its_rows_count(file: Path) -> None:
    whole = gzip.compress(b"a,b,c\n" + b"".join(b"%d,%d,%d\n" % (i, i * 7919 % 10007, i) for i in range(400_000)))

    _, report = read(file, whole[: len(whole) // 2])

    assert [problem.code for problem in report.problems][-1] is Code.UNREADABLE_FILE
    assert report.read > 0


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"", [Code.NO_HEADER]),
        (b"\n\n", [Code.NO_HEADER]),
        (b"\x00\x01\n1,2\n", [Code.NO_HEADER]),
        (b"\xff\xff,b\n", [Code.NO_HEADER]),
        (b"b,c\n1,2\n", [Code.MISSING_COLUMN]),
        (b"a,b,a\n1,2,3\n", [Code.DUPLICATE_COLUMN]),
        (b"a,A,b\n1,2,3\n", [Code.DUPLICATE_COLUMN]),
    ],
)
def test_a_file_without_a_usable_header_is_left_out(file: Path, data: bytes, codes: list[Code]) -> None:
    rows, report = read(file, data)

    assert rows == []
    assert report.refused
    assert [problem.code for problem in report.problems] == codes


def test_further_and_repeated_columns_are_reported_and_cost_nothing(file: Path) -> None:
    rows, report = read(file, b"\nx,a,x\n1,2,3\n")

    assert rows == [("2", None, None)]
    assert found(report) == [(2, "x", "unused-column")] * 2
    assert (report.refused, report.quarantined) == (False, 0)


def test_the_header_can_be_asked_alone(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf"a b";c\n1;2\n')

    assert read_header(file) == ["a b", "c"]


# Values


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (Column("v"), "  word ", "word"),
        (Column("v"), "-12.5", "-12.5"),
        (Column("v", ColumnType.CURIE), "ICD10CM:E11.9", "ICD10CM:E11.9"),
        (Column("v", ColumnType.INTEGER), "-42", -42),
        (Column("v", ColumnType.NUMBER), "1.5e3", 1500.0),
        (Column("v", ColumnType.NUMBER), ".5", 0.5),
        (Column("v", ColumnType.BOOLEAN), "Yes", True),
        (Column("v", ColumnType.BOOLEAN), "0", False),
        (Column("v", ColumnType.DATE), "2024-02-29", "2024-02-29"),
        (Column("v", values=("x", "y")), "y", "y"),
        (Column("v", many=True), "a; b;;c", ("a", "b", "c")),
        (Column("v", many=True), "", ()),
        (Column("v", ColumnType.NUMBER), "", None),
    ],
)
def test_a_cell_becomes_a_value_of_its_type(column: Column, text: str, value: object) -> None:
    assert column.parse_all([text]) == ([value], {})


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        (Column("v", required=True), "  ", "missing-value"),
        (Column("v"), "=cmd|' /C calc'!A0", "formula"),
        (Column("v"), "@SUM(A1)", "formula"),
        (Column("v"), "+1-1", "formula"),
        (Column("v"), "-x", "formula"),
        (Column("v", many=True), "=1;2", "formula"),
        (Column("v"), "a\x07b", "control-character"),
        (Column("v", ColumnType.CURIE), "no curie", "bad-id"),
        (Column("v", ColumnType.CURIE), "=X:1", "bad-id"),
        (Column("v", ColumnType.CURIE, many=True), "A:1;B", "bad-id"),
        (Column("v", ColumnType.INTEGER), "1.0", "bad-integer"),
        (Column("v", ColumnType.INTEGER), "9" * 30, "bad-integer"),
        (Column("v", ColumnType.INTEGER), "١٢", "bad-integer"),
        (Column("v", ColumnType.INTEGER, low=0), "-1", "out-of-range"),
        (Column("v", ColumnType.NUMBER, high=1), "1.5", "out-of-range"),
        (Column("v", ColumnType.NUMBER), "NaN", "not-finite"),
        (Column("v", ColumnType.NUMBER), "-Infinity", "not-finite"),
        (Column("v", ColumnType.NUMBER), "1e400", "not-finite"),
        (Column("v", ColumnType.NUMBER), "1,234.5", "bad-number"),
        (Column("v", ColumnType.NUMBER), "1,5", "bad-number"),
        (Column("v", ColumnType.NUMBER), "1_000", "bad-number"),
        (Column("v", ColumnType.NUMBER), "0x10", "bad-number"),
        (Column("v", ColumnType.BOOLEAN), "maybe", "bad-boolean"),
        (Column("v", ColumnType.DATE), "2023-02-29", "bad-date"),
        (Column("v", ColumnType.DATE), "31/12/2023", "bad-date"),
        (Column("v", ColumnType.DATE), "20231231", "bad-date"),
        (Column("v", ColumnType.DATE), "2023-12-31T00:00", "bad-date"),
        (Column("v", values=("x", "y")), "X", "bad-value"),
    ],
)
def test_a_cell_that_is_no_value_is_reported_without_being_repeated(column: Column, text: str, code: str) -> None:
    values, faults = column.parse_all([text])

    assert values == [None]
    assert faults[0].code == code
    assert text.strip() == "" or text not in faults[0].expected


def test_a_row_with_several_faults_is_quarantined_once_and_reported_for_each(file: Path) -> None:
    table = Table("t", (Column("a", ColumnType.INTEGER), Column("b", ColumnType.DATE)))
    heard: list[tuple[int, int]] = []
    file.write_bytes(b"a,b\nx,y\n1,2020-01-01\n")
    report = RowReport("t", listener=lambda line, faults, row: heard.append((line, len(faults))))

    batches = list(read_table(file, table, report))

    assert len(batches[0]) == 1
    assert (report.read, report.quarantined) == (2, 1)
    assert found(report) == [(2, "a", "bad-integer"), (2, "b", "bad-date")]
    assert heard == [(2, 2)]


def test_the_report_keeps_so_many_problems_and_counts_all(file: Path) -> None:
    file.write_bytes(b"a,b,c\n" + b",,\n" * 250)
    report = RowReport("t", keep=10)

    assert [len(batch) for batch in read_table(file, TEXTS, report)] == [0]
    assert len(report.problems) == 10
    assert report.codes == {Code.MISSING_VALUE: 250}


# Batches and keys


def test_a_later_row_of_the_same_key_is_rejected_across_batches_and_files(tmp_path: Path) -> None:
    table = Table("t", TEXTS.columns, ("a",))
    seen = KeySet()

    first = read(tmp_path / "one.csv", b"a,b,c\nx,1,\ny,2,\nx,3,\n", table, seen=seen, batch_rows=1)
    second = read(tmp_path / "two.csv", b"a,b,c\ny,9,\nz,9,\n", table, seen=seen)

    assert [row[0] for row in first[0]] == ["x", "y", "x"]
    assert found(first[1]) == [(4, "a", "duplicate-key")]
    assert found(second[1]) == [(2, "a", "duplicate-key")]


def test_a_row_of_a_batch_can_be_rejected_once(file: Path) -> None:
    file.write_bytes(b"a,b,c\n1,,\n2,,\n")
    report = RowReport("t")
    (batch,) = read_table(file, TEXTS, report)

    batch.reject(1, "a", Code.UNKNOWN_ID, "another id")
    batch.reject(1, "b", Code.BAD_VALUE, "another value")

    assert list(batch.kept()) == [0]
    assert (report.accepted, found(report)) == (1, [(3, "a", "unknown-id")])


def test_batches_depend_on_the_file_and_their_size_alone(file: Path) -> None:
    file.write_bytes(b"a,b,c\n" + b"".join(b'%d,"q",\n' % i for i in range(1050)))

    sizes = [(len(batch), batch.last_line) for batch in read_table(file, TEXTS, RowReport("t"), batch_rows=500)]

    assert sizes == [(500, 501), (500, 1001), (50, 1051)]


def test_withheld_columns_are_counted_and_not_read(file: Path) -> None:
    file.write_bytes(b"a,phone,b\n1,555,2\n2,,2\n3,777,2,2\n,999,2\n")
    report = RowReport("t")

    (batch,) = read_table(file, TEXTS, report, withheld=frozenset({"phone"}))

    assert set(batch.values) == {"a", "b", "c"}
    assert report.withheld == 2


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc"))), max_size=8))
@QUICK
def test_a_key_set_says_what_a_set_says(batches: list[list[tuple[int, str]]]) -> None:
    keys, truth = KeySet(), set[tuple[int, str]]()
    for batch in batches:
        columns = [row[0] for row in batch], [row[1] for row in batch]
        assert keys.contain(*columns).tolist() == [row in truth for row in batch]
        new = keys.add(*columns).tolist()
        expected = []
        for row in batch:
            expected.append(row not in truth)
            truth.add(row)
        assert new == expected
    assert len(keys) == len(truth)


# Laws

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=30), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@QUICK
def test_what_the_csv_module_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str, str]], encoding: str) -> None:
    import csv

    path = tmp_path / "t.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    rejected: list[object] = []
    report = RowReport("t", keep=None, listener=lambda line, faults, row: rejected.append(tuple(row)))

    accepted = [tuple(batch.row(i)) for batch in read_table(path, TEXTS, report) for i in range(len(batch))]

    assert report.read == len(rows)
    assert sorted(map(repr, accepted + rejected)) == sorted(map(repr, rows))


PIECES = st.sampled_from(
    [
        b"a",
        b"1",
        b",",
        b",",
        b",",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b'"',
        b'"',
        b'""',
        b"\x00",
        b"\xff",
        b" ",
        "é".encode(),
        b"=",
        b";",
    ]
)


@given(st.lists(PIECES, max_size=60).map(b"".join) | st.binary(max_size=200), st.booleans())
@QUICK
def test_no_bytes_crash_and_every_record_is_accounted_for(tmp_path: Path, data: bytes, with_header: bool) -> None:
    heard: list[int] = []
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b,c\n" * with_header + data)
    report = RowReport("t", keep=None, listener=lambda line, faults, row: heard.append(line))

    accepted = sum(len(batch) for batch in read_table(path, TEXTS, report))

    assert report.read == accepted + report.quarantined
    assert len(heard) == report.quarantined
    assert all(1 <= line <= data.count(b"\n") + data.count(b"\r") + 2 for line in heard)
    assert math.isclose(report.accepted, accepted)


@given(st.lists(PIECES, max_size=60).map(b"".join), st.integers(4, 12), st.sampled_from(["", "utf-16"]))
@QUICK
def test_it_does_not_matter_how_much_is_read_at_a_time(tmp_path: Path, data: bytes, block: int, encoding: str) -> None:
    whole = b"a,b,c\n" + data
    if encoding:
        whole = whole.decode(errors="ignore").encode(encoding)

    expected = read(tmp_path / "t.csv", whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graph.text_blocks.BLOCK", block)
        piecewise = read(tmp_path / "t.csv", whole)

    assert piecewise[0] == expected[0]
    assert found(piecewise[1]) == found(expected[1])
    assert (piecewise[1].read, piecewise[1].blank) == (expected[1].read, expected[1].blank)


@given(st.lists(PIECES, max_size=60).map(b"".join))
@QUICK
def test_the_fast_way_and_the_exact_way_agree(tmp_path: Path, data: bytes) -> None:
    """A record that holds a NUL sends its whole chunk the exact way; all others must read as without it."""
    plain = b"a,b,c\n" + data.replace(b"\x00", b"").replace(b"\xff", b"") + b"\n"

    fast = read(tmp_path / "fast.csv", plain)
    exact = read(tmp_path / "exact.csv", plain + b"\x00,2,3\n")

    if fast[1].codes[Code.UNTERMINATED_QUOTE] == 0:
        assert exact[0] == fast[0]
        assert found(exact[1])[:-1] == found(fast[1])
