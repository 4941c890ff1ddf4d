"""What a training made, for people and as JSON."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from recommender.bundling import Trained


def training_payload(trained: Trained) -> dict[str, Any]:
    """The outcome of a training as JSON can hold it."""
    bundle = trained.bundle
    return {
        "snapshot": bundle.snapshot.checksum,
        "bundle": bundle.tag,
        "treatments": bundle.notes["treatments"],
        "candidates": bundle.notes["candidates"],
        "damping": bundle.damping,
        "intercept": bundle.intercept,
        "offsets": bundle.notes["offsets"],
        "trials": bundle.notes["trials"],
        "metapaths": [{"code": m.code, "weight": m.weight, "sentence": m.sentence} for m in _by_weight(trained)],
        "reliability": bundle.notes["reliability"],
        "vectors": bundle.notes["vectors"],
        "outcome_shifts": len(bundle.shifts),
        "mirrored": {
            "created": trained.mirrored.created,
            "changed": trained.mirrored.changed,
            "removed": trained.mirrored.removed,
        },
        "resumed": trained.resumed,
    }


def render_training(trained: Trained, console: Console, *, brief: bool = False) -> None:
    """Print the outcome of a training, in full or in one line."""
    bundle, notes = trained.bundle, trained.bundle.notes
    if brief:
        console.print(
            f"bundle {bundle.tag}: {len(bundle.metapaths)} of {notes['candidates']} metapaths, "
            f"learned from {notes['treatments']:,} known treatments",
            soft_wrap=True,
        )
        return
    console.print(f"bundle {bundle.tag} of snapshot {bundle.snapshot.checksum}")
    console.print(
        f"{notes['treatments']:,} known treatments, {notes['candidates']} metapaths tried, {len(bundle.metapaths)} count; "
        f"{trained.mirrored.created:,} similar edges new in the store, {trained.mirrored.removed:,} old ones gone"
        + (f"; {trained.resumed} intermediate results of an earlier attempt" if trained.resumed else "")
    )
    table = Table()
    table.add_column("weight", justify="right")
    table.add_column("metapath", no_wrap=True)
    table.add_column("meaning", overflow="fold")
    for metapath in _by_weight(trained)[:15]:
        table.add_row(f"{metapath.weight:.2f}", Text(metapath.code), Text(metapath.sentence))
    console.print(table)
    for name, found in notes["reliability"].items():
        console.print(
            f"{name}: probabilities by {found['method']}, Brier {found['brier']:.5f} beside {found['brier_base']:.5f} of the "
            f"base rate {found['base_rate']:.4f}, calibration error {found['ece']:.5f}"
        )
    if "established" not in notes["reliability"]:
        console.print("established: no probabilities, too few outcomes of patients are known")
    console.print(f"{len(bundle.shifts)} pairs of condition and medicine are shifted by outcomes of patients")


def _by_weight(trained: Trained) -> list[Any]:
    return sorted(trained.bundle.metapaths, key=lambda m: (-m.weight, m.code))
