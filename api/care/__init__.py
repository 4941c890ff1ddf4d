"""Care: which clinician may see which patient, from when to when; and the glass that is broken in an emergency."""

from api.care.relation import BrokenGlass, CareRelation, Ground
from api.care.store import CareStore

__all__ = ["BrokenGlass", "CareRelation", "CareStore", "Ground"]
