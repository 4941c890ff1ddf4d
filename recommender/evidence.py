"""Turns a record into evidence: the weighted nodes that a walk starts from, each with the reason for its weight.

An active diagnosis weighs 1, a resolved one less with every year, a symptom less than a diagnosis. A diagnosis also speaks for
the conditions above it in the tree (what treats type 2 diabetes treats type 2 diabetes with neuropathy), a little less with
every step and not beyond the category: blocks and chapters are no diagnoses. A diagnosis that nothing is known to treat itself
speaks, more weakly, for the kinds right below it that something treats: who wrote "anxiety" may have meant one of them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from graph.elements import Edge, EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.config import ScoringConfig
from recommender.edge_filter import ALL_EDGES, EdgeFilter
from recommender.foreseen import Foreseen
from recommender.record import Fact, PatientRecord

DAYS_A_YEAR = 365.25
LEAST_WEIGHT = 0.1
"""A condition that was resolved so long ago that it weighs less is no evidence any more."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A node that the walk starts from.

    Attributes:
        node: its number.
        weight: in (0, 1].
        why: the reason, in words.
        via: the nodes from what is on file up to this one; (node,) when it is on file itself.
        chain: the edges between them.
        foreseen: the prediction that it rests on; None for what is on file.
    """

    node: int
    weight: float
    why: str
    via: tuple[int, ...]
    chain: tuple[Edge, ...] = ()
    foreseen: Foreseen | None = None


def ancestors(
    snapshot: Snapshot, node: int, counted: EdgeFilter = ALL_EDGES
) -> Iterator[tuple[tuple[int, ...], tuple[Edge, ...]]]:
    """The way up the tree from a node by IS_A: the node itself, then each node above it, nearest first.

    Args:
        snapshot: the tree.
        node: where to begin.
        counted: other edges are not gone.

    Yields:
        (nodes from the start to there, edges between them).
    """
    seen = {node}
    level: list[tuple[tuple[int, ...], tuple[Edge, ...]]] = [((node,), ())]
    while level:
        above: list[tuple[tuple[int, ...], tuple[Edge, ...]]] = []
        for nodes, edges in level:
            yield nodes, edges
            for parent, said in snapshot.neighbours(EdgeKind.IS_A, nodes[-1], snapshot.kind(nodes[-1])):
                if parent not in seen and (known := counted.allowed(said)):
                    seen.add(parent)
                    above.append(((*nodes, parent), (*edges, known[0])))
        level = above


def is_group(snapshot: Snapshot, node: int) -> bool:
    """Whether a condition is a block or a chapter of ICD-10, which nobody is diagnosed with."""
    prefix, _, code = snapshot.id(node).partition(":")
    return prefix == "ICD10CM" and "-" in code


def weigh_record(
    record: PatientRecord,
    snapshot: Snapshot,
    config: ScoringConfig,
    as_of: date,
    counted: EdgeFilter = ALL_EDGES,
) -> tuple[Evidence, ...]:
    """The evidence of a record; of several reasons for one node the heaviest counts.

    Args:
        record: what is on file.
        snapshot: the condition tree.
        config: the weights.
        as_of: the day of the answer.
        counted: other edges of the tree carry no evidence, and other treatments count as unknown.

    Returns:
        Heaviest first, equal ones in the order of their numbers.
    """
    best: dict[int, Evidence] = {}
    for fact in record.facts:
        for item in _of_fact(fact, snapshot, config, as_of, counted):
            if item.node not in best or item.weight > best[item.node].weight:
                best[item.node] = item
    return tuple(sorted(best.values(), key=lambda e: (-e.weight, e.node)))


def with_foreseen(
    evidence: Sequence[Evidence],
    record: PatientRecord,
    foreseen: Collection[Foreseen],
    snapshot: Snapshot,
    config: ScoringConfig,
    counted: EdgeFilter = ALL_EDGES,
) -> tuple[Evidence, ...]:
    """Evidence with what is expected beside it; what is on file, or was refuted, is not expected.

    An expected condition speaks for those above it as a diagnosis does; of several reasons for one node the heaviest counts.

    Args:
        evidence: of what is on file.
        record: the same.
        foreseen: weighed predictions.
        snapshot: the condition tree.
        config: the weights.
        counted: other edges of the tree carry no evidence.

    Returns:
        Heaviest first, equal ones in the order of their numbers.
    """
    told = {fact.node for fact in record.facts if fact.kind is EdgeKind.HAS_DIAGNOSIS}
    best = {item.node: item for item in evidence}
    for expected in foreseen:
        for item in of_foreseen(expected, snapshot, config, counted) if expected.node not in told else ():
            if item.node not in told and (item.node not in best or item.weight > best[item.node].weight):
                best[item.node] = item
    return tuple(sorted(best.values(), key=lambda e: (-e.weight, e.node)))


def of_foreseen(expected: Foreseen, snapshot: Snapshot, config: ScoringConfig, counted: EdgeFilter) -> Iterator[Evidence]:
    """What one weighed prediction speaks for: its condition and those above it, each with the way there.

    Args:
        expected: the prediction.
        snapshot: the condition tree.
        config: how much a step up the tree takes off.
        counted: other edges of the tree carry no evidence.
    """
    for nodes, edges in ancestors(snapshot, expected.node, counted):
        up = len(nodes) - 1
        weight = expected.weight * config.ancestor**up
        if weight <= 0 or (up and is_group(snapshot, nodes[-1])):
            continue
        why = expected.why + (f"; {snapshot.name(expected.node)} is a kind of {snapshot.name(nodes[-1])}" if up else "")
        yield Evidence(nodes[-1], weight, why, nodes, edges, expected)


def _of_fact(fact: Fact, snapshot: Snapshot, config: ScoringConfig, as_of: date, counted: EdgeFilter) -> Iterator[Evidence]:
    name = snapshot.name(fact.node)
    if fact.kind is EdgeKind.HAS_SYMPTOM and fact.active:
        yield Evidence(fact.node, config.symptom, f"{name}: symptom on file", (fact.node,))
    if fact.kind is not EdgeKind.HAS_DIAGNOSIS or fact.properties.get("status") == "refuted":
        return
    weight, word = (1.0, "active") if fact.active else (_resolved(fact, config, as_of), "resolved")
    for nodes, edges in ancestors(snapshot, fact.node, counted):
        if weight < LEAST_WEIGHT or (len(nodes) > 1 and is_group(snapshot, nodes[-1])):
            continue
        up = len(nodes) - 1
        why = f"{name}: {word} diagnosis" + (f", a kind of {snapshot.name(nodes[-1])}" if up else "")
        yield Evidence(nodes[-1], weight * config.ancestor**up, why, nodes, edges)
    if weight >= LEAST_WEIGHT and not _is_treated(snapshot, fact.node, counted):
        for below, said in snapshot.sources(EdgeKind.IS_A, NodeKind.CONDITION, fact.node):
            if (known := counted.allowed(said)) and _is_treated(snapshot, below, counted):
                why = f"{name}: {word} diagnosis, may be {snapshot.name(below)}"
                yield Evidence(below, weight * config.kind_below, why, (fact.node, below), (known[0],))


def _is_treated(snapshot: Snapshot, condition: int, counted: EdgeFilter) -> bool:
    kinds = (EdgeKind.TREATS, EdgeKind.PALLIATES)
    found = (said for kind in kinds for _, said in snapshot.sources(kind, NodeKind.MEDICINE, condition))
    return any(counted.allowed(said) for said in found)


def _resolved(fact: Fact, config: ScoringConfig, as_of: date) -> float:
    stop = fact.properties.get("stop")
    if not isinstance(stop, str) or not stop:
        return 0.0
    years = max((as_of - date.fromisoformat(stop)).days, 0) / DAYS_A_YEAR
    return float(config.resolved * 0.5 ** (years / config.resolved_half_life))


def weigh_nodes(nodes: Sequence[int], snapshot: Snapshot) -> tuple[Evidence, ...]:
    """Evidence of nodes that a request names, each of weight 1."""
    return tuple(Evidence(n, 1.0, f"{snapshot.name(n)}: named in the request", (n,)) for n in sorted(set(nodes)))
