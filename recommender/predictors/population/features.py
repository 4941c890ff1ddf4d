"""What a record says as named numbers, the same for a patient of a store and for a case.

The names are ``age`` (years), ``female`` (1 or 0), ``medicines`` (how many are taken), ids of conditions and chapters that are
active (1), and ids of tests with the newest result's place in its reference range. What is missing from the mapping was not
measured or not told; a condition that is missing is not there.

Who is learned of is settled in one place, :func:`patients`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.consents import willing
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors, is_group
from recommender.outcomes import LEAST_PEOPLE, PatientStore
from recommender.record import PatientRecord, read_record
from recommender.safety.results import in_own_unit, measured_on

Matrix = NDArray[np.float64]
AGE, FEMALE, MEDICINES = "age", "female", "medicines"
FARTHEST = 4.0
"""Farthest place from the middle of a range that is told apart: beyond it a value is an emergency or a slip."""
_SEXES = {"female": 1.0, "male": 0.0}


class PopulationStore(PatientStore, Protocol):
    """Where patients are read from: a part of :class:`graph.store.GraphStore`."""

    def node(self, node_id: NodeId) -> Node:
        """See :meth:`graph.store.GraphStore.node`."""
        ...


Chosen = Callable[[Node], bool]


def everyone(patient: Node) -> bool:
    """Whether a patient is learned of: each of those who may be."""
    return True


def patients(store: PatientStore, chosen: Chosen = everyone) -> Iterator[Node]:
    """The patients that groups and outcomes are learned from, in the order of their ids.

    Args:
        store: where they are; who refuses to be learned of is left out, whatever is chosen.
        chosen: which of the others are learned of.
    """
    return filter(chosen, willing(store))


@dataclass(frozen=True, slots=True)
class Features:
    """Named numbers of many people.

    Attributes:
        names: what each column is, ascending.
        matrix: shape (people, names), float64; not a number where nothing is on file.
    """

    names: tuple[str, ...]
    matrix: Matrix


class OnePatient:
    """A store of one patient whose edges were read already, so that several days' records cost one reading.

    Args:
        node: the patient.
        edges: everything on file about them.
    """

    def __init__(self, node: Node, edges: Sequence[Edge]) -> None:
        self._node = node
        self._edges = edges

    def node(self, node_id: NodeId) -> Node:
        """The patient, whatever is asked for."""
        return self._node

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """What is on file, of these kinds."""
        return [edge for edge in self._edges if not kinds or edge.kind in kinds]


def patient_features(store: PopulationStore, snapshot: Snapshot, as_of: date, chosen: Chosen = everyone) -> Features:
    """The features of a store's patients on a day, a row each in the order of :func:`patients`; not to be kept.

    Args:
        store: where patients are; each is read once.
        snapshot: tests with their ranges, and the condition tree.
        as_of: the day.
        chosen: who may be learned of.

    Returns:
        Columns that ``LEAST_PEOPLE`` people or more have: others tell of too few to say anything.
    """
    reader = FeatureReader(snapshot)
    rows = []
    for node in patients(store, chosen):
        rows.append(reader.read(read_record(OnePatient(node, store.edges_from(node.id)), snapshot, node.id, as_of)))
    return table_of(rows, snapshot)


def table_of(rows: Sequence[Mapping[str, float]], snapshot: Snapshot) -> Features:
    """Rows of named numbers as one matrix, of the columns that ``LEAST_PEOPLE`` of them have."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    names = tuple(sorted(name for name, count in counts.items() if count >= LEAST_PEOPLE))
    place = {name: i for i, name in enumerate(names)}
    absent = [0.0 if is_condition(name, snapshot) else np.nan for name in names]
    matrix = np.tile(np.array(absent, float), (len(rows), 1))
    for i, row in enumerate(rows):
        for name, value in row.items():
            if name in place:
                matrix[i, place[name]] = value
    return Features(names, matrix)


def is_condition(name: str, snapshot: Snapshot) -> bool:
    """Whether a feature is a condition or a chapter of them, so that who lacks it does not have it."""
    return ":" in name and snapshot.kind(snapshot.number(name)) is NodeKind.CONDITION


class FeatureReader:
    """Reads features of records.

    Args:
        snapshot: tests with their ranges, and the condition tree.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._above: dict[int, tuple[str, ...]] = {}

    def read(self, record: PatientRecord) -> dict[str, float]:
        """The features of a record, whether it was read from a store or given as a case."""
        found: dict[str, float] = {}
        if record.age is not None:
            found[AGE] = float(record.age)
        if record.sex in _SEXES:
            found[FEMALE] = _SEXES[record.sex]
        found[MEDICINES] = float(len({fact.node for fact in record.of(EdgeKind.TAKES)}))
        for fact in record.of(EdgeKind.HAS_DIAGNOSIS):
            found |= dict.fromkeys(self.category_and_chapter(fact.node), 1.0)
        found |= self._results(record)
        return found

    def category_and_chapter(self, condition: int) -> tuple[str, ...]:
        """The ids of a condition's category, the broadest that one is diagnosed with, and of its chapter where it has one."""
        if condition not in self._above:
            chain = [nodes[-1] for nodes, _ in ancestors(self._snapshot, condition)]
            categories = [n for n in chain if not is_group(self._snapshot, n)]
            chapters = [n for n in chain if is_group(self._snapshot, n)]
            kept = dict.fromkeys([*categories[-1:], *chapters[-1:]])
            self._above[condition] = tuple(self._snapshot.id(n) for n in kept)
        return self._above[condition]

    def _results(self, record: PatientRecord) -> dict[str, float]:
        newest: dict[int, tuple[str, float]] = {}
        for fact in record.of(EdgeKind.HAS_RESULT):
            value, day = in_own_unit(self._snapshot, fact), measured_on(fact, record)
            if value is not None and day >= newest.get(fact.node, ("", 0.0))[0]:
                newest[fact.node] = day, value
        found: dict[str, float] = {}
        for test, (_, value) in newest.items():
            ranges = self._snapshot.properties(test).get("ranges", ())
            place = place_in_range(value, ranges if isinstance(ranges, tuple) else (), record.sex, record.age)
            if place is not None:
                found[self._snapshot.id(test)] = place
        return found


def place_in_range(value: float, ranges: Sequence[str], sex: str | None, age: int | None) -> float | None:
    """Where a result lies in its reference range: 0 in the middle, -1 and 1 at the ends, at most ``FARTHEST`` away.

    A range with a low end only is taken to end at twice that, one with a high end only to begin at 0.

    Args:
        value: in the test's own unit.
        ranges: as :data:`graph.schema.NODE_RULES` keeps them: ``sex|from age|to age|low|high|panic low|panic high``.
        sex: ``female``, ``male`` or something else; ranges of one sex are for that sex alone.
        age: in years; ranges are not told apart by an age that is not known, and none is taken then unless it is of adults.

    Returns:
        None where there is no range for such a person.

    >>> place_in_range(5.0, ["any|18||3.5|5||"], "female", 40)
    1.0
    """
    years = 18 if age is None else age
    for text in ranges:
        of, youngest, oldest, low, high = text.split("|")[:5]
        if of not in ("any", sex) or years < float(youngest or 0) or years > float(oldest or 999):
            continue
        if not low and not high:
            continue
        least = float(low) if low else 0.0
        most = float(high) if high else 2 * least
        if most > least:
            place = (value - (least + most) / 2) / ((most - least) / 2)
            return min(max(place, -FARTHEST), FARTHEST)
    return None
