"""One million edge rows from a file, validated, stored and compiled, beside pandas reading the same file."""

import csv
import gzip
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd

from tests.benchmarks.graphs import resources, run
from tests.benchmarks.side_by_side import Row, median_ms

NODES = 40_000


def write_edge_list(folder: Path, edges: int) -> Path:
    """A graph in Hetionet's form: gene-gene edges drawn from a seed, no pair twice."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "hetionet-v1.0-nodes.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("id\tname\tkind\n")
        file.writelines(f"Gene::{i}\tgene {i}\tGene\n" for i in range(NODES))
    generator = np.random.default_rng(7)
    pairs = np.unique(generator.integers(0, NODES, (edges * 2, 2)), axis=0)
    pairs = generator.permutation(pairs[pairs[:, 0] < pairs[:, 1]])[:edges]
    path = folder / "hetionet-v1.0-edges-core.sif"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("source", "metaedge", "target"))
        writer.writerows((f"Gene::{a}", "GiG", f"Gene::{b}") for a, b in pairs.tolist())
    with path.open("rb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=1) as packed:
        packed.write(plain.read())
    return path


def rows() -> list[Row | str]:
    """Measure."""
    found: list[Row | str] = []
    measured = []
    for edges in (100_000, 1_000_000):
        folder = Path(mkdtemp(prefix="rxpath-edges-"))
        path = write_edge_list(folder / "in", edges)
        seconds, memory = resources(folder / "home", "loaders", "build", "--format", "hetionet", str(folder / "in"))
        reading = median_ms(lambda path=path: pd.read_csv(path, sep="\t"), 3)
        found.append(
            Row(f"{edges:,} edge rows validated, stored, compiled", seconds * 1000, "pandas.read_csv", reading, "<= 60 x")
        )
        measured.append((seconds, memory))
    (small, small_memory), (large, large_memory) = measured
    found.append(
        f"ten times the rows: {large / small:.1f} x the time (goal <= 11), {large_memory / small_memory:.2f} x the memory "
        f"({large_memory:,.0f} MB; goal <= 1.3 for what is stored, the compiled arrays grow with the graph)"
    )
    _, version = run(Path(mkdtemp()), "platform")
    found.append(f"machine: {version.strip()}")
    return found
