"""What is diagnosed and taken, and what becomes of it, month by month and year by year, in the whole population.

Nothing here tells of fewer than five people. A cell counts people, each once; one of fewer than five is not told, and the
others are told in steps of five, so that a cell does not show that one person came or went. No totals are given. A year could
still tell of a month that is not told, where the other months explain too little of it: such a year is not told either.
Outcomes belong to the month in which the medicine was stopped, and so are no parts of what is begun in a month.

Counting reads every record. A thread of its own does that when the store has changed, and requests are answered from what was
counted last.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from graph.consents import Purpose, allows
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import StoreUnavailableError

LEAST = 5
"""Fewest people that a cell tells of, and the step in which it does."""
MONTHS = 12
FRESH_SECONDS = 60.0
"""How long what was counted is not held against the store again."""
STALE_SECONDS = 600.0
"""After how long records are counted anew in any case: a refusal changes no count of the store."""
WAIT_SECONDS = 2.0
"""How long a request waits for the first count."""
_YEAR = len("2024")
_OUTCOMES = ("recovered", "improved", "unchanged", "worse", "side effect", "stopped")


class Measure(StrEnum):
    """What is counted."""

    DIAGNOSES = "diagnoses"
    """People who got a diagnosis."""
    MEDICINES = "medicines"
    """People who began to take a medicine."""
    OUTCOMES = "outcomes"
    """People who stopped a medicine with an outcome."""


class Cell(NamedTuple):
    """What one number is of; the period is ``2024-05`` or ``2024``."""

    measure: Measure
    node: NodeId
    outcome: str
    period: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted.

    Attributes:
        cells: people by cell, in steps of five.
        on: the day and time of the count, ISO 8601.
        state: names the state of the store that was read.
    """

    cells: Mapping[Cell, int]
    on: str
    state: str


def nothing_counted() -> Counted:
    """What a service without a population answers from.

    Raises:
        StoreUnavailableError: always.
    """
    raise StoreUnavailableError("there is no population to count")


class Population(Protocol):
    """Where patients are read from: a part of :class:`graph.store.GraphStore`."""

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        ...

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        ...

    def counts(self) -> dict[str, int]:
        """See :meth:`graph.store.GraphStore.counts`."""
        ...

    def revision(self) -> str:
        """See :meth:`graph.store.GraphStore.revision`."""
        ...


def takes_part(patient: Node) -> bool:
    """Whether a patient's record may be counted."""
    return allows(patient, Purpose.LEARNING)


def count(store: Population, allowed: Callable[[Node], bool] = takes_part) -> dict[Cell, int]:
    """People by cell, those cells only that may be told.

    Args:
        store: where patients are.
        allowed: whose record may be counted.
    """
    people = Counter[Cell]()
    for patient in store.nodes(NodeKind.PATIENT):
        if allowed(patient):
            edges = store.edges_from(patient.id, (EdgeKind.HAS_DIAGNOSIS, EdgeKind.TAKES))
            people.update({cell for edge in edges for cell in _cells(edge)})
    return told(people)


def _cells(edge: Edge) -> Iterator[Cell]:
    said = edge.properties
    if edge.kind is EdgeKind.TAKES:
        yield from _periods(Measure.MEDICINES, edge.end, "", said.get("start"))
        if said.get("outcome") in _OUTCOMES:
            yield from _periods(Measure.OUTCOMES, edge.end, str(said["outcome"]), said.get("stop"))
    elif said.get("status") != "refuted":
        yield from _periods(Measure.DIAGNOSES, edge.end, "", said.get("start"))


def _periods(measure: Measure, node: NodeId, outcome: str, day: object) -> Iterator[Cell]:
    if isinstance(day, str) and day:
        yield Cell(measure, node, outcome, day[:7])
        yield Cell(measure, node, outcome, day[:_YEAR])


def told(people: Mapping[Cell, int]) -> dict[Cell, int]:
    """The cells that may be told, in steps of five, ascending.

    A year is left out when its months that are told may hold so few of its people that somebody must be in one certain month
    that is not told.
    """
    latest = max((cell.period for cell in people if len(cell.period) > _YEAR), default="")
    shown = {cell: n // LEAST * LEAST for cell, n in people.items() if n >= LEAST}
    months: dict[Cell, list[int]] = defaultdict(list)
    for cell, n in shown.items():
        if len(cell.period) > _YEAR:
            months[cell._replace(period=cell.period[:_YEAR])].append(n)
    return dict(sorted((c, n) for c, n in shown.items() if not _betrays(n, months.get(c, ()), _months_of(c.period, latest))))


def _months_of(period: str, latest: str) -> int:
    """How many months of a year there were up to the latest one of all."""
    return int(latest[_YEAR + 1 :]) if latest[:_YEAR] == period else MONTHS


def _betrays(year: int, months: Sequence[int], of: int) -> bool:
    """Whether a year cannot be what it is unless there is somebody in each of its months that are not told.

    Whoever knows the year and the months that are told takes each at what fits worst: the year at its least, each month at its
    most, and every other month that is not told at four.
    """
    hidden = of - len(months)
    most = sum(n + LEAST - 1 for n in months)
    return hidden > 0 and year - most - (LEAST - 1) * (hidden - 1) > 0


class Trends:
    """What was counted last, counted anew in the background when the store has changed.

    Args:
        store: where patients are.
        allowed: whose record may be counted.
        clock: seconds, ever rising.
    """

    def __init__(
        self,
        store: Population,
        allowed: Callable[[Node], bool] = takes_part,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._allowed = allowed
        self._clock = clock
        self._counting = threading.Lock()
        self._done = threading.Event()
        self._counted: Counted | None = None
        self._next = self._stale = 0.0

    def __call__(self) -> Counted:
        """What was counted last.

        Raises:
            StoreUnavailableError: when nothing was counted yet, and counting takes longer than a request may wait.
        """
        if self._clock() >= self._next and self._counting.acquire(blocking=False):
            self._next = self._clock() + FRESH_SECONDS
            threading.Thread(target=self._count, daemon=True, name="trends").start()
        if self._counted is None:
            self._done.wait(WAIT_SECONDS)
        if self._counted is None:
            raise StoreUnavailableError("trends are being counted")
        return self._counted

    def _count(self) -> None:
        try:
            state = f"{self._store.revision()} {sorted(self._store.counts().items())}"
            if self._counted is None or self._counted.state != state or self._clock() >= self._stale:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                self._counted = Counted(count(self._store, self._allowed), now, state)
                self._stale = self._clock() + STALE_SECONDS
        except Exception:
            # The next request tries again; whoever waits is told that there is nothing yet.
            self._next = 0.0
        finally:
            self._done.set()
            self._counting.release()
