"""What a limit comes to for one patient: broken, or not to be told from what is on file."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.elements import Edge


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a limit is broken, or what is missing to tell.

    Attributes:
        broken: whether it is; otherwise it cannot be told.
        words: the reason.
        fact: what is on file, or what is missing there.
        about: the reason where it is the same for every medicine with such a limit; empty where it is not.
        confirm: what must be found for the limit to be kept.
        grave: whether what is missing deserves more than a note.
        old: whether it is broken by a value that is too old to count as measured.
        nodes: the way from a diagnosis on file up to the limit's node, without that node.
        edges: the edges of that way.
    """

    broken: bool
    words: str
    fact: Mapping[str, object]
    about: str = ""
    confirm: str = ""
    grave: bool = True
    old: bool = False
    nodes: tuple[int, ...] = ()
    edges: tuple[Edge, ...] = ()
