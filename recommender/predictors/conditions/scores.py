"""The log-odds of every condition for one patient, as a sum that can be told part by part.

Against "none of them" the log-odds of a condition are its prior, and for every finding what it says: a present one
log(P(finding | condition and those known) / P(finding | those known)), an absent one log(1 - link). Conditions on file that
hold today explain their own symptoms away: they take part in P. Then conditions compete: what remains is

    score(c) = log-odds(c) - log(1 + sum of exp(log-odds(o)) over every other condition o)

whose logistic is the share of c among all of them and none. A denied symptom never raises the log-odds of a condition that
shows in it, nor the share of all such conditions together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from graph.elements import EdgeKind
from graph.snapshot import Snapshot
from recommender.evidence import ancestors
from recommender.predictors.conditions.config import ConditionsConfig
from recommender.predictors.conditions.knowledge import HIGH, LOW, Floats, Knowledge, group_of, in_range
from recommender.predictors.conditions.presentation import Presentation
from recommender.predictors.population.features import place_in_range
from recommender.record import PatientRecord
from recommender.safety.results import in_own_unit, measured_on


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one patient, by the positions that :class:`Knowledge` gives to findings and conditions.

    Attributes:
        present, absent: positions of findings.
        known: positions of conditions that are on file and hold.
        group: of sex and age.
        odds: position of a condition → (what is told, log of the odds ratio) in the order of telling.
    """

    present: tuple[int, ...]
    absent: tuple[int, ...]
    known: tuple[int, ...]
    group: int
    odds: Mapping[int, tuple[tuple[str, float], ...]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Log-odds of one patient; each array of shape (conditions,).

    Attributes:
        against_none: log-odds against none of the conditions; -inf for one that is on file already.
        score: log-odds among all conditions and none.
        share: the logistic of ``score``.
        none: share of none of them.
    """

    against_none: Floats
    score: Floats
    share: Floats
    none: float


class FindingReader:
    """Places a presentation.

    Args:
        snapshot: names, tests and the condition tree.
        knowledge: what has a position.
        config: odds ratios.
    """

    def __init__(self, snapshot: Snapshot, knowledge: Knowledge, config: ConditionsConfig) -> None:
        self._snapshot = snapshot
        self._config = config
        self._finding = {name: i for i, name in enumerate(knowledge.findings)}
        self._condition = {name: i for i, name in enumerate(knowledge.conditions)}
        self._below: dict[str, tuple[int, ...]] = {}
        rules = [rule for rule in config.only if rule.pregnant]
        self._pregnancies = tuple(p for name, p in self._condition.items() if any(in_range(name, rule) for rule in rules))

    def read(self, given: Presentation) -> Findings:
        """The findings of a presentation; what has no position says nothing."""
        present = [self._finding.get(self._snapshot.id(n)) for n in given.present]
        absent = [self._finding.get(self._snapshot.id(n)) for n in given.absent]
        high, normal = self._results(given.record)
        ids = (self._snapshot.id(n) for n in given.known())
        return Findings(
            tuple(sorted({p for p in present if p is not None} | high)),
            tuple(sorted({p for p in absent if p is not None} | normal)),
            tuple(sorted(self._condition[name] for name in ids if name in self._condition)),
            group_of(given.record.sex, given.record.age),
            self._odds(given),
        )

    def below(self, condition: str) -> tuple[int, ...]:
        """Positions of a condition and of those below it in the tree."""
        if condition not in self._below:
            found = []
            for name, position in self._condition.items():
                chain = ancestors(self._snapshot, self._snapshot.number(name))
                if any(self._snapshot.id(nodes[-1]) == condition for nodes, _ in chain):
                    found.append(position)
            self._below[condition] = tuple(found)
        return self._below[condition]

    def _results(self, record: PatientRecord) -> tuple[set[int], set[int]]:
        """Positions of the results that are out of their range, and of those that are not."""
        out: set[int] = set()
        inside: set[int] = set()
        for test, place in newest_results(record, self._snapshot).items():
            for ending, is_out in ((LOW, place < -1), (HIGH, place > 1)):
                position = self._finding.get(test + ending)
                if position is not None:
                    (out if is_out else inside).add(position)
        return out, inside

    def _odds(self, given: Presentation) -> dict[int, tuple[tuple[str, float], ...]]:
        found: dict[int, list[tuple[str, float]]] = {}
        for position, told, ratio in self._told(given):
            found.setdefault(position, []).append((told, float(np.log(ratio))))
        return {position: tuple(dict(rows).items()) for position, rows in sorted(found.items())}

    def _told(self, given: Presentation) -> Iterator[tuple[int, str, float]]:
        config, ids = self._config, self._snapshot.id
        if given.record.pregnant is False:
            yield from ((p, "not pregnant", config.unfit) for p in self._pregnancies)
        for number in given.refuted():
            yield from ((p, "refuted", 1 / config.told) for p in self.below(ids(number)))
        for number, affirmed in (given.imaging or {}).items():
            ratio = config.told if affirmed else 1 / config.told
            yield from ((p, "imaging", ratio) for p in self.below(ids(number)))
        for number in given.family:
            yield from ((p, "family history", config.family) for p in self.below(ids(number)))
        for factor, value in (given.lifestyle or {}).items():
            for risk in config.risk:
                if (risk.factor, risk.value) == (factor, value):
                    yield from ((p, f"{factor}: {value}", risk.ratio) for p in self.below(risk.condition))


def newest_results(record: PatientRecord, snapshot: Snapshot) -> dict[str, float]:
    """The place of the newest result of each test in its reference range, by the test's id; see :func:`place_in_range`."""
    newest: dict[int, tuple[str, float]] = {}
    for fact in record.of(EdgeKind.HAS_RESULT):
        value, day = in_own_unit(snapshot, fact), measured_on(fact, record)
        if value is not None and day >= newest.get(fact.node, ("", 0.0))[0]:
            newest[fact.node] = day, value
    found: dict[str, float] = {}
    for test, (_, value) in newest.items():
        ranges = snapshot.properties(test).get("ranges", ())
        place = place_in_range(value, ranges if isinstance(ranges, tuple) else (), record.sex, record.age)
        if place is not None:
            found[snapshot.id(test)] = place
    return found


class Scorer:
    """Scores findings.

    Args:
        knowledge: how conditions show.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.denied: Floats = np.log1p(-knowledge.links)
        self._silent = self.denied[:, : knowledge.symptoms].sum(axis=1)

    def leak(self, findings: Findings) -> Floats:
        """Share that have each finding without a further condition: by the leak, or by one that is on file."""
        known = knowledge.links[list(findings.known)] if (knowledge := self.knowledge) and findings.known else None
        return knowledge.leak if known is None else 1 - (1 - knowledge.leak) * np.prod(1 - known, axis=0)

    def said(self, findings: Findings) -> Floats:
        """What each present finding says, shape (conditions, present), 0 or more."""
        columns = list(findings.present)
        leak = self.leak(findings)[columns]
        links = self.knowledge.links[:, columns]
        return np.asarray(np.log1p(links * (1 - leak) / leak))

    def silent(self, findings: Findings) -> Floats:
        """What is said by the symptoms that are not spoken of, shape (conditions,), 0 or less."""
        spoken = [p for p in (*findings.present, *findings.absent) if p < self.knowledge.symptoms]
        return np.asarray(self.knowledge.silence * (self._silent - self.denied[:, spoken].sum(axis=1)))

    def score(self, findings: Findings) -> Scores:
        """The log-odds of every condition."""
        against = self.knowledge.prior[:, findings.group] + self.silent(findings)
        against = against + self.said(findings).sum(axis=1) + self.denied[:, list(findings.absent)].sum(axis=1)
        for position, told in findings.odds.items():
            against[position] += sum(amount for _, amount in told)
        against[list(findings.known)] = -np.inf
        return compete(against)


def compete(against: Floats) -> Scores:
    """The shares of conditions by their log-odds against none of them."""
    top = max(float(against.max(initial=0.0)), 0.0)
    weight = np.exp(against - top)
    total = float(weight.sum()) + float(np.exp(-top))
    share = weight / total
    rest = np.maximum(total - weight, np.finfo(float).tiny)
    with np.errstate(divide="ignore"):
        score = against - top - np.log(rest)
    return Scores(against, score, share, float(np.exp(-top)) / total)
