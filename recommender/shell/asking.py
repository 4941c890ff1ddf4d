"""The commands that ask for medicines: ``recommend`` and ``explore``."""

import argparse
import sys
from contextlib import closing
from typing import Any

from recommender.shell.opening import opened, print_json, recommender_of
from recommender.shell.whom import add_reader, add_whom, request_of


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    recommend = commands.add_parser("recommend", help="medicines for a patient, a case or a node, with their paths")
    recommend.set_defaults(run=_recommend)
    add_whom(recommend)
    add_reader(recommend)
    recommend.add_argument("--explore", action="store_true", help="the exploratory list, too: for research")
    recommend.add_argument("--together", action="store_true", help="a set for the conditions on file, safe to be used together")
    recommend.add_argument("--faithfulness", action="store_true", help="how far the shown paths carry each score")
    shape = recommend.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="the whole answer as JSON")
    shape.add_argument("--cypher", action="store_true", help="under each path what shows it in Neo4j Browser")
    explore = commands.add_parser("explore", help="unknown pairs of a condition or a medicine, for research")
    explore.set_defaults(run=_explore)
    pair = explore.add_mutually_exclusive_group(required=True)
    pair.add_argument("--condition", metavar="ID", help="whose unknown medicines are ranked")
    pair.add_argument("--medicine", metavar="ID", help="whose unknown conditions are ranked")
    explore.add_argument("--top", type=int, default=10, metavar="N", help="how many pairs at most (1 to 100)")
    explore.add_argument("--json", action="store_true", help="the whole answer as JSON")


def _recommend(given: argparse.Namespace) -> int:
    from recommender.answer_log import SqlAnswerLog, StoredAnswer
    from recommender.safety.finding import VERSION

    with opened() as (settings, store, snapshot):
        recommender = recommender_of(settings, store, snapshot)
        answer = recommender.recommend(request_of(given, settings))
    with closing(SqlAnswerLog(settings.database)) as log:
        log.keep(StoredAnswer.of(answer, recommender.snapshot, recommender.model, VERSION))
    if given.json:
        sys.stdout.buffer.write(answer.json() + b"\n")
    else:
        from rich.console import Console

        from recommender.render import render

        render(answer.body, Console(highlight=False), cypher=given.cypher)
    return 0


def _explore(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.exploration import rendered, run_explore

    with opened() as (settings, store, snapshot):
        recommender = recommender_of(settings, store, snapshot, compiled=given.medicine is not None)
        found = run_explore(recommender, condition=given.condition, medicine=given.medicine, top=given.top)
    if given.json:
        print_json(found)
    else:
        rendered(found, Console(highlight=False))
    return 0
