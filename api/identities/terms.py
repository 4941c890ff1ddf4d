"""The blind index: by what a patient is found while names stand encrypted.

A term is a keyed hash (HMAC-SHA256, its first 16 bytes) of a folded word of a name, of a record number, or of a birth date.
Whoever has the database and not the key learns which patients share a term, and nothing else. That is why whole words alone are
indexed and no beginnings of them: the sets of patients who share a first, second and third letter give names away by their
frequencies alone, without any key. Phone, mail and address are not indexed.
"""

import hashlib
import hmac
import re
import unicodedata

from api.identities.identity import Identity

TERM_BYTES = 16
MAX_WORDS = 8
"""How many words of a query are looked for."""
_WORD = re.compile(r"[^\W_]+")
_GERMAN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """The form in which spellings of one word agree: no case, no accents, full-width as plain letters.

    >>> fold("José")
    'jose'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_GERMAN)


def terms_of(identity: Identity, key: bytes) -> frozenset[str]:
    """The terms under which a patient is found."""
    words = [("name", word) for word in _WORD.findall(fold(f"{identity.given} {identity.family}"))]
    numbers = [("number", _number(number.value)) for number in identity.numbers]
    dates = [("born", identity.birth_date.isoformat())] if identity.birth_date else []
    return frozenset(_term(kind, text, key) for kind, text in (*words, *numbers, *dates))


def wanted_terms(query: str, key: bytes) -> list[frozenset[str]]:
    """What a patient must have to be found: of each set at least one term; empty when the query holds no word.

    A word may be one of a name, a record number or a birth date (ISO).
    """
    parts = query.split()[:MAX_WORDS]
    wanted = []
    for part in parts:
        found = {_term("number", _number(part), key), _term("born", part, key)}
        words = _WORD.findall(fold(part))
        if len(words) == 1:
            found.add(_term("name", words[0], key))
        elif words:
            # A double name with its hyphen: its words count one by one.
            wanted += [frozenset({_term("name", word, key)} | found) for word in words]
            continue
        wanted.append(frozenset(found))
    return wanted


def _number(text: str) -> str:
    # People type record numbers with and without their separators.
    return "".join(_WORD.findall(fold(text)))


def _term(kind: str, text: str, key: bytes) -> str:
    return hmac.digest(key, f"{kind}\0{text}".encode(errors="surrogatepass"), hashlib.sha256)[:TERM_BYTES].hex()
