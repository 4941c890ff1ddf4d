"""A cohort of 100,000 synthetic patients beside one of 10,000: time and memory of making and of loading it."""

from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks.graphs import resources


def rows() -> list[str]:
    """Measure."""
    found, loaded = [], {}
    for patients in (10_000, 100_000):
        folder = Path(mkdtemp(prefix="rxpath-cohort-"))
        home = folder / "home"
        made, memory = resources(home, "loaders", "synth", "--patients", str(patients), "--seed", "7", str(folder / "cohort"))
        found.append(f"{patients:,} patients generated: {made:.1f} s, {memory:,.0f} MB")
        resources(home, "loaders", "build")
        seconds, memory = resources(home, "loaders", "add", str(folder / "cohort"))
        found.append(f"{patients:,} patients loaded: {seconds:.1f} s (goal <= 60 s for 100,000), {memory:,.0f} MB")
        loaded[patients] = memory
    found.append(f"ten times the patients: {loaded[100_000] / loaded[10_000]:.2f} x the memory (goal <= 1.3)")
    return found
