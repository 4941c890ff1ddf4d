"""What must not be combined: the list of high-priority interactions of the US Office of the National Coordinator.

The file has a pair a line, ``name$DrugBank id$name$DrugBank id$``, no header, either way round and some pairs twice.
"""

from pathlib import Path

from loaders.errors import LoadError
from loaders.references.folder import reference_file
from loaders.references.treatments import DRUGBANK
from loaders.text_tables import open_text

Pair = tuple[str, str]
_FIELDS = 4


def onc_pairs(shared: Path) -> list[Pair]:
    """The distinct pairs of the list as sorted pairs of medicine ids, sorted.

    Raises:
        LoadError: when a line has too few fields.
    """
    path = reference_file(shared, "ddi-onc-high-priority", "ONC_High_Priority_Mapped.csv")
    pairs: set[Pair] = set()
    with open_text(path) as stream:
        for number, line in enumerate(stream, start=1):
            fields = line.strip().split("$")
            if fields == [""]:
                continue
            if len(fields) < _FIELDS:
                raise LoadError(f"{path.name}: line {number}: {_FIELDS} fields are expected")
            first, second = sorted((DRUGBANK + fields[1].strip(), DRUGBANK + fields[3].strip()))
            if first != second:
                pairs.add((first, second))
    return sorted(pairs)
