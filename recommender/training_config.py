"""The numbers that steer training, each with its range and effect, read from ``training.toml``."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.elements import EdgeKind, NodeKind
from recommender.errors import TrainingError

TABLE = Path(__file__).with_name("training.toml")
EMBEDDINGS = ("node2vec", "fastrp", "prone")


@dataclass(frozen=True, slots=True)
class SimilarityConfig:
    """How the SIMILAR_TO edges of one method are made."""

    method: str
    """Names the method in metapaths and in the edges' source: small letters and hyphens."""

    kind: NodeKind
    """Medicine or Condition: what is joined."""

    neighbours: int
    """How many of the nearest nodes of the same kind each node is joined with (1 to 100)."""

    profile: Mapping[str, float]
    """Weight (above 0) of what each edge kind leads to; ``BINDS.PARTICIPATES`` goes two steps. Empty for an embedding."""

    components: int = 0
    """Dimensions of a truncated SVD that the profile is reduced to; 0 compares the profiles themselves."""

    embedding: str = ""
    """The embedding whose vectors are compared instead of a profile: node2vec, fastrp or prone."""

    power: int = 1
    """The exponent (1 to 4) on the cosine: a higher one tells near from nearer more sharply."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How training goes; see ``training.toml`` for the values in use."""

    seed: int
    """Divides the known treatments into folds and draws competitors."""

    folds: int
    """Parts in which known treatments are hidden while their features are computed (2 to 100)."""

    groups: int
    """Parts of the folds by which weights and penalties are tried (2 to ``folds``)."""

    competitors: int
    """Unknown answers drawn for each known one, each way, while weights are learned (10 to 10,000)."""

    queries: int
    """Known treatments that weights are learned from at most (10 or more)."""

    damping: tuple[float, ...]
    """The w of the degree-weighted path count (0 to 1) to choose from."""

    penalties: tuple[tuple[float, float], ...]
    """The l1 and l2 of the elastic net to choose from, on features of unit spread."""

    steps: int
    """Steps of the optimiser, at most."""

    embedding_seed: int
    """The seed of the node vectors."""

    similarity: tuple[SimilarityConfig, ...]
    """The SIMILAR_TO edges to make."""

    @property
    def digest(self) -> str:
        """A hash of all values: part of what a resumed training must agree in."""
        return hashlib.blake2b(repr(self).encode(), digest_size=8).hexdigest()


def read_training(path: Path = TABLE) -> TrainingConfig:
    """The configuration in a file.

    Raises:
        TrainingError: when the file is unusable; the message names the key.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path.name} cannot be read: {error}") from error
    rows = values.pop("similarity", [])
    numbers = {"seed": (0, 2**63), "folds": (2, 100), "groups": (2, 100), "competitors": (10, 10_000), "queries": (10, 10**9)}
    numbers |= {"steps": (1, 10_000), "embedding_seed": (0, 2**31)}
    if wrong := set(values) ^ {*numbers, "damping", "penalties"}:
        raise TrainingError(f"{path.name}: {', '.join(sorted(wrong))} unknown or missing")
    for name, (low, high) in numbers.items():
        if type(values[name]) is not int or not low <= values[name] <= high:
            raise TrainingError(f"{path.name}: {name}: a whole number from {low} to {high} is expected")
    if values["groups"] > values["folds"]:
        raise TrainingError(f"{path.name}: groups: at most as many as folds are expected")
    damping = tuple(_number(path, "damping", w, 0, 1) for w in _list(path, "damping", values["damping"]))
    pairs = [_list(path, "penalties", pair, 2) for pair in _list(path, "penalties", values["penalties"])]
    penalties = tuple((_number(path, "penalties", a, 0, 100), _number(path, "penalties", b, 0, 100)) for a, b in pairs)
    similar = tuple(_similarity(path, row) for row in rows)
    if len({(s.kind, s.method) for s in similar}) != len(similar):
        raise TrainingError(f"{path.name}: a similarity stands twice")
    whole = {name: values[name] for name in numbers}
    return TrainingConfig(damping=damping, penalties=penalties, similarity=similar, **whole)


def _list(path: Path, name: str, value: object, length: int = 0) -> list[Any]:
    if not isinstance(value, list) or not value or (length and len(value) != length):
        raise TrainingError(f"{path.name}: {name}: a list of {length or 'one or more'} numbers is expected")
    return value


def _number(path: Path, name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise TrainingError(f"{path.name}: {name}: a number from {low:g} to {high:g} is expected")
    return float(value)


def _similarity(path: Path, row: object) -> SimilarityConfig:
    keys = {"method", "kind", "neighbours", "profile", "components", "embedding", "power"}
    if not isinstance(row, dict) or not {"method", "kind", "neighbours"} <= set(row) <= keys:
        raise TrainingError(f"{path.name}: a similarity has method, kind, neighbours and profile or embedding")
    name = f"similarity {row['method']}"
    profile = {str(edges): _number(path, name, weight, 1e-9, 100) for edges, weight in row.get("profile", {}).items()}
    if bool(profile) == bool(row.get("embedding")) or row.get("embedding", EMBEDDINGS[0]) not in EMBEDDINGS:
        raise TrainingError(f"{path.name}: {name}: a profile, or an embedding of {', '.join(EMBEDDINGS)}, is expected")
    try:
        kind = NodeKind(row["kind"])
        for edges in profile:
            list(map(EdgeKind, edges.split(".")))
    except ValueError as error:
        raise TrainingError(f"{path.name}: {name}: {error}") from error
    if kind not in (NodeKind.MEDICINE, NodeKind.CONDITION):
        raise TrainingError(f"{path.name}: {name}: the kind Medicine or Condition is expected")
    counts = [int(_number(path, name, row.get(key, low), low, high)) for key, low, high in _COUNTS]
    return SimilarityConfig(str(row["method"]), kind, counts[0], profile, counts[1], str(row.get("embedding", "")), counts[2])


_COUNTS = (("neighbours", 1, 100), ("components", 0, 1000), ("power", 1, 4))
