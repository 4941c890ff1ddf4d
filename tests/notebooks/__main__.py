"""Executes notebooks: ``python -m tests.notebooks NAME OUT`` for a test, ``--write`` to store their outputs anew."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.notebooks.executing import GUARD, NAMES, NOTEBOOKS, PROJECT, execute, read, told_in
from tests.shared_data import SHARED

ASK = """
import json as _json
_found = [{expressions}]
print(_json.dumps([one.item() if hasattr(one, "item") else one for one in _found]))
"""
SECONDS = 300
"""After which a cell is taken for hung."""


def run(name: str) -> tuple[list[dict[str, Any]], list[Any]]:
    """The cells with their outputs, and the value of each expression of the prose."""
    path = NOTEBOOKS / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    expressions = ", ".join(f"({one.expression})" for one in told_in(read(name)))
    first = nbformat.v4.new_code_cell(GUARD)
    last = nbformat.v4.new_code_cell(ASK.format(expressions=expressions))
    notebook.cells = [first, *notebook.cells, last]
    client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}})
    client.execute()
    asked = "".join(output.text for output in last.outputs if output.output_type == "stream" and output.name == "stdout")
    return [plain(cell) for cell in notebook.cells[1:-1]], json.loads(asked)


def plain(cell: Any) -> dict[str, Any]:
    """A cell as it is stored: without times, without counts."""
    stored: dict[str, Any] = json.loads(json.dumps(cell))
    stored["metadata"].pop("execution", None)
    if stored["cell_type"] == "code":
        stored["execution_count"] = None
        stored["outputs"] = joined(stored["outputs"])
        for output in stored["outputs"]:
            if "execution_count" in output:
                output["execution_count"] = None
    return stored


def joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs with the pieces of one stream as one: how many there are is up to the kernel's clock."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        if output["output_type"] == "stream" and found and found[-1].get("name") == output["name"]:
            found[-1]["text"] += output["text"]
        else:
            found.append(output)
    return found


def write(name: str, shared: Path) -> None:
    """Store the outputs of a notebook anew."""
    stored = read(name)
    with tempfile.TemporaryDirectory() as folder:
        stored["cells"] = execute(name, Path(folder), shared=shared).cells
    notebook = nbformat.from_dict(stored)
    nbformat.validate(notebook)
    nbformat.write(notebook, NOTEBOOKS / f"{name}.ipynb")


def main(arguments: list[str]) -> int:
    """Run what is asked for."""
    if arguments and arguments[0] == "--write":
        for name in arguments[1:] or NAMES:
            write(name, SHARED)
        return 0
    name, out = arguments
    cells, found = run(name)
    Path(out).write_text(json.dumps({"cells": cells, "found": found}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
