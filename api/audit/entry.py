"""What the trail is told and what it tells.

A person is named in the trail by a *subject*: a hash of the patient's id with a salt of the patient's own. While the salt is
kept, subject and patient lead to each other. When the patient is erased the salt goes, and with it every way from the rows to
the person; the rows stay as they are, so that the chain holds. What else would tell of the person is hidden under the same
salt: the name and the address of an account that is the patient's own, and the words of a reason.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graph.elements import NodeId

_SALT_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """A patient's name in the trail.

    Attributes:
        name: 64 hexadecimal digits.
        salt: what it was made with, hexadecimal.
    """

    name: str
    salt: str

    @classmethod
    def of(cls, patient: NodeId, salt: str = "") -> "Subject":
        """The name of a patient under a salt; under a new one where none is given."""
        salt = salt or secrets.token_hex(_SALT_BYTES)
        return cls(_keyed(salt, "subject", patient).hex(), salt)

    def hidden(self, what: str, text: str) -> str:
        """A word that stands for a text: the same for the same text, and for nobody without the salt to be led back.

        Args:
            what: which kind of text it is; the word begins with it.
            text: the text.
        """
        return f"{what}-{_keyed(self.salt, what, text).hex()[:24]}"

    def sealed(self, text: str) -> str:
        """A text that can be read with the salt alone; an empty one stays empty."""
        if not text:
            return ""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher().encrypt(nonce, text.encode(), None)).decode()

    def opened(self, text: str) -> str:
        """What was sealed; empty when it was changed, or sealed with another salt."""
        try:
            data = base64.b64decode(text, validate=True)
            return self._cipher().decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
        except (ValueError, InvalidTag):
            return ""

    def _cipher(self) -> AESGCM:
        return AESGCM(_keyed(self.salt, "reason", ""))


def _keyed(salt: str, what: str, text: str) -> bytes:
    return hmac.digest(bytes.fromhex(salt), f"{what}\x00{text}".encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded.

    Attributes:
        action: the endpoint, or what happened.
        status: the outcome, as HTTP counts it.
        account: who; empty for whoever was not let in.
        role: of the account.
        via: the id of the session or key.
        address: from where.
        method: of HTTP.
        person: the patient whom it is about, or whom the account is; None where there is no such patient.
        about: whether it is about the person: a request of a patient's own account that was refused is not.
        own: whether the account is the person's own.
        known: whether the person is known to exist; nobody else gets a name in the trail.
        subject: the person's name in the trail, where it was asked for before.
        why: the reason that was given.
        request_id: of the request.
    """

    action: str
    status: int
    account: str = ""
    role: str = ""
    via: str = ""
    address: str = ""
    method: str = ""
    person: NodeId | None = None
    about: bool = True
    own: bool = False
    known: bool = True
    subject: Subject | None = None
    why: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of the trail, as far as it can still be read.

    Attributes:
        number: its place, from 1.
        at: when, in UTC.
        account: who; a word that stands for it when the account is the patient's own.
        role: of the account.
        via: the id of the session or key.
        address: from where; a word that stands for it when the account is the patient's own.
        action: the endpoint, or what happened.
        method: of HTTP.
        patient: whom it is about; None for nobody, and for somebody who was erased.
        erased: whether it is about somebody who was erased.
        why: the reason that was given, while it can be read.
        status: the outcome, as HTTP counts it.
        request_id: of the request.
    """

    number: int
    at: datetime
    account: str
    role: str
    via: str
    address: str
    action: str
    method: str
    patient: NodeId | None
    erased: bool
    why: str
    status: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; what is None or empty is not asked about.

    Attributes:
        account: who.
        own: the patient whom that account is.
        patient: whom it is about.
        since: from this moment on.
        until: before this moment.
        action: the endpoint, or what happened.
        before: rows with a smaller number.
        limit: how many at most.
    """

    account: str = ""
    own: NodeId | None = None
    patient: NodeId | None = None
    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    before: int | None = None
    limit: int = 100
