"""What a patient comes with, whoever tells it: a record of the store, or a case with what only people tell.

A case may have fields beside those of :mod:`recommender.case`: ``text`` in plain words, ``absent`` symptoms, ``lifestyle``,
``family_history`` and ``imaging`` reports. They are checked and taken out here; the rest is a case like any other. A symptom
that is both there and denied is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.case import FIELDS, read_case
from recommender.errors import CaseError
from recommender.predictors.conditions.config import LIFESTYLE
from recommender.predictors.conditions.lexicon import Lexicon, lexicon_of
from recommender.predictors.conditions.reading_text import MOST_TEXT, Standing, read_text, summary
from recommender.record import Fact, PatientRecord, Unresolved

MORE_FIELDS = ("text", "lifestyle", "family_history", "imaging", "absent")
MOST_ITEMS = 50
SHORT_SLEEP, LONG_SLEEP = 6, 9
"""Hours a night (Watson et al. 2015, doi:10.5665/sleep.4716, recommends seven; below six is what they call insufficient)."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What is known of a patient who may have a condition that is not on file.

    Attributes:
        record: what is on file or was given as a case.
        present: numbers of the symptoms that are there → where that is said.
        absent: numbers of the symptoms that are denied → where.
        family: numbers of conditions that run in the family.
        imaging: numbers of conditions that a report names → whether it affirms or denies.
        lifestyle: of :data:`~recommender.predictors.conditions.config.LIFESTYLE`.
        unresolved: what no node stands for.
        notes: what a reader has to know of how it was read.
    """

    record: PatientRecord
    present: Mapping[int, str]
    absent: Mapping[int, str]
    family: frozenset[int] = frozenset()
    imaging: Mapping[int, bool] | None = None
    lifestyle: Mapping[str, str] | None = None
    unresolved: tuple[Unresolved, ...] = ()
    notes: tuple[str, ...] = ()

    def known(self) -> frozenset[int]:
        """Conditions on file that hold today: facts, so that they are not predicted."""
        return frozenset(fact.node for fact in self.record.of(EdgeKind.HAS_DIAGNOSIS))

    def refuted(self) -> frozenset[int]:
        """Conditions that were suspected and are not there."""
        every = self.record.of(EdgeKind.HAS_DIAGNOSIS, active=False)
        return frozenset(fact.node for fact in every if _is_refuted(fact)) - self.known()


def _is_refuted(fact: Fact) -> bool:
    return "refuted" in (fact.properties.get("status"), fact.properties.get("certainty"))


def presentation_of(record: PatientRecord) -> Presentation:
    """The presentation of a record: its active symptoms; no symptom is denied in one."""
    symptoms = {fact.node: fact.record for fact in record.of(EdgeKind.HAS_SYMPTOM)}
    return Presentation(record, symptoms, {}, unresolved=record.unresolved)


def read_presentation(
    case: Any, snapshot: Snapshot, as_of: date | None = None
) -> Presentation:  # whatever JSON holds is checked
    """The presentation that a case describes.

    Args:
        case: a JSON object of the fields of :func:`recommender.case.read_case` and of ``MORE_FIELDS``.
        snapshot: where names are looked up.
        as_of: the day of the answer.

    Raises:
        CaseError: for an unknown field or a value of another type or range, with a JSON pointer.
    """
    if not isinstance(case, Mapping):
        raise CaseError("", "an object is expected")
    for name in case:
        if name not in FIELDS and name not in MORE_FIELDS:
            _refuse(name, snapshot)
    record = read_case({name: value for name, value in case.items() if name in FIELDS}, snapshot, as_of)
    reader = _Reader(case, snapshot)
    given = {fact.node: fact.record for fact in record.of(EdgeKind.HAS_SYMPTOM)}
    told = reader.text()
    present = given | {node: "/text" for node, said in told.items() if said is Standing.PRESENT and node not in given}
    absent = reader.names("absent", NodeKind.SYMPTOM) | {n: "/text" for n, said in told.items() if said is Standing.ABSENT}
    doubtful = sum(said is Standing.UNCERTAIN for said in told.values())
    notes: tuple[str, ...] = ("symptoms that the text is not sure of are not counted",) if doubtful else ()
    if both := set(present) & set(absent):
        notes += (f"{len(both)} symptom(s) both told and denied: taken as there",)
    return Presentation(
        record,
        present,
        {node: where for node, where in absent.items() if node not in present},
        frozenset(reader.names("family_history", NodeKind.CONDITION)) | reader.family(),
        reader.imaging(),
        reader.lifestyle(),
        (*record.unresolved, *reader.unresolved),
        notes,
    )


def _refuse(name: Any, snapshot: Snapshot) -> None:  # a JSON key
    """Refuse a field in the words of :func:`read_case`, with all that is known here."""
    try:
        read_case({name: None}, snapshot)
    except CaseError as error:
        raise CaseError(error.pointer, f"no such field; known are {', '.join((*FIELDS, *MORE_FIELDS))}") from None


@lru_cache(8)
def lexicon(snapshot: Snapshot, kind: NodeKind) -> Lexicon:
    """The lexicon of a snapshot, made once."""
    return lexicon_of(snapshot, kind)


class _Reader:
    """Reads the further fields of one case."""

    def __init__(self, case: Mapping[str, Any], snapshot: Snapshot) -> None:
        self._case = case
        self._snapshot = snapshot
        self.unresolved: list[Unresolved] = []

    def text(self) -> dict[int, Standing]:
        """What the free text says of each symptom that it names."""
        return summary(read_text(self._text(), lexicon(self._snapshot, NodeKind.SYMPTOM)))

    def family(self) -> frozenset[int]:
        """Conditions that the free text says of relatives."""
        if not (text := self._text()):
            return frozenset()
        said = read_text(text, lexicon(self._snapshot, NodeKind.CONDITION))
        return frozenset(mention.node for mention in said if mention.standing is Standing.FAMILY)

    def imaging(self) -> dict[int, bool]:
        """Conditions that the reports name: whether they are there or denied; doubtful and former ones are left out."""
        found: dict[int, bool] = {}
        for i, report in enumerate(self._items("imaging")):
            text = _checked_text(report, f"/imaging/{i}")
            for node, said in summary(read_text(text, lexicon(self._snapshot, NodeKind.CONDITION))).items():
                if said in (Standing.PRESENT, Standing.ABSENT):
                    found[node] = found.get(node, False) or said is Standing.PRESENT
        return found

    def names(self, field: str, kind: NodeKind) -> dict[int, str]:
        """Nodes of a kind that a list of names means, each with where it stands."""
        found = {}
        for i, item in enumerate(self._items(field)):
            pointer = f"/{field}/{i}"
            if not isinstance(item, str) or not item.strip() or len(item) > 500:
                raise CaseError(pointer, "a text of 1 to 500 characters is expected")
            meant = self._snapshot.candidates(item, (kind,))
            node = meant[0] if len(meant) == 1 else lexicon(self._snapshot, kind).resolve(item)
            if node is not None:
                found[node] = pointer
            else:
                near = tuple(self._snapshot.nearest(item, (kind,)))
                word = str(kind).lower()
                self.unresolved.append(Unresolved(pointer, item, word, near, f"no {word} is called so"))
        return found

    def lifestyle(self) -> dict[str, str]:
        """What is told of the way of life."""
        given = self._case.get("lifestyle")
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            raise CaseError("/lifestyle", "an object is expected")
        return dict(self._habit(name, value) for name, value in given.items() if value is not None)

    def _habit(self, name: Any, value: Any) -> tuple[str, str]:  # a JSON key and value
        if name not in LIFESTYLE:
            raise CaseError("/lifestyle", f"known fields are {', '.join(LIFESTYLE)}")
        if name == "sleep" and isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 24:
            return name, "short" if value < SHORT_SLEEP else "long" if value > LONG_SLEEP else "normal"
        if name == "sleep" or value not in LIFESTYLE[name]:
            wanted = (
                "hours from 0 to 24 are expected" if name == "sleep" else f"one of {', '.join(LIFESTYLE[name])} is expected"
            )
            raise CaseError(f"/lifestyle/{name}", wanted)
        return name, value

    def _text(self) -> str:
        value = self._case.get("text")
        return "" if value is None else _checked_text(value, "/text")

    def _items(self, field: str) -> Iterator[Any]:
        value = self._case.get(field)
        if value is not None and (not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MOST_ITEMS):
            raise CaseError(f"/{field}", f"a list of at most {MOST_ITEMS} is expected")
        return iter(value or ())


def _checked_text(value: Any, pointer: str) -> str:  # a JSON value
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise CaseError(pointer, f"a text of at most {MOST_TEXT} characters is expected")
    return value
