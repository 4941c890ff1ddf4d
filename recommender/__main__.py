"""The recommender at the shell: ``python -m recommender recommend``.

Exit codes: 0 an answer was given (also "no safe suggestion"), 2 it could not be: bad usage, unknown patient, no graph.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.elements import KnowledgeLevel
from graph.errors import RxpathError
from graph.pseudonyms import patient_id, read_patient_key
from recommender.errors import CaseError
from recommender.request import Request

COMPILED_FROM = 5_000_000
"""Links from which compiling pays for one question: importing and loading the compiled loops takes seconds, and a question on
Hetionet's million links less than one in plain numpy."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see the module for the exit codes."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except RxpathError as error:
        print(f"recommender: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recommender", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    recommend = commands.add_parser("recommend", help="medicines for a patient, a case or a node, with their paths")
    recommend.set_defaults(run=_recommend)
    whom = recommend.add_mutually_exclusive_group(required=True)
    whom.add_argument("--patient", metavar="ID", help="a patient's id, or the identifier that its source uses")
    whom.add_argument("--case", metavar="FILE", help="a case as JSON; - reads standard input")
    whom.add_argument("--node", action="append", metavar="ID", help="a condition or symptom by id, alias or name; repeatable")
    recommend.add_argument("--top", type=int, default=10, metavar="N", help="how many suggestions at most (1 to 100)")
    recommend.add_argument("--as-of", metavar="DATE", help="the day of the answer (ISO; today)")
    recommend.add_argument(
        "--min-level",
        choices=[str(level) for level in KnowledgeLevel],
        default=str(KnowledgeLevel.UNREVIEWED),
        help="edges known more weakly do not speak for a medicine; safety always uses all",
    )
    shape = recommend.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="the whole answer as JSON")
    shape.add_argument("--cypher", action="store_true", help="under each path what shows it in Neo4j Browser")
    return parser


def _recommend(given: argparse.Namespace) -> int:
    # Imported here so that --help and usage errors do not wait for the compiled kernels.
    from recommender.service import Recommender

    settings = GraphSettings.from_environment()
    with closing(open_store(settings.graph, settings.credentials)) as store:
        snapshot = current_snapshot(store, settings.snapshots)
        recommender = Recommender(store, snapshot, settings.home, compiled=snapshot.link_count > COMPILED_FROM)
        answer = recommender.recommend(
            Request(
                as_of=_day(given.as_of),
                patient=patient_id(given.patient, read_patient_key(settings.patient_key)) if given.patient else None,
                case=_case(given.case) if given.case else None,
                nodes=tuple(given.node or ()),
                top=given.top,
                min_level=KnowledgeLevel(given.min_level),
            )
        )
    if given.json:
        sys.stdout.buffer.write(answer.json() + b"\n")
    else:
        from rich.console import Console

        from recommender.render import render

        render(answer.body, Console(highlight=False), cypher=given.cypher)
    return 0


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise CaseError("/as_of", "an ISO date is expected") from None


def _case(path: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        case = json.loads(text)
    except OSError as error:
        raise CaseError("", f"the case cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        # The parser's message would repeat a patient's values; its position does not.
        raise CaseError("", f"the case is no JSON: {type(error).__name__}") from None
    if not isinstance(case, dict):
        raise CaseError("", "an object is expected")
    return case


if __name__ == "__main__":
    sys.exit(main())
