"""Texts that would do something if a statement were built from them, and elements and tables with them in every place."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from graph.elements import Edge, EdgeKind, KnowledgeLevel, Node, NodeId, NodeKind, PropertyValue, Provenance
from graph.property_rules import MAX_TEXT, PropertyRule
from graph.schema import EDGE_RULES, NODE_RULES
from graph.store import Batch, EdgeColumns
from tests.loaders.small import COHORT, EVIDENCE, FORMULARY

BREAKS = "'}) MATCH (n) DETACH DELETE n //"
TEXTS = (
    *("'", '"', "''", "\\", "\\'", '\\"', "`", "``", "}", "{", "})", ";", "$", "null"),
    *("\\u0027", "\\u0027}) DETACH DELETE n //", "\\u0060", "%27", "&#39;", "\u2019", "\uff07"),
    *("// comment", "/* comment */", "*/ DETACH DELETE n /*", "--", "$($l)", "n:$($l)", "$graph", "{{ name }}", "${name}"),
    *(BREAKS, '"}) MATCH (n) DETACH DELETE n //', "`) MATCH (n) DETACH DELETE n //", "; MATCH (n) DETACH DELETE n;"),
    *("Medicine`) DETACH DELETE n //", "id: 'x'}) SET n.name = 'x' //", "Robert'); DROP TABLE node;--"),
    *("LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", "CALL dbms.listConfig()", "CALL db.labels()"),
    *("CALL { MATCH (n) DETACH DELETE n } IN TRANSACTIONS", "CREATE USER eve SET PASSWORD 'x'", "DROP CONSTRAINT entity_id"),
    *("\U0001f48a", "\u202eelif", "\u2028", "\u0301", "\ufeff", "two\nlines", "a\ttab"),
    (BREAKS * MAX_TEXT)[:MAX_TEXT],
)
"""Every one of them is stored as it is."""
REFUSED = ("\x00", "a\x00b", "\ud800", "x\udfff", "x" * (MAX_TEXT + 1))
"""No store could keep them."""
LONGEST_TAIL = 150
DAY = "2020-02-29"


def is_free(rule: PropertyRule) -> bool:
    """Whether a property holds any text, or a list of them."""
    return rule.type in (str, tuple) and not rule.values and not rule.date


def filled(rules: Mapping[str, PropertyRule], text: str) -> dict[str, PropertyValue]:
    """Properties with the text wherever it may stand, and what is required besides."""
    values: dict[str, PropertyValue] = {}
    for name, rule in rules.items():
        if is_free(rule):
            values[name] = (text, text) if rule.type is tuple else text
        elif rule.required:
            values[name] = rule.values[0] if rule.values else rule.type(max(rule.low, min(1.5, rule.high)))
    return values


def hostile_id(kind: NodeKind, number: int, text: str) -> NodeId:
    """An id whose tail is the text, but for what no id may hold."""
    tail = "".join(c for c in text if c > " " and not c.isspace())[:LONGEST_TAIL]
    prefix = "patient" if kind is NodeKind.PATIENT else f"X.{kind}"
    return NodeId(f"{prefix}:{number}-{tail}")


def hostile_nodes(text: str, number: int) -> Iterator[Node]:
    """A node of each kind with the text in every place."""
    for kind, rules in NODE_RULES.items():
        names = ("", ()) if kind is NodeKind.PATIENT else (text, (text, f"{text[:-1]}~"))
        said = Provenance(text, text, text)
        yield Node(hostile_id(kind, number, text), kind, names[0], said, names[1], filled(rules, text))


def hostile_edges(text: str, number: int) -> Iterator[tuple[tuple[EdgeKind, NodeKind, NodeKind], Edge]]:
    """An edge of each kind between the nodes of each pair of kinds that it joins, with the text in every place."""
    said = Provenance(text, text, text)
    for kind, rule in EDGE_RULES.items():
        for join in sorted(rule.joins):
            ends = [hostile_id(end, number, text) for end in join]
            made = Edge(kind, *ends, said, KnowledgeLevel.ASSERTION, text, text, DAY, filled(rule.properties, text))
            yield (kind, *join), made


def hostile_batch(texts: Sequence[str]) -> Batch:
    """All of that for each of the texts."""
    groups: dict[tuple[EdgeKind, NodeKind, NodeKind], list[Edge]] = {}
    for number, text in enumerate(texts):
        for join, edge in hostile_edges(text, number):
            groups.setdefault(join, []).append(edge)
    nodes = [node for number, text in enumerate(texts) for node in hostile_nodes(text, number)]
    return Batch(nodes, [EdgeColumns.of(edges, start, end) for (_, start, end), edges in groups.items()])


FRESH = {
    "medicine": ("medicine.csv", "DrugBank:DB9{:05}", f"{{}},Fresh {{}},,,,,oral,rx,{EVIDENCE}"),
    "class": ("allergy_class.csv", "rx:class-{}", f"{{}},Fresh class {{}},,,{EVIDENCE}"),
    "condition": ("condition.csv", "ICD10CM:X{}", f"{{}},Fresh condition {{}},,,,,,{EVIDENCE}"),
    "care_action": ("care_action.csv", "rx:care-{}", f"{{}},Fresh care {{}},diet,,{EVIDENCE}"),
    "test": ("lab_test.csv", "LOINC:9{}-0", f"{{}},Fresh test {{}},,mg/dL,,{EVIDENCE}"),
    "patient_id": ("patient.csv", "H{}", "{},1980,female,,,true"),
}
"""Of a table whose rows join something: where the row of its first end stands, its id, and the row."""
FIRST_ENDS = {"medicine_a": "medicine", "class_a": "class"}
LIST = "list.csv"
LISTED = "Drug_Name,Reason,Description\nRamipril,hypertension,for the pressure\n"
"""A foreign table, whose names become nodes."""


def hostile_tables(texts: Sequence[str], chance: Random, count: int) -> dict[str, bytes]:
    """The small formulary and cohort, and behind each table rows with some of the texts in each of its columns.

    Args:
        texts: the texts.
        chance: draws them.
        count: how many for a column; all when there are no more.
    """
    rows = {name: list(csv.reader(io.StringIO(text))) for name, text in {**FORMULARY, **COHORT, LIST: LISTED}.items()}
    number = 0
    for name in [name for name in rows if name != "sources.csv"]:
        for column in range(len(rows[name][0])):
            for text in chance.sample(texts, min(count, len(texts))):
                number += 1
                rows[name].append(_spoilt(rows, name, column, text, number))
    return {name: _written(lines) for name, lines in rows.items()}


def _spoilt(rows: dict[str, list[list[str]]], name: str, column: int, text: str, number: int) -> list[str]:
    """A row of a key of its own with the text in one column."""
    header, sample = rows[name][:2]
    first = header[0]
    row = list(sample)
    kind = FIRST_ENDS.get(first, first)
    if kind in FRESH:
        home, form, line = FRESH[kind]
        row[0] = form.format(number)
        # A table's own rows need no others.
        if len(rows[home][0]) != len(row) or rows[home][0][0] != first:
            rows[home].append(line.format(row[0], number).split(","))
    elif first == "id":
        row[0], row[1] = f"{sample[0]}x{number}", f"{sample[1]} {number}"
    else:
        row[0] = f"{sample[0]} {number}"
    # Of this number an alias is made, with a few characters in front.
    row[column] = text[: MAX_TEXT - 100] if header[column] == "rxcui" else text
    return row


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().encode("utf-8", "surrogatepass")
