"""Names as people write them: when two spellings are the same name, and which node a name means.

One normalisation serves everywhere — loaders that match a spreadsheet's words, and requests that say "high blood pressure" —
so that what loads also resolves.
"""

import difflib
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from graph.elements import Node, NodeId

NEAREST_CUTOFF = 0.6
"""Least similarity (0 to 1, Ratcliff and Obershelp) of a name that is offered in place of an unknown one."""
_KEPT = "+%"
_APOSTROPHES = "'’‘ʼ"
_LETTERS = (
    "α:alpha β:beta γ:gamma δ:delta ε:epsilon ζ:zeta η:eta θ:theta ι:iota κ:kappa λ:lambda μ:mu ν:nu ξ:xi ο:omicron π:pi"
    " ρ:rho σ:sigma τ:tau υ:upsilon φ:phi χ:chi ψ:psi ω:omega"
)
# Interferon α and interferon β are two medicines, and "interferon alpha" is the first of them.
_GREEK = {ord(pair[0]): pair[2:] for pair in _LETTERS.split()}
_ASCII = {
    code: None if chr(code) in _APOSTROPHES else chr(code).lower() if chr(code).isalnum() or chr(code) in _KEPT else " "
    for code in range(128)
}


def normalise(text: str) -> str:
    """The form in which two spellings of one name agree.

    Lower case, no accents, Greek letters spelled out, words of letters and digits of any script parted by one space.

    >>> normalise("  Crohn’s disease (ILEUM) ")
    'crohns disease ileum'
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_GREEK)
    return " ".join("".join(map(_folded, plain)).split())


def _folded(char: str) -> str:
    """What becomes of one character of a decomposed text: a sign that takes no room goes, one between words parts them."""
    if char.isalnum() or char in _KEPT:
        return char
    if char in _APOSTROPHES or unicodedata.combining(char):
        return ""
    return char if unicodedata.category(char) in ("Mn", "Mc") else " "


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
            if normal := normalise(text):
                self._ids[normal].add(node.id)
        if node.name:
            self._names.append(node.name)

    def candidates(self, text: str) -> Sequence[NodeId]:
        """Ids of all nodes that carry this name, sorted; none when it is unknown."""
        return sorted(self._ids.get(normalise(text), ()))

    def nearest(self, text: str, limit: int = 3) -> Sequence[str]:
        """Names spelled most like the text, best first."""
        return nearest(text, self._names, limit)
