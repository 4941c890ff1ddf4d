"""``python -m tests.api.password_tries``: tries passwords from several processes at once, and prints what got through.

Half of the names are known and half are not. A try is let through when the password was looked at, whatever was answered. The
times of known and unknown names are taken apart from that, one after the other in turns, so that waiting for each other is not
measured.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from api.accounts import Account, AccountStore, Passwords, Role, open_accounts
from api.accounts.lockout import MAX_TRIES, forget_tries
from api.database import Database
from api.errors import TooManyTriesError, UnauthenticatedError

PASSWORD = "correct horse battery"


def hashes(cheap: bool) -> Passwords:
    return Passwords(memory=64, passes=1) if cheap else Passwords()


def tried(url: str, names: list[str], cheap: bool) -> Counter[str]:
    """How many tries of one process were let through, by name."""
    store = AccountStore(Database(url), hashes(cheap))
    passed: Counter[str] = Counter()
    for name in names:
        try:
            store.sign_in(name, "wrong password")
        except UnauthenticatedError:
            passed[name] += 1
        except TooManyTriesError:
            pass
    store.close()
    return passed


def let_through(url: str, tries: int, workers: int, names: int, *, cheap: bool) -> Counter[str]:
    """How many of so many tries were let through, by name; every worker tries every name."""
    store = open_accounts(url, hashes(cheap))
    for i in range(names):
        store.add(Account(f"known{i}", Role.ANALYST), PASSWORD)
    store.close()
    every = [f"{kind}{i}" for i in range(names) for kind in ("known", "unknown")]
    # Each worker goes through the names in turn: the same name is tried by all of them at about the same moment.
    shares = [[every[i % len(every)] for i in range(len(range(worker, tries, workers)))] for worker in range(workers)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return sum(pool.map(tried, [url] * workers, shares, [cheap] * workers), Counter())


def times(url: str, rounds: int) -> tuple[float, float]:
    """The median seconds of a failed try under a known and an unknown name."""
    database = Database(url)
    store = AccountStore(database, Passwords())
    store.add(Account("timed", Role.ANALYST), PASSWORD)
    taken: dict[str, list[float]] = {"timed": [], "absent": []}
    for i in range(rounds):
        # Each goes first in turn, so that neither always finds the caches warm.
        for name in sorted(taken, reverse=bool(i % 2)):
            forget_tries(database, name)
            begun = perf_counter()
            try:
                store.sign_in(name, "wrong password")
            except UnauthenticatedError:
                taken[name].append(perf_counter() - begun)
    store.close()
    return median(taken["timed"]), median(taken["absent"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.api.password_tries")
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--names", type=int, default=5, help="known ones, and as many unknown ones")
    parser.add_argument("--rounds", type=int, default=200, help="of taking times")
    parser.add_argument("--database", default="", help="a SQLAlchemy URL; a SQLite file of its own by default")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'accounts.sqlite'}"
        begun = perf_counter()
        passed = let_through(url, given.tries, given.workers, given.names, cheap=False)
        took = perf_counter() - begun
        known, unknown = times(url, given.rounds)
    print(f"{given.tries} tries by {given.workers} processes in {took:.1f} s: {sum(passed.values())} let through")
    print(f"most under one name {max(passed.values())}, limit {MAX_TRIES}")
    print(f"median known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms, difference {abs(known / unknown - 1):.1%}")
    return 0 if max(passed.values()) <= MAX_TRIES and abs(known / unknown - 1) <= 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
