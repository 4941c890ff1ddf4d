"""The one table of who may ask what: a row a route.

A route without a row does not start, a row without a route neither. Roles are those of accounts; a machine asks by an API key,
which carries scopes and the role of its account, and needs both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.accounts import Role

EVERYONE = frozenset(Role)
CARING = frozenset({Role.CLINICIAN, Role.USER})
"""Who may see a record: the clinicians that care for the patient, and the patient."""
ASKING = frozenset({Role.CLINICIAN, Role.ANALYST, Role.USER})
STUDYING = frozenset({Role.CLINICIAN, Role.ANALYST})
ADMINS = frozenset({Role.ADMIN})
PATIENTS = frozenset({Role.USER})
ERASING = frozenset({Role.ADMIN, Role.CLINICIAN})
"""Who is told that patients ask to be erased."""


class Scope(StrEnum):
    """What an API key may be used for."""

    NONE = ""
    """No key may ask: a person signs in for this."""
    KNOWLEDGE = "knowledge"
    """Medicines, conditions, the graph, trends: nothing of a patient."""
    RECOMMENDATIONS = "recommendations"
    """Recommendations, predictions and questions about them."""
    RECORDS = "records"
    """Reading patients' records."""
    RECORDS_WRITE = "records:write"
    """Changing patients' records."""
    FEEDBACK = "feedback"
    IMPORTS = "imports"
    """Imports and the jobs that they run as."""
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask one route.

    Attributes:
        roles: of accounts; none marks a route that is open without a token.
        scope: what an API key needs beside the role.
    """

    roles: frozenset[Role] = frozenset()
    scope: Scope = Scope.NONE


OPEN = Access()

ROLE_TABLE: Mapping[str, Access] = {
    # signing in
    "auth.issue_token": OPEN,
    # accounts, sessions, keys
    # the account's own: me
    # records
    # identities
    "identities.list_patients": Access(ASKING, Scope.RECORDS),
    "identities.search": Access(CARING, Scope.RECORDS),
    "identities.read": Access(CARING, Scope.RECORDS),
    "identities.change": Access(CARING, Scope.RECORDS_WRITE),
    "identities.remove": Access(CARING, Scope.RECORDS_WRITE),
    "own_data.export": Access(PATIENTS),
    "own_data.ask_erasure": Access(PATIENTS),
    "own_data.erasure_asked": Access(PATIENTS),
    "own_data.erasure_requests": Access(ERASING),
    # consent, care, break-glass, audit
    # recommendations, questions, feedback, predictions
    "patients.recommend": Access(ASKING, Scope.RECOMMENDATIONS),
    "recommendations.recommend": Access(ASKING, Scope.RECOMMENDATIONS),
    # knowledge
    "medicines.search": Access(EVERYONE, Scope.KNOWLEDGE),
    # jobs
    # the service itself
    "docs.document": OPEN,
    "docs.page": OPEN,
    "docs.start": OPEN,
    "docs.static": OPEN,
    "guides.ask": OPEN,
    "guides.guide": OPEN,
    "guides.style": OPEN,
    "health.live": OPEN,
    "health.ready": OPEN,
}
"""Which roles, and which scope of a key, each route wants."""
