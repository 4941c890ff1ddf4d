"""The notebooks run afresh without a warning, show what they showed, and their prose tells what their cells compute."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.executing import GUARD, NAMES, NOTEBOOKS, PROJECT, Told, execute, read, text_of, told_in
from tests.shared_data import shared_data
from tests.shared_data import SHARED

MOST_BYTES = 300_000
READING_REAL_DATA = ("data_preprocessing", "predictive_modelling")
NUMBER = re.compile(r"\b[0-9a-f]{32}\b|[-+−]?\d[\d.,:]*")
SHAPES = {"text": "text/plain", "table": "text/html", "picture": "image/png"}


def shown(cell: dict[str, Any]) -> list[tuple[str, str]]:
    """What a cell shows: the words of texts and tables without their numbers, and that there is a picture."""
    found: list[tuple[str, str]] = []
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        kind = next(kind for kind in ("picture", "table", "text") if SHAPES[kind] in data)
        words = "" if kind == "picture" else NUMBER.sub("#", re.sub(r"<[^>]*>", " ", "".join(data[SHAPES[kind]])))
        found.append((kind, " ".join(words.split())))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_afresh_and_its_prose_is_true(name: str, tmp_path: Path) -> None:
    if name in READING_REAL_DATA:
        shared_data()
    stored, before = read(name), sorted(path.name for path in NOTEBOOKS.iterdir())

    executed = execute(name, tmp_path, shared=SHARED)

    spoken = [o for cell in executed.cells for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    assert not spoken
    told = told_in(stored)
    assert len(told) >= 5
    wrong = [(one.text, one.expression, found) for one, found in zip(told, executed.found, strict=True) if not one.holds(found)]
    assert not wrong
    for fresh, kept in zip(executed.cells, stored["cells"], strict=True):
        assert shown(fresh) == shown(kept), text_of(kept)
    assert sorted(path.name for path in NOTEBOOKS.iterdir()) == before


@pytest.mark.slow
def test_a_notebook_runs_without_the_shared_data_and_says_so(tmp_path: Path) -> None:
    executed = execute("data_preprocessing", tmp_path, shared=None)

    said = [words for cell in executed.cells for _, words in shown(cell)]
    assert any("the shared data are not here" in words for words in said)
    assert all(one.holds(found) for one, found in zip(told_in(read("data_preprocessing")), executed.found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_begins_with_what_it_answers_and_ends_with_what_to_conclude(name: str) -> None:
    cells = read(name)["cells"]
    first, last = text_of(cells[0]), text_of(cells[-1])

    assert (cells[0]["cell_type"], cells[-1]["cell_type"]) == ("markdown", "markdown")
    assert first.startswith("# ")
    assert "**What it answers:**" in first
    assert "What to conclude" in last
    assert last.count("\n- **") >= 4


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_plain_small_and_names_no_machine_and_no_person(name: str) -> None:
    path, stored = NOTEBOOKS / f"{name}.ipynb", read(name)
    text = path.read_text(encoding="utf-8")

    assert path.stat().st_size < MOST_BYTES
    assert stored["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert {cell.get("execution_count") for cell in stored["cells"]} == {None}
    # Spelled apart, so that this file does not find itself.
    marks = ("/ho" + "me/", "/ro" + "ot/", "/tm" + "p/", "/wo" + "rk/", "/Us" + "ers/", "C:" + "\\\\")
    assert not [mark for mark in marks if mark in text]
    assert not re.search(r"patient:[0-9a-f]{8}", text)
    assert not re.search(r"[\w.]+@[\w-]+\.\w+", re.sub(r'"image/png": "[^"]*"', "", text))
    assert not [line for cell in stored["cells"] if cell["cell_type"] == "code" for line in cell["source"] if len(line) > 200]


@pytest.mark.parametrize("name", NAMES)
def test_every_code_cell_has_run_and_no_output_is_an_error(name: str) -> None:
    outputs = [o for cell in read(name)["cells"] for o in cell.get("outputs", [])]

    assert len(outputs) >= 8
    assert {o["output_type"] for o in outputs} <= {"stream", "display_data", "execute_result"}
    assert all("alt" in o["metadata"].get("image/png", {}) for o in outputs if "image/png" in o.get("data", {}))


def test_every_notebook_is_listed_and_nothing_else_is_there() -> None:
    listed = re.findall(r"\]\((\w+)\.ipynb\)", (NOTEBOOKS / "README.md").read_text(encoding="utf-8"))

    assert tuple(listed) == NAMES
    assert {path.name for path in NOTEBOOKS.iterdir()} - {".ipynb_checkpoints"} == {"README.md", *(f"{n}.ipynb" for n in NAMES)}


@pytest.mark.parametrize(
    ("text", "found", "holds"),
    [
        ("0.78", 0.7834, True),
        ("0.78", 0.77, True),
        ("0.78", 0.795, False),
        ("0.78", float("nan"), False),
        ("35 %", 0.344, True),
        ("35 %", 0.37, False),
        ("1,291", 1291, True),
        ("1,291", 1292, False),
        ("0", 1, False),
        ("-0.05", -0.052, True),
        ("logistic", "logistic", True),
        ("logistic", "svm", False),
    ],
)
def test_a_told_figure_holds_to_its_last_digit_a_count_exactly(text: str, found: object, holds: bool) -> None:
    assert Told(text, text == "logistic", "").holds(found) is holds


def test_figures_are_found_in_prose_and_in_no_code() -> None:
    cells = [
        {
            "cell_type": "markdown",
            "source": ["**svm**<!--= name --> with 0.80<!--= f(\n", "x) --> of 1,000<!--= n -->, 7 %<!--= s -->, and 9 more"],
        },
        {"cell_type": "code", "source": ["3<!--= no -->"]},
    ]

    assert [(t.text, t.word, t.expression) for t in told_in({"cells": cells})] == [
        ("svm", True, "name"),
        ("0.80", False, "f(\nx)"),
        ("1,000", False, "n"),
        ("7 %", False, "s"),
    ]


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("import warnings; warnings.warn('old')", "UserWarning: old"),
        ("import socket; socket.create_connection(('192.0.2.1', 80), 1)", "OSError: a notebook needs no network"),
        ("print(1)", ""),
    ],
)
def test_a_warning_is_an_error_and_the_network_is_closed(does: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"{GUARD}\n{does}"], capture_output=True, text=True)

    assert (done.returncode != 0) is bool(said)
    assert said in done.stderr
