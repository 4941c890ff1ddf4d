"""Writes what is made from the catalogue: the table of ``cypher/README.md``, and for the Browser the guide and saved queries.

Run it after a change in ``cypher/``::

    python -m tests.cypher.browser_files

The README and the guide are written by hand; what stands between their marks is written anew. The saved queries are an archive
as Neo4j Browser's own export makes it: a folder of statements, each named by its first line. A test holds the files to this.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from graph.queries import FOLDER, Query, catalogue

PREFIX = "analyst/"
EXAMPLES: Mapping[str, object] = {
    "text": "pressure",
    "node": "High blood pressure",
    "start": "High blood pressure",
    "condition": "High blood pressure",
    "medicine": "Nifedipine",
    "patient": "patient:example",
    "after": 0,
    "until": 1,
    "by": "year",
    "day": "2026-06-30",
}
"""Values that mean something in the bundled graph; the id of a patient is a site's own."""
_TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- /table -->)", re.DOTALL)
_STATEMENT = re.compile(r"(<!-- statement: (\w+) -->\n).*?( *<!-- /statement -->)", re.DOTALL)
_RUNNABLE = '<pre class="pre-scrollable code runnable" style="max-height: 12em; overflow-y: auto">'
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def files() -> dict[Path, bytes]:
    """What each file ought to hold."""
    readme, guide = FOLDER / "README.md", FOLDER / "browser" / "guide.html"
    return {
        readme: _TABLE.sub(_between(table()), readme.read_text(encoding="utf-8")).encode(),
        guide: filled(guide.read_text(encoding="utf-8")).encode(),
        FOLDER / "browser" / "saved-queries.zip": archive(),
    }


def table() -> str:
    """A row for each statement; statements that differ by the kind of edge alone share one."""
    rows = ["| statement | what it answers or does | parameters | columns |", "| --- | --- | --- | --- |"]
    return "\n".join(dict.fromkeys([*rows, *map(_row, catalogue().values())])) + "\n"


def _row(query: Query) -> str:
    folder, _, file = query.name.rpartition("/")
    names = (", ".join(names) for names in (query.params, query.columns))
    row = f"| `{query.name}` | {query.purpose} | {' | '.join(names)} |"
    return row.replace(file, "KIND") if folder == "store/edges" else row


def filled(guide: str) -> str:
    """The guide with the catalogue's texts between its marks."""
    return _STATEMENT.sub(lambda mark: mark[1] + _block(catalogue()[PREFIX + mark[2]]) + mark[3], guide)


def _block(query: Query) -> str:
    """A statement under its question, with a line that sets its parameters before it."""
    lines = [*([parameters(query.params)] if query.params else []), query.text.strip()]
    # The Browser's own sheet would show a statement of a hundred lines in full.
    runnable = "".join(f"{_RUNNABLE}{escape(line, quote=False)}</pre>\n" for line in lines)
    return f"<h4>{escape(query.purpose, quote=False)}</h4>\n{runnable}"


def parameters(names: tuple[str, ...]) -> str:
    """The Browser's command that sets parameters to their examples."""
    return ":param {" + ", ".join(f"{name}: {json.dumps(EXAMPLES[name])}" for name in names) + "}"


def archive() -> bytes:
    """The statements of analysts, and a command that sets every parameter, as an archive that is the same each time."""
    setting = "// Parameters: set them before you ask\n" + parameters(tuple(EXAMPLES))
    texts = {"parameters": setting} | {
        query.name.removeprefix(PREFIX): f"// {query.purpose.partition('?')[0]}?\n{query.text.strip()}"
        for query in catalogue().values()
        if query.name.startswith(PREFIX)
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as made:
        for name, text in texts.items():
            made.writestr(zipfile.ZipInfo(f"Rxpath/{name}.cypher", _EARLIEST), text)
    return kept.getvalue()


def _between(text: str) -> Callable[[re.Match[str]], str]:
    return lambda mark: mark[1] + text + mark[2]


if __name__ == "__main__":
    for path, content in files().items():
        path.write_bytes(content)
