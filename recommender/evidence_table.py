"""What is on file as evidence, and the scores of medicines without any part of it.

Path counts are linear in the weights of the evidence: one walk from each of its nodes tells the scores of every part. What a
node weighs that several facts lead to is the heaviest of those that are left.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.config import ScoringConfig
from recommender.edge_filter import ALL_EDGES, EdgeFilter
from recommender.evidence import weigh_record, with_foreseen
from recommender.falls import Curve, Removals
from recommender.foreseen import Foreseen
from recommender.record import Fact, PatientRecord
from recommender.safety.finding import fact_payload
from recommender.scoring import Scorer, Scores


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on file that is evidence: a node, with the facts that say it; none where a request names the node itself."""

    node: int
    facts: tuple[Fact, ...] = ()

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer."""
        facts = [fact_payload(snapshot, fact) for fact in self.facts]
        return {"node": snapshot.id(self.node), "name": snapshot.name(self.node), "facts": facts}


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is on file as evidence.

    Attributes:
        items: in the order in which they stand there.
        alone: for each the weights of the evidence that it gives by itself.
        without: the weights of the evidence when some are taken out.
    """

    items: tuple[Item, ...]
    alone: tuple[Mapping[int, float], ...]
    without: Callable[[Collection[Item]], Mapping[int, float]]


def record_on_file(
    record: PatientRecord,
    snapshot: Snapshot,
    config: ScoringConfig,
    as_of: date,
    counted: EdgeFilter = ALL_EDGES,
    foreseen: Sequence[Foreseen] = (),
) -> OnFile:
    """What a record holds as evidence, and what is expected beside it, each prediction one item.

    Arguments are those of :func:`recommender.evidence.weigh_record` and the weighed predictions, which are taken as they are
    whatever else is taken out.
    """

    def weigh(facts: Collection[Fact], expected: Sequence[Foreseen] = ()) -> Mapping[int, float]:
        left = replace(record, facts=tuple(facts))
        held = weigh_record(left, snapshot, config, as_of, counted)
        if expected:
            held = with_foreseen(held, record, expected, snapshot, config, counted)
        return {e.node: e.weight for e in held}

    said: dict[tuple[EdgeKind, int], list[Fact]] = {}
    for fact in record.facts:
        said.setdefault((fact.kind, fact.node), []).append(fact)
    pairs = [(Item(node, tuple(facts)), weigh(facts)) for (_, node), facts in said.items()]
    pairs += [(Item(expected.node), weigh((), (expected,))) for expected in foreseen]
    found = [(item, weights) for item, weights in pairs if weights]

    def without(removed: Collection[Item]) -> Mapping[int, float]:
        gone = [fact for item in removed for fact in item.facts]
        away = {item.node for item in removed if not item.facts}
        return weigh([f for f in record.facts if f not in gone], [f for f in foreseen if f.node not in away])

    return OnFile(tuple(i for i, _ in found), tuple(w for _, w in found), without)


def nodes_on_file(nodes: Sequence[int]) -> OnFile:
    """The nodes that a request names, as evidence."""
    items = tuple(Item(node) for node in sorted(set(nodes)))

    def without(removed: Collection[Item]) -> Mapping[int, float]:
        return {item.node: 1.0 for item in items if item not in removed}

    return OnFile(items, tuple({item.node: 1.0} for item in items), without)


class Table:
    """Scores of some medicines without any set of items.

    Nodes whose weights always change in proportion are walked from as one: a column.

    Args:
        scorer: scores.
        alone: for each item the weights that it gives by itself.
        positions: shape (medicines,): of the medicines among all.
    """

    def __init__(self, scorer: Scorer, alone: Sequence[Mapping[int, float]], positions: Array) -> None:
        columns: dict[tuple[float, ...], dict[int, float]] = {}
        for node in sorted({node for weights in alone for node in weights}):
            weights = [given.get(node, 0.0) for given in alone]
            columns.setdefault(tuple(w / max(weights) for w in weights), {})[node] = max(weights)
        walked = [scorer.score(starts) for starts in columns.values()]
        self.curve = Curve.of(scorer)
        self._intercept = scorer.intercept
        self._weights = np.array(list(columns)).T
        medicines = [scorer.walker.medicines[p] for p in positions.tolist()]
        self.supported = np.array([[m in s.support for m in medicines] for s in walked])
        """Shape (columns, medicines): whether a known treatment leads from a column to a medicine."""
        self.amounts = np.stack([_amounts(self.curve, scores, positions, medicines) for scores in walked])
        """Shape (columns, channels, medicines), float64: what each whole column gives to each medicine."""

    def kept(self, sets: Sequence[Sequence[int]]) -> Array:
        """Weights of the columns without each of some sets of items, shape (sets, columns)."""
        left = np.ones((len(sets), len(self._weights)), bool)
        for row, removed in enumerate(sets):
            left[row, list(removed)] = False
        heaviest: Array = np.where(left[:, :, None], self._weights, 0.0).max(axis=1)
        return heaviest

    def scores(self, kept: Array, medicines: Array) -> Array:
        """Scores by weights of the columns.

        Args:
            kept: shape (sets, columns).
            medicines: shape (n,): places among the medicines of the table.

        Returns:
            shape (sets, n), float64.
        """
        held = np.tensordot(kept, self.amounts[:, :, medicines], axes=1)
        worth: Array = self.curve.worth(held.transpose(0, 2, 1)).sum(axis=2)
        return self._intercept + worth

    def held(self, medicine: int) -> Array:
        """All amounts of a medicine, shape (channels,)."""
        held: Array = self.amounts[:, :, medicine].sum(axis=0)
        return held

    def removals(self, medicine: int) -> Removals:
        """What taking out each item removes at most of a medicine's amounts: all of the columns that it weighs most in."""
        owners = self._weights.argmax(axis=0)
        own = np.zeros((len(self._weights), len(self.curve.weights)))
        np.add.at(own, owners, np.maximum(self.amounts[:, :, medicine], 0.0))
        things, channels = np.nonzero(own)
        return Removals(things, channels, own[things, channels], len(own)).ordered()

    def holders(self, medicine: int) -> tuple[int, ...]:
        """The items all of which must go before no known treatment leads to a medicine."""
        return tuple(np.flatnonzero((self._weights[:, self.supported[:, medicine]] > 0).any(axis=1)).tolist())

    def highest(self) -> Array:
        """What no medicine's score can exceed whatever is taken out, shape (medicines,)."""
        positive = np.maximum(self.amounts, 0.0).sum(axis=0)
        worth: Array = self.curve.worth(positive.T).sum(axis=1)
        return self._intercept + worth


def _amounts(curve: Curve, scores: Scores, positions: Array, medicines: Sequence[int]) -> Array:
    """Path counts and direct support of medicines, shape (channels, medicines)."""
    counts = {metapath.code: x[positions] for metapath, x in scores.counts.items()}
    direct = [sum(s.amount for s in scores.support.get(m, ())) for m in medicines]
    return np.array([*(counts[code] for code in curve.codes), direct], np.float64)
