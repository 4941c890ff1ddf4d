"""What a score is made of, seen from six sides, each of which adds up to it.

By metapath and by evidence the whole score is told: path counts are linear in the evidence, so that β_m f_m divides exactly by
where its paths begin. By path, edge, source and level of knowledge the shown paths are told, and all others are one remainder.
A path's contribution is divided evenly among its steps: without any one of them the path is not there, so that all are alike,
and even parts are the Shapley value (Shapley 1953, Contributions to the Theory of Games II, axiom of symmetry). A step's part
is divided evenly among the edges that say it, any of which is enough (Owen 1977, Values of games with a priori unions).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graph.elements import Edge, KnowledgeLevel, NodeKind
from recommender.consultation import Consultation
from recommender.explain import Path
from recommender.payload import edge_payload, node_payload


def contributions(of: Consultation, medicine: int, paths: Sequence[Path]) -> dict[str, Any]:
    """The parts of a medicine's score.

    Args:
        of: the consultation.
        medicine: its number.
        paths: those that are shown of it.

    Returns:
        ``score``, ``intercept``; ``metapaths`` and ``evidence``, each of which adds up with the intercept to the score;
        ``paths`` (in the order in which they are shown), ``edges``, ``sources`` and ``levels`` (of the weakest edge of each
        path), each of which adds up so with the ``remainder`` of paths that are not shown; and ``predicted``, the part of the
        shown paths that rests on predictions.
    """
    score, intercept = of.score(medicine), of.engine.scorer.intercept
    shown = sum(path.contribution for path in paths)
    return {
        "score": score,
        "intercept": intercept,
        "metapaths": [{"metapath": code, "amount": amount} for code, [amount] in _sorted(of.amounts([medicine]).items())],
        "evidence": [
            {"node": node_payload(of.snapshot, node), "amount": amount}
            for node, [amount] in _sorted(_by_evidence(of, medicine))
        ],
        "paths": [{"metapath": path.metapath, "amount": path.contribution} for path in paths],
        "edges": [{"edge": edge, "amount": amount} for edge, amount in _by_edge(paths)],
        "sources": _totals((edge.provenance.source, part) for path in paths for edge, part in _parts(path)),
        "levels": _totals((str(path.weakest.level), path.contribution) for path in paths),
        "predicted": sum(p.contribution for p in paths if _rests_on_predictions(p)),
        "remainder": score - intercept - shown,
    }


def _rests_on_predictions(path: Path) -> bool:
    return path.foreseen is not None or any(edge.level is KnowledgeLevel.PREDICTION for edge in path.edges)


def _sorted(rows: Iterable[tuple[Any, list[float]]]) -> list[tuple[Any, list[float]]]:
    return sorted(rows, key=lambda row: -abs(row[1][0]))


def _by_evidence(of: Consultation, medicine: int) -> Iterable[tuple[int, list[float]]]:
    """What begins at each node of the evidence adds to the score."""
    found = {e.node: 0.0 for e in of.evidence}
    for support in of.scores.support.get(medicine, ()):
        found[support.start] += support.amount
    at, walker = medicine - of.snapshot.numbers(NodeKind.MEDICINE).start, of.engine.walker
    for metapath in of.scores.counts:
        whole = metapath.weight * float(of.scores.features[metapath][at])
        if not whole:
            continue
        kind = of.snapshot.numbers(metapath.start)
        parts = {e.node: float(walker.count(metapath, {e.node: e.weight})[at]) for e in of.evidence if e.node in kind}
        # Divided by their own sum, which differs from the count of all at once by rounding alone.
        total = sum(parts.values())
        for node, part in parts.items():
            found[node] += whole * part / total
    return [(node, [amount]) for node, amount in found.items() if amount]


def _by_edge(paths: Sequence[Path]) -> list[tuple[dict[str, Any], float]]:
    amounts: dict[tuple[str, str, str, str, str], float] = {}
    edges = {}
    for path in paths:
        for edge, part in _parts(path):
            edges[edge.key] = edge
            amounts[edge.key] = amounts.get(edge.key, 0.0) + part
    return [(edge_payload(edges[key]), amount) for key, amount in sorted(amounts.items(), key=lambda item: (-item[1], item[0]))]


def _parts(path: Path) -> Iterator[tuple[Edge, float]]:
    """Every edge that says a step of a path, with its part of the contribution."""
    # A link that is gone twice is one that the path needs, not two.
    steps = {step[0].key: step for step in path.steps}.values()
    for step in steps:
        yield from ((edge, path.contribution / len(steps) / len(step)) for edge in step)


def _totals(rows: Iterable[tuple[str, float]]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for name, amount in rows:
        found[name] = found.get(name, 0.0) + amount
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
