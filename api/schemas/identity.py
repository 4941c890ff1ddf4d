"""Patients in lists, and who they are."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from api.identities import Contacts, Identity, RecordNumber
from api.schemas.base import Answer, Body, Parameters

_AFTER = "the id behind which the list goes on: `next` of the part before"
_ID = r"^(patient:[0-9a-f]{24})?$"


def _plain(text: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise ValueError("text without control characters is expected")
    return text


def _day(text: str | None) -> str | None:
    if text is not None:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError("an ISO date is expected") from None
    return text


Short = Annotated[str, AfterValidator(_plain)]


class PatientListQuery(Parameters):
    """Which part of the list."""

    after: str = Field("", pattern=_ID, description=_AFTER)
    limit: int = Field(50, ge=1, le=200, description="how many at most")


class PatientSearch(Body):
    """Who is looked for. It stands in the body: an address comes into logs of proxies and histories of browsers."""

    q: Short = Field(
        min_length=1,
        max_length=200,
        description="whole words of a name, a record number, a birth date (ISO); each of them must fit",
        json_schema_extra={"example": "Lovelace"},
    )
    after: str = Field("", pattern=_ID, description=_AFTER)
    limit: int = Field(20, ge=1, le=200, description="how many at most")


class PatientListed(Answer):
    """A patient in a list."""

    id: str = Field(description="a pseudonym; a record number leads to it only with the site's key")
    age: int | None = Field(description="in whole years, as far as the year of birth tells")
    sex: str | None = Field(description="as on file")
    synthetic: bool = Field(description="whether nobody real")
    name: str | None = Field(description="given and family name, where they are on file; never for analysts")


class PatientsListed(Answer):
    """A part of a list, in the order of the ids."""

    items: list[PatientListed] = Field(description="the patients")
    next: str | None = Field(description="what to send as `after` for the next part; null with the last")


class NumberFields(Body):
    """A record number."""

    system: Short = Field(min_length=1, max_length=200, description="names the system", json_schema_extra={"example": "ward"})
    value: Short = Field(min_length=1, max_length=100, description="the number there", json_schema_extra={"example": "A-1815"})


class IdentityFields(Body):
    """Who a patient is; what is not known is left out, and what is left out is forgotten."""

    family: Short = Field("", max_length=200, description="family name", json_schema_extra={"example": "Lovelace"})
    given: Short = Field("", max_length=200, description="given names", json_schema_extra={"example": "Ada"})
    birth_date: Annotated[str | None, AfterValidator(_day)] = Field(
        None,
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description="day of birth, ISO",
        json_schema_extra={"example": "1815-12-10"},
    )
    numbers: list[NumberFields] = Field(default_factory=list, max_length=20, description="record numbers")
    phone: Short = Field("", max_length=100, description="telephone number")
    mail: Short = Field("", max_length=254, description="address for mail")
    address: Short = Field("", max_length=500, description="where the patient lives")

    def identity(self) -> Identity:
        """The value that is kept."""
        born = date.fromisoformat(self.birth_date) if self.birth_date else None
        numbers = tuple(RecordNumber(number.system, number.value) for number in self.numbers)
        return Identity(self.family, self.given, born, numbers, Contacts(self.phone, self.mail, self.address))

    @classmethod
    def of(cls, identity: Identity) -> "IdentityFields":
        """What is told of an identity."""
        return cls(
            family=identity.family,
            given=identity.given,
            birth_date=identity.birth_date.isoformat() if identity.birth_date else None,
            numbers=[NumberFields(system=n.system, value=n.value) for n in identity.numbers],
            phone=identity.contacts.phone,
            mail=identity.contacts.mail,
            address=identity.contacts.address,
        )
