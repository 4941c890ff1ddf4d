"""What is wrong with a row of an edge table once the nodes are known: its ends, a limit's form, an interaction's modifiers."""

import re
from collections.abc import Mapping

from graph.columns import Value
from graph.elements import NodeId, NodeKind
from graph.modifiers import ConditionKind, parse_modifier
from graph.row_report import Code
from graph.rows import RowBatch
from graph.units import convert
from loaders.source import Context, check_reference
from loaders.sources.formulary import edges

RESULT = "result"
_LIMIT_COLUMNS = ("kind", "test", "comparator", "value", "unit")


def check_edges(table: str, rows: RowBatch, context: Context) -> None:
    """Reject rows whose ends are unknown or are the same node, whose limit is none, or whose modifiers cannot be read."""
    shape = edges.SHAPES[table]
    (start, start_kinds), (end, end_kinds) = shape.start, shape.end
    check_reference(rows, start, start_kinds, context)
    if table == "limit":
        _check_limits(rows, context)
        return
    check_reference(rows, end, end_kinds, context)
    for i in rows.kept():
        if rows.values[start][i] == rows.values[end][i]:
            rows.reject(i, end, Code.INCONSISTENT, f"another node than that of {start}")
    if table == "interaction":
        _check_modifiers(rows, context)


def _check_limits(rows: RowBatch, context: Context) -> None:
    for i in rows.kept():
        said = {name: str(rows.values[name][i] or "") for name in _LIMIT_COLUMNS}
        kind = said["kind"]
        if expected := _limit_fault(said):
            rows.reject(i, "value", Code.INCONSISTENT, expected)
        elif bool(said["test"]) is not (kind == RESULT):
            rows.reject(i, "test", Code.INCONSISTENT, "a test for a limit by a result, and for no other")
        elif edges.limit_end(kind, said["test"], context.vocabulary) is None:
            wanted = said["test"] or edges.LIMIT_ENDS.get(kind, edges.CHILD_PUGH[0])
            rows.reject(i, "test" if kind == RESULT else "kind", Code.UNKNOWN_ID, f"a known node for it: {wanted}")
        elif kind == RESULT and said["unit"] and not _known_unit(said, context):
            rows.reject(i, "unit", Code.UNKNOWN_UNIT, "a unit that is known for the test")


def _limit_fault(said: Mapping[str, str]) -> str:
    """What a limit of this kind must look like, when this one does not."""
    comparator, value, unit = said["comparator"], said["value"], said["unit"]
    number = bool(re.fullmatch(r"[0-9]+(\.[0-9]+)?", value))
    fits, expected = {
        "age": (
            number and comparator in ("below", "above") and unit in ("years", "months"),
            "below or above a number of years",
        ),
        "renal": (number and comparator == "below", "below a number of mL/min/1.73m2"),
        "hepatic": (value in ("A", "B", "C") and comparator == "at_least", "at_least one of A, B, C"),
        "sex": (value in ("male", "female"), "male or female"),
        RESULT: (number and comparator in ("below", "above"), "below or above a number in the test's unit"),
    }.get(said["kind"], (not value and not comparator, "no comparator and no value"))
    return "" if fits else expected


def _known_unit(said: Mapping[str, str], context: Context) -> bool:
    node = context.vocabulary.node(NodeId(said["test"]))
    if node is None:
        return True
    other = node.properties.get("other_units", ())
    factors = other if isinstance(other, tuple) else ()
    return convert(1.0, said["unit"], str(node.properties.get("unit", "")), factors) is not None


def _check_modifiers(rows: RowBatch, context: Context) -> None:
    for i in rows.kept():
        ends = {str(rows.values[name][i]) for name in ("medicine_a", "medicine_b")}
        if fault := modifiers_fault(rows.values["modifiers"][i], ends, context):
            rows.reject(i, "modifiers", *fault)


def modifiers_fault(texts: Value, ends: set[str], context: Context) -> tuple[Code, str] | None:
    """What is wrong with the modifiers of an interaction between two medicines, or nothing."""
    found = (_modifier_fault(str(text), ends, context) for text in (texts if isinstance(texts, tuple) else ()))
    return next(filter(None, found), None)


def _modifier_fault(text: str, ends: set[str], context: Context) -> tuple[Code, str] | None:
    try:
        modifier = parse_modifier(text)
    except ValueError as error:
        return Code.BAD_VALUE, str(error)
    if modifier.kind in (ConditionKind.ROUTE, ConditionKind.DOSE):
        return None if modifier.subject in ends else (Code.INCONSISTENT, "a route or a dose of one of the two medicines")
    kinds = {
        ConditionKind.WITH: (NodeKind.MEDICINE, NodeKind.DRUG_CLASS),
        ConditionKind.RESULT: (NodeKind.LAB_TEST,),
    }.get(modifier.kind, ())
    if kinds and context.vocabulary.kind(modifier.subject) not in kinds:
        return Code.UNKNOWN_ID, f"the id of a known {' or '.join(kinds)}"
    return None
