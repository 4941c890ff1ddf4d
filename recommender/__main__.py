"""The recommender at the shell: ``python -m recommender COMMAND``; ``--help`` lists the commands.

Exit codes: 0 an answer was given (also "no safe suggestion"), 1 what was checked does not hold, 2 it could not be: bad usage,
unknown patient, no graph.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from graph.errors import RxpathError
from recommender.shell import asking, checking, learning, predicting, questioning


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see the module for the exit codes."""
    # Before a fit loads OpenMP: on small tables several threads wait for each other ten times as long as they work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
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
    for part in (asking, questioning, predicting, checking, learning):
        part.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
