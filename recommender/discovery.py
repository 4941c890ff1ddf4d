"""Finds the metapaths of a graph from its schema: from conditions to medicines, up to four edges.

A metapath crosses from conditions to medicines once: by a known treatment, with a hop to like conditions before it or to like
medicines after it; or by a bridge over nodes of other kinds, such as genes. A hop is an edge between nodes of one kind, or two
edges of one kind there and back over a node of another. What is left out, and why:

- edges that speak against a medicine: safety asks those, and they tell of no benefit;
- a second known treatment: its folds could not be hidden together, and with four edges it says what one says;
- two hops on one side, or a hop beside a bridge: on trial they doubled the work and ranked no better;
- hubs: hops and bridges over nodes that join nearly everything, which say next to nothing (:data:`LEAST_INFORMATION`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graph.elements import EdgeKind, NodeKind
from graph.relation import RelationKey
from graph.schema import EDGE_RULES
from graph.snapshot import Snapshot
from recommender.metapaths import MAX_STEPS, Metapath, MetapathTable, Step

CROSSINGS = (EdgeKind.TREATS, EdgeKind.PALLIATES)
AGAINST = frozenset(
    {
        EdgeKind.CONTRAINDICATED_IN,
        EdgeKind.INTERACTS_WITH,
        EdgeKind.LIMITED_BY,
        EdgeKind.AFFECTS_RESPONSE,
        EdgeKind.CROSS_REACTS_WITH,
        EdgeKind.ADDS_TO,
    }
)
"""Edge kinds that warn of a medicine."""

LEAST_INFORMATION = 2.0
"""Nats that meeting in a node must tell at least on average: 2 is one node in 7.

In Hetionet it is 2.2 for side effects and 1.4 for anatomy."""


FEWEST_JOINED = 30
"""Nodes below which nothing is called a hub: among few, all share much."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A metapath in parts.

    Attributes:
        metapath: the whole.
        left: the hop between conditions, empty for none.
        crossing: the known treatment, or nothing for a bridge.
        right: the hop between medicines, empty for none.
    """

    metapath: Metapath
    left: tuple[Step, ...]
    crossing: Step | None
    right: tuple[Step, ...]


def discover(snapshot: Snapshot, table: MetapathTable) -> tuple[Candidate, ...]:
    """Every metapath of the graph that the rules leave, in a fixed order, with the names and sentences of the table."""
    steps = _steps(snapshot)
    left, right = (list(_hops(snapshot, steps, kind)) for kind in (NodeKind.CONDITION, NodeKind.MEDICINE))
    found = []
    for crossing in (s for s in steps if s.kind in CROSSINGS and s.source is NodeKind.CONDITION):
        for before in ((), *left):
            for after in ((), *right):
                whole = (*before, crossing, *after)
                if 2 <= len(whole) <= MAX_STEPS:
                    found.append(Candidate(table.metapath(whole), before, crossing, after))
    found += [Candidate(table.metapath(bridge), (), None, ()) for bridge in _bridges(snapshot, steps)]
    return tuple(found)


def _steps(snapshot: Snapshot) -> list[Step]:
    """Every step that the graph has and that may speak for a medicine, in a fixed order."""
    ahead = {
        Step(key.kind, True, key.start, key.end, key.method)
        for key, relation in snapshot.relations.items()
        if key.kind not in AGAINST and relation.link_count and (not EDGE_RULES[key.kind].symmetric or key.start == key.end)
    }
    return sorted(ahead | {step.reverse for step in ahead}, key=lambda s: (s.kind, s.method, s.source, s.target, not s.forward))


def _hops(snapshot: Snapshot, steps: Sequence[Step], kind: NodeKind) -> Iterator[tuple[Step, ...]]:
    """Hops between nodes of a kind."""
    for step in steps:
        if step.source is not kind or step.kind in CROSSINGS:
            continue
        if step.target is kind:
            yield (step,)
        of_kind = step.target is kind or step.target not in (NodeKind.CONDITION, NodeKind.MEDICINE)
        if of_kind and not step.method and _information(snapshot, step) >= LEAST_INFORMATION:
            yield (step, step.reverse)


def _bridges(snapshot: Snapshot, steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """Chains from conditions to medicines over nodes of other kinds, three nodes between at most."""
    ends = (NodeKind.CONDITION, NodeKind.MEDICINE)
    inner = [s for s in steps if not {s.source, s.target} & set(ends) and _information(snapshot, s) >= LEAST_INFORMATION]
    chains: list[tuple[Step, ...]] = [(s,) for s in steps if s.source is NodeKind.CONDITION and s.target not in ends]
    last = [s for s in steps if s.target is NodeKind.MEDICINE and s.source not in ends]
    while chains:
        for chain in chains:
            yield from ((*chain, step) for step in last if step.source is chain[-1].target)
        chains = [
            (*chain, step)
            for chain in chains
            if len(chain) < MAX_STEPS - 1
            for step in inner
            if step.source is chain[-1].target and _goes_on(chain, step)
        ]


def _goes_on(chain: Sequence[Step], step: Step) -> bool:
    """Whether a step belongs behind a chain: there and back over another kind as a whole, or one edge between equals."""
    before = chain[-1]
    if len(chain) == 1:
        return step.target is step.source or len(chain) + 2 < MAX_STEPS
    return step == before.reverse and before.source is not before.target


def _information(snapshot: Snapshot, step: Step) -> float:
    """What it tells on average that two nodes meet over this step: the mean over its links of log(nodes / degree).

    It is the self-information of a shared neighbour (the idf of Spärck Jones 1972, J Doc 28:11).
    """
    ends = (step.source, step.target) if step.forward else (step.target, step.source)
    relation = snapshot.relations[RelationKey(step.kind, *ends, step.method)]
    back = relation.inward if step.forward else relation.outward
    degrees = np.diff(back.pointers)
    joined = degrees[degrees > 0]
    met = len(np.unique(back.targets))
    return float((joined * np.log(met / joined)).sum() / joined.sum()) if met >= FEWEST_JOINED else np.inf
