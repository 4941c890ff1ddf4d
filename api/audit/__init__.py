"""The audit trail: who read or wrote what of whom, when, from where, why, and with which outcome.

Rows are appended and never changed: the tables' triggers refuse it, and where somebody gets around these, the chain of hashes
tells. Each row holds the hash of the row before it and its own, made with a key that is not in the database; a sealed head says
how many rows there are, so that a tail that was cut off is missed, too.
"""

from api.audit.entry import Entry, Recorded, Subject, Wanted
from api.audit.keys import AuditKeys, read_audit_keys, rotate_audit_key
from api.audit.trail import Trail

__all__ = ["AuditKeys", "Entry", "Recorded", "Subject", "Trail", "Wanted", "read_audit_keys", "rotate_audit_key"]
