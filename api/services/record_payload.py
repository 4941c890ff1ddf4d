"""What records look like as payloads, and which values they take: the parts of :mod:`api.services.records` without a store."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from api.errors import FieldProblem, InputError
from api.record_kinds import KIND_OF_EDGE, RecordKind
from graph.elements import Edge, Node, NodeId, PropertyValue
from graph.errors import UnknownNodeError
from graph.property_rules import Properties
from graph.snapshot import Snapshot
from graph.telling import TOLD, mark_of
from recommender.case import meant

Payload: TypeAlias = dict[str, Any]
PERSON = ("birth_year", "sex", "pregnant", "breast_feeding", "avoid_routes")
"""Properties of a patient that may be told."""
_SPANS = (("start", "stop"),)


def person_payload(node: Node) -> Payload:
    """A patient as a person."""
    values = node.properties
    said = {name: values[name] for name in PERSON if name in values}
    return {
        "id": node.id,
        **said,
        "avoid_routes": list(_texts(values.get("avoid_routes", ()))),
        "synthetic": bool(values.get("synthetic", False)),
        "source": node.provenance.source,
    }


def entry_id(edge: Edge) -> str:
    """The id of the entry that an edge is."""
    return edge.record if edge.provenance.source == TOLD.source else mark_of(edge)


def entry_payload(edge: Edge, snapshot: Snapshot) -> Payload:
    """An entry of a record."""
    head: Payload = {"id": entry_id(edge), KIND_OF_EDGE[edge.kind].node: _shown_node(edge.end, snapshot)}
    recorded = {"recorded": edge.known_since} if edge.known_since else {}
    return head | _said(edge) | {"source": edge.provenance.source} | recorded


def event_payload(edge: Edge, snapshot: Snapshot) -> Payload:
    """An entry of a record at its date."""
    kind = KIND_OF_EDGE[edge.kind]
    return {
        "date": edge.properties.get(kind.dated),
        "kind": kind.name,
        "entry": entry_id(edge),
        "about": _shown_node(edge.end, snapshot),
        "said": _said(edge),
        "source": edge.provenance.source,
    }


def _said(edge: Edge) -> Payload:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in sorted(edge.properties.items())}


def _shown_node(node_id: NodeId, snapshot: Snapshot) -> Payload:
    try:
        return {"id": node_id, "name": snapshot.name(snapshot.number(node_id))}
    except UnknownNodeError:
        return {"id": node_id, "name": node_id}


def _texts(value: PropertyValue) -> Sequence[str]:
    return value if isinstance(value, tuple) else ()


def checked(rules: Properties, before: Mapping[str, PropertyValue], values: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """What is said after a change.

    Raises:
        InputError: with a pointer to each value that is not allowed.
    """
    said = dict(before)
    wrong = []
    for name, value in values.items():
        given = tuple(value) if isinstance(value, list) else value
        if given is None or given == ():
            said.pop(name, None)
        elif reason := rules[name].reason_against(given):
            wrong.append(FieldProblem(f"/{name}", reason))
        else:
            said[name] = given
    wrong += [FieldProblem(f"/{name}", "it is required") for name, rule in rules.items() if rule.required and name not in said]
    for start, stop in _SPANS:
        if not wrong and str(said.get(stop, "9999")) < str(said.get(start, "")):
            wrong.append(FieldProblem(f"/{stop}", "it ends before it begins"))
    if wrong:
        raise InputError(wrong)
    return said


def meant_node(text: str, kind: RecordKind, snapshot: Snapshot) -> NodeId:
    """The one node that a text means.

    Raises:
        InputError: when there is none, with the nearest names, or when there are several.
    """
    found = meant(text.strip(), kind.ends, snapshot)
    if len(found) == 1:
        return snapshot.id(found[0])
    if found:
        names = "; ".join(f"{snapshot.name(n)} ({snapshot.id(n)})" for n in found[:5])
        raise InputError([FieldProblem(f"/{kind.node}", f"several fit, give the id of one: {names}")])
    near = "; ".join(snapshot.nearest(text, kind.ends))
    hint = f"; nearest are: {near}" if near else ""
    raise InputError([FieldProblem(f"/{kind.node}", f"no {kind.node} is called so{hint}")])
