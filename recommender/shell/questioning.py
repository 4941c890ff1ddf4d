"""The commands that ask about an answer: ``explain``, ``why-not``, ``compare`` and ``what-if``."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from recommender.request import Request
from recommender.shell.opening import opened, print_json, recommender_of
from recommender.shell.whom import add_whom, read_json_object, request_of


def add_commands(commands: Any) -> None:  # argparse has no public type for what add_subparsers gives
    """Add the commands' parsers."""
    explain = commands.add_parser(
        "explain", help="one suggestion in full: what carries it, how weak it is, what would change it"
    )
    explain.set_defaults(run=_explain)
    explain.add_argument("medicine", metavar="MEDICINE", help="by id, alias or name")
    explain.add_argument("--rival", metavar="MEDICINE", help="the medicine to fall behind (the next of the list)")
    why = commands.add_parser("why-not", help="why a medicine is not suggested")
    why.set_defaults(run=_why_not)
    why.add_argument("medicine", metavar="MEDICINE", help="by id, alias or name")
    compare = commands.add_parser("compare", help="two medicines side by side")
    compare.set_defaults(run=_compare)
    compare.add_argument("medicines", metavar="MEDICINE", nargs=2, help="by id, alias or name")
    what_if = commands.add_parser("what-if", help="what a change would move; no record is written")
    what_if.set_defaults(run=_what_if)
    what_if.add_argument("--change", metavar="FILE", help="a case that is laid over what is on file; may have a field remove")
    what_if.add_argument("--add", action="append", default=[], metavar="CONDITION", help="a condition; repeatable")
    what_if.add_argument("--remove", action="append", default=[], metavar="NAME", help="what is on file; repeatable")
    what_if.add_argument("--start", action="append", default=[], metavar="MEDICINE", help="a medicine; repeatable")
    what_if.add_argument("--stop", action="append", default=[], metavar="MEDICINE", help="a medicine in use; repeatable")
    for command in (explain, why, compare, what_if):
        add_whom(command, nodes=command is not what_if)
        command.add_argument("--json", action="store_true", help="the whole answer as JSON")


@contextmanager
def _asked(given: argparse.Namespace) -> Iterator[tuple[Any, Request]]:
    with opened() as (settings, store, snapshot):
        yield recommender_of(settings, store, snapshot), request_of(given, settings)


def _shown(given: argparse.Namespace, found: dict[str, Any], draw: Callable[[dict[str, Any], Any], None]) -> int:
    if given.json:
        print_json(found)
    else:
        from rich.console import Console

        draw(found, Console(highlight=False))
    return 0


def _explain(given: argparse.Namespace) -> int:
    from recommender.questions.explained import explained
    from recommender.questions.render import draw_explained
    from recommender.questions.standing import named_medicine

    with _asked(given) as (recommender, request):
        medicine = named_medicine(recommender.snapshot, given.medicine)
        rival = named_medicine(recommender.snapshot, given.rival) if given.rival else None
        found = explained(recommender, request, medicine, rival)
    return _shown(given, found, draw_explained)


def _why_not(given: argparse.Namespace) -> int:
    from recommender.questions.render import draw_why_not
    from recommender.questions.standing import named_medicine
    from recommender.questions.why_not import why_not

    with _asked(given) as (recommender, request):
        medicine = named_medicine(recommender.snapshot, given.medicine)
        found = why_not(recommender.consult(request, also=[medicine]), medicine)
    return _shown(given, found, draw_why_not)


def _compare(given: argparse.Namespace) -> int:
    from recommender.questions.compare import compare
    from recommender.questions.render import draw_compared
    from recommender.questions.standing import named_medicine

    with _asked(given) as (recommender, request):
        first, second = (named_medicine(recommender.snapshot, name) for name in given.medicines)
        found = compare(recommender.consult(request, also=[first, second]), first, second)
    return _shown(given, found, draw_compared)


def _what_if(given: argparse.Namespace) -> int:
    from recommender.questions.render import draw_difference
    from recommender.questions.what_if import what_if

    change = dict(read_json_object(given.change)) if given.change else {}
    lists = {"conditions": given.add, "medicines": given.start, "remove": [*given.remove, *given.stop]}
    for name, items in lists.items():
        if items:
            change[name] = [*change.get(name, []), *items]
    with _asked(given) as (recommender, request):
        found = what_if(recommender, request, change)
    return _shown(given, found, draw_difference)
