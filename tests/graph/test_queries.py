"""The catalogue of statements: read from files, by name, byte for byte, with headers that must be true."""

from pathlib import Path

import pytest

from graph.errors import UnknownQueryError
from graph.queries import FOLDER, catalogue, query

WHOLE = (
    "// purpose: What treats it?\n// params: a, b\n// columns: x, y\nMATCH (n {p: $a}) // not $c\nRETURN n.x AS x, $b AS y\n"
)


def write(folder: Path, text: str, name: str = "questions/what") -> Path:
    path = folder / f"{name}.cypher"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_a_statement_is_named_by_its_file_and_described_by_its_header(tmp_path: Path) -> None:
    (found,) = catalogue(write(tmp_path, WHOLE)).values()

    assert found.name == "questions/what"
    assert found.purpose == "What treats it?"
    assert found.params == ("a", "b")
    assert found.columns == ("x", "y")


def test_a_header_may_be_empty_behind_its_colon(tmp_path: Path) -> None:
    (found,) = catalogue(write(tmp_path, "// purpose: counts\n// params:\n// columns: \nRETURN 1\n")).values()

    assert (found.params, found.columns) == ((), ())


@pytest.mark.parametrize(
    "text",
    [WHOLE, WHOLE + "// a last remark: `$x`\n", WHOLE.replace("What treats it?", "Ångström → 漢字?"), WHOLE.rstrip("\n")],
    ids=["comments", "last-comment", "unicode", "no-last-line-end"],
)
def test_the_text_is_the_file_byte_for_byte(tmp_path: Path, text: str) -> None:
    folder = write(tmp_path, text)

    assert catalogue(folder)["questions/what"].text.encode() == (folder / "questions/what.cypher").read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MATCH (n) RETURN n",
        WHOLE.replace("// purpose: What treats it?\n", ""),
        WHOLE.replace("// purpose: What treats it?", "// purpose:"),
        WHOLE.replace("// params: a, b\n", ""),
        WHOLE.replace("// columns: x, y\n", ""),
        WHOLE.replace("// params: a, b\n// columns: x, y\n", "// columns: x, y\n// params: a, b\n"),
        "\n" + WHOLE,
    ],
    ids=["empty", "none", "no-purpose", "empty-purpose", "no-params", "no-columns", "other-order", "not-first"],
)
def test_a_file_without_its_header_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownQueryError, match=r"cypher/questions/what\.cypher: the header lines .* are expected first"):
        catalogue(write(tmp_path, text))


@pytest.mark.parametrize(
    ("header", "odd"),
    [("a", "b"), ("a, b, c", "c"), ("", "a, b"), ("a, c", "b, c")],
    ids=["undeclared", "unused", "none-declared", "another"],
)
def test_parameters_of_header_and_statement_agree(tmp_path: Path, header: str, odd: str) -> None:
    text = WHOLE.replace("// params: a, b", f"// params: {header}")

    with pytest.raises(UnknownQueryError, match=rf"questions/what\.cypher: parameters of header and statement differ: {odd}$"):
        catalogue(write(tmp_path, text))


@pytest.mark.parametrize("quoted", ["'$c'", '"$c"', "`$c`", "'it\\'s $c'", "/* $c\n$d */ 1", "1 // $c"])
def test_a_dollar_sign_in_quotes_or_comments_is_no_parameter(tmp_path: Path, quoted: str) -> None:
    catalogue(write(tmp_path, f"// purpose: p\n// params:\n// columns: x\nRETURN {quoted}\n AS x\n"))


def test_one_unusable_file_makes_the_whole_catalogue_unusable(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    write(tmp_path, "RETURN 1", "questions/other")

    with pytest.raises(UnknownQueryError, match="questions/other"):
        catalogue(tmp_path)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(UnknownQueryError, match=r"^there is no cypher/analyst/none\.cypher$"):
        query("analyst/none")


def test_the_project_s_own_catalogue_is_read_in_the_order_of_names() -> None:
    names = list(catalogue())

    assert names == sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.cypher"))
    assert query(names[0]) is catalogue()[names[0]]


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue()["analyst/mine"] = query("analyst/hubs")  # type: ignore[index]
