"""Reads the texts in a package's Python: which statements it names, and which texts look like Cypher.

Caught are constants and f-strings (their fixed parts, joined) outside docstrings that hold a clause with its pattern
(``MATCH (``, ``MERGE (``, ``CREATE (``, ``UNWIND $rows``, ``DETACH DELETE``, ``LOAD CSV``, ``CALL db.labels``, ``CALL {``,
``CREATE CONSTRAINT``), a piece of a pattern (``)-[``, ``]->(``, ``-->(``, ``(n:``), or a piece of a clause with a parameter
(``WHERE n.id = $id``, ``SET n.x = $x``). SQL has none of these. A text that is put together from single words is not caught
here; that what leaves the driver is the catalogue's, byte for byte, is tested at the driver.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graph.config import PROJECT

PACKAGES = ("graph", "loaders", "recommender", "api", "deploy")
HOLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for what an f-string fills in."""
CYPHER = re.compile(
    rf"\b(MATCH|MERGE|CREATE)\s*(\w+\s*=\s*)?\([\w{HOLE}]*\s*[:{{)]"
    r"|\bUNWIND\s+[$\[\w]+\s+AS\b|\bDETACH\s+DELETE\b|\bLOAD\s+CSV\b"
    r"|\bCALL\s*(\(\w*\)\s*)?\{|\bCALL\s+(db|dbms|apoc)\.|\b(CREATE|DROP)\s+(CONSTRAINT|RANGE|TEXT|POINT|FULLTEXT)\b"
    r"|\)\s*<?-+\s*\[|\]\s*-+>?\s*\(|\)\s*<?--+>?\s*\(|\(\w*:\w+\s*[{)]"
    rf"|\b(WHERE|SET|AND)\s+\w+\.[\w{HOLE}]+\s*=\s*\$",
    re.IGNORECASE,
)
NAME = re.compile(r"(schema|store|answer|analyst|benchmark)/[\w/]*")


def modules() -> list[Path]:
    """Every module of the product."""
    return sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))


def texts(tree: ast.AST) -> Iterator[str]:
    """The texts of a module, without docstrings; what an f-string fills in is a hole."""
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node
    }
    skipped = inside | {id(text) for text in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in inside:
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Texts that stand as statements of their own: they document and go nowhere."""
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def cypher_in(source: str) -> list[str]:
    """The texts of a module that look like Cypher."""
    return [text for text in texts(ast.parse(source)) if CYPHER.search(text)]


def names_in(source: str) -> set[str]:
    """The statements that a module names; one that ends in ``/`` stands for those of a folder."""
    found = (text.partition(HOLE)[0] for text in texts(ast.parse(source)))
    return {text for text in found if NAME.fullmatch(text)}
