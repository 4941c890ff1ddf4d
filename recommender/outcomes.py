"""What became of patients who took a medicine for a condition, and how far that moves the medicine's direct support.

A course of a medicine counts for every condition that it is known to treat or palliate and that the patient had at the time, as
diagnosed or above the diagnosis in the condition tree. Of several courses of one medicine the last whose outcome is known
counts, so that a patient counts once for a pair. Nothing is told of pairs of fewer than ``LEAST_PEOPLE`` people, and nothing
that names a patient.

Shifts are shrunken: a medicine's share of good outcomes is pulled towards that of all medicines of the condition, the more the
fewer people took it and the less medicines differ beyond chance. What is still not told from the condition's share is no shift.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple, Protocol

import numpy as np

from graph.array_file import Array
from graph.consents import willing
from graph.elements import Edge, EdgeKind, Node, NodeId, NodeKind
from graph.errors import UnknownNodeError
from graph.snapshot import Snapshot
from recommender.evidence import ancestors, is_group

LEAST_PEOPLE = 5
"""Fewest people that a number rests on: a number of fewer would tell of them, and would have to go when one is erased."""
GOOD = ("recovered", "improved")
BAD = ("unchanged", "worse", "side effect", "stopped")
"""Outcomes without the good that was hoped for; an unknown outcome counts neither way."""
BOUND = 0.75
"""Most that outcomes move direct support by, in log-odds: half of what parts a later line from one that is not stated. People
were given what suited them and not by lot, so that outcomes reorder the medicines of a line and not the lines."""
LEAST_PRIOR = 2.0
"""Fewest people that a condition's share weighs as much as: as many as in Laplace's rule of succession, so that nothing is
certain of a medicine that helped all of five."""
LEAST_EXAMPLES = 200
"""Fewest outcomes that probabilities of the established list are fitted on: with 200 a share is known to within .07."""
LEAST_PAIRS = 20
"""Fewest pairs that they are of: a score is that of a pair, and a curve over a few scores says nothing of those between."""
FOLDS = 5
_TREATMENTS = (EdgeKind.TREATS, EdgeKind.PALLIATES)
_CREDIBLE = (0.025, 0.975)
_LAST_DAY = "9999-12-31"


class PatientStore(Protocol):
    """Where patients are read from: a part of :class:`graph.store.GraphStore`."""

    def nodes(self, kind: NodeKind, *, after: str = "", limit: int | None = None) -> Iterator[Node]:
        """See :meth:`graph.store.GraphStore.nodes`."""
        ...

    def edges_from(self, node_id: NodeId, kinds: Sequence[EdgeKind] = ()) -> Sequence[Edge]:
        """See :meth:`graph.store.GraphStore.edges_from`."""
        ...


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Outcomes by condition and medicine, ascending in both; each array of shape (pairs,).

    Attributes:
        condition: number of the condition, int64.
        medicine: number of the medicine, int64.
        people: how many people's outcome is known, ``LEAST_PEOPLE`` or more.
        good: how many of them recovered or improved.
        bad: how many did not.
        side_effects: how many of those because of a side effect.
        rating: mean rating, 1 to 10; not a number where fewer than ``LEAST_PEOPLE`` rated.
    """

    condition: Array
    medicine: Array
    people: Array
    good: Array
    bad: Array
    side_effects: Array
    rating: Array


@dataclass(frozen=True, slots=True)
class Examples:
    """Single outcomes of the pairs of :class:`Outcomes`, sorted by all their values; each array of shape (outcomes,).

    They are for fitting probabilities while training, and not to be kept: a score is that of a pair, so that whatever is fitted
    to scores rests on ``LEAST_PEOPLE`` people or more.

    Attributes:
        condition: number of the condition, int64.
        medicine: number of the medicine, int64.
        good: whether the outcome was good.
        fold: of the patient, 0 to ``FOLDS`` - 1: all outcomes of one patient are in one fold.
    """

    condition: Array
    medicine: Array
    good: Array
    fold: Array

    @property
    def enough(self) -> bool:
        """Whether probabilities can be fitted on them; if not, the established list has none."""
        pairs = len(np.unique(np.column_stack((self.condition, self.medicine)), axis=0)) if len(self.good) else 0
        both = len(np.unique(self.good)) == 2 and len(np.unique(self.fold)) > 1
        return bool(len(self.good) >= LEAST_EXAMPLES and pairs >= LEAST_PAIRS and both)


@dataclass(frozen=True, slots=True)
class Shift:
    """What outcomes add to the direct support of a medicine for a condition.

    Attributes:
        value: in log-odds, within ±``BOUND``, never 0.
        people: how many people's outcome is known.
        good: how many of them were good.
        low, high: 95 % credible interval of the value, bounded alike; both of its sign.
    """

    value: float
    people: int
    good: int
    low: float
    high: float


class _Row(NamedTuple):
    """One patient's outcome for one pair."""

    condition: int
    medicine: int
    good: bool
    side_effect: bool
    rating: float
    fold: int


def read_outcomes(store: PatientStore, snapshot: Snapshot) -> Outcomes:
    """Outcomes of all patients in a store.

    Args:
        store: where patients are; each is read once.
        snapshot: the treatments and the condition tree.
    """
    return outcomes_and_examples(store, snapshot)[0]


def outcome_examples(store: PatientStore, snapshot: Snapshot) -> Examples:
    """Outcomes one by one, for fitting probabilities of the established list; see :func:`read_outcomes`."""
    return outcomes_and_examples(store, snapshot)[1]


def outcomes_and_examples(store: PatientStore, snapshot: Snapshot) -> tuple[Outcomes, Examples]:
    """Both :func:`read_outcomes` and :func:`outcome_examples`, reading the patients once."""
    rows = sorted(_read(store, snapshot), key=lambda row: (row.condition, row.medicine, row.fold, row.good))
    columns = np.array(rows, float).reshape(-1, len(_Row._fields)).T
    condition, medicine, good, side_effect, fold = (columns[i].astype(np.int64) for i in (0, 1, 2, 3, 5))
    pairs, place = np.unique(np.stack((condition, medicine)), axis=1, return_inverse=True)
    place = place.reshape(-1)
    people, goods, effects = (np.bincount(place, w, pairs.shape[1]).astype(np.int64) for w in (None, good, side_effect))
    rated = np.isfinite(columns[4])
    raters = np.bincount(place[rated], minlength=pairs.shape[1])
    sums = np.bincount(place[rated], columns[4][rated], pairs.shape[1])
    rating = np.where(raters >= LEAST_PEOPLE, sums / np.maximum(raters, 1), np.nan)
    kept = people >= LEAST_PEOPLE
    tallies = [column[kept] for column in (people, goods, people - goods, effects, rating)]
    shown = kept[place]
    examples = Examples(condition[shown], medicine[shown], good[shown].astype(bool), fold[shown])
    return Outcomes(pairs[0][kept], pairs[1][kept], *tallies), examples


def _read(store: PatientStore, snapshot: Snapshot) -> Iterator[_Row]:
    places = Places(snapshot)
    for patient in willing(store):
        edges = store.edges_from(patient.id, (EdgeKind.HAS_DIAGNOSIS, EdgeKind.TAKES))
        courses = last_courses(edge for edge in edges if edge.kind is EdgeKind.TAKES)
        diagnoses = [e for e in edges if e.kind is EdgeKind.HAS_DIAGNOSIS and e.properties.get("status") != "refuted"]
        fold = int.from_bytes(blake2b(patient.id.encode(), digest_size=8).digest()) % FOLDS if courses else 0
        for course in courses:
            values = course.properties
            outcome, rating = values["outcome"], values.get("rating")
            had = {c for d in diagnoses if meet(d, course) for c in places.above(d.end)}
            medicine = places.number(course.end)
            for condition in sorted(had & places.treated.get(medicine, frozenset())):
                score = float(rating) if isinstance(rating, int) else np.nan
                yield _Row(condition, medicine, outcome in GOOD, outcome == "side effect", score, fold)


def last_courses(courses: Iterator[Edge]) -> list[Edge]:
    """Of each medicine the course that began last, of those whose outcome is known."""
    known = [course for course in courses if course.properties.get("outcome") in (*GOOD, *BAD)]
    known.sort(key=lambda course: (str(course.properties.get("start", "")), course.record, course.provenance.source))
    return list({course.end: course for course in known}.values())


def meet(diagnosis: Edge, course: Edge) -> bool:
    """Whether there was a day of both; what has no date is taken to have been always so."""
    spans = [(str(e.properties.get("start", "")), str(e.properties.get("stop") or _LAST_DAY)) for e in (diagnosis, course)]
    return spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]


class Places:
    """Where ids of patients' edges are in a snapshot, each looked up once.

    Attributes:
        treated: conditions that a medicine treats or palliates, by its number.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._numbers: dict[NodeId, int] = {}
        self._above: dict[NodeId, frozenset[int]] = {}
        self.treated: dict[int, frozenset[int]] = {}
        for kind in _TREATMENTS:
            relation = snapshot.relation(kind, NodeKind.MEDICINE, NodeKind.CONDITION)
            for medicine in snapshot.numbers(NodeKind.MEDICINE) if relation else ():
                ends = {end for end, _ in snapshot.neighbours(kind, medicine, NodeKind.CONDITION)}
                self.treated[medicine] = self.treated.get(medicine, frozenset()) | ends

    def number(self, node_id: NodeId) -> int:
        """The number of a node, -1 when the knowledge does not have it."""
        if node_id not in self._numbers:
            try:
                self._numbers[node_id] = self._snapshot.number(node_id)
            except UnknownNodeError:
                self._numbers[node_id] = -1
        return self._numbers[node_id]

    def above(self, condition: NodeId) -> frozenset[int]:
        """A diagnosed condition and those above it, without blocks and chapters, which nobody is diagnosed with."""
        if condition not in self._above:
            number = self.number(condition)
            nodes = [chain[-1] for chain, _ in ancestors(self._snapshot, number)] if number >= 0 else []
            self._above[condition] = frozenset(n for n in nodes if n == number or not is_group(self._snapshot, n))
        return self._above[condition]


def shifts(outcomes: Outcomes) -> Mapping[tuple[int, int], Shift]:
    """What outcomes add to direct support, by numbers of condition and medicine; only where the numbers carry it.

    Of a condition whose outcomes are good in a share p, a medicine with g good outcomes among n has the share
    Beta(s·p + g, s·(1 - p) + n - g), and the shift is the log-odds of its mean above those of p. There is one where the 95 %
    credible interval leaves p out (beta-binomial empirical Bayes; Kleinman 1973, JASA 68:46-54). s is :func:`prior_people`.
    """
    from scipy.special import betaincinv

    strength = prior_people(outcomes)
    people, good = outcomes.people, outcomes.good
    _, place = np.unique(outcomes.condition, return_inverse=True)
    share = (np.bincount(place, good) / np.bincount(place, people))[place]
    mixed = np.flatnonzero((share > 0) & (share < 1) & np.isfinite(strength))
    p, n, g = share[mixed], people[mixed], good[mixed]
    a, b = strength * p + g, strength * (1 - p) + n - g
    low, high = (betaincinv(a, b, q) for q in _CREDIBLE)
    moved = np.column_stack([_log_odds(x) - _log_odds(p) for x in (a / (a + b), low, high)]).clip(-BOUND, BOUND)
    told = np.flatnonzero((low > p) | (high < p))
    found = {}
    for i, (value, least, most) in zip(mixed[told].tolist(), moved[told].tolist(), strict=True):
        pair = int(outcomes.condition[i]), int(outcomes.medicine[i])
        found[pair] = Shift(value, int(people[i]), int(good[i]), least, most)
    return found


def prior_people(outcomes: Outcomes) -> float:
    """s: how many people's outcomes the share of all medicines of a condition weighs as much as, for each medicine.

    With n people and x of them good for each medicine of a condition, N in all and p their share, S = Σ n (x/n - p)² has the
    mean p(1 - p)·[(1 - ρ)(k - 1) + ρ(N - Σn²/N)] for k medicines whose shares differ with an intra-class correlation
    ρ = 1 / (s + 1) (Kleinman 1973, JASA 68:46-54, weights n). ρ is solved from the sums over all conditions: the two to five
    medicines of one do not tell a variance, while their shares p are each condition's own.

    Returns:
        ``LEAST_PRIOR`` or more; infinite when medicines of a condition differ no more than by chance.
    """
    _, place = np.unique(outcomes.condition, return_inverse=True)
    n = outcomes.people.astype(float)
    total, k = np.bincount(place, n), np.bincount(place)
    p = np.bincount(place, outcomes.good) / np.maximum(total, 1)
    spread = np.bincount(place, n * (outcomes.good / n - p[place]) ** 2)
    chance = p * (1 - p) * (k - 1)
    excess = (spread - chance).sum()
    room = (p * (1 - p) * (total - np.bincount(place, n**2) / np.maximum(total, 1)) - chance).sum()
    if excess <= 0 or room <= 0:
        return np.inf
    return float(max(room / excess - 1, LEAST_PRIOR))


def _log_odds(share: Array) -> Array:
    """Log-odds of shares, within what a quantile of a narrow distribution rounds to 0 or 1."""
    share = np.clip(share, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(share) - np.log1p(-share))
