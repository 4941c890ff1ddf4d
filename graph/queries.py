"""The catalogue of ``cypher/``: every statement that is sent to Neo4j, by the name of its file.

A file holds one statement behind three header lines::

    // purpose: what it answers
    // params: a, b
    // columns: x, y

A header may be empty behind its colon. The text is sent as it stands in the file, comments and all; values go as parameters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from graph.config import PROJECT
from graph.errors import UnknownQueryError

FOLDER = PROJECT / "cypher"
_HEADER = re.compile(r"// purpose: (?P<purpose>\S.*)\n// params:(?P<params>.*)\n// columns:(?P<columns>.*)\n")
_PARAM = re.compile(r"\$(\w+)")
_NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """One statement of the catalogue.

    Attributes:
        name: its file without the ending, for instance ``analyst/hubs``.
        text: what is sent, the whole file.
        purpose: what it answers, in one line.
        params: names of its parameters.
        columns: names of the columns of its answer, empty when it answers nothing.
    """

    name: str
    text: str
    purpose: str
    params: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The text behind its header: what people are given to paste."""
        return self.text.split("\n", 3)[3].strip()


@cache
def catalogue(folder: Path = FOLDER) -> Mapping[str, Query]:
    """Every statement by its name, in the order of names; read once a process.

    Raises:
        UnknownQueryError: names the file whose header is missing or does not tell its parameters.
    """
    paths = sorted(folder.rglob("*.cypher"))
    return MappingProxyType({query.name: query for query in (_read(path, folder) for path in paths)})


def query(name: str) -> Query:
    """The statement of this name.

    Raises:
        UnknownQueryError: when there is no such file, or any file's header is unusable.
    """
    try:
        return catalogue()[name]
    except KeyError:
        raise UnknownQueryError(f"there is no cypher/{name}.cypher") from None


def _read(path: Path, folder: Path) -> Query:
    name = path.relative_to(folder).with_suffix("").as_posix()
    text = path.read_bytes().decode("utf-8")
    header = _HEADER.match(text)
    if header is None:
        raise UnknownQueryError(
            f"cypher/{name}.cypher: the header lines // purpose:, // params: and // columns: are expected first"
        )
    params, columns = _names(header["params"]), _names(header["columns"])
    used = set(_PARAM.findall(_NOT_CODE.sub(" ", text)))
    if used != set(params):
        odd = ", ".join(sorted(used ^ set(params)))
        raise UnknownQueryError(f"cypher/{name}.cypher: parameters of header and statement differ: {odd}")
    return Query(name, text, header["purpose"].strip(), params, columns)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)
