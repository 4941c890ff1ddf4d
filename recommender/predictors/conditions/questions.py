"""What to ask or measure next: the symptom or result whose answer is expected to tell most between conditions.

The worth of a question is what its answer is expected to take from the entropy of the conditions' distribution (Lindley 1956,
doi:10.1214/aoms/1177728069), in bits: never negative, and 0 where every condition would answer alike. Nothing is asked that is
known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recommender.predictors.conditions.knowledge import HIGH, LOW, Floats
from recommender.predictors.conditions.scores import Findings, Scorer, Scores

LEAST_SHARE = 1e-3
"""Conditions of a smaller share take no part: they could not come to matter by one answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask or to measure.

    Attributes:
        finding: id of the symptom, or of the test with ``low`` or ``high`` behind it.
        label: the question in words.
        kind: ``symptom`` or ``test``.
        gain: expected, in bits.
        chance: probability that the answer is yes.
        if_yes, if_no: the first condition then, as (id, share among all conditions and none).
    """

    finding: str
    label: str
    kind: str
    gain: float
    chance: float
    if_yes: tuple[str, float]
    if_no: tuple[str, float]

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        yes, no = ({"target": target, "share": share} for target, share in (self.if_yes, self.if_no))
        return {
            "finding": self.finding,
            "question": self.label,
            "kind": self.kind,
            "expected_bits": self.gain,
            "chance_of_yes": self.chance,
            "if_yes": yes,
            "if_no": no,
        }


def gains(scorer: Scorer, findings: Findings, scores: Scores) -> tuple[Floats, Floats]:
    """What asking for each finding is expected to tell.

    Args:
        scorer: how conditions show.
        findings: what is known.
        scores: of those findings.

    Returns:
        Expected bits, 0 or more, and the probability of a yes, each of shape (findings,); -1 bits for what is known.
    """
    knowledge = scorer.knowledge
    kept = np.flatnonzero(scores.share >= LEAST_SHARE)
    bits, chance = np.full(len(knowledge.findings), -1.0), np.zeros(len(knowledge.findings))
    shows = np.asarray((knowledge.links[kept] > 0).any(axis=0))
    shows[[*findings.present, *findings.absent]] = False
    open_ = np.flatnonzero(shows)
    if not len(kept) or not len(open_):
        return bits, chance
    # A symptom that is asked for is no longer passed over in silence: its part of that is taken back first.
    silence = np.where(open_ < knowledge.symptoms, knowledge.silence, 0.0)
    before = np.vstack(
        [scores.share[kept][:, None] * np.exp(-silence * scorer.denied[np.ix_(kept, open_)]), _row(scores, len(open_))]
    )
    before /= before.sum(axis=0)
    leak = scorer.leak(findings)[open_]
    shown = np.vstack([1 - (1 - knowledge.links[np.ix_(kept, open_)]) * (1 - leak), leak[None, :]])
    yes = (before * shown).sum(axis=0)
    after_yes, after_no = before * shown / yes, before * (1 - shown) / (1 - yes)
    bits[open_] = np.maximum(_entropy(before) - yes * _entropy(after_yes) - (1 - yes) * _entropy(after_no), 0.0)
    chance[open_] = yes
    return bits, chance


def _row(scores: Scores, columns: int) -> Floats:
    return np.full((1, columns), max(scores.none, 1e-300))


def _entropy(shares: Floats) -> Floats:
    """Bits of each column."""
    safe = np.maximum(shares, 1e-300)
    return np.asarray(-(shares * np.log2(safe)).sum(axis=0))


def best_finding(scorer: Scorer, findings: Findings, symptoms_only: bool = False) -> int | None:
    """Position of the finding that is worth most to ask for; nothing when no question tells anything."""
    bits, _ = gains(scorer, findings, scorer.score(findings))
    if symptoms_only:
        bits = bits[: scorer.knowledge.symptoms]
    best = int(np.argmax(bits)) if len(bits) else 0
    return best if len(bits) and bits[best] > 0 else None


def answered(findings: Findings, finding: int, is_there: bool) -> Findings:
    """The findings with one more answer."""
    if is_there:
        return replace(findings, present=tuple(sorted((*findings.present, finding))))
    return replace(findings, absent=tuple(sorted((*findings.absent, finding))))


def next_questions(
    scorer: Scorer, findings: Findings, names: Sequence[str], most: int, unasked: Collection[str] = ()
) -> tuple[Question, ...]:
    """The questions that are worth most, the best first, equal ones in the order of their ids.

    Args:
        scorer: how conditions show.
        findings: what is known.
        names: of each finding, as people say it: of a test without ``low`` or ``high``.
        most: how many at most.
        unasked: ids of findings that are not to be asked for.
    """
    bits, chance = gains(scorer, findings, scorer.score(findings))
    order = sorted(np.flatnonzero(bits > 0).tolist(), key=lambda i: (-bits[i], i))
    chosen = [i for i in order if scorer.knowledge.findings[i] not in unasked][:most]
    return tuple(_question(scorer, findings, i, names[i], float(bits[i]), float(chance[i])) for i in chosen)


def _question(scorer: Scorer, findings: Findings, finding: int, name: str, bits: float, chance: float) -> Question:
    identity = scorer.knowledge.findings[finding]
    is_test = finding >= scorer.knowledge.symptoms
    ending = next((end for end in (LOW, HIGH) if is_test and identity.endswith(end)), "")
    label = f"Measure {name}: is it{ending}?" if is_test else f"{name}?"
    first = []
    for there in (True, False):
        scores = scorer.score(answered(findings, finding, there))
        top = int(np.argmax(scores.share))
        first.append((scorer.knowledge.conditions[top], float(scores.share[top])))
    return Question(identity, label, "test" if is_test else "symptom", bits, chance, first[0], first[1])
