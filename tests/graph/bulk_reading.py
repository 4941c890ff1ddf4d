"""Reads the tables of a bulk export by the rules of Neo4j's importer, which a test on the real one holds to them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
READERS = {
    "long": int,
    "double": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "string[]": lambda text: text.split("\0"),
    "long[]": lambda text: [int(part) for part in text.split("\0")],
}


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table: values by the names of the columns, what is absent left out; a column without name by its type."""
    header = [column.partition(":") for column in (folder / f"{name}-header.csv").read_text().rstrip("\n").split(",")]
    rows = []
    for fields in _records((folder / f"{name}.csv").read_bytes().decode()):
        assert len(fields) == len(header)
        pairs = zip(header, fields, strict=True)
        rows.append({word or kind: READERS.get(kind, str)(field) for (word, _, kind), field in pairs if field is not None})
    return rows


def _records(text: str) -> Iterator[list[str | None]]:
    place, fields = 0, []
    while place < len(text):
        found = FIELD.match(text, place)
        assert found is not None
        quoted, bare = found.groups()
        fields.append(quoted.replace('""', '"') if quoted is not None else bare or None)
        place = found.end() + 1
        if text[found.end()] == "\n":
            yield fields
            fields = []
        else:
            assert text[found.end()] == ","
