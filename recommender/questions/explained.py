"""One medicine of an answer in full: what carries it, how weak that is, who disagrees, and what would change its place."""

from collections.abc import Sequence
from typing import Any

from graph.elements import NodeKind
from recommender.consultation import Consultation
from recommender.counterfactual import evidence_counterfactual
from recommender.edge_counterfactual import edge_counterfactual
from recommender.errors import CaseError
from recommender.evidence_table import OnFile, nodes_on_file, record_on_file
from recommender.explain import Path
from recommender.faithfulness import faithfulness, seeded
from recommender.payload import edge_payload, medicine_payload
from recommender.questions.contradictions import contradictions
from recommender.questions.contributions import contributions
from recommender.questions.standing import rank, standing
from recommender.request import Request
from recommender.service import Recommender


def explained(recommender: Recommender, request: Request, medicine: int, rival: int | None = None) -> dict[str, Any]:
    """Explain a medicine's place in the answer to a request.

    Args:
        recommender: answers.
        request: what is asked.
        medicine: number of the medicine.
        rival: number of a medicine that stands below it; by default the next of its list.

    Returns:
        ``answer`` (its id), ``medicine``, ``standing``, ``rank``, ``score``, ``paths``, ``contributions``, ``weakest`` (of each
        path the edge known most weakly), ``contradictions``, ``findings``, ``faithfulness``, and ``counterfactual`` with
        ``evidence``, ``edges`` and ``other_edges`` (where the known treatments stay), null for a medicine in no list.

    Raises:
        CaseError: when the rival does not stand below it in the same list.
    """
    of = recommender.consult(request, also=[medicine, *([] if rival is None else [rival])])
    snapshot, answer = of.snapshot, recommender.answer(of).id
    paths = of.engine.explainer.explain([medicine], of.evidence, of.scores)[medicine]
    listed = next((m for m in (of.free, of.waiting, of.walked) if medicine in m), ())
    below = listed[listed.index(medicine) + 1 :] if listed else ()
    if rival is not None and rival not in below:
        raise CaseError("/rival", "a medicine that stands below it in the same list is expected")
    found = faithfulness(of.engine.scorer, of.scores, of.weights, medicine, paths, seeded(answer, snapshot.id(medicine)))
    conditions = [e.node for e in of.evidence if snapshot.kind(e.node) is NodeKind.CONDITION]
    return {
        "answer": answer,
        "medicine": medicine_payload(snapshot, medicine),
        "standing": str(standing(of, medicine)),
        "rank": rank(of, medicine),
        "score": of.score(medicine),
        "paths": [path.payload(snapshot) for path in paths],
        "contributions": contributions(of, medicine, paths),
        "weakest": [_weakest(path) for path in paths],
        "contradictions": contradictions(snapshot, medicine, conditions, of.engine.walker.edges),
        "findings": [finding.payload(of.grounds) for finding in of.findings(medicine)],
        "faithfulness": found.payload() if found else None,
        "counterfactual": _counterfactual(recommender, of, medicine, listed, rival),
    }


def _weakest(path: Path) -> dict[str, Any]:
    return edge_payload(path.weakest) | {"contribution": path.contribution}


def _counterfactual(
    recommender: Recommender, of: Consultation, medicine: int, listed: Sequence[int], rival: int | None
) -> dict[str, Any] | None:
    if not listed:
        return None
    scorer, scores, weights = of.engine.scorer, of.scores, of.weights
    on_file = _on_file(recommender, of)
    whole, other = (edge_counterfactual(scorer, scores, weights, listed, medicine, rival, direct=d) for d in (True, False))
    return {
        "evidence": evidence_counterfactual(scorer, scores, on_file, listed, medicine, rival).payload(of.snapshot),
        "edges": whole.payload(of.snapshot),
        "other_edges": other.payload(of.snapshot),
    }


def _on_file(recommender: Recommender, of: Consultation) -> OnFile:
    if of.record is None:
        return nodes_on_file([e.node for e in of.evidence])
    expected = (*of.outlook.conditions, *of.outlook.groups)
    return record_on_file(of.record, of.snapshot, recommender.config, of.request.as_of, of.engine.walker.edges, expected)
