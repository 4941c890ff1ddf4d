"""How conditions show, learned from episodes, with the graph's knowledge as what is believed before.

Shares are counts of people shrunken towards the knowledge, which weighs as much as ``own`` cases. A condition with few cases
keeps the graph's symptoms; for it only the shares of the frequency words and the leak are learned, over all conditions
together. A number rests on ``people`` people or more, or on knowledge: smaller counts are taken as what the knowledge expects.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.predictors.conditions.config import FREQUENCIES, ConditionsConfig
from recommender.predictors.conditions.knowledge import GROUPS, HIGH, LOW, Floats, Knowledge
from recommender.predictors.conditions.scores import Findings

LEAST_LINK, MOST_LINK = 1e-9, 0.999
"""A link below the least is what rounding leaves of none."""


@dataclass(frozen=True, slots=True)
class Case:
    """An episode placed: who, which conditions by position, and what was found."""

    person: int
    targets: tuple[int, ...]
    findings: Findings


@dataclass(frozen=True, slots=True)
class _Counts:
    """People by condition, finding and group.

    Attributes:
        cases: shape (conditions,).
        groups: shape (conditions, GROUPS).
        found: shape (conditions, findings): of the cases, who have it.
        asked: shape (conditions, findings): of the cases, of whom it is known whether they have it.
        loose: shape (findings,): who have it without a condition that shows in it.
        bare: shape (findings,): of whom it is known, without such a condition.
    """

    cases: Floats
    groups: Floats
    found: Floats
    asked: Floats
    loose: Floats
    bare: Floats


def with_results(knowledge: Knowledge, snapshot: Snapshot) -> Knowledge:
    """The same with a finding for each result that is below or above its reference range, of which the graph says nothing."""
    tests = [snapshot.id(n) for n in snapshot.numbers(NodeKind.LAB_TEST) if snapshot.properties(n).get("ranges")]
    names = tuple(test + ending for test in sorted(tests) for ending in (LOW, HIGH))
    blank = (len(knowledge.conditions), len(names))
    return replace(
        knowledge,
        findings=(*knowledge.findings, *names),
        links=np.hstack((knowledge.links, np.zeros(blank))),
        words=np.hstack((knowledge.words, np.full(blank, -1, np.int8))),
        leak=np.append(knowledge.leak, np.full(len(names), float(knowledge.leak.mean()))),
    )


def learn(knowledge: Knowledge, cases: Sequence[Case], config: ConditionsConfig) -> Knowledge:
    """What the knowledge becomes by cases; of several of one person with one condition the first counts.

    Args:
        knowledge: what is believed before; findings of results among them by :func:`with_results`.
        cases: placed episodes.
        config: how much knowledge weighs, and how few people say nothing.
    """
    counts = _count(knowledge, cases)
    leak = _leak(knowledge, counts, config)
    links = _links(knowledge, counts, leak, config)
    return replace(knowledge, links=links, leak=leak, prior=_prior(knowledge, counts, config))


def _count(knowledge: Knowledge, cases: Sequence[Case]) -> _Counts:
    shape = (len(knowledge.conditions), len(knowledge.findings))
    symptoms = slice(0, knowledge.symptoms)
    numbers, groups = np.zeros(shape[0]), np.zeros((shape[0], GROUPS))
    found, asked, loose, bare = np.zeros(shape), np.zeros(shape), np.zeros(shape[1]), np.zeros(shape[1])
    seen: set[tuple[int, int]] = set()
    for case in cases:
        has, known = np.zeros(shape[1]), np.zeros(shape[1])
        has[list(case.findings.present)] = 1
        known[symptoms] = 1
        known[[*case.findings.present, *case.findings.absent]] = 1
        shown = knowledge.words[[*case.targets, *case.findings.known]] >= 0
        unrelated = known * ~shown.any(axis=0)
        loose += has * unrelated
        bare += unrelated
        for target in case.targets:
            if (case.person, target) not in seen:
                seen.add((case.person, target))
                numbers[target] += 1
                groups[target, case.findings.group] += 1
                found[target] += has
                asked[target] += known
    return _Counts(numbers, groups, found, asked, loose, bare)


def _leak(knowledge: Knowledge, counts: _Counts, config: ConditionsConfig) -> Floats:
    loose = np.where(counts.loose >= config.people, counts.loose, 0.0)
    return np.clip((loose + config.own * knowledge.leak) / (counts.bare + config.own), 1e-4, 0.5)


def _links(knowledge: Knowledge, counts: _Counts, leak: Floats, config: ConditionsConfig) -> Floats:
    """Shares by frequency word over all conditions, then by condition and finding."""
    believed = np.zeros_like(knowledge.links)
    for word, _ in enumerate(FREQUENCIES):
        pairs = knowledge.words == word
        people, asked = float(counts.found[pairs].sum()), float(counts.asked[pairs].sum())
        start = config.frequency[FREQUENCIES[word]]
        believed[pairs] = (people + config.own * start) / (asked + config.own) if people >= config.people else start
    chance = 1 - (1 - believed) * (1 - leak)
    own = np.where(counts.found >= config.people, counts.found, np.minimum(counts.asked * chance, config.people - 1))
    share = (own + config.own * chance) / (np.where(counts.found >= config.people, counts.asked, own / chance) + config.own)
    learned = np.clip((share - leak) / (1 - leak), 0.0, MOST_LINK)
    learned[learned < LEAST_LINK] = 0.0
    enough = (counts.cases >= config.fewest)[:, None]
    return np.where(enough, learned, np.minimum(believed, MOST_LINK))


def _prior(knowledge: Knowledge, counts: _Counts, config: ConditionsConfig) -> Floats:
    """Log-odds by group; whom a condition is not for stays with whom it is not for."""
    people = np.where(counts.cases >= config.people, counts.cases, 0.0)
    share = (people + 0.5) / (people + 0.5).sum()
    shown = np.where(counts.groups >= config.people, counts.groups, 0.0)
    total = shown.sum(axis=0)
    by_group = (shown + config.own * share[:, None]) / (total + config.own)
    by_group[:, -1] = share
    none = np.log((1 - config.nothing) / config.nothing)
    unfit = knowledge.prior - knowledge.prior[:, -1:]
    return np.asarray(np.log(by_group / by_group.sum(axis=0)) + none + np.minimum(unfit, 0.0))
