"""What a free text says of symptoms: which are there, which are denied, doubtful, past, or of somebody else.

Names are found by :class:`~recommender.predictors.conditions.lexicon.Lexicon`, the longest first; what a text says of them
follows NegEx (Chapman et al. 2001, doi:10.1006/jbin.2001.1029) and ConText (Harkema et al. 2009,
doi:10.1016/j.jbi.2009.05.002): a word that denies, doubts or dates reaches from where it stands to the end of its thought,
which a "but", a full stop or a new thought ends. "No fever" is a fact: the fever is absent.

A mention tells where it stands, never what is written there.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from recommender.predictors.conditions.lexicon import LONGEST, Key, Lexicon, fillers, fold, plain_words

MOST_TEXT = 20_000
"""Most characters of a text that are read."""
_WORD = re.compile(r"\b[Cc]an\s+not\b|[^\W_]+(?:['’ʼ`][^\W_]+)*|[.;:!?\n]|[,()&/]|[—–]", re.UNICODE)
_FULL_STOPS = frozenset(".;!?\n:")
_PARTS = frozenset(",()—–")


class Standing(StrEnum):
    """What a text says of something that it names."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    PAST = "past"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a text names something.

    Attributes:
        node: what is named.
        start, end: where, in characters of the text.
        standing: what is said of it.
    """

    node: int
    start: int
    end: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    parts: Key
    start: int
    end: int
    joint: bool
    dropped: bool


_ORDER = (Standing.FAMILY, Standing.UNCERTAIN, Standing.ABSENT, Standing.PAST)
_BEFORE = {
    Standing.FAMILY: "family_before",
    Standing.UNCERTAIN: "possible_before",
    Standing.ABSENT: "before",
    Standing.PAST: "past_before",
}
_AFTER = {
    Standing.FAMILY: "family_after",
    Standing.UNCERTAIN: "possible_after",
    Standing.ABSENT: "after",
    Standing.PAST: "past_after",
}


def read_text(text: str, lexicon: Lexicon) -> tuple[Mention, ...]:
    """What a text names, in the order of the text.

    Args:
        text: anything; characters beyond ``MOST_TEXT`` are not read.
        lexicon: what its words mean.
    """
    found: list[Mention] = []
    for thought in _thoughts(text[:MOST_TEXT], lexicon):
        found += _read(thought, lexicon)
    return tuple(found)


def summary(mentions: Sequence[Mention]) -> dict[int, Standing]:
    """What a text says of each node as a whole: what is there somewhere is there, wherever else it is denied."""
    order = (Standing.PRESENT, Standing.ABSENT, Standing.UNCERTAIN, Standing.PAST, Standing.FAMILY)
    said: dict[int, Standing] = {}
    for mention in mentions:
        if mention.node not in said or order.index(mention.standing) < order.index(said[mention.node]):
            said[mention.node] = mention.standing
    return dict(sorted(said.items()))


def _thoughts(text: str, lexicon: Lexicon) -> Iterator[list[_Token]]:
    """Runs of words that what denies or doubts cannot reach beyond."""
    words = plain_words()["negation"]
    ends, begins = frozenset(words["ends"]), frozenset(words["begins"])
    thought: list[_Token] = []
    for token in _tokens(text, lexicon):
        fresh = bool(thought) and thought[-1].joint and thought[-1].word != "or" and token.word in begins
        if token.word in _FULL_STOPS or token.word in ends or fresh:
            if thought:
                yield thought
            thought = [token] if fresh else []
        else:
            thought.append(token)
    if thought:
        yield thought


def _tokens(text: str, lexicon: Lexicon) -> Iterator[_Token]:
    lists = plain_words()["words"]
    joints, dropped = frozenset(lists["joints"].split()) | _PARTS, frozenset(lists["dropped"].split())
    for match in _WORD.finditer(text):
        raw = _plain(match.group())
        word = raw if raw in _FULL_STOPS or raw in _PARTS else lexicon.mend(raw)
        yield _Token(word, fold(word), match.start(), match.end(), word in joints, word in dropped)


def _plain(word: str) -> str:
    """A word in small letters, without accents and apostrophes."""
    letters = unicodedata.normalize("NFKD", word).casefold()
    kept = "".join(c for c in letters if c not in "'’ʼ`" and not c.isspace() and not unicodedata.combining(c))
    return kept or word


def _read(thought: Sequence[_Token], lexicon: Lexicon) -> list[Mention]:
    names = sorted(_names(thought, lexicon))
    words = [token.word for token in thought]
    taken = {i for first, last, _ in names for i in range(first, last + 1)}
    hidden = {i for phrase in _phrases("pseudo") for at in _places(words, phrase) for i in range(at, at + len(phrase))}
    found = []
    for first, last, node in names:
        standing = next((s for s in _ORDER if _said(s, words, first, last, taken | hidden)), Standing.PRESENT)
        found.append(Mention(node, thought[first].start, thought[last].end, standing))
    return found


def _said(standing: Standing, words: Sequence[str], first: int, last: int, taken: set[int]) -> bool:
    """Whether something before or behind a name says that of it."""
    for phrase in _phrases(_BEFORE[standing]):
        for at in _places(words[:first], phrase):
            if at not in taken and not _lasting(standing, words, at):
                return True
    return any(
        at > last and at not in taken and _reaches_back(words, last, at)
        for phrase in _phrases(_AFTER[standing])
        for at in _places(words, phrase)
    )


def _lasting(standing: Standing, words: Sequence[str], at: int) -> bool:
    """Whether a "history of" says how long something has lasted: "3 day history of"."""
    spans = ("day", "days", "week", "weeks", "month", "months", "hour", "hours", "year", "years")
    return standing is Standing.PAST and words[at] == "history" and any(word in spans for word in words[max(at - 1, 0) : at])


def _reaches_back(words: Sequence[str], last: int, at: int) -> bool:
    """Whether what stands behind a name speaks of it, and does not begin a list of its own."""
    between = set(words[last + 1 : at])
    return words[at] not in ("none", "denied") or between.isdisjoint((",", "and", "or"))


@lru_cache(16)
def _phrases(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in plain_words()["negation"][name])


def _places(words: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    length = len(phrase)
    return (i for i in range(len(words) - length + 1) if list(words[i : i + length]) == list(phrase))


def _names(thought: Sequence[_Token], lexicon: Lexicon) -> Iterator[tuple[int, int, int]]:
    """(first token, last token, node) of each name, none overlapping another, those of most words first."""
    found = [match for first in range(len(thought)) for match in _from(thought, first, lexicon)]
    used: set[int] = set()
    for _, first, last, node in sorted(found):
        if used.isdisjoint(range(first, last + 1)):
            used.update(range(first, last + 1))
            yield first, last, node


def _from(thought: Sequence[_Token], first: int, lexicon: Lexicon) -> Iterator[tuple[float, int, int, int]]:
    """Names that begin at a token, each with what it is sorted by."""
    if thought[first].dropped or thought[first].joint:
        return
    every: set[str] = set()
    bare: set[str] = set()
    denies = thought[first].word in ("no", "not", "without")
    for last in range(first, min(len(thought), first + 3 * LONGEST)):
        token = thought[last]
        if token.joint or len(bare) > LONGEST:
            return
        if token.dropped:
            continue
        every.update(token.parts)
        if token.parts[0] not in fillers():
            bare.update(token.parts)
        for words in (every, bare):
            node = lexicon.meaning(tuple(sorted(words))) if words else None
            if node is not None and (words is every or thought[first].parts[0] not in fillers()):
                yield -len(words) + 0.5 * denies, first, last, node
                break
