"""What the graph says of how conditions show, as numbers: the start that needs no patient.

A condition shows in a symptom with the share that its frequency word stands for; one without symptoms of its own shows as the
nearest condition above it. The causes of a symptom act by noisy-OR with a leak, as in QMR-DT (Shwe et al. 1991, Methods of
Information in Medicine 30:241): a symptom is there unless every cause, and the leak, failed to bring it about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors, is_group
from recommender.predictors.conditions.config import FREQUENCIES, ConditionsConfig, Only

Floats = NDArray[np.float64]
SEXES = ("female", "male")
AGES = (0, 1, 5, 15, 30, 45, 60, 75)
"""First year of each age band."""
GROUPS = len(SEXES) * len(AGES) + 1
"""Sex and age band; the last is of those of whom either is not known."""
LOW, HIGH = " low", " high"
"""What the finding of a test's result ends with."""


def group_of(sex: str | None, age: int | None) -> int:
    """The group of a patient, 0 to ``GROUPS`` - 1."""
    if sex not in SEXES or age is None:
        return GROUPS - 1
    return SEXES.index(sex) * len(AGES) + int(np.searchsorted(AGES, age, "right")) - 1


@dataclass(frozen=True, slots=True)
class Knowledge:
    """How conditions show.

    Attributes:
        conditions: ids, ascending.
        findings: ids of symptoms; after them, where they were learned, ids of tests followed by ``LOW`` or ``HIGH``.
        symptoms: how many of the findings are symptoms.
        links: shape (conditions, findings), [0, 1): the share of patients in whom the condition by itself brings it about.
        words: shape (conditions, findings), int8: index in ``FREQUENCIES``, -1 where the graph says nothing.
        leak: shape (findings,), (0, 1): share that have it without any of the conditions.
        prior: shape (conditions, GROUPS): log-odds of the condition against none of them, before anything is told.
        silence: how much of an absent symptom one counts that is not spoken of.
    """

    conditions: tuple[str, ...]
    findings: tuple[str, ...]
    symptoms: int
    links: Floats
    words: NDArray[np.int8]
    leak: Floats
    prior: Floats
    silence: float

    def with_leak(self, factor: float) -> "Knowledge":
        """The same with another leak, at most one half."""
        return replace(self, leak=np.minimum(self.leak * factor, 0.5))


def knowledge_of(snapshot: Snapshot, config: ConditionsConfig, further: Sequence[str] = ()) -> Knowledge:
    """What the graph says of every condition that shows in something.

    Args:
        snapshot: PRESENTS edges and the condition tree.
        config: the shares that frequency words stand for.
        further: ids of conditions to be told of that have no symptoms of their own: they show as those above them.
    """
    said = _presentations(snapshot)
    chosen = sorted(
        {snapshot.id(n) for n in said if not is_group(snapshot, n)} | {c for c in further if _told(snapshot, c, said)}
    )
    symptoms = sorted({snapshot.id(s) for shown in said.values() for s in shown})
    place = {symptom: i for i, symptom in enumerate(symptoms)}
    words = np.full((len(chosen), len(symptoms)), -1, np.int8)
    for i, condition in enumerate(chosen):
        for symptom, word in _nearest(snapshot, snapshot.number(condition), said).items():
            words[i, place[snapshot.id(symptom)]] = word
    shares = np.array([config.frequency[word] for word in FREQUENCIES] + [0.0])
    leak = np.full(len(symptoms), config.leak)
    prior = _flat_prior(chosen, config)
    return Knowledge(tuple(chosen), tuple(symptoms), len(symptoms), shares[words], words, leak, prior, config.silence)


def _presentations(snapshot: Snapshot) -> dict[int, dict[int, int]]:
    """The frequency word of each symptom by condition; of several sources the most frequent counts, no word is the rarest."""
    found: dict[int, dict[int, int]] = {}
    for condition in snapshot.numbers(NodeKind.CONDITION):
        for symptom, edges in snapshot.neighbours(EdgeKind.PRESENTS, condition, NodeKind.SYMPTOM):
            words = [str(edge.properties.get("frequency", FREQUENCIES[-1])) for edge in edges]
            found.setdefault(condition, {})[symptom] = min(map(FREQUENCIES.index, words))
    return found


def _told(snapshot: Snapshot, condition: str, said: Mapping[int, Mapping[int, int]]) -> bool:
    """Whether the graph has the condition, and it or one above it shows in something."""
    found = snapshot.candidates(condition, (NodeKind.CONDITION,))
    return len(found) == 1 and bool(_nearest(snapshot, found[0], said))


def _nearest(snapshot: Snapshot, condition: int, said: Mapping[int, Mapping[int, int]]) -> Mapping[int, int]:
    return next((said[nodes[-1]] for nodes, _ in ancestors(snapshot, condition) if nodes[-1] in said), {})


def _flat_prior(conditions: Sequence[str], config: ConditionsConfig) -> Floats:
    """The same for each condition, but for those that are for another sex or age."""
    each = np.log((1 - config.nothing) / config.nothing / max(len(conditions), 1))
    prior = np.full((len(conditions), GROUPS), each)
    for i, condition in enumerate(conditions):
        for rule in config.only:
            if in_range(condition, rule):
                prior[i, _others(rule)] += np.log(config.unfit)
    return prior


def in_range(condition: str, rule: Only) -> bool:
    """Whether a rule is of a condition, given by its id."""
    scheme, _, code = condition.partition(":")
    return scheme == "ICD10CM" and rule.first <= code[:3] <= rule.last


def _others(rule: Only) -> list[int]:
    """The groups that a rule is not for; a band that it reaches into is one of those it is for."""
    found = []
    for s, sex in enumerate(SEXES):
        for a, first in enumerate(AGES):
            last = AGES[a + 1] - 1 if a + 1 < len(AGES) else 200
            if (rule.sex and sex != rule.sex) or last < rule.youngest or first > rule.oldest:
                found.append(s * len(AGES) + a)
    return found
