"""The audit trail in plain words, for the patient."""

from collections.abc import Mapping

from api.accounts import Role
from api.audit import Recorded

_ALLOWED = 400
"""Statuses from here on are refusals and failures."""
_SAFE = ("GET", "HEAD")
_WHO: Mapping[str, str] = {
    Role.ADMIN: "The administrator",
    Role.CLINICIAN: "The clinician",
    Role.ANALYST: "The analyst",
}
# What an action did, and what it tried; the first part of an action's name is enough where it says it all.
_WHAT: Mapping[str, tuple[str, str]] = {
    "break_glass.open_record": ("opened your record in an emergency", "open your record in an emergency"),
    "consents.read": ("read what you consent to", "read what you consent to"),
    "consents.history": ("read how your consent changed", "read how your consent changed"),
    "consents.change": ("changed what you consent to", "change what you consent to"),
    "care.give": ("let a clinician see your record", "let a clinician see your record"),
    "care.end": ("ended a clinician's access to your record", "end a clinician's access to your record"),
    "audit.rows": ("looked at who saw your record", "look at who saw your record"),
    "audit.rows_of_patient": ("looked at who saw your record", "look at who saw your record"),
    "patients.recommend": ("asked which medicines fit you", "ask which medicines fit you"),
}
_READ = ("read your record", "read your record")
_CHANGED = ("changed your record", "change your record")


def who(row: Recorded) -> str:
    """Who a row is about, for the patient."""
    return "you" if row.role == Role.USER else row.account


def allowed(row: Recorded) -> bool:
    """Whether what a row tells of was let through."""
    return row.status < _ALLOWED


def sentence(row: Recorded) -> str:
    """What a row tells, in one sentence to the patient."""
    subject = "You" if row.role == Role.USER else f"{_WHO.get(row.role, 'The account')} {row.account}"
    did, tried = _WHAT.get(row.action, _READ if row.method in _SAFE else _CHANGED)
    return f"{subject} {did}." if allowed(row) else f"{subject} tried to {tried}, without success."
