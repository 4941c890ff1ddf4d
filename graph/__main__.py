"""The graph at the shell: ``python -m graph sparql FILE`` asks a question in SPARQL about the knowledge.

Exit codes: 0 answered, 2 it could not be: bad usage, no graph, no such question; one line on standard error says why.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.errors import QuestionError, RxpathError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see the module for the exit codes."""
    parser = argparse.ArgumentParser(prog="python -m graph", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sparql = commands.add_parser("sparql", help="ask a question in SPARQL about the knowledge; never about patients")
    sparql.add_argument(
        "file", metavar="FILE", help="the question; - reads standard input; questions stand in graph/rdf/questions"
    )
    sparql.add_argument("--json", action="store_true", help="columns and rows as JSON")
    given = parser.parse_args(arguments)
    try:
        return _sparql(given.file, as_json=given.json)
    except RxpathError as error:
        print(f"graph: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _sparql(file: str, *, as_json: bool) -> int:
    # Imported here: the libraries of linked data take longer than what refuses bad usage.
    from graph.rdf.ask import ask, dataset_of

    question = _read(file)
    settings = GraphSettings.from_environment()
    store = open_store(settings.graph, settings.credentials)
    try:
        snapshot = current_snapshot(store, settings.snapshots)
    finally:
        store.close()
    answer = ask(dataset_of(snapshot), question)
    if as_json:
        print(json.dumps({"snapshot": snapshot.checksum, "columns": answer.columns, "rows": answer.rows}, ensure_ascii=False))
    else:
        print("\t".join(answer.columns))
        for row in answer.rows:
            print("\t".join("" if value is None else str(value) for value in row))
    return 0


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"{file} cannot be read as text") from error


if __name__ == "__main__":
    sys.exit(main())
