"""Nodes of the knowledge, what stands next to them, and paths between them."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Answer, Parameters
from api.schemas.finding import NodeShown, Statement
from graph.elements import EdgeKind, NodeKind

MAX_OFFSET = 10_000
EXAMPLE_NAME = "hypertension"


class NodeQuery(Parameters):
    """What is looked for."""

    q: str = Field(
        min_length=1,
        max_length=100,
        description="the beginning or a part of a name, synonym or code",
        json_schema_extra={"example": "hyp"},
    )
    limit: int = Field(10, ge=1, le=100, description="how many at most")
    offset: int = Field(0, ge=0, le=1000, description="how many of the best are left out")


class NodeFound(Answer):
    """A node that fits."""

    id: str = Field(description="the node's id")
    name: str = Field(description="what people call it")
    codes: dict[str, str | list[str]] = Field(description="codes of other vocabularies, those that are known")
    matched: str = Field(description="the name, synonym or code that fits")


class NodesFound(Answer):
    """What was found; when nothing fits, names that are spelled alike."""

    items: list[NodeFound] = Field(description="best first")
    nearest: list[str] = Field(description="names that are spelled alike, when nothing fits")


class NodePath(Parameters):
    """Which node."""

    node: str = Field(
        min_length=1, max_length=300, description="an id, a name or a synonym", json_schema_extra={"example": EXAMPLE_NAME}
    )


class MedicinePath(NodePath):
    """Which medicine."""

    node: str = Field(
        min_length=1, max_length=300, description="an id, a name or a synonym", json_schema_extra={"example": "lisinopril"}
    )


class SymptomPath(NodePath):
    """Which symptom."""

    node: str = Field(
        min_length=1, max_length=300, description="an id, a name or a synonym", json_schema_extra={"example": "headache"}
    )


class CareActionPath(NodePath):
    """Which care action."""

    node: str = Field(
        min_length=1, max_length=300, description="an id, a name or a synonym", json_schema_extra={"example": "eat less salt"}
    )


class DetailQuery(Parameters):
    """How much of the neighbourhood."""

    limit: int = Field(10, ge=0, le=100, description="neighbours of each kind at most; more are at /v1/graph/neighbours")


class LicensedStatement(Statement):
    """An edge with everything that it says."""

    licence: str = Field(description="under which its source may be used")


class Neighbour(Answer):
    """A node next to another, and every edge that says so, the best known first."""

    node: NodeShown = Field(description="the neighbour")
    edges: list[LicensedStatement] = Field(description="one a source")


class NeighbourGroup(Answer):
    """The neighbours through one kind of edge."""

    kind: EdgeKind = Field(description="of the edges")
    way: Literal["out", "in"] = Field(description="whether the edges lead out of the node; those that read both ways do")
    node_kind: NodeKind = Field(description="of the neighbours")
    count: int = Field(description="how many neighbours there are")
    items: list[Neighbour] = Field(description="the first of them; of interactions and limits the gravest")
    more: int = Field(description="how many are not shown")


class NodeDetail(Answer):
    """A node with what stands next to it."""

    id: str = Field(description="the node's id")
    kind: NodeKind = Field(description="what it is")
    name: str = Field(description="what people call it")
    codes: dict[str, str | list[str]] = Field(description="codes of other vocabularies, those that are known")
    synonyms: list[str] = Field(description="other names, and ids as sources write them")
    properties: dict[str, Any] = Field(description="what else is known of it")
    source: str = Field(description="who says so")
    source_version: str = Field(description="which version of the source")
    licence: str = Field(description="under which the source may be used")
    neighbourhood: list[NeighbourGroup] = Field(description="what stands next to it, by kind of edge")
    snapshot: str = Field(description="checksum of the knowledge that answered")


class MedicineDetail(NodeDetail):
    """A medicine with what stands next to it; what safety rests on stands apart from the other neighbours."""

    contraindications: list[NeighbourGroup] = Field(description="conditions in which it must not or should not be given")
    interactions: list[NeighbourGroup] = Field(description="medicines that it interacts with, the most severe first")
    limits: list[NeighbourGroup] = Field(description="by age, organ function, pregnancy, results")
    side_effects: list[NeighbourGroup] = Field(description="what it causes, and what it adds to")


class NeighboursQuery(Parameters):
    """Which neighbours."""

    kind: EdgeKind | None = Field(None, description="of the edges; any when not given")
    node_kind: NodeKind | None = Field(None, description="of the neighbours; any when not given")
    way: Literal["out", "in"] | None = Field(None, description="whether edges lead out of the node; both when not given")
    limit: int = Field(50, ge=1, le=200, description="how many at most")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="how many are left out")


class NeighbourStated(Neighbour):
    """A node next to another, through which kind of edge."""

    kind: EdgeKind = Field(description="of the edges")
    way: Literal["out", "in"] = Field(description="whether the edges lead out of the node")


class Neighbours(Answer):
    """A page of what stands next to a node."""

    node: NodeShown = Field(description="the node that was asked for")
    count: int = Field(description="how many neighbours fit")
    items: list[NeighbourStated] = Field(description="a page of them")
    more: int = Field(description="how many follow this page")
    snapshot: str = Field(description="checksum of the knowledge that answered")


class PathsQuery(Parameters):
    """Between which nodes."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: str = Field(
        alias="from",
        min_length=1,
        max_length=300,
        description="an id, a name or a synonym",
        json_schema_extra={"example": "lisinopril"},
    )
    goal: str = Field(
        alias="to", min_length=1, max_length=300, description="of another node", json_schema_extra={"example": EXAMPLE_NAME}
    )
    hops: int = Field(3, ge=1, le=3, description="steps of a path at most")
    limit: int = Field(10, ge=1, le=50, description="how many paths at most")


class PathBetween(Answer):
    """A path."""

    nodes: list[NodeShown] = Field(description="from the first to the last")
    steps: list[list[LicensedStatement]] = Field(description="for each step every edge between its two nodes")
    drawn: str = Field(description="the path as one line")


class PathsFound(Answer):
    """The best paths between two nodes: shorter first, then those over nodes with fewer neighbours."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: NodeShown = Field(alias="from", description="where paths begin")
    goal: NodeShown = Field(alias="to", description="where they end")
    items: list[PathBetween] = Field(description="best first")
    found: int = Field(description="how many were found")
    complete: bool = Field(description="whether these are all; else the search came to the end of its budget")
    snapshot: str = Field(description="checksum of the knowledge that answered")


class MetapathShown(Answer):
    """A chain of edge kinds that the walk follows."""

    code: str = Field(description="its short name")
    written: str = Field(description="the chain, from the evidence to the medicine")
    sentence: str = Field(description="with the nodes of a path as {0}, {1}, …")
    weight: float = Field(description="in the score of a medicine")


class MetapathsShown(Answer):
    """What the recommender walks."""

    items: list[MetapathShown] = Field(description="the heaviest first")
    bundle: str | None = Field(description="which training the weights are of; null for those set by hand")
    snapshot: str = Field(description="checksum of the knowledge that answered")


class SourceCounted(Answer):
    """A source with how much it says."""

    source: str = Field(description="its name")
    source_version: str = Field(description="which version")
    licence: str = Field(description="under which it may be used")
    edges: int = Field(description="how many it says")


class StatisticsShown(Answer):
    """How large the knowledge is."""

    snapshot: str = Field(description="checksum of the knowledge")
    nodes: dict[str, int] = Field(description="by kind")
    edges: dict[str, int] = Field(description="by kind; each source counts")
    links: dict[str, int] = Field(description="by kind; what several sources say of two nodes counts once")
    levels: dict[str, int] = Field(description="edges by how they are known")
    sources: list[SourceCounted] = Field(description="by name")
    licences: list[str] = Field(description="of all sources")


class NeighbourhoodQuery(Parameters):
    """How far."""

    hops: int = Field(1, ge=1, le=2, description="how many steps from the node")
    limit: int = Field(50, ge=1, le=200, description="nodes at most, the nearest first")
