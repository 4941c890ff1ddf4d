"""Answers requests: evidence, walk, safety, rank, explanation, over one store and one snapshot.

There are two lists, never mixed: established medicines, to which a known treatment edge leads, and on request exploratory ones,
which the walk alone finds. Both are screened for a patient or a case; a request for bare nodes has no patient and is marked
unscreened. Safety comes before ranking. The weights are those of the snapshot's bundle, or set by hand where none was trained.
The same request on the same snapshot and bundle gives the same bytes.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import orjson

from graph.array_file import Array
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from graph.snapshot import Snapshot
from recommender.answer import (
    NOTICE,
    SYNTHETIC,
    UNSCREENED,
    CareSuggestion,
    Probability,
    Recommendation,
    Suggestion,
    degree_prior,
    evidence_payload,
    excluded_payload,
)
from recommender.artifacts import Bundle
from recommender.case import read_case
from recommender.config import ScoringConfig, read_scoring
from recommender.evidence import Evidence, weigh_nodes, weigh_record
from recommender.explain import Explainer, Path
from recommender.exploration import Instruments
from recommender.metapaths import Metapath, read_metapaths
from recommender.record import PatientRecord, RecordStore, read_record
from recommender.request import Request, answer_id
from recommender.safety.components import Components
from recommender.safety.screen import VERSION, Screened, screen
from recommender.scoring import Scorer, Scores, path_count_means
from recommender.walk import Walker

EVIDENCE_KINDS = (NodeKind.CONDITION, NodeKind.SYMPTOM)


class Recommender:
    """Recommends medicines from one snapshot, with patients read live from a store.

    Args:
        store: where patients are.
        snapshot: the knowledge.
        home: where what is derived from a snapshot is kept between processes.
        metapaths: what to walk; those of the table by default, with the weights of the bundle where there is one.
        config: the numbers of the score.
        bundle: what training made of the snapshot.
        compiled: whether to walk by compiled loops; a process that answers one question on a small graph does not.
    """

    def __init__(
        self,
        store: RecordStore,
        snapshot: Snapshot,
        home: FilePath,
        metapaths: Sequence[Metapath] | None = None,
        config: ScoringConfig | None = None,
        bundle: Bundle | None = None,
        *,
        compiled: bool = True,
    ) -> None:
        self.snapshot = bundle.snapshot if bundle else snapshot
        self.bundle = bundle
        self._store = store
        self._home = home
        self._metapaths = read_metapaths() if metapaths is None else tuple(metapaths)
        self._config = read_scoring() if config is None else config
        self._means: Mapping[str, float] | None = None
        if bundle:
            self._metapaths, self._means = bundle.metapaths, bundle.means
            self._config = replace(self._config, damping=bundle.damping, intercept=bundle.intercept)
        self._compiled = compiled
        self._components = Components(snapshot)
        self._engines: dict[KnowledgeLevel, tuple[Scorer, Explainer]] = {}
        self._model = answer_id([repr(m) for m in self._metapaths], self._config.digest, bundle.tag if bundle else None)

    def recommend(self, request: Request) -> Recommendation:
        """The answer to a request.

        Raises:
            UnknownPatientError: when the store has no such patient.
            CaseError: when the case cannot be understood.
            UnknownNodeError: when a named node is unknown, or is no condition or symptom.
            AmbiguousNameError: when a name fits several of those.
        """
        record, evidence = self._evidence(request)
        scorer, explainer = self._engine(request.min_level)
        scores = scorer.score({e.node: e.weight for e in evidence})
        reached = self._reached(scores)
        established, walked = (m for m in reached if m in scores.support), (m for m in reached if m not in scores.support)
        lists = [self._ranked(established, scores), self._ranked(walked, scores) if request.explore else []]
        candidates = sorted(lists[0] + lists[1])
        screened = screen(self.snapshot, self._components, record, candidates) if record else None
        safe = [[m for m in ranked if screened is None or not screened.excluded(m)] for ranked in lists]
        shown = [share_out(safe[0], evidence, scores, request.top), safe[1][: request.top]]
        paths = explainer.explain([*shown[0], *shown[1]], evidence, scores)
        chances = Chances(self.bundle, scorer, self.snapshot)
        suggestions = [[self._suggestion(m, scores, paths[m], screened, chances) for m in chosen] for chosen in shown]
        ranked = [*lists[0], *lists[1]]
        return Recommendation(self._body(request, record, evidence, suggestions, screened, ranked))

    def instruments(self) -> Instruments:
        """What unknown pairs are explored with."""
        scorer, explainer = self._engine(KnowledgeLevel.UNREVIEWED)
        calibration = self.bundle.calibrations.get("exploratory") if self.bundle else None
        conditions = self.snapshot.numbers(NodeKind.CONDITION)

        def walk_scores() -> Array:
            return np.array([scorer.walk_scores({condition: 1.0}) for condition in conditions])

        return Instruments(self.snapshot, scorer, explainer, self._config.intercept, walk_scores, calibration)

    def _evidence(self, request: Request) -> tuple[PatientRecord | None, tuple[Evidence, ...]]:
        if request.nodes:
            return None, weigh_nodes([self._named(name) for name in request.nodes], self.snapshot)
        if request.patient is not None:
            record = read_record(self._store, self.snapshot, request.patient, request.as_of)
        else:
            record = read_case(request.case, self.snapshot)
        return record, weigh_record(record, self.snapshot, self._config, request.as_of, request.min_level)

    def _named(self, name: str) -> int:
        found = self.snapshot.candidates(name, EVIDENCE_KINDS)
        if not found:
            raise UnknownNodeError(name, self.snapshot.nearest(name, EVIDENCE_KINDS))
        if len(found) > 1:
            raise AmbiguousNameError(name, [self.snapshot.id(n) for n in found])
        return found[0]

    def _engine(self, level: KnowledgeLevel) -> tuple[Scorer, Explainer]:
        if level not in self._engines:
            walker = self._walker(level)
            direct = (self.bundle.shifts, self.bundle.scale) if self.bundle else ()
            scorer = Scorer(walker, self._config, self._path_count_means(), level, *direct)
            self._engines[level] = (scorer, Explainer(walker, self._config.paths))
        return self._engines[level]

    def _walker(self, level: KnowledgeLevel) -> Walker:
        return Walker(self.snapshot, self._metapaths, self._config.damping, level, compiled=self._compiled)

    def _path_count_means(self) -> Mapping[str, float]:
        """mean_m by metapath, computed once for a snapshot and kept on disk."""
        if self._means is None:
            path = self._home / "means" / f"{self.snapshot.checksum}-{self._model}.json"
            if path.exists():
                self._means = orjson.loads(path.read_bytes())
            else:
                self._means = path_count_means(self._walker(KnowledgeLevel.UNREVIEWED))
                path.parent.mkdir(parents=True, exist_ok=True)
                # A name of its own: several workers may begin with the same snapshot at once.
                partial = path.with_suffix(f".{secrets.token_hex(8)}.partial")
                partial.write_bytes(orjson.dumps(self._means))
                partial.replace(path)
        return self._means

    def _reached(self, scores: Scores) -> list[int]:
        """Medicines that anything speaks for."""
        first = self.snapshot.numbers(NodeKind.MEDICINE).start
        supported = [m - first for m in scores.support]
        above = scores.total > self._config.intercept
        above[supported] = True
        return [int(i) + first for i in above.nonzero()[0]]

    def _ranked(self, medicines: Iterable[int], scores: Scores) -> list[int]:
        """Medicines by score, the highest first."""
        first = self.snapshot.numbers(NodeKind.MEDICINE).start
        return sorted(medicines, key=lambda m: (-float(scores.total[m - first]), m))

    def _suggestion(
        self, medicine: int, scores: Scores, paths: tuple[Path, ...], screened: Screened | None, chances: "Chances"
    ) -> Suggestion:
        first = self.snapshot.numbers(NodeKind.MEDICINE).start
        score = float(scores.total[medicine - first])
        remainder = score - self._config.intercept - sum(p.contribution for p in paths)
        cautions = screened.findings.get(medicine, ()) if screened else ()
        degree = float(scores.degree[medicine - first])
        probability, prior = chances.of(medicine, scores, paths)
        established = medicine in scores.support
        return Suggestion(medicine, established, score, degree, paths, remainder, cautions, probability, prior)

    def _care(self, evidence: Sequence[Evidence], level: KnowledgeLevel) -> list[CareSuggestion]:
        found: dict[int, CareSuggestion] = {}
        for item in evidence:
            if item.node in self.snapshot.numbers(NodeKind.CONDITION):
                for action, edges in self.snapshot.sources(EdgeKind.HELPS, NodeKind.CARE_ACTION, item.node):
                    if edges[0].level.strength < level.strength:
                        continue
                    names = (self.snapshot.name(action), self.snapshot.name(item.node))
                    steps = (*((edge,) for edge in item.chain), tuple(edges))
                    path = Path(
                        "ChA", (*item.via, action), steps, item.weight, f"{names[0]} helps in {names[1]}.", len(item.chain)
                    )
                    found.setdefault(action, CareSuggestion(action, path))
        ranked = sorted(found.values(), key=lambda c: (-c.path.contribution, -c.path.weakest.level.strength, c.action))
        return ranked[: self._config.care_actions]

    def _body(
        self,
        request: Request,
        record: PatientRecord | None,
        evidence: Sequence[Evidence],
        suggestions: Sequence[Sequence[Suggestion]],
        screened: Screened | None,
        ranked: Sequence[int],
    ) -> dict[str, Any]:
        excluded = [
            entry
            for medicine in (ranked if screened else ())
            for entry in excluded_payload(self.snapshot, medicine, screened.findings.get(medicine, ()) if screened else ())
        ]
        return {
            "id": answer_id(request.payload(), _on_file(record), self.snapshot.checksum, self._model, VERSION),
            "snapshot": self.snapshot.checksum,
            "trained_on": self.bundle.tag if self.bundle else None,
            "as_of": request.as_of.isoformat(),
            "screened": screened is not None and screened.complete,
            "patient": _patient(record),
            "evidence": [evidence_payload(self.snapshot, e) for e in evidence],
            "intercept": self._config.intercept,
            "recommendations": [s.payload(i + 1, self.snapshot) for i, s in enumerate(suggestions[0])],
            "exploratory": [s.payload(i + 1, self.snapshot) for i, s in enumerate(suggestions[1])] if request.explore else None,
            "excluded": excluded,
            "care_actions": [c.payload(self.snapshot) for c in self._care(evidence, request.min_level)],
            "unresolved": [u.payload() for u in (record.unresolved if record else ())],
            "notice": _notice(record, screened),
        }


class Chances:
    """The calibrated probabilities of suggestions.

    A calibration was fitted on pairs of one condition and one medicine, so a suggestion's probability is that of the pair which
    speaks most for it, as if that condition were the only one on file.

    Args:
        bundle: the calibrations; without one there are no probabilities.
        scorer: scores the pairs.
        snapshot: the graph.
    """

    def __init__(self, bundle: Bundle | None, scorer: Scorer, snapshot: Snapshot) -> None:
        self._bundle = bundle
        self._scorer = scorer
        self._snapshot = snapshot
        self._scores: dict[int, Scores] = {}

    def of(self, medicine: int, scores: Scores, paths: Sequence[Path]) -> tuple[Probability | None, float | None]:
        """Probability and degree prior of a suggestion; nothing where there is no calibration for its list."""
        support = scores.support.get(medicine)
        calibration = self._bundle.calibrations.get("established" if support else "exploratory") if self._bundle else None
        if calibration is None or not (support or paths):
            return None, None
        start = max(support, key=lambda s: s.amount).start if support else paths[0].nodes[paths[0].start]
        if start not in self._snapshot.numbers(NodeKind.CONDITION):
            return None, None
        if start not in self._scores:
            self._scores[start] = self._scorer.score({start: 1.0})
        pair = self._scores[start]
        at = medicine - self._snapshot.numbers(NodeKind.MEDICINE).start
        score = float(pair.total[at]) - (0.0 if support else self._scorer.intercept)
        value, low, high, supported = (column[0] for column in calibration.probability(np.array([score])))
        prior = None if support else degree_prior(float(pair.degree[at]))
        of = "good outcome" if support else "treatment"
        return Probability(float(value), float(low), float(high), bool(supported), of), prior


def share_out(ranked: Sequence[int], evidence: Sequence[Evidence], scores: Scores, top: int) -> list[int]:
    """Choose the suggestions so that no condition on file takes the whole list.

    Each medicine belongs to the fact on file that supports it most; facts take turns, each with its best medicine that is left,
    in the order of those medicines' ranks. Of one fact, or of no direct support at all, simply the best are chosen.

    Returns:
        At most ``top`` of ``ranked``, in the order of ``ranked``.
    """
    facts = {e.node: e.via[0] for e in evidence}
    turns: dict[int | None, int] = {}
    order = []
    for place, medicine in enumerate(ranked):
        support = scores.support.get(medicine, ())
        fact = facts[max(support, key=lambda s: s.amount).start] if support else None
        turns[fact] = turns.get(fact, 0) + 1
        order.append((fact is None, turns[fact], place))
    return [ranked[place] for place in sorted(place for *_, place in sorted(order)[:top])]


def _on_file(record: PatientRecord | None) -> list[Any]:
    """What an answer for a stored patient rests on beside the request: another diagnosis makes another answer."""
    if record is None or record.patient is None:
        return []
    facts = [[fact.kind, fact.node, fact.active, fact.record, dict(fact.properties)] for fact in record.facts]
    return [_patient(record), facts, [item.payload() for item in record.unresolved]]


def _patient(record: PatientRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "id": record.patient,
        "age": record.age,
        "sex": record.sex,
        "pregnant": record.pregnant,
        "breast_feeding": record.breast_feeding,
        "synthetic": record.synthetic,
    }


def _notice(record: PatientRecord | None, screened: Screened | None) -> str:
    parts = [SYNTHETIC] if record and record.synthetic else []
    if screened is None:
        parts.append(UNSCREENED.format(reason="the request names no patient"))
    elif not screened.complete:
        parts.append(UNSCREENED.format(reason="an allergy or a medicine in use is not known"))
    return " ".join((*parts, NOTICE))
