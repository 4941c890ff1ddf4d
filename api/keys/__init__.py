"""Keys: rings of several, and which are too weak to serve with."""

from api.keys.ring import KeyRing, KeySource

__all__ = ["KeyRing", "KeySource"]
