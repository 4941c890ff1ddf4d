"""Which columns of a table identify a person directly, by their headers.

Names, contacts and record numbers never enter the graph, a report or a log: their columns are withheld and the values counted.
The list follows the eighteen identifiers of the HIPAA safe harbour rule (45 CFR 164.514(b)(2)) as far as tables have columns
for them; places smaller than a state are among them. A patient's own id is not withheld but hashed (:mod:`graph.pseudonyms`).
"""

import re
from collections.abc import Iterable
from itertools import pairwise

WITHHELD = "[withheld]"
"""What stands in a quarantined row in the place of an identifier."""
_LISTED = """
name firstname lastname middlename maidenname surname forename fullname initials nickname address addr street
city town county zip zipcode postcode postal phone telephone tel mobile cell fax email mail ssn mrn passport
drivers driver licenseplate nhs insurance beneficiary account url website ip iban photo fingerprint latitude
longitude lat lon birthplace kin guardian employer
"""
_WORDS = frozenset(_LISTED.split())
_PHRASES = frozenset(
    {
        ("social", "security"),
        ("medical", "record"),
        ("record", "number"),
        ("health", "plan"),
        ("device", "serial"),
        ("birth", "place"),
        ("license", "number"),
        ("licence", "number"),
        ("national", "id"),
        ("vehicle", "id"),
    }
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def is_identifier(header: str) -> bool:
    """Whether a column of this name identifies a person directly.

    >>> [is_identifier(h) for h in ("Last Name", "homePhone", "SSN", "condition", "birth_date")]
    [True, True, True, False, False]
    """
    words = [word.casefold() for word in _PARTS.findall(header)]
    return any(word in _WORDS for word in words) or any(pair in _PHRASES for pair in pairwise(words))


def identifier_columns(header: Iterable[str], used: Iterable[str]) -> frozenset[str]:
    """The columns of a header that are to be withheld.

    Args:
        header: names of the file's columns.
        used: those that the table reads for another purpose (a medicine's name, the patient's id that is hashed).
    """
    wanted = {name.casefold() for name in used}
    return frozenset(name for name in header if name.casefold() not in wanted and is_identifier(name))
