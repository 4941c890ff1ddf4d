"""A model that learned nothing but what it may walk: for tests of what judges models."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from graph.array_file import Array
from graph.derived import derived_relation, link_arrays
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.relation import RelationKey
from graph.snapshot import Snapshot
from recommender.metapaths import Metapath, parse_steps
from recommender.walk import Walker

TREATS = RelationKey(EdgeKind.TREATS, NodeKind.MEDICINE, NodeKind.CONDITION)
METAPATHS = (
    Metapath("CaGbM", parse_steps("Condition -ASSOCIATES-> Gene <-BINDS- Medicine"), 0.5, "{2} binds {1}, known in {0}"),
    Metapath(
        "CtMbGbM",
        parse_steps("Condition <-TREATS- Medicine -BINDS-> Gene <-BINDS- Medicine"),
        1.0,
        "{3} binds {2} like {1}, which treats {0}",
    ),
    Metapath("CrCtM", parse_steps("Condition -RESEMBLES- Condition <-TREATS- Medicine"), 0.0, "{2} treats {1}, like {0}"),
)
RING = [
    *((f"M:{i:02}", "TREATS", f"C:{i % 4}") for i in range(24)),
    *((f"M:{i:02}", "BINDS", f"G:{i % 4}") for i in range(24) if i % 6),
    *((f"M:{i:02}", "BINDS", f"G:{(i + 1) % 4}") for i in range(0, 24, 5)),
    *((f"C:{i}", "ASSOCIATES", f"G:{i}") for i in range(3)),
    ("C:0", "RESEMBLES", "C:1"),
    ("M:90", "BINDS", "G:0"),
    ("M:91", "CAUSES", "E:x"),
]
"""24 medicines that treat one of four conditions and as a rule bind its gene; two more treat nothing."""


@dataclass(frozen=True)
class FixedModel:
    """Weights that are given."""

    snapshot: Snapshot
    metapaths: tuple[Metapath, ...]
    means: dict[str, float]
    damping: float
    treatments: Array

    def scores(self) -> Array:
        conditions, medicines = (self.snapshot.numbers(kind) for kind in (NodeKind.CONDITION, NodeKind.MEDICINE))
        total = np.zeros((len(conditions), len(medicines)))
        walker = Walker(self.snapshot, self.metapaths, self.damping, compiled=False)
        for m in walker.metapaths:
            if self.means.get(m.code):
                rows = [walker.count(m, {condition: 1.0}) for condition in conditions]
                total += m.weight * np.arcsinh(np.stack(rows) / self.means[m.code])
        return total


def fit(snapshot: Snapshot, metapaths: tuple[Metapath, ...], treatments: Array) -> FixedModel:
    starts, ends = treatments[:, 1] + snapshot.first[TREATS.start], treatments[:, 0] + snapshot.first[TREATS.end]
    arrays = link_arrays(TREATS, starts, ends, snapshot, 0, KnowledgeLevel.ASSERTION)
    reduced = snapshot.extended([derived_relation(TREATS, arrays, snapshot)], ())
    return FixedModel(reduced, metapaths, {m.code: 0.1 for m in metapaths}, 0.4, treatments)


def trainer(seen: list[tuple[Snapshot, Array]] | None = None, **weights: float) -> Callable[..., Callable[[Array], FixedModel]]:
    """A trainer of fixed models; what it is given to learn from is added to ``seen``."""
    metapaths = tuple(replace(m, weight=weights.get(m.code, m.weight)) for m in METAPATHS)

    def prepared(snapshot: Snapshot) -> Callable[[Array], FixedModel]:
        def learn(treatments: Array) -> FixedModel:
            if seen is not None:
                seen.append((snapshot, treatments))
            return fit(snapshot, metapaths, treatments)

        return learn

    return prepared
