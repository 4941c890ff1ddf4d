"""kill -9 at any moment of a load leaves a store that opens, and the same command then ends in the same graph."""

import os
import random
import signal
import sys
import time
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from graph.compiler import current_snapshot
from graph.connect import open_store
from loaders.__main__ import main
from tests.loaders.small import EVIDENCE, FORMULARY, write_files

POINTS = 13
"""Moments at which each of the two commands is killed."""
SEED = 20261
MEDICINES = 240
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["loaders.__main__", "graph.compiler"])


def big_formulary(folder: Path) -> Path:
    """A formulary whose load takes long enough to be hit anywhere: some thousand edges in many batches."""
    medicines = "".join(f"DrugBank:DB9{i:04},Made up {i},,,,,oral,rx,{EVIDENCE}\n" for i in range(MEDICINES))
    files = {**FORMULARY, "medicine.csv": FORMULARY["medicine.csv"] + medicines}
    header = FORMULARY["indication.csv"].splitlines()[0]
    for part in range(24):
        rows = "".join(
            f"DrugBank:DB9{i:04},{condition},{'treats' if part % 2 else 'palliates'},later,{EVIDENCE}\n"
            for i in range(MEDICINES)
            for condition in ("ICD10CM:I10", "ICD10CM:R51", "ICD10CM:Z33")
            if (i + part // 2) % 12 == 0
        )
        files[f"parts/indication_{part}.csv"] = f"{header}\n{rows}"
    return write_files(folder, files)


def run(command: str, data: Path, home: Path) -> None:
    os.environ["RXPATH_HOME"] = str(home)
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        sys.exit(main([command, str(data), "--json"]))


def start(command: str, data: Path, home: Path) -> ForkServerProcess:
    """The command in a process of its own, whose imports are done already."""
    process = PROCESSES.Process(target=run, args=(command, data, home))
    process.start()
    return process


def code_of(process: ForkServerProcess) -> int | None:
    process.join()
    code = process.exitcode
    process.close()
    return code


def checksum(home: Path) -> str:
    store = open_store(f"sqlite://{home / 'graph.sqlite'}")
    try:
        return current_snapshot(store, home / "checked").checksum
    finally:
        store.close()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "add"])
def test_a_killed_load_goes_on_to_the_same_graph(tmp_path: Path, command: str) -> None:
    data = big_formulary(tmp_path / "data")
    assert code_of(start(command, data, tmp_path / "whole")) == 0
    expected = checksum(tmp_path / "whole")
    begun = time.monotonic()
    assert code_of(start(command, data, tmp_path / "timed")) == 0
    length = time.monotonic() - begun
    chance = random.Random(SEED)
    killed = number = 0

    while killed < POINTS:
        home = tmp_path / f"home-{number}"
        for _ in range(1 + number % 2):
            process = start(command, data, home)
            time.sleep(length * chance.uniform(0.02, 0.9))
            process.kill()
            killed += code_of(process) == -signal.SIGKILL
            open_store(f"sqlite://{home / 'graph.sqlite'}").close()
        assert code_of(start(command, data, home)) == 0
        assert checksum(home) == expected
        assert not list(home.glob("*.building*"))
        number += 1
