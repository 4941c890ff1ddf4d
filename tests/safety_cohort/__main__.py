"""Runs the cohort at length: ``python -m tests.safety_cohort --patients 100000 --processes 2``.

Exit codes: 0 when the engine and the oracle agree and every proof holds, 1 when not.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.safety_cohort.filing import build
from tests.safety_cohort.required import REQUIRED
from tests.safety_cohort.share import run_share
from tests.safety_cohort.trial import Outcome, told
from tests.shared_data import SHARED

AT_ONCE = 500
"""Patients of one share of the work."""
SHOWN = 20


def main(arguments: list[str]) -> int:
    """Run the cohort and print what came of it."""
    given = _parser().parse_args(arguments)
    begin = time.monotonic()
    with TemporaryDirectory(prefix="rxpath-cohort-") as folder, _graph(given.store, Path(folder)) as url:
        shares = [range(i, min(i + AT_ONCE, given.patients)) for i in range(0, given.patients, AT_ONCE)]
        run = partial(run_share, Path(folder), url, given.seed, given.medicines, SHARED)
        total = Outcome()
        with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
            for outcome in pool.map(run, shares):
                total.add(outcome)
                if sys.stderr.isatty():
                    print(f"\r{total.patients:,} patients", end="", file=sys.stderr)
    _report(total, time.monotonic() - begin)
    return 1 if total.disagreements or total.false_proofs or total.wrong_lists else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.safety_cohort", description="The safety rules beside an oracle.")
    parser.add_argument("--patients", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--medicines", type=float, default=1.0, metavar="SHARE", help="of the medicines, for each patient")
    parser.add_argument("--store", choices=("embedded", "neo4j"), default="embedded")
    return parser


@contextmanager
def _graph(store: str, home: Path) -> Iterator[str]:
    """The graph of the tables in a new store; of an embedded one every share takes its own copy."""
    if store == "embedded":
        build(home / "home")
        yield ""
        return
    from deploy.neo4j.server import Server
    from tests.neo4j_server import SMALL
    from tests.neo4j_session import JARS

    JARS.fetch()
    server = Server.prepared(home / "server", JARS, bolt_port=0, http_port=0, settings=SMALL)
    server.start()
    try:
        os.environ |= {"RXPATH_NEO4J_USER": server.user, "RXPATH_NEO4J_PASSWORD": server.password}
        build(home / "home", server.bolt)
        yield server.bolt
    finally:
        server.stop()


def _report(total: Outcome, seconds: float, say: Callable[[str], None] = print) -> None:
    violations = [d for d in total.disagreements if d.violation]
    say(f"{total.patients:,} patients, {total.checks:,} medicines checked for them")
    for rule, ways in REQUIRED.items():
        said = ", ".join(f"{way} {total.hits[rule, way]:,} ({total.people[rule, way]:,})" for way in ways)
        say(f"  {rule}: {said}")
    say("  (verdicts by rule and way; in parentheses the patients)")
    say(f"violations {len(violations)}, excluded too much {len(total.disagreements) - len(violations)}")
    for line in list(told(total.disagreements))[:SHOWN]:
        say(f"  {line}")
    say(f"proofs verified {total.proofs:,}, false {len(total.false_proofs)}")
    for line in total.false_proofs[:SHOWN]:
        say(f"  {line}")
    say(f"suggestions looked through {total.suggested:,}, unsafe {len(total.wrong_lists)}")
    say(f"  pairs of the high-priority list that a modifier made less than severe: {total.lowered_pairs}")
    for line in total.wrong_lists[:SHOWN]:
        say(f"  {line}")
    say(f"{seconds:.0f} s, {total.patients / seconds:.0f} patients a second")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
