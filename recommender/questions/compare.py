"""Two medicines side by side: where each stands, what its score is made of, and which paths make the difference."""

from typing import Any

from recommender.consultation import Consultation
from recommender.explain import Path
from recommender.payload import medicine_payload
from recommender.questions.standing import rank, standing


def compare(of: Consultation, first: int, second: int) -> dict[str, Any]:
    """The difference of two medicines for one request.

    Args:
        of: the consultation, whose screening looked at both.
        first: a medicine.
        second: another.

    Returns:
        ``medicines`` (each with ``standing``, ``rank``, ``score``, ``findings``), ``difference`` (first score less second),
        ``parts`` (what each metapath adds to either, the largest difference first; they add up to the scores without the
        intercept), ``only`` (paths of one to which the other has no like) and a ``sentence``.
    """
    pair = (first, second)
    explained = of.engine.explainer.explain(pair, of.evidence, of.scores)
    parts = _parts(of, pair)
    return {
        "medicines": [_side(of, medicine) for medicine in pair],
        "difference": of.score(first) - of.score(second),
        "parts": parts,
        "only": [
            [path.payload(of.snapshot) for path in explained[one] if _way(path) not in {_way(p) for p in explained[other]}]
            for one, other in (pair, pair[::-1])
        ],
        "sentence": _sentence(of, pair, parts),
    }


def _side(of: Consultation, medicine: int) -> dict[str, Any]:
    return {
        "medicine": medicine_payload(of.snapshot, medicine),
        "standing": str(standing(of, medicine)),
        "rank": rank(of, medicine),
        "score": of.score(medicine),
        "findings": [finding.payload(of.grounds) for finding in of.findings(medicine)],
    }


def _parts(of: Consultation, pair: tuple[int, int]) -> list[dict[str, Any]]:
    rows = [(code, tuple(amounts)) for code, amounts in of.amounts(pair).items()]
    rows.sort(key=lambda row: -abs(row[1][0] - row[1][1]))
    return [{"metapath": code, "amounts": list(amounts), "difference": amounts[0] - amounts[1]} for code, amounts in rows]


def _way(path: Path) -> tuple[str, tuple[int, ...]]:
    """What two paths to different medicines have in common when they are alike: all but the medicine."""
    return path.metapath, path.nodes[:-1]


def _sentence(of: Consultation, pair: tuple[int, int], parts: list[dict[str, Any]]) -> str:
    names = [of.snapshot.name(m) for m in pair]
    difference = of.score(pair[0]) - of.score(pair[1])
    if not difference:
        return f"{names[0]} and {names[1]} have the same score."
    ahead, behind = names if difference > 0 else names[::-1]
    decisive = max(parts, key=lambda part: part["difference"] * (1 if difference > 0 else -1))
    return f"{ahead} stands {abs(difference):.2f} before {behind}, most of all by {decisive['metapath']}."
