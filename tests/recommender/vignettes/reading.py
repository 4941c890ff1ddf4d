"""Reads the vignettes: ``cases/*.toml``, each case written from a source that ``sources.toml`` names.

A case says what is expected of medicines, by rule: what is ``excluded``, needs a ``sign_off``, is ``cautioned`` or only
``noted``, is ``flagged`` (a caution or more: the source warns, but does not say how strongly) and is ``not_flagged`` by it.
Of medicines as a whole: ``not_excluded`` by any rule, ``suggested`` above the line with no caution about anything on file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ByRule = Mapping[str, list[str]]


@dataclass(frozen=True)
class Source:
    """Where a case was taken from; labels change without a year."""

    title: str
    organisation: str
    year: int = 0
    url: str = ""


@dataclass(frozen=True)
class Vignette:
    """A patient, where the case comes from, and what is expected; see the module.

    Attributes:
        name: of the case, unique.
        case: as a request takes it.
        source: what it was written from.
        place: the place in the source: a section, a table, a medicine's label.
        unresolved: names in the case that nothing is called by.
    """

    name: str
    case: dict[str, Any]
    source: Source
    place: str
    excluded: ByRule = field(default_factory=dict)
    sign_off: ByRule = field(default_factory=dict)
    cautioned: ByRule = field(default_factory=dict)
    noted: ByRule = field(default_factory=dict)
    flagged: ByRule = field(default_factory=dict)
    not_flagged: ByRule = field(default_factory=dict)
    not_excluded: list[str] = field(default_factory=list)
    suggested: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its short name."""
    read = tomllib.loads((FOLDER / "sources.toml").read_text(encoding="utf-8"))
    return {name: Source(**values) for name, values in read.items()}


def read_vignettes() -> list[Vignette]:
    """Every case of every file."""
    found = []
    for path in sorted((FOLDER / "cases").glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            rest = {key: value for key, value in case.items() if key not in ("patient", "source")}
            found.append(Vignette(case=case["patient"], source=sources()[case["source"]], **rest))
    return found


VIGNETTES = read_vignettes()
