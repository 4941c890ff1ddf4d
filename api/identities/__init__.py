"""Who patients are: names, birth dates, record numbers and contacts, encrypted, in the service's database alone."""

from api.identities.identity import Contacts, Identity, RecordNumber
from api.identities.store import IdentityStore, open_identities
from api.identities.tables import IdentityRow, IdentityTermRow

__all__ = ["Contacts", "Identity", "IdentityRow", "IdentityStore", "IdentityTermRow", "RecordNumber", "open_identities"]
