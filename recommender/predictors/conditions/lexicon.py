"""What the words of a free text mean: names, synonyms and plain words of symptoms (and conditions) of the graph.

A name is a set of folded words, whatever their order: "pain in the chest" and "my chest hurts" are {chest, pain}. A word is
folded by its ending, by its British spelling and by ``words.toml``, the same for names and for texts. A set that means several
nodes means the one whose own name it is, or nothing.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from graph.terms import normalise
from recommender.predictors.conditions.spelling import Speller

WORDS = Path(__file__).with_name("words.toml")
Key = tuple[str, ...]
LONGEST = 6
"""Most words of a name that a text is searched for."""
_ACHE = "ache"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a text may name.

    Attributes:
        node: its number, or any number that stands for it.
        name: what it is called.
        synonyms: what else it is called.
    """

    node: int
    name: str
    synonyms: tuple[str, ...] = ()


@lru_cache(1)
def plain_words() -> Mapping[str, Any]:
    """What ``words.toml`` says."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


@lru_cache(1)
def _same() -> Mapping[str, str]:
    return {word: kept for kept, words in plain_words()["same"].items() for word in words}


@lru_cache(1)
def _dropped() -> frozenset[str]:
    return frozenset(plain_words()["words"]["dropped"].split()) | frozenset(plain_words()["words"]["joints"].split())


@lru_cache(1)
def fillers() -> frozenset[str]:
    """Folded words that say how much or how often, and seldom what."""
    return frozenset(fold(word)[0] for word in plain_words()["words"]["filler"].split())


@lru_cache(65_536)
def fold(word: str) -> Key:
    """A normalised word as one or two folded ones; "stomachache" is of a belly and of pain.

    >>> fold("tiredness"), fold("diarrhoea"), fold("headaches")
    (('tir',), ('diarrhea',), ('head', 'pain'))
    """
    if len(word) >= 6:
        word = word.replace("oe", "e").replace("ae", "e").replace("our", "or")
    if word in _same():
        return (_same()[word],)
    if word in plain_words()["same"]:
        return (word,)
    bare = word.removesuffix("s")
    if bare.endswith(_ACHE) and len(bare) > len(_ACHE) + 2:
        return (*fold(bare.removesuffix(_ACHE)), "pain")
    return (_same().get(stem := _stem(word), stem),)


def _stem(word: str) -> str:
    """A word without what makes it a plural, a verb's form, or the name of a quality."""
    if len(word) <= 3:
        return word
    if word.endswith("iness"):
        word = word.removesuffix("iness") + "y"
    elif word.endswith("ness") and len(word) > 6:
        word = word.removesuffix("ness")
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word.removesuffix("s")
    if word in _same() or word in plain_words()["same"]:
        return word
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("eed"):
            word = word.removesuffix(ending)
            break
    for ending in ("y", "e"):
        if word.endswith(ending) and len(word) >= 4:
            word = word.removesuffix(ending)
    return word


def key_of(text: str) -> Key:
    """The folded words of a name, each once, ascending; empty for a name of words that say nothing."""
    words = [word for word in normalise(text.replace("-", " ")).split() if word not in _dropped()]
    return tuple(sorted({part for word in words for part in fold(word)}))


class Lexicon:
    """Names and what they mean.

    Args:
        terms: what a text may name.
        guarded: right words beside theirs, which are no slips of them: "hypertension" is none of "hypotension".
    """

    def __init__(self, terms: Iterable[Term], guarded: Iterable[str] = ()) -> None:
        named: defaultdict[Key, set[int]] = defaultdict(set)
        meant: defaultdict[Key, set[int]] = defaultdict(set)
        spelled: set[str] = set()
        for term in terms:
            for text in (term.name, *term.synonyms):
                key = key_of(text)
                if not key or len(key) > LONGEST or any(char.isdigit() for char in "".join(key)):
                    continue
                meant[key].add(term.node)
                if text == term.name:
                    named[key].add(term.node)
                spelled.update(normalise(text.replace("-", " ")).split())
        self._nodes = {key: _one(named.get(key, set()), nodes) for key, nodes in meant.items()}
        self.words = frozenset(word for key in meant for word in key)
        rules = plain_words()["negation"].values()
        right = (
            {word for phrases in rules for phrase in phrases for word in phrase.split()} | set(_same()) | set(_same().values())
        )
        right |= _dropped() | set(plain_words()["words"]["filler"].split()) | set(plain_words()["guard"]["words"].split())
        self._speller = Speller(spelled, {*right, *guarded})
        self._mended: dict[str, str] = {}

    def meaning(self, key: Key) -> int | None:
        """The node that folded words mean, or nothing when it is none or not clear."""
        return self._nodes.get(key)

    def resolve(self, text: str) -> int | None:
        """The node that a text as a whole names, slips mended."""
        words = [self.mend(word) for word in normalise(text.replace("-", " ").replace("_", " ")).split()]
        return self.meaning(key_of(" ".join(words)))

    def mend(self, word: str) -> str:
        """The word that is meant by a normalised one."""
        if word not in self._mended and len(self._mended) < 50_000:
            self._mended[word] = word if self.words.issuperset(fold(word)) else self._speller.mend(word)
        return self._mended.get(word, word)

    def unclear(self) -> Sequence[Key]:
        """Sets of words that mean several nodes, and so nothing."""
        return sorted(key for key, node in self._nodes.items() if node is None)


def _one(named: set[int], meant: set[int]) -> int | None:
    chosen = named if len(named) == 1 else meant
    return next(iter(chosen)) if len(chosen) == 1 else None


def lexicon_of(snapshot: Snapshot, kind: NodeKind = NodeKind.SYMPTOM) -> Lexicon:
    """The lexicon of all nodes of a kind, by their names and synonyms; foreign ids are no words."""
    named = (NodeKind.CONDITION, NodeKind.MEDICINE, NodeKind.LAB_TEST, NodeKind.SIDE_EFFECT)
    texts = (text for other in named if other is not kind for n in snapshot.numbers(other) for text in _texts(snapshot, n))
    terms = (Term(n, *_named(_texts(snapshot, n))) for n in snapshot.numbers(kind))
    return Lexicon(terms, {word for text in texts for word in normalise(text).split()})


def _texts(snapshot: Snapshot, number: int) -> tuple[str, ...]:
    return (snapshot.name(number), *(alias for alias in snapshot.aliases(number) if ":" not in alias))


def _named(texts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return texts[0], texts[1:]
