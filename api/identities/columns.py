"""An identity as the columns of its row, each a text of its own that is sealed alone."""

from collections.abc import Mapping
from datetime import date

import orjson

from api.identities.identity import Contacts, Identity, RecordNumber

COLUMNS = ("family", "given", "birth_date", "numbers", "phone", "mail", "address")


def to_columns(identity: Identity) -> dict[str, str]:
    """The text of each column; empty for what is not known."""
    numbers = [[number.system, number.value] for number in identity.numbers]
    return {
        "family": identity.family,
        "given": identity.given,
        "birth_date": identity.birth_date.isoformat() if identity.birth_date else "",
        "numbers": orjson.dumps(numbers).decode() if numbers else "",
        "phone": identity.contacts.phone,
        "mail": identity.contacts.mail,
        "address": identity.contacts.address,
    }


def from_columns(texts: Mapping[str, str]) -> Identity:
    """The identity whose columns these are."""
    numbers = tuple(RecordNumber(system, value) for system, value in orjson.loads(texts["numbers"] or "[]"))
    born = date.fromisoformat(texts["birth_date"]) if texts["birth_date"] else None
    return Identity(
        texts["family"],
        texts["given"],
        born,
        numbers,
        Contacts(texts["phone"], texts["mail"], texts["address"]),
    )
