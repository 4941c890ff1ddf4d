"""What changes an interaction, as a text that people can read and that is read in one way only.

A modifier is a condition and the severity that the interaction has where it holds:

    with DrugBank:DB00213: moderate          another medicine, or one of an ATC class, is being taken
    route DrugBank:DB00373 ophthalmic: mild  one of the two is used in this way
    dose DrugBank:DB00945 <= 100 mg: mild    one of the two is taken in this daily dose
    age >= 65: severe                        years
    result LOINC:2823-3 > 5: severe          the newest value of a test, in the test's own unit

The severity is severe, moderate, mild or none. Blanks are single, and nothing is guessed.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from graph.schema import CURIE, ROUTES

SEVERITIES = ("severe", "moderate", "mild", "none")
"""What a modifier may make of an interaction, the most severe first."""
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
GRAMMAR = "with ID: S, route ID ROUTE: S, dose ID <= N mg: S, age >= N: S or result ID > N: S, with a severity S"


class ConditionKind(StrEnum):
    """What a modifier looks at."""

    WITH = "with"
    ROUTE = "route"
    DOSE = "dose"
    AGE = "age"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Modifier:
    """One modifier of an interaction.

    Attributes:
        kind: what it looks at.
        severity: one of :data:`SEVERITIES`.
        subject: id of the medicine, class or test that it names; empty for an age.
        route: the way of use that it names.
        comparator: one of :data:`COMPARE`.
        value: what a dose (mg a day), an age (years) or a result is compared with.
    """

    kind: ConditionKind
    severity: str
    subject: str = ""
    route: str = ""
    comparator: str = ""
    value: float = 0.0

    def compares(self, value: float) -> bool:
        """Whether a value stands to the modifier's as it says."""
        return COMPARE[self.comparator](value, self.value)


_ID = rf"(?P<subject>{CURIE.pattern})"
_THAN = r"(?P<comparator><=|<|>=|>) (?P<value>[0-9]+(\.[0-9]+)?)"
_CONDITIONS = {
    ConditionKind.WITH: rf"with {_ID}",
    ConditionKind.ROUTE: rf"route {_ID} (?P<route>{'|'.join(ROUTES)})",
    ConditionKind.DOSE: rf"dose {_ID} {_THAN} mg",
    ConditionKind.AGE: rf"age {_THAN}",
    ConditionKind.RESULT: rf"result {_ID} {_THAN}",
}
_FORMS = {kind: re.compile(rf"{condition}: (?P<severity>{'|'.join(SEVERITIES)})") for kind, condition in _CONDITIONS.items()}


def parse_modifier(text: str) -> Modifier:
    """The modifier that a text says.

    Raises:
        ValueError: when the text is none; it says what is expected.

    >>> parse_modifier("age >= 65: severe").value
    65.0
    """
    for kind, form in _FORMS.items():
        if match := form.fullmatch(text):
            said = match.groupdict()
            return Modifier(
                kind,
                said["severity"],
                said.get("subject", ""),
                said.get("route", ""),
                said.get("comparator", ""),
                float(said.get("value", 0)),
            )
    raise ValueError(GRAMMAR)
