"""Executes a notebook afresh, in a process and a home of its own, without network, and recomputes what its prose tells.

A figure in the prose is followed by the expression that it comes from, in a comment that no page shows: ``0.78<!--= auc -->``,
``35 %<!--= share -->`` or ``**logistic**<!--= name -->``. The expression is computed in the kernel when all cells have run.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
NOTEBOOKS = PROJECT / "notebooks"
NAMES = ("data_preprocessing", "predictive_modelling", "recommendation_engine", "evaluation")
"""In the order in which they are read."""
TOLD = re.compile(
    r"(?:\*\*(?P<word>[^*]+)\*\*|(?P<number>[-+]?\d[\d,]*(?:\.\d+)?)(?P<share> ?%)?)<!--=(?P<expression>.*?)-->", re.S
)
GUARD = """
import socket as _socket, warnings as _warnings
_warnings.simplefilter("error")
# ipykernel and zmq speak of themselves; what a notebook's own code says is an error.
_warnings.filterwarnings("default", module="ipykernel|zmq|tornado|IPython|jupyter_client|asyncio")
_connect = _socket.socket.connect
def _here(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError("a notebook needs no network")
    return _connect(self, address)
_socket.socket.connect = _here
"""


@dataclass(frozen=True)
class Told:
    """A figure of the prose.

    Attributes:
        text: as it is told: ``0.78``, ``35 %`` or a word.
        word: whether it is no number.
        expression: what it comes from.
    """

    text: str
    word: bool
    expression: str

    def holds(self, found: Any) -> bool:
        """Whether it is what was computed: counts exactly, other numbers to within one of their last digit."""
        if self.word:
            return str(found) == self.text
        number = self.text.rstrip(" %").replace(",", "")
        digits = len(number.partition(".")[2])
        if "%" in self.text:
            return abs(100 * float(found) - float(number)) <= 10.0**-digits
        # Learned weights differ in their last digits from one kind of processor to another.
        return abs(float(found) - float(number)) <= (10.0**-digits + 1e-9 if digits else 1e-9)


@dataclass(frozen=True)
class Executed:
    """A notebook that has run.

    Attributes:
        cells: as they stand in the file now, outputs computed afresh.
        found: the value of each figure's expression, in the order of the prose.
    """

    cells: list[dict[str, Any]]
    found: list[Any]


def read(name: str) -> dict[str, Any]:
    """The notebook as it is stored."""
    stored: dict[str, Any] = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    return stored


def text_of(cell: dict[str, Any]) -> str:
    """The source of a cell."""
    return "".join(cell["source"])


def told_in(notebook: dict[str, Any]) -> list[Told]:
    """Every figure of the prose that says where it comes from."""
    prose = "\n".join(text_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return [
        Told(found["word"] or found["number"] + (found["share"] or ""), bool(found["word"]), found["expression"].strip())
        for found in TOLD.finditer(prose)
    ]


def execute(name: str, folder: Path, *, shared: Path | None) -> Executed:
    """Run a notebook in a process of its own.

    Args:
        name: of the file, without ending.
        folder: an empty one, which becomes its home.
        shared: where reference data are; a place without any when None.
    """
    out = folder / "executed.json"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("RXPATH_", "JUPYTER", "IPYTHON", "PYTHON"))
    }
    environment = kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1",
        "RXPATH_SHARED": str(shared or folder / "none"),
        "RXPATH_HOME": str(folder / "no home of anybody"),
    }
    command = [sys.executable, "-m", "tests.notebooks", name, str(out)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(out.read_text(encoding="utf-8"))
    return Executed(told["cells"], told["found"])
