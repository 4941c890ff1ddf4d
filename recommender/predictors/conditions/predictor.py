"""The conditions that a presentation lets expect, each with a calibrated probability, its reasons, and what to ask next."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.errors import PredictorError
from recommender.predictors.bundles import StoredBundle
from recommender.predictors.conditions.card import card_of
from recommender.predictors.conditions.config import ConditionsConfig, read_config
from recommender.predictors.conditions.fitting import FittedConditions
from recommender.predictors.conditions.knowledge import HIGH, LOW, Floats, knowledge_of
from recommender.predictors.conditions.presentation import Presentation, lexicon, presentation_of
from recommender.predictors.conditions.questions import Question, next_questions
from recommender.predictors.conditions.scores import FindingReader, Findings, Scorer, Scores
from recommender.predictors.shape import Chance, Contribution, Explanation, ModelCard, Prediction
from recommender.record import PatientRecord

NAME = "conditions"
KNOWLEDGE = "knowledge"
LEAK_FACTORS = (0.5, 2.0)
"""By which the leak is tried where nothing is calibrated: the ends of the interval are then those of the assumption."""
Given = Presentation | PatientRecord


class ConditionsPredictor:
    """Predicts conditions; see :class:`recommender.predictors.shape.Predictor`.

    Args:
        fitted: how conditions show.
        snapshot: names and the condition tree.
        config: settings.
        tag: of the bundle.
    """

    name = NAME

    def __init__(
        self, fitted: FittedConditions, snapshot: Snapshot, config: ConditionsConfig | None = None, tag: str = KNOWLEDGE
    ) -> None:
        self._fitted = fitted
        self._snapshot = snapshot
        self._config = config or read_config()
        self._tag = tag
        self._scorer = Scorer(fitted.knowledge)
        self._reader = FindingReader(snapshot, fitted.knowledge, self._config)
        self._labels = tuple(snapshot.name(snapshot.number(name)) for name in fitted.knowledge.conditions)
        self._tried = [] if fitted.calibration else [Scorer(fitted.knowledge.with_leak(factor)) for factor in LEAK_FACTORS]

    @property
    def card(self) -> ModelCard:
        """What a reader has to know."""
        return card_of(self._fitted)

    def predict(self, given: Given) -> Prediction:
        """The most probable conditions that are not on file.

        Args:
            given: a presentation, or a record, whose symptoms then are the presentation.

        Returns:
            At most ``shown`` conditions; an abstention where nothing is told that a condition shows in.

        Raises:
            PredictorError: when it is neither.
        """
        found = _presentation(given)
        findings = self._reader.read(found)
        if not (findings.present or any(amount > 0 for told in findings.odds.values() for _, amount in told)):
            why = "nothing is told that a condition shows in: no symptom, no result out of its range"
            return Prediction(NAME, self._tag, (), why, self._notes(found))
        scores = self._scorer.score(findings)
        order = sorted(range(len(scores.share)), key=lambda i: (-scores.share[i], i))[: self._config.shown]
        chosen = np.array([i for i in order if np.isfinite(scores.score[i])], np.int64)
        value, low, high = self._probabilities(findings, scores, chosen)
        names = self._fitted.knowledge.conditions
        chances = tuple(
            Chance(names[i], self._labels[i], float(v), float(lo), float(up))
            for i, v, lo, up in zip(chosen.tolist(), value, low, high, strict=True)
        )
        return Prediction(NAME, self._tag, chances, notes=self._notes(found))

    def explain(self, given: Given, target: str = "") -> Explanation:
        """Why: what each thing that is told adds to the log-odds of a condition; they add up exactly.

        Raises:
            PredictorError: when the condition is not predicted, or it is on file already.
        """
        findings = self._reader.read(found := _presentation(given))
        scores = self._scorer.score(findings)
        names = self._fitted.knowledge.conditions
        wanted = target or names[int(np.argmax(scores.share))]
        if wanted not in names:
            raise PredictorError("the condition to explain is none that is predicted; give the id of one")
        at = names.index(wanted)
        if at in findings.known:
            raise PredictorError("the condition to explain is on file already: a fact, and no prediction")
        parts = [*self._told(found, findings, at), *self._rest(findings, scores, at)]
        kept = sorted((part for part in parts if part.amount), key=lambda part: -abs(part.amount))
        base = float(self._fitted.knowledge.prior[at, findings.group])
        return Explanation(wanted, base, tuple(kept), float(scores.score[at]))

    def questions(self, given: Given) -> tuple[Question, ...]:
        """What to ask or measure next, the best first; nothing once one condition is as good as sure."""
        findings = self._reader.read(found := _presentation(given))
        if self._scorer.score(findings).share.max(initial=0.0) >= self._config.stop:
            return ()
        names = [self._finding_name(finding) for finding in self._fitted.knowledge.findings]
        unasked = [i for sex, ids in self._config.one_sex.items() if found.record.sex not in (sex, None) for i in ids]
        return next_questions(self._scorer, findings, names, self._config.asked, unasked)

    def warm(self) -> None:
        """Make what the first free text would make."""
        for kind in (NodeKind.SYMPTOM, NodeKind.CONDITION):
            lexicon(self._snapshot, kind)

    def _probabilities(self, findings: Findings, scores: Scores, chosen: Any) -> tuple[Floats, Floats, Floats]:
        if self._fitted.calibration is not None:
            value, low, high, _ = self._fitted.calibration.probability(scores.score[chosen])
            return value, low, high
        tried = np.stack([scores.share[chosen], *(s.score(findings).share[chosen] for s in self._tried)])
        return tried[0], tried.min(axis=0), tried.max(axis=0)

    def _notes(self, given: Presentation) -> tuple[str, ...]:
        notes = [*self._understood(given), *given.notes]
        if self._fitted.calibration is None:
            notes.append("from the graph's knowledge alone: the probabilities are not calibrated on patients")
        elif self._fitted.made.get("synthetic"):
            notes.append("learned from synthetic patients")
        if given.unresolved:
            notes.append(f"{len(given.unresolved)} thing(s) told that no node stands for")
        return tuple(notes)

    def _understood(self, given: Presentation) -> list[str]:
        """What was understood of what is told, so that a reader sees what was not."""
        found = []
        for word, told in (("told", given.present), ("denied", given.absent)):
            if told:
                found.append(f"{word}: {', '.join(sorted(self._snapshot.name(number) for number in told))}")
        return found

    def _told(self, given: Presentation, findings: Findings, at: int) -> list[Contribution]:
        """What each present and each absent finding adds, and what is told otherwise."""
        where: dict[str, str] = {
            self._snapshot.id(n): place for told in (given.absent, given.present) for n, place in told.items()
        }
        said = self._scorer.said(findings)[at]
        rows = [(p, "present", float(amount)) for p, amount in zip(findings.present, said, strict=True)]
        rows += [(p, "absent", float(self._scorer.denied[at, p])) for p in findings.absent]
        found = []
        for position, word, amount in rows:
            finding = self._fitted.knowledge.findings[position]
            value = word if position < self._fitted.knowledge.symptoms else _result_word(finding, word)
            found.append(Contribution(finding, self._finding_name(finding), value, amount, where.get(finding, "")))
        name = self._fitted.knowledge.conditions[at]
        return found + [Contribution(name, told, told, amount) for told, amount in findings.odds.get(at, ())]

    def _rest(self, findings: Findings, scores: Scores, at: int) -> list[Contribution]:
        silent = float(self._scorer.silent(findings)[at])
        rivals = float(scores.score[at] - scores.against_none[at])
        return [
            Contribution("", "usual symptoms that are not spoken of", "not told", silent),
            Contribution("", "other conditions that may explain the same", "all of them", rivals),
        ]

    def _finding_name(self, finding: str) -> str:
        identity = finding.removesuffix(LOW).removesuffix(HIGH)
        return self._snapshot.name(self._snapshot.number(identity))


def _result_word(finding: str, word: str) -> str:
    side = "below" if finding.endswith(LOW) else "above"
    return f"{side} the reference range" if word == "present" else f"not {side} the reference range"


def _presentation(given: Given) -> Presentation:
    if isinstance(given, Presentation):
        return given
    if isinstance(given, PatientRecord):
        return presentation_of(given)
    raise PredictorError("a record or a presentation is expected")


def knowledge_predictor(snapshot: Snapshot, config: ConditionsConfig | None = None) -> ConditionsPredictor:
    """The predictor that needs no patient: what the graph says, uncalibrated."""
    config = config or read_config()
    return ConditionsPredictor(FittedConditions(knowledge_of(snapshot, config), None, {"learned": False}), snapshot, config)


def read_conditions(stored: StoredBundle, snapshot: Snapshot, config: ConditionsConfig | None = None) -> ConditionsPredictor:
    """The predictor of a bundle.

    Raises:
        PredictorError: when it is damaged, or tells of conditions that the snapshot lacks.
    """
    fitted = FittedConditions.of(stored.arrays, stored.notes)
    wanted = {*fitted.knowledge.conditions, *(f.removesuffix(LOW).removesuffix(HIGH) for f in fitted.knowledge.findings)}
    if any(not snapshot.candidates(name) for name in wanted):
        raise PredictorError("the bundle tells of nodes that this graph lacks; train again: train --predictor conditions")
    return ConditionsPredictor(fitted, snapshot, config, stored.tag)


def predicted_evidence(prediction: Prediction) -> Mapping[str, float]:
    """Ids of conditions with their calibrated probability, the most probable first: what a walk may start from."""
    return {chance.target: chance.probability for chance in prediction.chances if chance.probability > 0}
