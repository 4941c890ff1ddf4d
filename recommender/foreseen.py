"""What a program expects of a patient: a condition that may be there or a group that one is like, each with its reasons.

It is no fact and stands nowhere among facts. It says how probable it is and which predictor and bundle said so, and keeps
the explanation, so that a path that begins here can be followed down to the value that it rests on. Nothing here fits anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeId, PropertyValue, Provenance
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot

NOBODY = NodeId("patient:case")
"""Where the edge of a prediction starts: an answer's paths do not repeat whom it is for."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One node that a predictor expects.

    Attributes:
        node: its number: a condition, or a group of patients.
        probability: calibrated, 0 to 1.
        low, high: 95 % interval of the probability.
        why: the reason in words: ``predicted 62 % by conditions@1a2b3c4d from fever, cough``.
        predictor: its name.
        bundle: tag of the bundle that answered.
        explanation: payload of :class:`recommender.predictors.shape.Explanation`; empty where there is none.
        weight: as evidence, 0 to 1; 0 until it is weighed.
    """

    node: int
    probability: float
    low: float
    high: float
    why: str
    predictor: str
    bundle: str
    explanation: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 0.0

    def payload(self) -> dict[str, Any]:
        """As it stands in an answer, beside the node that it is of."""
        return {
            "probability": self.probability,
            "interval": [self.low, self.high],
            "why": self.why,
            "predictor": self.predictor,
            "bundle": self.bundle,
            "explanation": dict(self.explanation),
        }

    def kept(self, snapshot: Snapshot) -> dict[str, Any]:
        """Everything, for the log of answers: what :func:`foreseen_of` reads again."""
        return {"node": snapshot.id(self.node), "weight": self.weight, **self.payload()}

    def edge(self, snapshot: Snapshot) -> Edge:
        """The same as an edge of the level *prediction*."""
        values: dict[str, PropertyValue] = {"probability": self.probability, "predictor": self.predictor, "bundle": self.bundle}
        source = Provenance(f"predictor/{self.predictor}", self.bundle, "")
        kind, end = EdgeKind.PREDICTED, snapshot.id(self.node)
        return Edge(kind, NOBODY, end, source, KnowledgeLevel.PREDICTION, self.why, properties=values)


def foreseen_of(kept: Mapping[str, Any], snapshot: Snapshot) -> Foreseen:
    """What :meth:`Foreseen.kept` told of.

    Raises:
        UnknownNodeError: when the snapshot lacks the node.
    """
    low, high = kept["interval"]
    told = (kept["why"], kept["predictor"], kept["bundle"], kept["explanation"], kept["weight"])
    return Foreseen(snapshot.number(kept["node"]), kept["probability"], low, high, *told)


def placed(node: str, snapshot: Snapshot) -> int | None:
    """The number of a node that a predictor names; None where this graph lacks it."""
    try:
        return snapshot.number(node)
    except UnknownNodeError:
        return None
