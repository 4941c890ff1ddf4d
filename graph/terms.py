"""Names as people write them: when two spellings are the same name, and which node a name means.

One normalisation serves everywhere — loaders that match a spreadsheet's words, and requests that say "high blood pressure" —
so that what loads also resolves.
"""

import difflib
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from graph.elements import Node, NodeId

_NOT_WORD = re.compile(r"[^a-z0-9+%]+")
NEAREST_CUTOFF = 0.6
"""Least similarity (0 to 1, Ratcliff and Obershelp) of a name that is offered in place of an unknown one."""


def normalise(text: str) -> str:
    """The form in which two spellings of one name agree: lower case, no accents, words parted by one space.

    >>> normalise("  Crohn’s disease (ILEUM) ")
    'crohns disease ileum'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.replace("'", "").replace("’", "")).strip()


def term_hash(text: str) -> int:
    """A 64-bit hash of a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def nearest(text: str, names: Iterable[str], limit: int = 3) -> Sequence[str]:
    """Names spelled most like the text, best first, at most ``limit``."""
    spelled = {normalise(name): name for name in names}
    found = difflib.get_close_matches(normalise(text), spelled, n=limit, cutoff=NEAREST_CUTOFF)
    return [spelled[key] for key in found]


class TermIndex:
    """Which nodes a name may mean, built from nodes in memory.

    Args:
        nodes: those that can be meant; ids, names and aliases all count.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._ids: dict[str, set[NodeId]] = defaultdict(set)
        self._names: list[str] = []
        for node in nodes:
            self.add(node)

    def add(self, node: Node) -> None:
        """Let a further node be meant."""
        for text in (node.id, node.name, *node.aliases):
            self._ids[normalise(text)].add(node.id)
        self._names.append(node.name)

    def candidates(self, text: str) -> Sequence[NodeId]:
        """Ids of all nodes that carry this name, sorted; none when it is unknown."""
        return sorted(self._ids.get(normalise(text), ()))

    def nearest(self, text: str, limit: int = 3) -> Sequence[str]:
        """Names spelled most like the text, best first."""
        return nearest(text, self._names, limit)
