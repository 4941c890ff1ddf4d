"""Properties as one text: how stores and snapshots keep them.

Equal properties have equal texts, whatever order they were given in; no properties are an empty text. Most edges say the same
few things, so that the properties of a text are made once and shared; they cannot be changed.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from graph.elements import PropertyValue

CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
"""JSON with sorted keys and no blanks."""


def properties_text(properties: Mapping[str, PropertyValue]) -> str:
    """The text of properties."""
    return CANONICAL(dict(properties)) if properties else ""


@lru_cache(maxsize=10_000)
def properties_of(text: str) -> Mapping[str, PropertyValue]:
    """The properties that a text holds."""
    loaded = json.loads(text) if text else {}
    return MappingProxyType({name: tuple(value) if isinstance(value, list) else value for name, value in loaded.items()})
