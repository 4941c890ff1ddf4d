"""Whether a medicine acts only where it is applied, so that little of it reaches the blood.

A cream, an eye drop or a nose spray is local where the medicine has an ATC code for that use. Without such a code the same
route is a way into the body: nitroglycerin ointment, testosterone gel, sumatriptan as a nose spray.
"""

from collections.abc import Mapping

from graph.snapshot import Snapshot
from recommender.record import Fact

LOCAL_USE: Mapping[str, tuple[str, ...]] = {
    "topical": ("D", "M02"),
    "ophthalmic": ("S01", "S03"),
    "otic": ("S02", "S03"),
    "nasal": ("R01",),
    "vaginal": ("G01",),
}
"""How the ATC codes of local use by a route begin: skin, muscles and joints, eye, ear, nose, gynaecological anti-infectives."""

ABSORBED = frozenset({"D04AX01"})
"""Codes of local use that reach the blood all the same: doxepin cream makes drowsy and is not for those on an MAO inhibitor."""


def is_local(snapshot: Snapshot, medicine: int, route: str) -> bool:
    """Whether a medicine that is used by a route acts there alone."""
    codes = snapshot.properties(medicine).get("atc", ())
    uses = LOCAL_USE.get(route, ())
    return isinstance(codes, tuple) and any(code.startswith(uses) and code not in ABSORBED for code in codes)


def routes_of(snapshot: Snapshot, medicine: int, fact: Fact | None = None) -> tuple[str, ...]:
    """The routes by which a medicine may be used: the one that is on file, or else all that it has; none when unknown."""
    if fact is not None and fact.properties.get("route"):
        return (str(fact.properties["route"]),)
    routes = snapshot.properties(medicine).get("routes", ())
    return routes if isinstance(routes, tuple) else ()


def is_local_only(snapshot: Snapshot, medicine: int, fact: Fact | None = None) -> bool:
    """Whether a medicine acts where it is applied, whichever of its possible routes is meant."""
    routes = routes_of(snapshot, medicine, fact)
    return bool(routes) and all(is_local(snapshot, medicine, route) for route in routes)
