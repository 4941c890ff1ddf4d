"""Supply: nothing that cannot be given, because every way in which it is given is one that must be avoided.

Whether a site has a medicine at all is its own matter: see :mod:`recommender.safety.site`.
"""

from recommender.record import PatientRecord
from recommender.safety.finding import Finding, Need, Proof, Screening, Severity
from recommender.safety.routes import routes_of


class SupplyRule:
    """See the module."""

    name = "supply"
    # Routes stand on the medicines themselves: one without any is given in a way that nobody told.
    needs: tuple[tuple[Need, ...], ...] = ()

    def concerns(self, record: PatientRecord) -> bool:
        """Whether any route must be avoided."""
        return bool(record.avoid_routes)

    def findings(self, screening: Screening) -> list[Finding]:
        """Every finding about the candidates, one for each that no route is left for."""
        avoided = set(screening.record.avoid_routes)
        found = []
        for medicine in screening.candidates if avoided else ():
            routes = routes_of(screening.snapshot, medicine)
            if routes and avoided.issuperset(routes):
                found.append(_finding(screening, medicine, routes))
        return found


def _finding(screening: Screening, medicine: int, routes: tuple[str, ...]) -> Finding:
    name = screening.snapshot.name(medicine)
    conclusion = f"{name} is not given: its only way is {' or '.join(routes)}, which must be avoided"
    fact = {"kind": "AVOID_ROUTES", "value": list(screening.record.avoid_routes)}
    return Finding(medicine, Severity.EXCLUDE, f"{conclusion}.", Proof("supply", fact, (medicine,), (), conclusion))
