"""A case: a patient described in a request, by codes or in plain words, who is in no store.

Every field is optional, none is guessed: an unknown field or a value of another type is refused with a pointer to it, and a
name that nothing is called by goes to the answer's ``unresolved``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from graph.elements import EdgeKind, NodeKind, PropertyValue
from graph.genotypes import Genotypes
from graph.schema import EDGE_RULES, ROUTES
from graph.snapshot import Snapshot
from graph.terms import nearest
from recommender.errors import CaseError
from recommender.genotypes import genotypes_of, phenotype_of
from recommender.record import Fact, PatientRecord, Unresolved

FIELDS = (
    "age",
    "sex",
    "pregnant",
    "breast_feeding",
    "conditions",
    "symptoms",
    "medicines",
    "allergies",
    "results",
    "phenotypes",
    "genotypes",
    "avoid_routes",
)
MAX_ITEMS = 200
MAX_TEXT = 500
MAX_GUESSES = 20
"""For how many unknown names of one case the nearest are looked up: each look-up reads all names of the graph."""
# JSON may spell half a surrogate pair, which UTF-8 cannot.
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
_ALLERGENS = (NodeKind.INGREDIENT, NodeKind.DRUG_CLASS, NodeKind.SUBSTANCE, NodeKind.MEDICINE)


def read_case(case: Any, snapshot: Snapshot, as_of: date | None = None) -> PatientRecord:  # whatever JSON holds is checked here
    """The record that a case describes.

    Args:
        case: a JSON object of :data:`FIELDS`.
        snapshot: where names are looked up.
        as_of: the day of the answer: what ends later than that holds; without a day, whatever has an end has ended.

    Raises:
        CaseError: for an unknown field or a value of another type or range, with a JSON pointer.
    """
    if not isinstance(case, Mapping):
        raise CaseError("", "an object is expected")
    for name in case:
        if name not in FIELDS:
            raise CaseError(f"/{_escaped(name)}", f"no such field; known are {', '.join(FIELDS)}")
    age = case.get("age")
    if age is not None and (isinstance(age, bool) or not isinstance(age, (int, float)) or not 0 <= age <= 130):
        raise CaseError("/age", "years from 0 to 130 are expected")
    sex = case.get("sex")
    if sex not in (None, "female", "male", "other", "unknown"):
        raise CaseError("/sex", "female, male, other or unknown is expected")
    reader = _CaseReader(snapshot, as_of)
    reader.mixed(case, "conditions", reader.condition)
    reader.names(case, "symptoms", "symptom", EdgeKind.HAS_SYMPTOM, (NodeKind.SYMPTOM,))
    reader.mixed(case, "medicines", reader.medicine)
    reader.names(case, "phenotypes", "phenotype", EdgeKind.HAS_PHENOTYPE, (NodeKind.PHENOTYPE,))
    reader.objects(case, "allergies", reader.allergy)
    reader.objects(case, "results", reader.result)
    reader.objects(case, "genotypes", reader.genotype)
    return PatientRecord(
        None,
        None if age is None else int(age),
        sex,
        _flag(case, "pregnant"),
        _flag(case, "breast_feeding"),
        tuple(reader.facts),
        tuple(reader.unresolved),
        avoid_routes=_routes(case),
    )


def _routes(case: Mapping[str, Any]) -> tuple[str, ...]:
    found = _items(case, "avoid_routes")
    for i, route in enumerate(found):
        if route not in ROUTES:
            raise CaseError(f"/avoid_routes/{i}", f"one of {', '.join(ROUTES)} is expected")
    return tuple(dict.fromkeys(found))


def _flag(case: Mapping[str, Any], name: str) -> bool | None:
    value = case.get(name)
    if value is not None and not isinstance(value, bool):
        raise CaseError(f"/{name}", "true or false is expected")
    return value


def _escaped(name: object) -> str:
    """A field's name as a part of a JSON pointer (RFC 6901), cut where it is no name any more."""
    return str(name)[:50].encode(errors="replace").decode().replace("~", "~0").replace("/", "~1")


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT or _UNUSABLE.search(value):
        raise CaseError(pointer, f"a text of 1 to {MAX_TEXT} characters is expected")
    return value.strip()


def _items(case: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = case.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise CaseError(f"/{name}", f"a list of at most {MAX_ITEMS} is expected")
    return value


class _CaseReader:
    """Collects facts and unresolved items of one case."""

    def __init__(self, snapshot: Snapshot, as_of: date | None) -> None:
        self._snapshot = snapshot
        self._as_of = as_of
        self.facts: list[Fact] = []
        self.unresolved: list[Unresolved] = []

    def names(self, case: Mapping[str, Any], name: str, word: str, kind: EdgeKind, kinds: Sequence[NodeKind]) -> None:
        """Read a list of names of one kind."""
        for i, item in enumerate(_items(case, name)):
            pointer = f"/{name}/{i}"
            node = self._resolve(_text(item, pointer), pointer, word, kinds)
            if node is not None:
                self.facts.append(Fact(kind, node, active=True, record=pointer))

    def objects(self, case: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], None]) -> None:
        """Read a list of objects."""
        for i, item in enumerate(_items(case, name)):
            if not isinstance(item, Mapping):
                raise CaseError(f"/{name}/{i}", "an object is expected")
            read(item, f"/{name}/{i}")

    def mixed(self, case: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], None]) -> None:
        """Read a list of names, or of objects that say more: a name alone is an object with nothing else."""
        for i, item in enumerate(_items(case, name)):
            pointer = f"/{name}/{i}"
            read(item if isinstance(item, Mapping) else {name.removesuffix("s"): _text(item, pointer)}, pointer)

    def condition(self, item: Mapping[str, Any], pointer: str) -> None:
        """Read ``{condition, status, start, stop}``."""
        self._told(item, pointer, "condition", EdgeKind.HAS_DIAGNOSIS, (NodeKind.CONDITION,), ("status", "start", "stop"))

    def medicine(self, item: Mapping[str, Any], pointer: str) -> None:
        """Read ``{medicine, route, daily_dose, dose_unit, start, stop, outcome}``."""
        optional = ("route", "daily_dose", "dose_unit", "start", "stop", "outcome")
        self._told(item, pointer, "medicine", EdgeKind.TAKES, (NodeKind.MEDICINE,), optional)

    def allergy(self, item: Mapping[str, Any], pointer: str) -> None:
        """Read ``{substance, type, certainty, severity, reaction}``."""
        optional = ("type", "certainty", "severity", "reaction")
        self._told(item, pointer, "substance", EdgeKind.ALLERGIC_TO, _ALLERGENS, optional, word="allergy")

    def _told(
        self,
        item: Mapping[str, Any],
        pointer: str,
        name: str,
        kind: EdgeKind,
        kinds: Sequence[NodeKind],
        optional: Sequence[str],
        word: str = "",
    ) -> None:
        """Read one fact with what it says beside the node's name: each value as the schema wants it of the edge."""
        numbers = {k: v for k, v in item.items() if k in optional and EDGE_RULES[kind].properties[k].type is float}
        rest = {k: v for k, v in item.items() if k not in numbers}
        values: dict[str, PropertyValue] = {}
        values |= self._fields(rest, pointer, required=(name,), optional=[k for k in optional if k not in numbers])
        values |= {k: v for k, v in numbers.items() if v is not None}
        text = str(values.pop(name))
        for key, value in values.items():
            if reason := EDGE_RULES[kind].properties[key].reason_against(value):
                raise CaseError(f"{pointer}/{key}", reason)
        # A name alone has its list's place as pointer, as it always had.
        place = pointer if len(item) == 1 and not word else f"{pointer}/{name}"
        node = self._resolve(text, place, word or name, kinds)
        if node is not None:
            self.facts.append(Fact(kind, node, active=_holds(values, self._as_of), record=pointer, properties=values))

    def result(self, item: Mapping[str, Any], pointer: str) -> None:
        """Read ``{test, value, unit, date}``."""
        number = item.get("value")
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not abs(number) < 1e12:
            raise CaseError(f"{pointer}/value", "a finite number is expected")
        rest = {k: v for k, v in item.items() if k != "value"}
        values = self._fields(rest, pointer, required=("test",), optional=("unit", "date"))
        if "date" in values:
            try:
                values["date"] = date.fromisoformat(values["date"]).isoformat()
            except ValueError:
                raise CaseError(f"{pointer}/date", "an ISO date is expected") from None
        node = self._resolve(values["test"], f"{pointer}/test", "test", (NodeKind.LAB_TEST,))
        if node is not None:
            properties = {"value": float(number)} | {k: v for k, v in values.items() if k != "test"}
            self.facts.append(Fact(EdgeKind.HAS_RESULT, node, active=True, record=pointer, properties=properties))

    def genotype(self, item: Mapping[str, Any], pointer: str) -> None:
        """Read ``{gene, diplotype}``: a fact for each phenotype that it means."""
        values = self._fields(item, pointer, required=("gene", "diplotype"), optional=())
        gene, diplotype = values["gene"], values["diplotype"]
        meant = phenotype_of(gene, diplotype, self._snapshot, self._genotypes)
        if meant is None:
            near = tuple(nearest(gene, self._genotypes.genes))
            self.unresolved.append(Unresolved(f"{pointer}/gene", gene, "phenotype", near, "no gene is called so"))
        elif not meant.nodes:
            reason = "the graph has no phenotype for it"
            self.unresolved.append(Unresolved(f"{pointer}/diplotype", diplotype, "phenotype", (), reason))
        for node in meant.nodes if meant else ():
            self.facts.append(Fact(EdgeKind.HAS_PHENOTYPE, node, True, pointer, {"diplotype": diplotype}))

    @cached_property
    def _genotypes(self) -> Genotypes:
        return genotypes_of(self._snapshot)

    def _fields(
        self, item: Mapping[str, Any], pointer: str, *, required: Sequence[str], optional: Sequence[str]
    ) -> dict[str, str]:
        for name in item:
            if name not in (*required, *optional):
                raise CaseError(f"{pointer}/{_escaped(name)}", f"no such field; known are {', '.join((*required, *optional))}")
        for name in required:
            if item.get(name) is None:
                raise CaseError(f"{pointer}/{name}", "it is required")
        return {name: _text(value, f"{pointer}/{name}") for name, value in item.items() if value is not None}

    def _resolve(self, text: str, pointer: str, word: str, kinds: Sequence[NodeKind]) -> int | None:
        found = meant(text, kinds, self._snapshot)
        if len(found) == 1:
            return found[0]
        if found:
            names = tuple(f"{self._snapshot.name(n)} ({self._snapshot.id(n)})" for n in found[:5])
            self.unresolved.append(Unresolved(pointer, text, word, names, "several fit; give the id of one"))
            return None
        near = tuple(self._snapshot.nearest(text, kinds)) if len(self.unresolved) < MAX_GUESSES else ()
        self.unresolved.append(Unresolved(pointer, text, word, near, f"no {word} is called so"))
        return None


def meant(text: str, kinds: Sequence[NodeKind], snapshot: Snapshot) -> Sequence[int]:
    """Numbers of the nodes that a name, a code or an id means, of the first of these kinds that has any.

    Args:
        text: as it was given.
        kinds: in the order in which they are tried.
        snapshot: where it is looked up.
    """
    for kind in kinds:
        found = snapshot.candidates(text, (kind,))
        if kind is NodeKind.DRUG_CLASS and len(found) > 1:
            # A class may stand both in ATC and among the allergy classes, and an allergy is meant.
            allergies = [n for n in found if snapshot.properties(n).get("scheme") == "allergy"]
            found = allergies if len(allergies) == 1 else found
        if found:
            return found
    return ()


def _holds(values: Mapping[str, PropertyValue], as_of: date | None) -> bool:
    """Whether a fact of a case holds on a day, as it is with one of a record: its end decides, and without one its status."""
    if "refuted" in (values.get("status"), values.get("certainty")):
        return False
    if stop := values.get("stop"):
        return as_of is not None and str(stop) > as_of.isoformat()
    return values.get("status") != "resolved"
