"""Do the paths go where the medicine works? Shown paths beside curated mechanisms (DrugMechDB, Gonzalez-Cavazos et al. 2023).

Of the pairs that both graphs know, how often does one of the first k paths pass through a gene of the curated mechanism? Beside
it stands the chance of k paths drawn from all paths of the same pair, which is counted, not sampled.
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.judge.best_paths import PathFinder
from recommender.judge.pairs_file import PairIds
from recommender.judge.path_sums import PathSums
from recommender.judge.ranking import resampled_interval

PATHS = Path("drugmechdb", "drugmechdb-paths-dev.jsonl.gz")
GENES = Path("gene-ids", "uniprot-hgnc-entrez.tsv.gz")
DISEASES = Path("disease-ontology", "xrefs-prop-slim.tsv.gz")
TOPS = (1, 10, 50)

Mechanisms = Mapping[tuple[int, int], frozenset[int]]
"""Numbers of the curated genes by condition and medicine, both as positions among their kind."""


def read_mechanisms(shared: Path, snapshot: Snapshot) -> Mechanisms | None:
    """The curated genes of every pair that the graph knows; nothing where a file is not there.

    Pairs of which no curated gene is in the graph are left out: nothing could be found.
    """
    if not all((shared / name).is_file() for name in (PATHS, GENES, DISEASES)):
        return None
    genes = _genes(shared / GENES, snapshot)
    diseases: dict[str, set[str]] = {}
    for row in _table(shared / DISEASES):
        if row["resource"] == "MSH":
            diseases.setdefault(row["resource_id"], set()).add(row["doid_code"])
    ids = PairIds(snapshot)
    found: dict[tuple[int, int], frozenset[int]] = {}
    with gzip.open(shared / PATHS, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            proteins = {node["id"].removeprefix("UniProt:") for node in entry["nodes"] if node["id"].startswith("UniProt:")}
            curated = frozenset(gene for protein in proteins for gene in genes.get(protein, ()))
            mesh = str(entry["graph"].get("disease_mesh", "")).removeprefix("MESH:")
            for disease in sorted(diseases.get(mesh, ())):
                pair = ids.pair(_drugbank(str(entry["graph"].get("drugbank", ""))), disease)
                if pair and curated:
                    found[pair] = found.get(pair, frozenset()) | curated
    return dict(sorted(found.items()))


def _drugbank(text: str) -> str:
    """``DB01234`` of an id as DrugMechDB writes it: with ``DB:`` in front, after which some lack their ``D``."""
    local = text.rpartition(":")[2]
    return f"D{local}" if local.startswith("B") else local


def _genes(path: Path, snapshot: Snapshot) -> dict[str, tuple[int, ...]]:
    known = {snapshot.id(n).partition(":")[2]: n for n in snapshot.numbers(NodeKind.GENE)}
    found: dict[str, tuple[int, ...]] = {}
    for row in _table(path):
        if row["entrez"] in known:
            found[row["uniprot"]] = (*found.get(row["uniprot"], ()), known[row["entrez"]])
    return found


def _table(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t")


def mechanism_figures(finder: PathFinder, mechanisms: Mechanisms, seed: int) -> dict[str, Any]:
    """Hit@1, 10 and 50 of the shown paths and of paths drawn at random.

    Args:
        finder: of a model that may know all treatments.
        mechanisms: of :func:`read_mechanisms`.
        seed: of the intervals.

    Returns:
        ``pairs``, ``joined`` (how many have any path), ``hit@k`` with ``intervals``, and ``random`` with the same figures.
    """
    places: list[float] = []
    chances: list[list[float]] = []
    joined = 0
    sums = PathSums(finder)
    by_condition: dict[int, list[int]] = {}
    for condition, medicine in mechanisms:
        by_condition.setdefault(condition, []).append(medicine)
    for condition, medicines in by_condition.items():
        for medicine, shares in zip(medicines, finder.best(condition, medicines, TOPS[-1]), strict=True):
            curated = mechanisms[condition, medicine]
            hits = [i for i, share in enumerate(shares, 1) if curated.intersection(share.path.nodes)]
            places.append(hits[0] if hits else np.inf)
            joined += bool(shares)
            total, missing = sums.count(condition, medicine), sums.count(condition, medicine, curated)
            chances.append([chance_of_hit(total, missing, k) for k in TOPS])
    hit = (np.array(places)[:, None] <= np.array(TOPS)).astype(np.float64)
    names = [f"hit@{k}" for k in TOPS]
    return {
        "pairs": len(places),
        "joined": joined,
        **_means(names, hit),
        "intervals": dict(zip(names, (resampled_interval(column, seed) for column in hit.T), strict=True)),
        "random": _means(names, np.array(chances).reshape(-1, len(TOPS))),
    }


def _means(names: list[str], values: Array) -> dict[str, float | None]:
    return {name: float(column.mean()) if len(column) else None for name, column in zip(names, values.T, strict=True)}


def chance_of_hit(total: float, missing: float, k: int) -> float:
    """Chance that one of ``k`` paths, drawn from ``total`` without putting back, is not one of the ``missing``.

    >>> chance_of_hit(4, 2, 1), chance_of_hit(4, 2, 3)
    (0.5, 1.0)
    """
    drawn = np.arange(min(k, round(total)))
    left = np.maximum(missing - drawn, 0) / np.maximum(total - drawn, 1)
    return float(1 - left.prod()) if total >= 1 else 0.0
