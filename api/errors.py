"""Errors of the service.

The tree::

    RxpathError
    └── ApiError
        ├── UnauthenticatedError      no token, or none that counts
        ├── ForbiddenError            the account may not ask this
        │   └── NoConsentError        the patient did not consent to this
        ├── TooManyTriesError         sign-in is locked for a while
        ├── AddressLengthError        the address is too long
        ├── HeaderCountError          there are too many headers
        ├── BodyError                 the body cannot be read at all
        │   ├── BodyTypeError         it is no plain JSON
        │   └── BodySizeError         it is too large
        ├── BusyError                 too many bodies are on their way at once
        ├── InputError                fields of the request are wrong
        ├── NotFoundError             there is no such thing, or not for this account
        │   └── NotInCareError        no such patient, or none that the account cares for
        ├── GoneError                 it was erased
        ├── ConflictError             it does not fit what is there
        ├── PreconditionFailedError   it was changed since it was read
        ├── PreconditionRequiredError which version is changed must be said
        ├── AccountError              an account cannot be made or changed as asked
        ├── DatabaseUnavailableError  the service's database cannot be used now
        │   └── AuditError            the audit trail cannot be written, so nothing is told
        ├── JobError                  a job cannot do what it was asked to
        ├── IdentityKeyError          identities cannot be decrypted with the keys that are there
        ├── BackupError               a backup cannot be made or restored
        └── NotReadyError             the service cannot answer now

What a client is told about each stands in :mod:`api.problems`; no message repeats a value that a client sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.errors import RxpathError


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field: a JSON pointer (RFC 6901) to it, and what is expected there."""

    pointer: str
    detail: str


class ApiError(RxpathError):
    """The root of the service's errors."""


class UnauthenticatedError(ApiError):
    """No token, or none that counts.

    Attributes:
        token_given: whether the request came with one.
    """

    def __init__(self, reason: str, *, token_given: bool) -> None:
        self.token_given = token_given
        super().__init__(reason)


class ForbiddenError(ApiError):
    """The account may not ask this."""


class NoConsentError(ForbiddenError):
    """The patient did not consent to this use of the record."""


class TooManyTriesError(ApiError):
    """Sign-in under one name, or from one address, is locked for a while.

    Attributes:
        retry_after: seconds until it is not, at least 1.
    """

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__("too many failed sign-ins; try again later")


class AddressLengthError(ApiError):
    """The address is longer than any that the service has."""


class HeaderCountError(ApiError):
    """There are more headers than any client needs."""


class BodyError(ApiError):
    """The body cannot be read at all.

    Attributes:
        fields: where what is wrong stands; the whole body where that is not told.
    """

    def __init__(self, reason: str, pointer: str = "") -> None:
        self.fields = (FieldProblem(pointer, reason),)
        super().__init__(reason)


class BodyTypeError(BodyError):
    """The body is no plain JSON."""


class BodySizeError(BodyError):
    """The body is too large."""


class BusyError(ApiError):
    """Too many bodies are on their way at once."""


class InputError(ApiError):
    """Fields of the request are wrong.

    Attributes:
        fields: what is wrong with each.
    """

    def __init__(self, fields: Sequence[FieldProblem]) -> None:
        self.fields = tuple(fields)
        super().__init__("; ".join(f"{field.pointer or '/'}: {field.detail}" for field in self.fields))


class NotFoundError(ApiError):
    """There is no such thing, or not for this account: both are answered alike."""


class NotInCareError(NotFoundError):
    """No such patient, or none that the account cares for: both are answered alike."""

    def __init__(self) -> None:
        super().__init__(
            "no patient in your care has this identifier; to see another one in an emergency, break the glass with a reason"
        )


class GoneError(ApiError):
    """It was there and was erased."""


class ConflictError(ApiError):
    """It does not fit what is there."""


class PreconditionFailedError(ApiError):
    """It was changed since the client read it."""

    def __init__(self) -> None:
        super().__init__("it was changed since it was read; read it again and repeat the change")


class PreconditionRequiredError(ApiError):
    """The client must say which version it changes."""

    def __init__(self) -> None:
        super().__init__("send the ETag that was read in the header If-Match")


class AccountError(ApiError):
    """An account cannot be made or changed as asked."""


class DatabaseUnavailableError(ApiError):
    """The service's database cannot be opened, read or written now."""


class AuditError(DatabaseUnavailableError):
    """The audit trail cannot be written: what cannot be recorded is not told."""

    def __init__(self) -> None:
        super().__init__("the audit trail cannot be written, and without it no record is read; try again in a moment")


class JobError(ApiError):
    """A job cannot do what it was asked to; its words are shown to whoever asked, and hold nothing of what was sent."""


class IdentityKeyError(ApiError):
    """Identities cannot be decrypted with the keys that are there."""


class BackupError(ApiError):
    """A backup cannot be made or restored."""


class NotReadyError(ApiError):
    """The service cannot answer now.

    Attributes:
        fields: which of its parts cannot, and why.
    """

    def __init__(self, fields: Sequence[FieldProblem]) -> None:
        self.fields = tuple(fields)
        super().__init__(", ".join(field.pointer.removeprefix("/") for field in self.fields))
