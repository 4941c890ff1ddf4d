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
CLINICIANS = frozenset({Role.CLINICIAN})
ADMINS = frozenset({Role.ADMIN})
OVERSEEING = frozenset({Role.ADMIN, Role.USER})
"""Who may see who saw a record: admins, and the patient."""
ORDERING = frozenset({Role.ADMIN, Role.ANALYST})
"""Who may order work: admins all of it, analysts reports; each sees their own jobs, admins all."""
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
        audited: whether requests are recorded in the audit trail: all that touch patients, accounts, keys or jobs.
    """

    roles: frozenset[Role] = frozenset()
    scope: Scope = Scope.NONE
    audited: bool = True


OPEN = Access(audited=False)
KNOWLEDGE = Access(EVERYONE, Scope.KNOWLEDGE, audited=False)
"""The same for everyone: it tells of no patient."""


def _entries(kind: str, writers: frozenset[Role]) -> dict[str, Access]:
    """The rows of one kind of entries in patients' records."""
    read, write = Access(CARING, Scope.RECORDS), Access(writers, Scope.RECORDS_WRITE)
    return {
        f"entries.list_{kind}": read,
        f"entries.read_{kind}": read,
        f"entries.add_{kind}": write,
        f"entries.change_{kind}": write,
        f"entries.remove_{kind}": write,
    }


ROLE_TABLE: Mapping[str, Access] = {
    # signing in
    "auth.issue_token": OPEN,
    "auth.refresh": OPEN,
    "auth.accept_invite": OPEN,
    # accounts, sessions, keys
    "auth.logout": Access(EVERYONE),
    "auth.logout_everywhere": Access(EVERYONE),
    "auth.change_password": Access(EVERYONE),
    "sessions.show_all": Access(EVERYONE),
    "sessions.end": Access(EVERYONE),
    "codes.begin": Access(EVERYONE),
    "codes.confirm": Access(EVERYONE),
    "codes.remove": Access(EVERYONE),
    "keys.show_all": Access(EVERYONE),
    "keys.make": Access(EVERYONE),
    "keys.remove": Access(EVERYONE),
    "users.show_all": Access(ADMINS),
    "users.show": Access(ADMINS),
    "users.create": Access(ADMINS),
    "users.change": Access(ADMINS),
    "users.invite": Access(ADMINS),
    "service_keys.show_all": Access(ADMINS),
    "service_keys.make": Access(ADMINS),
    "service_keys.remove": Access(ADMINS),
    # the account's own: me
    "me.show": Access(EVERYONE),
    "me.preferences": Access(EVERYONE),
    "me.change_preferences": Access(EVERYONE),
    # records
    "records.create": Access(CLINICIANS, Scope.RECORDS_WRITE),
    "records.read": Access(CARING, Scope.RECORDS),
    "records.change": Access(CLINICIANS, Scope.RECORDS_WRITE),
    "records.erase": Access(CLINICIANS, Scope.RECORDS_WRITE),
    "records.read_preferences": Access(CARING, Scope.RECORDS),
    "records.change_preferences": Access(CARING, Scope.RECORDS_WRITE),
    "records.history": Access(CARING, Scope.RECORDS),
    **_entries("diagnoses", CLINICIANS),
    **_entries("symptoms", CARING),
    **_entries("results", CLINICIANS),
    **_entries("allergies", CLINICIANS),
    **_entries("phenotypes", CLINICIANS),
    **_entries("therapy", CLINICIANS),
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
    "consents.read": Access(CARING, Scope.RECORDS),
    "consents.change": Access(CARING, Scope.RECORDS_WRITE),
    "consents.history": Access(CARING, Scope.RECORDS),
    "care.give": Access(ADMINS),
    "care.relations": Access(ADMINS),
    "care.end": Access(ADMINS),
    "break_glass.open_record": Access(CLINICIANS),
    "break_glass.broken": Access(ADMINS),
    "audit.rows": Access(ADMINS),
    "audit.rows_of_patient": Access(OVERSEEING),
    # recommendations, questions, feedback, predictions
    "patients.recommend": Access(ASKING, Scope.RECOMMENDATIONS),
    "recommendations.recommend": Access(ASKING, Scope.RECOMMENDATIONS),
    "answers.prove": Access(ASKING, Scope.RECOMMENDATIONS),
    "answers.read": Access(ASKING, Scope.RECOMMENDATIONS),
    "answers.replay": Access(ASKING, Scope.RECOMMENDATIONS),
    "feedback.change": Access(ASKING, Scope.FEEDBACK),
    "feedback.give": Access(ASKING, Scope.FEEDBACK),
    "feedback.remove": Access(ASKING, Scope.FEEDBACK),
    "feedback.show": Access(ASKING, Scope.FEEDBACK),
    "feedback.show_all": Access(ASKING, Scope.FEEDBACK),
    "predictions.of_case": Access(ASKING, Scope.RECOMMENDATIONS),
    "predictions.of_patient": Access(ASKING, Scope.RECOMMENDATIONS),
    "predictions.card": KNOWLEDGE,
    "predictions.show_all": KNOWLEDGE,
    "questions.compare": Access(ASKING, Scope.RECOMMENDATIONS),
    "questions.explain": Access(ASKING, Scope.RECOMMENDATIONS),
    "questions.what_if": Access(ASKING, Scope.RECOMMENDATIONS),
    "questions.why_not": Access(ASKING, Scope.RECOMMENDATIONS),
    # knowledge
    "care_actions.search": KNOWLEDGE,
    "care_actions.show": KNOWLEDGE,
    "conditions.search": KNOWLEDGE,
    "conditions.show": KNOWLEDGE,
    "graph.export_neighbourhood": KNOWLEDGE,
    "graph.show_metapaths": KNOWLEDGE,
    "graph.show_neighbours": KNOWLEDGE,
    "graph.show_paths": KNOWLEDGE,
    "graph.show_statistics": KNOWLEDGE,
    "interactions.check": KNOWLEDGE,
    "medicines.search": KNOWLEDGE,
    "medicines.show": KNOWLEDGE,
    "symptoms.search": KNOWLEDGE,
    "symptoms.show": KNOWLEDGE,
    "trends.show": Access(STUDYING, Scope.KNOWLEDGE, audited=False),
    # jobs
    "imports.start": Access(ADMINS, Scope.IMPORTS),
    "jobs.cancel": Access(ORDERING, Scope.IMPORTS),
    "jobs.show": Access(ORDERING, Scope.IMPORTS),
    "jobs.show_all": Access(ORDERING, Scope.IMPORTS),
    "reports.files": Access(ORDERING),
    "reports.read_file": Access(ORDERING),
    "reports.start": Access(ORDERING),
    "trainings.start": Access(ADMINS),
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
    "metrics.show": Access(ADMINS, Scope.METRICS),
    "version.show": OPEN,
}
"""Which roles, and which scope of a key, each route wants."""


def scopes_of(role: Role) -> frozenset[Scope]:
    """The scopes that a key of an account in this role may carry: those of the routes that the role may ask."""
    return frozenset(row.scope for row in ROLE_TABLE.values() if role in row.roles) - {Scope.NONE}
