"""What helps beside medicines: actions of care that the graph joins to the conditions which abnormal values point at.

Each comes with its path, from the value over the condition (and up the tree, where help is known for a broader one) to the
action, and each step with its source and licence, like a medicine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph.elements import Edge, EdgeKind, KnowledgeLevel, NodeKind
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot
from recommender.care import CATEGORIES, suits
from recommender.evidence import ancestors, is_group
from recommender.predictors.blood_risk.findings import Finding
from recommender.predictors.blood_risk.panel import Panel
from recommender.predictors.blood_risk.tiers import Tier


@dataclass(frozen=True, slots=True)
class CarePath:
    """One way from a value to an action.

    Attributes:
        finding: the value.
        nodes: ids from the condition that it points at up to the one that the action helps with.
        edges: between them, and then the one from the action.
        action: id, name, category and description of the action.
        words: names of the nodes.
    """

    finding: Finding
    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    action: tuple[str, str, str, str]
    words: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The path in words."""
        kinds = ", a kind of ".join(self.words)
        return f"{self.action[1]} helps with {self.words[-1]}; {self.finding.value.test.name} points at {kinds}."

    @property
    def unreviewed(self) -> int:
        """How many of its steps nobody has checked."""
        sign = self.finding.sign
        return sum(edge.level is KnowledgeLevel.UNREVIEWED for edge in self.edges) + (
            sign is not None and sign.level == "unreviewed"
        )

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        node, name, category, description = self.action
        sign = self.finding.sign
        return {
            "action": {"id": node, "name": name, "category": category, "description": description},
            "sentence": self.sentence,
            "steps": [*([{"kind": "points at"} | sign.payload()] if sign else []), *map(_step, self.edges)],
        }


def _step(edge: Edge) -> dict[str, Any]:
    return {
        "kind": str(edge.kind),
        "start": str(edge.start),
        "end": str(edge.end),
        "knowledge_level": str(edge.level),
        "source": edge.provenance.source,
        "source_version": edge.provenance.source_version,
        "licence": edge.provenance.licence,
        "evidence": edge.evidence,
    }


def care_for(findings: Sequence[Finding], panel: Panel, snapshot: Snapshot, shown: int) -> tuple[CarePath, ...]:
    """The actions that help with what the findings point at, each once by its best path.

    Args:
        findings: of a patient.
        panel: whose they are: what is for another sex or age is left out.
        snapshot: the graph.
        shown: most of them.

    Returns:
        Those that several findings call for first, then what a person can do alone, then what was checked.
    """
    best: dict[str, CarePath] = {}
    called: dict[str, set[str]] = {}
    for finding in findings:
        for path in _paths(finding, panel, snapshot) if finding.tier > Tier.NONE else ():
            known = best.get(path.action[0])
            called.setdefault(path.action[0], set()).add(finding.value.test.id)
            if known is None or (path.unreviewed, len(path.edges)) < (known.unreviewed, len(known.edges)):
                best[path.action[0]] = path
    ranked = sorted(
        best.values(),
        key=lambda p: (-len(called[p.action[0]]), CATEGORIES.index(p.action[2]), p.unreviewed, len(p.edges), p.action[0]),
    )
    return tuple(ranked[:shown])


def _paths(finding: Finding, panel: Panel, snapshot: Snapshot) -> Iterator[CarePath]:
    if finding.sign is None:
        return
    try:
        condition = snapshot.number(finding.sign.condition)
    except UnknownNodeError:
        # A graph of other sources may lack the condition; the advice stands without an action.
        return
    for nodes, edges in ancestors(snapshot, condition):
        if len(nodes) > 1 and is_group(snapshot, nodes[-1]):
            continue
        for action, said in snapshot.sources(EdgeKind.HELPS, NodeKind.CARE_ACTION, nodes[-1]):
            if suits(snapshot.properties(action), panel.sex, panel.age):
                yield _path(finding, snapshot, nodes, (*edges, said[0]), action)


def _path(finding: Finding, snapshot: Snapshot, nodes: Sequence[int], edges: tuple[Edge, ...], action: int) -> CarePath:
    properties = snapshot.properties(action)
    category = str(properties.get("category", CATEGORIES[-1]))
    told = snapshot.id(action), snapshot.name(action), category, str(properties.get("description", ""))
    ids, names = tuple(str(snapshot.id(n)) for n in nodes), tuple(snapshot.name(n) for n in nodes)
    return CarePath(finding, ids, edges, (str(told[0]), *told[1:]), names)
