"""The commands that check: ``verify`` a proof, ``replay`` an answer."""

import argparse
import sys
from contextlib import closing
from typing import Any

from graph.config import GraphSettings
from graph.connect import open_store
from recommender.shell.opening import print_json
from recommender.shell.whom import read_json, read_json_object


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    verify = commands.add_parser(
        "verify", help="whether proofs hold against the store, by code that shares nothing with the rules"
    )
    verify.set_defaults(run=_verify)
    verify.add_argument(
        "file", metavar="FILE", help="a proof, a list of them or a whole answer as JSON; - reads standard input"
    )
    verify.add_argument("--case", metavar="FILE", help="the case that the proofs are of, where they are of no patient")
    verify.add_argument("--json", action="store_true", help="every check as JSON")
    replay = commands.add_parser("replay", help="compute a stored answer again, to the same bytes, or say what is gone")
    replay.set_defaults(run=_replay)
    replay.add_argument("id", metavar="ID", help="the answer's id")
    replay.add_argument("--json", action="store_true", help="the answer itself, where it is the same")


def _verify(given: argparse.Namespace) -> int:
    """Exit code 0 when there is a proof and all are valid, else 1."""
    from rich.console import Console

    from recommender.verify import render_verify, run_verify

    document = read_json(given.file)
    case = read_json_object(given.case) if given.case else None
    settings = GraphSettings.from_environment()
    with closing(open_store(settings.graph, settings.credentials)) as store:
        report = run_verify(document, store, case)
    if given.json:
        print_json(report)
    else:
        render_verify(report, Console(highlight=False))
    return 0 if report["valid"] else 1


def _replay(given: argparse.Namespace) -> int:
    """Exit code 0 when the same bytes came out, else 1."""
    from recommender.answer_log import SqlAnswerLog
    from recommender.replay import replay

    settings = GraphSettings.from_environment()
    with closing(SqlAnswerLog(settings.database)) as log:
        found = replay(given.id, log, settings.snapshots, settings.home, settings.site)
    if given.json and found.body is not None:
        sys.stdout.buffer.write(found.body + b"\n")
    elif given.json:
        print_json(found.payload(given.id))
    else:
        print(f"{found.outcome}: {found.words}")
    return 0 if found.body is not None else 1
