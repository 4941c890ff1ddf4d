"""The graphs that benchmarks run on, built once in a temporary home by the loaders' own command."""

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.shared_data import SHARED

PROJECT = Path(__file__).resolve().parents[2]


def run(home: Path, *arguments: str) -> tuple[float, str]:
    """Seconds and output of ``python -m …`` with this home."""
    begun = time.perf_counter()
    environment = os.environ | {"RXPATH_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - begun, done.stdout


def resources(home: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and peak memory (MB, of that process) of ``python -m …`` with this home."""
    begun = time.perf_counter()
    environment = os.environ | {"RXPATH_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(process.stderr.read().decode() if process.stderr else "")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


@cache
def hetionet_home() -> tuple[Path, float]:
    """A home with Hetionet (core and gene) built, and the seconds that took."""
    home = Path(mkdtemp(prefix="rxpath-hetionet-"))
    seconds, _ = run(home, "loaders", "build", "--format", "hetionet", str(SHARED / "data" / "hetionet"))
    return home, seconds


@cache
def demo_home() -> tuple[Path, float]:
    """A home with the formulary and the cohort built, and the seconds that took."""
    home = Path(mkdtemp(prefix="rxpath-demo-"))
    seconds, _ = run(home, "loaders", "build")
    return home, seconds
