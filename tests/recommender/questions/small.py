"""A small clinic's graph for questions about answers: three lines for hypertension, one excluded, one that only resembles."""

from collections.abc import Callable
from typing import Any

from recommender.consultation import Consultation
from recommender.request import Request
from recommender.service import Recommender
from tests.recommender.conftest import REFERENCE, TODAY, Graph

EDGES: list[tuple[Any, ...]] = [
    *REFERENCE,
    ("M:lisinopril", "TREATS", "C:hypertension", {"line": "first"}),
    ("M:losartan", "TREATS", "C:hypertension", {"line": "later"}),
    ("M:atenolol", "TREATS", "C:hypertension", {"line": "later", "level": "unreviewed"}),
    ("M:enalapril", "TREATS", "C:hypertension", {"line": "first"}),
    ("M:aliskiren", "RESEMBLES", "M:losartan"),
    ("M:metformin", "TREATS", "C:diabetes"),
    ("C:diabetes", "IS_A", "C:metabolic"),
    ("C:hypertension", "IS_A", "C:metabolic"),
    ("M:far", "TREATS", "C:far"),
    ("M:enalapril", "CONTRAINDICATED_IN", "C:angioedema", {"strength": "absolute", "applies": "history", "evidence": "label"}),
    ("M:lisinopril", "INTERACTS_WITH", "M:potassium", {"severity": "moderate", "mechanism": "high potassium"}),
    ("M:losartan", "INTERACTS_WITH", "M:lithium", {"severity": "severe"}),
    ("patient:p", "HAS_DIAGNOSIS", "C:hypertension", {"record": "d1"}),
    ("patient:p", "HAS_DIAGNOSIS", "C:angioedema", {"record": "d2"}),
    ("patient:p", "TAKES", "M:potassium", {"record": "t1"}),
]
NODES: dict[str, dict[str, Any]] = {
    "patient:p": {"birth_year": 1974, "sex": "male"},
    "C:hypertension": {"name": "Hypertension"},
}
GraphOf = Callable[..., Graph]


def recommender_on(graph_of: GraphOf) -> Recommender:
    graph = graph_of(EDGES, NODES)
    return Recommender(graph.store, graph.snapshot, graph.folder, compiled=False)


def request(**values: Any) -> Request:
    return Request(as_of=TODAY, **({"patient": "patient:p"} | values))


def consulted(recommender: Recommender, *also: str, **values: Any) -> tuple[Consultation, list[int]]:
    numbers = [recommender.snapshot.number(name) for name in also]
    return recommender.consult(request(**values), also=numbers), numbers
