"""Groups as nodes and edges: what distinguishes a group, and what its members took; a path through them names no person."""

from dataclasses import dataclass

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.groups.model import Groups
from recommender.predictors.groups.predictor import group_id
from recommender.predictors.groups.therapies import WHOLE

LICENCE = "CC0-1.0"


@dataclass(frozen=True, slots=True)
class GroupTook:
    """What became of the members of a group who took a medicine.

    Attributes:
        group: id of the group's node.
        medicine: id of the medicine.
        condition: id of the condition it was taken for; empty for all together.
        people: how many, ``outcomes.LEAST_PEOPLE`` or more.
        share: of good outcomes, pulled towards that of all people, 0 to 1.
        shift: of the share above that of all people, in log-odds; 0 where that cannot be told.
    """

    group: NodeId
    medicine: NodeId
    condition: str
    people: int
    share: float
    shift: float


def check_graph(groups: Groups, snapshot: Snapshot) -> None:
    """See that groups belong to a graph.

    Raises:
        PredictorError: when they were made of another one, whose numbers mean something else.
    """
    if groups.snapshot != snapshot.checksum:
        raise PredictorError("groups were made of another graph; train again: python -m recommender train --predictor groups")


def group_rows(groups: Groups, snapshot: Snapshot, tag: str) -> tuple[GroupTook, ...]:
    """What members of every group took, by ids.

    Args:
        groups: fitted groups.
        snapshot: the graph that they were fitted on.
        tag: of their bundle.

    Raises:
        PredictorError: when the graph is another one, whose numbers mean something else.
    """
    check_graph(groups, snapshot)
    took = groups.therapies
    columns = (took.group, took.medicine, took.condition, took.people, took.share, took.shift)
    return tuple(
        GroupTook(
            NodeId(group_id(tag, group)),
            snapshot.id(medicine),
            "" if condition == WHOLE else snapshot.id(condition),
            people,
            share,
            shift,
        )
        for group, medicine, condition, people, share, shift in zip(*(column.tolist() for column in columns), strict=True)
    )


def group_elements(groups: Groups, snapshot: Snapshot, tag: str) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """The nodes of groups, and an edge for each of :func:`group_rows`.

    Args:
        groups: fitted groups.
        snapshot: the graph that they were fitted on.
        tag: of their bundle.

    Returns:
        Nodes with ``people`` and ``bundle``, their name the description; edges with ``people``, ``share``, ``shift``,
        ``bundle``, and ``condition`` where there is one, told apart by their record, which is the condition.

    Raises:
        PredictorError: as :func:`group_rows` does.
    """
    provenance = Provenance("groups", tag, LICENCE)
    nodes = tuple(
        Node(
            NodeId(group_id(tag, i)), NodeKind.GROUP, group.description, provenance, (), {"people": group.people, "bundle": tag}
        )
        for i, group in enumerate(groups.groups)
    )
    return nodes, tuple(_edge(row, provenance) for row in group_rows(groups, snapshot, tag))


def _edge(row: GroupTook, provenance: Provenance) -> Edge:
    values: dict[str, PropertyValue] = {"people": row.people, "share": round(row.share, 4), "shift": round(row.shift, 4)}
    values["bundle"] = provenance.source_version
    if row.condition:
        values["condition"] = row.condition
    people, level = f"{row.people} people", KnowledgeLevel.STATISTICAL
    return Edge(EdgeKind.RESPONDED_TO, row.group, row.medicine, provenance, level, people, row.condition, properties=values)
