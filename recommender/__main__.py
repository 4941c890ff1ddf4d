"""The recommender at the shell: ``python -m recommender recommend|train|explore|evaluate|report|embeddings``.

Exit codes: 0 an answer was given (also "no safe suggestion"), 2 it could not be: bad usage, unknown patient, no graph.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.elements import KnowledgeLevel
from graph.errors import RxpathError
from graph.pseudonyms import patient_id, read_patient_key
from graph.snapshot import Snapshot
from graph.store import GraphStore
from recommender.errors import CaseError, EvaluationError
from recommender.request import Request

if TYPE_CHECKING:
    from recommender.service import Recommender

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
    recommend.add_argument("--explore", action="store_true", help="the exploratory list, too: for research")
    shape = recommend.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="the whole answer as JSON")
    shape.add_argument("--cypher", action="store_true", help="under each path what shows it in Neo4j Browser")
    train = commands.add_parser("train", help="learn weights and probabilities from the known treatments")
    train.set_defaults(run=_train)
    told = train.add_mutually_exclusive_group()
    told.add_argument("--brief", action="store_true", help="say in one line what was learned")
    told.add_argument("--json", action="store_true", help="what was learned as JSON")
    explore = commands.add_parser("explore", help="unknown pairs of a condition or a medicine, for research")
    explore.set_defaults(run=_explore)
    pair = explore.add_mutually_exclusive_group(required=True)
    pair.add_argument("--condition", metavar="ID", help="whose unknown medicines are ranked")
    pair.add_argument("--medicine", metavar="ID", help="whose unknown conditions are ranked")
    explore.add_argument("--top", type=int, default=10, metavar="N", help="how many pairs at most (1 to 100)")
    explore.add_argument("--json", action="store_true", help="the whole answer as JSON")
    for name, run, text in (
        ("evaluate", _evaluate, "how well unseen treatments are found, beside what any model has to beat"),
        ("report", _report, "the same as one HTML page with plots"),
    ):
        judge = commands.add_parser(name, help=text)
        judge.set_defaults(run=run)
        what = judge.add_mutually_exclusive_group()
        what.add_argument(
            "--split", type=Path, metavar="DIR", help="train.txt, dev.txt and test.txt of treatments to hide and find"
        )
        what.add_argument("--pairs", type=Path, metavar="FILE", help="a list with columns compound_id, disease_id and label")
        judge.add_argument("--on", choices=["dev", "test"], help="the part of the split to find (test where there is one)")
        judge.add_argument(
            "--permuted", type=int, default=0, metavar="N", help="train on N degree-preserving permutations, too"
        )
        if name == "evaluate":
            judge.add_argument("--json", action="store_true", help="all figures as JSON")
        else:
            judge.add_argument("--out", type=Path, default=Path("report.html"), metavar="FILE", help="the page (report.html)")
    embeddings = commands.add_parser("embeddings", help="how well node vectors find hidden edges, method by method")
    embeddings.set_defaults(run=_embeddings)
    embeddings.add_argument("--seed", type=int, default=0, metavar="N", help="of what is hidden and of the vectors")
    return parser


@contextmanager
def _opened() -> Iterator[tuple[GraphSettings, GraphStore, Snapshot]]:
    settings = GraphSettings.from_environment()
    with closing(open_store(settings.graph, settings.credentials)) as store:
        yield settings, store, current_snapshot(store, settings.snapshots)


def _recommender(settings: GraphSettings, store: GraphStore, snapshot: Snapshot, *, compiled: bool) -> "Recommender":
    # Imported here so that --help and usage errors do not wait for the compiled kernels.
    from recommender.artifacts import FOLDER, find_bundle
    from recommender.service import Recommender

    bundle = find_bundle(settings.home / FOLDER, snapshot)
    return Recommender(store, snapshot, settings.home, bundle=bundle, compiled=compiled)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A bar for the step that runs; none where the output is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, share: None
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), transient=True, console=console) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _recommend(given: argparse.Namespace) -> int:
    with _opened() as (settings, store, snapshot):
        recommender = _recommender(settings, store, snapshot, compiled=snapshot.link_count > COMPILED_FROM)
        answer = recommender.recommend(
            Request(
                as_of=_day(given.as_of),
                patient=patient_id(given.patient, read_patient_key(settings.patient_key)) if given.patient else None,
                case=_case(given.case) if given.case else None,
                nodes=tuple(given.node or ()),
                top=given.top,
                min_level=KnowledgeLevel(given.min_level),
                explore=given.explore,
            )
        )
    if given.json:
        sys.stdout.buffer.write(answer.json() + b"\n")
    else:
        from rich.console import Console

        from recommender.render import render

        render(answer.body, Console(highlight=False), cypher=given.cypher)
    return 0


def _train(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.bundling import train
    from recommender.training_tables import render_training, training_payload

    with _opened() as (settings, store, snapshot), _progress() as progress:
        trained = train(store, snapshot, settings.home, progress=progress)
    if given.json:
        _print_json(training_payload(trained))
    else:
        render_training(trained, Console(highlight=False), brief=given.brief)
    return 0


def _explore(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.exploration import rendered, run_explore

    with _opened() as (settings, store, snapshot):
        recommender = _recommender(settings, store, snapshot, compiled=given.medicine is not None)
        found = run_explore(recommender, condition=given.condition, medicine=given.medicine, top=given.top)
    if given.json:
        _print_json(found)
    else:
        rendered(found, Console(highlight=False))
    return 0


def _judged(given: argparse.Namespace) -> dict[str, Any]:
    from recommender.judge.evaluation import run_evaluate
    from recommender.training import fit, prepare
    from recommender.training_config import read_training

    if given.on and not given.split:
        raise EvaluationError("--on chooses a part of a --split")
    shared = Path(os.environ.get("RXPATH_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    with _opened() as (_, _, snapshot), _progress() as progress:

        def trainer(graph: Snapshot) -> Callable[[Any], Any]:
            prepared = prepare(graph, read_training(), progress)
            return lambda treatments: fit(prepared, treatments, progress)

        return run_evaluate(
            snapshot,
            trainer,
            split=given.split,
            pairs=given.pairs,
            on=given.on,
            graphs=given.permuted,
            shared=shared / "data",
            progress=progress,
        )


def _evaluate(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.judge.evaluation_tables import render_evaluation

    result = _judged(given)
    if given.json:
        _print_json(result)
    else:
        render_evaluation(result, Console(highlight=False))
    return 0


def _report(given: argparse.Namespace) -> int:
    from recommender.artifacts import FOLDER, find_bundle
    from recommender.judge.report import write_report

    result = _judged(given)
    with _opened() as (settings, _, snapshot):
        bundle = find_bundle(settings.home / FOLDER, snapshot)
    if bundle:
        result["calibration"] = bundle.notes["reliability"]["exploratory"]
    print(write_report(result, given.out))
    return 0


def _embeddings(given: argparse.Namespace) -> int:
    from rich.console import Console

    from recommender.link_prediction import run_comparison, table

    with _opened() as (_, _, snapshot), _progress() as progress:
        rows = run_comparison(snapshot, given.seed, lambda text: progress(text, 0.0))
    Console(highlight=False).print(table(rows))
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
