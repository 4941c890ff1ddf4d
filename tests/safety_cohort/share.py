"""A share of the cohort, checked on a store of its own: proofs, lists and all."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.safety_cohort.answers import Answers
from tests.safety_cohort.filing import TABLES
from tests.safety_cohort.trial import Outcome, Trial

ANSWERED_EVERY = 97
"""Of every so many patients one gets a whole answer."""


def run_share(folder: Path, url: str, seed: int, medicines: float, shared: Path, numbers: range) -> Outcome:
    """Check the patients of some numbers.

    Args:
        folder: its ``home`` has the graph of the tables.
        url: a store that all shares write to; empty when each takes its own copy of the home's.
        seed: of the patients.
        medicines: the share of the medicines that is checked for each of them.
        shared: the folder of the reference data.
        numbers: of the patients.
    """
    with TemporaryDirectory(prefix="share-", dir=folder) as own:
        home = Path(own) / "home"
        shutil.copytree(folder / "home", home)
        trial = Trial(home / TABLES, url or f"sqlite://{home / 'graph.sqlite'}", home / "snapshots", seed, medicines)
        outcome = trial.run(numbers)
        answers = Answers(trial, home, shared)
        for number in numbers:
            if number % ANSWERED_EVERY == 0:
                outcome.wrong_lists += answers.wrong(trial.patients.draw(number))
        outcome.suggested, outcome.lowered_pairs = answers.suggested, answers.met
        trial.close()
        return outcome
