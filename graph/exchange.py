"""Writes a snapshot for other programs, in the forms that networkx knows.

GraphML keeps neither lists nor every character: lists are written as JSON, and characters that XML does not allow as U+FFFD.
Patients are in no snapshot and so in nothing that is written here.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import networkx

from graph.elements import NodeKind, PropertyValue
from graph.errors import SnapshotError
from graph.snapshot import Snapshot

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def write_graphml(snapshot: Snapshot, path: Path, kinds: Sequence[NodeKind] = ()) -> tuple[int, int]:
    """Write the graph of the given node kinds (all when empty) as GraphML.

    Args:
        snapshot: what to write.
        path: the file, which appears whole or not at all; an existing one is replaced.
        kinds: nodes of other kinds, and edges that touch them, are left out.

    Returns:
        How many nodes and edges were written.

    Raises:
        SnapshotError: when the file cannot be written.
    """
    graph = _plain_graph(snapshot.to_networkx(kinds))
    partial = path.with_name(f"{path.name}.{uuid4().hex}.partial")
    try:
        networkx.write_graphml_xml(graph, partial)
        partial.replace(path)
    except OSError as error:
        raise SnapshotError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        if partial.exists():
            partial.unlink()
    return graph.number_of_nodes(), graph.number_of_edges()


def graphml(snapshot: Snapshot, nodes: Collection[int]) -> bytes:
    """Some nodes of a snapshot, and every edge between them, as GraphML.

    Args:
        snapshot: what they are of.
        nodes: their numbers.
    """
    out = BytesIO()
    networkx.write_graphml_xml(_plain_graph(snapshot.part(nodes)), out)
    return out.getvalue()


def _plain_graph(whole: networkx.MultiDiGraph) -> networkx.MultiDiGraph:
    graph = networkx.MultiDiGraph(**whole.graph)
    for node, values in whole.nodes(data=True):
        graph.add_node(_text(node), **_plain(values))
    # The keys of networkx tell the edges of one pair apart; other programs want ids that tell all edges apart.
    for number, (start, end, values) in enumerate(whole.edges(data=True)):
        graph.add_edge(_text(start), _text(end), f"e{number}", **_plain(values))
    return graph


def _plain(values: Mapping[str, PropertyValue]) -> dict[str, str | int | float | bool]:
    """Values as GraphML can hold them; empty ones are left out."""
    made: dict[str, str | int | float | bool] = {}
    for name, value in values.items():
        if value not in ("", ()):
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value
            made[name] = _text(text) if isinstance(text, str) else text
    return made


def _text(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)
