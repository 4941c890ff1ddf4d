"""Bundles: everything that training made of one snapshot, in one file of arrays named by the snapshot and by its own content.

A bundle holds numbers and short texts, never code: reading one runs nothing of it. It is refused when a byte differs from what
its name says, when its format is another, and when it was trained on another snapshot. The file appears whole or not at all;
an older bundle of the same snapshot is removed after the new one is there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graph.array_file import Array, ArrayFile, write_arrays
from graph.elements import EdgeKind, NodeKind
from graph.errors import SnapshotError
from graph.relation import RelationKey
from graph.snapshot import Snapshot
from recommender.calibration import Calibration
from recommender.errors import BundleError, MetapathError
from recommender.metapaths import Metapath, parse_steps, written
from recommender.model import Model
from recommender.outcomes import Shift
from recommender.similarity import SimilarEdges, extended

FOLDER = "bundles"
"""Where bundles are, within the home."""
FORMAT = 1
LISTS = ("exploratory", "established")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What training made, ready to serve.

    Attributes:
        tag: names it: 32 hexadecimal digits of its content.
        snapshot: what it was trained on, with its SIMILAR_TO edges.
        metapaths: those that count, with their weights.
        means: mean_m by code.
        damping: w.
        intercept: b.
        calibrations: of the exploratory and the established list, where there was enough to fit one on.
        shifts: what observed outcomes add to direct support, by numbers of condition and medicine.
        scale: factor on direct support, with which it stands to the walk as it does with weights by hand.
        notes: how it was made.
    """

    tag: str
    snapshot: Snapshot
    metapaths: tuple[Metapath, ...]
    means: Mapping[str, float]
    damping: float
    intercept: float
    calibrations: Mapping[str, Calibration]
    shifts: Mapping[tuple[int, int], Shift]
    scale: float
    notes: Mapping[str, Any]


def write_bundle(
    folder: Path,
    model: Model,
    similar: Iterable[SimilarEdges],
    arrays: Mapping[str, Array],
    calibrations: Mapping[str, Calibration],
    shifts: Mapping[tuple[int, int], Shift],
    scale: float,
    notes: Mapping[str, object],
) -> Path:
    """Write what training made; an older bundle of the snapshot is removed.

    Args:
        folder: of all bundles.
        model: the weights, and what they are of.
        similar: the SIMILAR_TO edges.
        arrays: the same as arrays.
        calibrations: by list.
        shifts: of direct support.
        scale: factor on direct support.
        notes: how it was made, as JSON can hold it.

    Raises:
        BundleError: when it cannot be written.
    """
    parts = dict(arrays)
    for name, calibration in calibrations.items():
        parts |= {f"calibration/{name}/{key}": array for key, array in calibration.arrays().items()}
    pairs = sorted(shifts)
    parts["shift/pairs"] = np.array(pairs, np.int64).reshape(-1, 2)
    numbers = [[float(getattr(shifts[pair], field)) for field in _SHIFT] for pair in pairs]
    parts["shift/numbers"] = np.array(numbers).reshape(-1, len(_SHIFT))
    head = {
        "bundle_format": FORMAT,
        "snapshot": model.snapshot.checksum,
        "damping": model.damping,
        "intercept": model.intercept,
        "scale": scale,
        "similar": [[str(edges.key.start), edges.key.method] for edges in similar],
        "metapaths": [[m.code, written(m.steps), m.weight, m.sentence, model.means[m.code]] for m in model.metapaths],
        "calibrations": sorted(calibrations),
        "made": notes,
    }
    try:
        path = write_arrays(folder, ".partial-bundle", parts, head)
    except SnapshotError as error:
        raise BundleError(f"no bundle can be written to {folder}: {error}") from error
    final = path.replace(folder / f"{model.snapshot.checksum}-{path.stem}.bundle")
    for older in folder.glob(f"{model.snapshot.checksum}-*.bundle"):
        if older != final:
            older.unlink(missing_ok=True)
    return final


_SHIFT = ("value", "people", "good", "low", "high")


def find_bundle(folder: Path, snapshot: Snapshot) -> Bundle | None:
    """The bundle of a snapshot, or nothing when none was trained.

    Raises:
        BundleError: when there is one that cannot be used.
    """
    newest = newest_bundle(folder, snapshot)
    return read_bundle(newest, snapshot) if newest else None


def newest_bundle(folder: Path, snapshot: Snapshot) -> Path | None:
    """The file of the bundle that was trained last on a snapshot, or nothing."""
    found = folder.glob(f"{snapshot.checksum}-*.bundle")
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)


def read_bundle(path: Path, snapshot: Snapshot) -> Bundle:
    """Read a bundle.

    Raises:
        BundleError: when it is damaged, of another format or of another snapshot.
    """
    try:
        arrays = ArrayFile(path)
        notes = arrays.notes
        if notes.get("bundle_format") != FORMAT:
            raise BundleError(f"{path.name} has another format; train again: python -m recommender train")
        if notes["snapshot"] != snapshot.checksum:
            raise BundleError(
                f"{path.name} was trained on snapshot {notes['snapshot'][:12]} and not on {snapshot.checksum[:12]}; train again"
            )
        tag = path.stem.rpartition("-")[2]
        if arrays.digest() != tag:
            raise BundleError(f"{path.name} is damaged: its content is not what its name says; train again")
        return _read(tag, arrays, snapshot)
    except (SnapshotError, MetapathError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise BundleError(f"{path.name} cannot be read: {error}; train again: python -m recommender train") from error


def _read(tag: str, arrays: ArrayFile, snapshot: Snapshot) -> Bundle:
    notes = arrays.notes
    kinds = [(NodeKind(kind), method) for kind, method in notes["similar"]]
    keys = [RelationKey(EdgeKind.SIMILAR_TO, kind, kind, method) for kind, method in kinds]
    metapaths, means = [], {}
    for code, steps, weight, sentence, mean in notes["metapaths"]:
        if not np.isfinite([weight, mean]).all() or weight < 0 or mean <= 0:
            raise ValueError(f"the weight of {code} is no finite number of 0 or more")
        metapaths.append(Metapath(code, parse_steps(steps), weight, sentence))
        means[code] = mean
    calibrations = {name: _calibration(arrays, name) for name in notes["calibrations"]}
    pairs, numbers = arrays["shift/pairs"].tolist(), arrays["shift/numbers"].tolist()
    shifts = {
        (c, m): Shift(v, int(n), int(good), low, high) for (c, m), (v, n, good, low, high) in zip(pairs, numbers, strict=True)
    }
    whole = extended(snapshot, keys, arrays)
    return Bundle(
        tag,
        whole,
        tuple(metapaths),
        means,
        float(notes["damping"]),
        float(notes["intercept"]),
        calibrations,
        shifts,
        float(notes["scale"]),
        notes["made"],
    )


def _calibration(arrays: ArrayFile, name: str) -> Calibration:
    prefix = f"calibration/{name}/"
    return Calibration.of({key.removeprefix(prefix): arrays[key] for key in arrays if key.startswith(prefix)})
