"""What names a patient. No representation of it shows a value: it must not come into a log by way of a traceback."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, repr=False)
class RecordNumber:
    """A number under which a system keeps the patient.

    Attributes:
        system: names the system.
        value: the number there.
    """

    system: str
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Contacts:
    """How the patient is reached; what is not known is empty."""

    phone: str = ""
    mail: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who a patient is; what is not known is empty.

    Attributes:
        family: family name.
        given: given names, with spaces between.
        birth_date: day of birth.
        numbers: record numbers.
        contacts: how the patient is reached.
    """

    family: str = ""
    given: str = ""
    birth_date: date | None = None
    numbers: tuple[RecordNumber, ...] = ()
    contacts: Contacts = field(default_factory=Contacts)

    @property
    def name(self) -> str:
        """Given and family name, as one writes them."""
        return f"{self.given} {self.family}".strip()
