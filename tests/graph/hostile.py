"""A graph whose texts, numbers and lists are those on which files, statements and importers break."""

from random import Random

from graph.elements import EdgeKind, Node, NodeId, NodeKind, Provenance
from graph.property_rules import MAX_TEXT
from graph.store import Batch, EdgeColumns
from tests.graph.building import SOURCE, columns, edge, node

PIECES = (
    '"',
    '""',
    "\\",
    '\\"',
    "'",
    ",",
    ";",
    "|",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "=1+1",
    "@x",
    "#",
    "`",
    "${x}",
    "null",
    " ",
    "x",
    "💊",
)
TEXTS = (
    *("", *PIECES, "\ufeff", "\ufffe", "\uffff", "\x01", "\x0b", "\x1e", "\x7f", "\x85", "\u2028", "\u0301", "糖尿病"),
    *(
        "a\nb\rc\r\nd",
        'a "quoted", b',
        '"\n"',
        "\\N",
        "\\u0027",
        "U+0000",
        "--strict=false",
        "x" * MAX_TEXT,
        '"\n' * (MAX_TEXT // 2),
    ),
)
"""Texts of every sort, the longest that there may be among them."""
NUMBERS = (0, 0.0, -0.0, 1, 1.0, -1, 0.1, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, 2**63 - 1, -(2**63), 2.0**53, 2**53 + 1)
"""Values of a property that holds an integer or a fraction, and keeps which of them."""


def hostile_graph(seed: int = 1, long: int = 60) -> Batch:
    """The texts in every place that takes one, parallel edges of several sources and records, and some long random texts."""
    random = Random(seed)
    sources = [Provenance(text or "none", text, text) for text in TEXTS if len(text) < 100]
    nodes, edges = [node("C:c", "condition"), node("patient:bare")], []
    for i, text in enumerate(TEXTS):
        medicine, patient, source = f"M:{i}{''.join(text.split())[:190]}", f"patient:{i}", sources[i % len(sources)]
        medicine = "".join(c for c in medicine if c > " " and c not in "\x7f\x85\u2028")
        lists = {"atc": (text, f"{text[:9]}x"), "routes": ("", "")}
        nodes.append(
            node(medicine, text or "no name", (text, f"{text[:9]}\n"), source=source, note=text, verified=i % 2 == 0, **lists)
        )
        nodes.append(node(patient, synthetic=True, birth_year=1900 + i))
        for other in (source, sources[0]):
            edges.append(
                edge(EdgeKind.TREATS, medicine, "C:c", source=other, evidence=text, note=text, known_since="2020-02-29")
            )
            for record in ("", text, "r"):
                more = {"adherence": i % 2, "rating": 7} if record == "r" else {"adherence": 1 / (i + 2)}
                edges.append(edge(EdgeKind.TAKES, patient, medicine, source=other, record=record, review=text, **more))
    nodes.append(node("M:many", "many", [f"{i}{TEXTS[i % 20]}" for i in range(2_000)]))
    for i in range(long):
        text = "".join(random.choices(PIECES, k=MAX_TEXT // 3))[:MAX_TEXT]
        nodes.append(node(f"M:long{i}", f"long {i}", note=text))
        edges.append(edge(EdgeKind.TREATS, f"M:long{i}", "C:c", note=text))
    test = Node(NodeId("L:test"), NodeKind.LAB_TEST, "test", SOURCE)
    results = [
        edge(EdgeKind.HAS_RESULT, "patient:bare", test.id, record=str(i), value=value) for i, value in enumerate(NUMBERS)
    ]
    # Equal keys may have come about: of an edge that is named twice the last stays.
    groups = columns({item.key: item for item in edges}.values())
    return Batch((*nodes, test), (*groups, EdgeColumns.of(results, NodeKind.PATIENT, NodeKind.LAB_TEST)))
