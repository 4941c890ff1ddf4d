"""Files, columns and keys: what a reader may rely on before looking at a single fact."""

from pathlib import Path

import pytest

from tests.data.reading import COLUMNS, DATA, DECISIONS, EVIDENCE, OPTIONAL, files, key_of, lines, rows, shown

ALL_FILES = [(table, path) for table in COLUMNS for path in files(table)]


@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_is_there(table: str) -> None:
    assert files(table)
    assert rows(table)


@pytest.mark.parametrize(("table", "path"), ALL_FILES, ids=str)
def test_columns_are_those_of_the_table_and_then_how_a_row_is_known(table: str, path: Path) -> None:
    left_out = OPTIONAL.get(table, ()) if path.parent.name == "derived" else ()
    assert tuple(next(lines(path))) == tuple(c for c in COLUMNS[table] if c not in left_out) + EVIDENCE


@pytest.mark.parametrize(("table", "columns"), DECISIONS.items(), ids=str)
def test_tables_of_decisions_have_their_columns(table: str, columns: tuple[str, ...]) -> None:
    assert tuple(next(lines(DATA / f"{table}.csv"))) == columns + EVIDENCE


@pytest.mark.parametrize(("table", "path"), ALL_FILES, ids=str)
def test_every_line_has_as_many_cells_as_the_header(table: str, path: Path) -> None:
    header, *body = lines(path)

    assert not shown(number for number, cells in enumerate(body, start=2) if len(cells) != len(header))


@pytest.mark.parametrize("table", COLUMNS)
def test_no_two_rows_have_the_same_key(table: str) -> None:
    keys = [tuple(row[column] for column in key_of(table)) for row in rows(table)]

    assert not shown({key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else ())


@pytest.mark.parametrize(("table", "path"), ALL_FILES, ids=str)
def test_rows_are_sorted_by_key_so_that_a_change_shows_as_what_it_is(table: str, path: Path) -> None:
    header, *body = lines(path)
    places = [header.index(column) for column in key_of(table)]
    keys = [tuple(cells[place] for place in places) for cells in body]

    assert keys == sorted(keys)


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.csv")), ids=lambda path: str(path.relative_to(DATA)))
def test_files_are_plain_utf_8_with_line_feeds(path: Path) -> None:
    content = path.read_bytes()

    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert b"\x00" not in content
    assert content.endswith(b"\n")
    content.decode("utf-8")


@pytest.mark.parametrize("table", COLUMNS)
def test_no_cell_has_space_around_it_or_begins_like_a_formula(table: str) -> None:
    cells = (cell for row in rows(table) for column, cell in row.items() if column != "note")

    assert not shown(cell for cell in cells if cell != cell.strip() or cell.startswith(("=", "+", "@")))


@pytest.mark.parametrize("table", COLUMNS)
def test_cells_of_the_key_are_filled(table: str) -> None:
    optional = {"limit": {"test", "comparator", "value"}, "reference_range": {"age_from", "age_to"}}.get(table, set())
    needed = [column for column in key_of(table) if column not in optional]

    assert not shown(row for row in rows(table) if not all(row[column] for column in needed))
