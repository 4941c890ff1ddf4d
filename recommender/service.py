"""Answers requests: evidence, walk, safety, rank, explanation, over one store and one snapshot.

There are two lists, never mixed: established medicines, to which a known treatment edge leads, and on request exploratory ones,
which the walk alone finds. Both are screened for a patient or a case; a request for bare nodes has no patient and is marked
unscreened. Safety comes before ranking, and what needs a clinician's sign-off stands below the line. The same request on the
same snapshot and bundle gives the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import EdgeKind, NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from graph.snapshot import Snapshot
from recommender.answer import (
    NOTICE,
    SYNTHETIC,
    UNSCREENED,
    CareSuggestion,
    Recommendation,
    Suggestion,
    evidence_payload,
    excluded_payload,
)
from recommender.artifacts import Bundle
from recommender.case import read_case
from recommender.chances import Chances
from recommender.config import ScoringConfig
from recommender.consultation import Consultation, walked_to
from recommender.edge_filter import EdgeFilter
from recommender.engine import Engines
from recommender.evidence import Evidence, weigh_nodes, weigh_record
from recommender.explain import Path
from recommender.exploration import Instruments
from recommender.faithfulness import faithfulness, seeded
from recommender.metapaths import Metapath
from recommender.record import PatientRecord, RecordStore, read_record
from recommender.request import Request, answer_id
from recommender.safety.budget import Alert, share
from recommender.safety.components import Components
from recommender.safety.finding import VERSION
from recommender.safety.screen import Screened, screen
from recommender.safety.site import NO_POLICY, Site
from recommender.scoring import Scores
from recommender.sentences import retell
from recommender.sets.pairs import NO_MARKS, marks
from recommender.sets.together import together

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
        site: what the site decided about its medicines and about the rules.
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
        site: Site = NO_POLICY,
        compiled: bool = True,
    ) -> None:
        self._site = site
        self._engines = Engines(snapshot, home, metapaths, config, bundle, compiled=compiled)
        self.snapshot = self._engines.snapshot
        self.bundle = bundle
        self._store = store
        self._config = self._engines.config
        self._components = Components(snapshot)

    @property
    def model(self) -> str:
        """Names everything beside snapshot and rules that answers depend on."""
        return answer_id(self._engines.model, self._site.digest)

    @property
    def config(self) -> ScoringConfig:
        """The numbers of the score, with those of the bundle."""
        return self._config

    def consult(self, request: Request, record: PatientRecord | None = None, also: Sequence[int] = ()) -> Consultation:
        """Work out everything that answers to a request, and questions about them, are made of.

        Args:
            request: what is asked.
            record: in place of what is on file about the request's patient.
            also: numbers of medicines that are asked about: they are screened, too, whatever speaks for them.

        Raises:
            UnknownPatientError: when the store has no such patient.
            CaseError: when the case cannot be understood.
            UnknownNodeError: when a named node is unknown, or is no condition or symptom.
            AmbiguousNameError: when a name fits several of those.
        """
        edges = self._engines.edges(request)
        if request.nodes:
            record, evidence = None, weigh_nodes([self._named(name) for name in request.nodes], self.snapshot)
        else:
            record = record or self.record(request)
            evidence = weigh_record(record, self.snapshot, self._config, request.as_of, edges)
        engine = self._engines.of(edges)
        scores = engine.scorer.score({e.node: e.weight for e in evidence})
        screened = self._screened(record, request, scores, also) if record else None
        return Consultation(request, self.snapshot, engine, record, evidence, scores, screened)

    def _screened(self, record: PatientRecord, request: Request, scores: Scores, also: Sequence[int]) -> Screened:
        """What the safety rules find about every medicine that may stand in the answer, and about those asked for."""
        walked = walked_to(scores, self.snapshot, self._config.intercept) if request.explore else ()
        return screen(
            self.snapshot, self._components, record, sorted({*scores.support, *walked, *also}), request.as_of, site=self._site
        )

    def record(self, request: Request) -> PatientRecord:
        """What is on file about a request's patient, or told in its case."""
        if request.patient is not None:
            return read_record(self._store, self.snapshot, request.patient, request.as_of)
        return read_case(request.case, self.snapshot, request.as_of)

    def recommend(self, request: Request, record: PatientRecord | None = None) -> Recommendation:
        """The answer to a request; arguments and errors are those of :meth:`consult`."""
        return self.answer(self.consult(request, record))

    def answer(self, consultation: Consultation) -> Recommendation:
        """The answer that was worked out."""
        request, scores = consultation.request, consultation.scores
        walked = consultation.walked[: request.top] if request.explore else ()
        shown = [consultation.suggested, consultation.waiting[: request.top], walked]
        medicines = [m for listed in shown for m in listed]
        paths = consultation.engine.explainer.explain(medicines, consultation.evidence, scores)
        chances = Chances(self.bundle, consultation.engine.scorer, self.snapshot)
        suggestions = [[self._suggestion(m, consultation, paths[m], chances) for m in listed] for listed in shown]
        faithful = {m: self._faithful(m, consultation, paths[m]) for m in medicines} if request.faithfulness else {}
        alerts, left = share([s.cautions for s in suggestions[0]])
        suggestions[0] = [replace(s, cautions=cautions) for s, cautions in zip(suggestions[0], left, strict=True)]
        body = retell(self._body(consultation, suggestions, alerts, faithful), request.reader)
        return Recommendation(body, request, consultation.record)

    def instruments(self) -> Instruments:
        """What unknown pairs are explored with."""
        engine = self._engines.of()
        calibration = self.bundle.calibrations.get("exploratory") if self.bundle else None
        conditions = self.snapshot.numbers(NodeKind.CONDITION)

        def walk_scores() -> Array:
            return np.array([engine.scorer.walk_scores({condition: 1.0}) for condition in conditions])

        return Instruments(self.snapshot, engine.scorer, engine.explainer, self._config.intercept, walk_scores, calibration)

    def _named(self, name: str) -> int:
        found = self.snapshot.candidates(name, EVIDENCE_KINDS)
        if not found:
            raise UnknownNodeError(name, self.snapshot.nearest(name, EVIDENCE_KINDS))
        if len(found) > 1:
            raise AmbiguousNameError(name, [self.snapshot.id(n) for n in found])
        return found[0]

    def _suggestion(self, medicine: int, of: Consultation, paths: tuple[Path, ...], chances: Chances) -> Suggestion:
        score = of.score(medicine)
        remainder = score - self._config.intercept - sum(p.contribution for p in paths)
        degree = float(of.scores.degree[medicine - self.snapshot.numbers(NodeKind.MEDICINE).start])
        probability, prior = chances.of(medicine, of.scores, paths)
        established = medicine in of.scores.support
        return Suggestion(medicine, established, score, degree, paths, remainder, of.findings(medicine), probability, prior)

    def _faithful(self, medicine: int, of: Consultation, paths: Sequence[Path]) -> dict[str, Any] | None:
        rng = seeded(self._id(of), self.snapshot.id(medicine))
        found = faithfulness(of.engine.scorer, of.scores, of.weights, medicine, paths, rng)
        return found.payload() if found else None

    def _id(self, of: Consultation) -> str:
        """The id of an answer: a hash of everything that it depends on."""
        return answer_id(of.request.payload(), _on_file(of.record), self.snapshot.checksum, self.model, VERSION)

    def _care(self, evidence: Sequence[Evidence], counted: EdgeFilter) -> list[CareSuggestion]:
        found: dict[int, CareSuggestion] = {}
        for item in evidence:
            if item.node in self.snapshot.numbers(NodeKind.CONDITION):
                for action, said in self.snapshot.sources(EdgeKind.HELPS, NodeKind.CARE_ACTION, item.node):
                    edges = counted.allowed(said)
                    if not edges:
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
        of: Consultation,
        suggestions: Sequence[Sequence[Suggestion]],
        alerts: Sequence[Alert],
        faithful: Mapping[int, Any],
    ) -> dict[str, Any]:
        request, record, grounds = of.request, of.record, of.grounds
        marked = marks(of, self._components, [of.suggested, of.waiting], self._site)
        established, waiting, exploratory = (
            [
                s.payload(i + 1, grounds) | {**marked.get(s.medicine, NO_MARKS), "faithfulness": faithful.get(s.medicine)}
                for i, s in enumerate(listed)
            ]
            for listed in suggestions
        )
        ranked = of.established + (of.exploratory if request.explore else ())
        excluded = [entry for medicine in ranked for entry in excluded_payload(medicine, of.findings(medicine), grounds)]
        return {
            "id": self._id(of),
            "snapshot": self.snapshot.checksum,
            "trained_on": self.bundle.tag if self.bundle else None,
            "as_of": request.as_of.isoformat(),
            "reader": str(request.reader),
            "screened": of.screened is not None and of.screened.complete,
            "patient": _patient(record),
            "evidence": [evidence_payload(self.snapshot, e) for e in of.evidence],
            "intercept": self._config.intercept,
            "alerts": [alert.payload(self.snapshot, grounds) for alert in alerts],
            "recommendations": established,
            "needs_sign_off": waiting,
            "exploratory": exploratory if request.explore else None,
            "together": together(of, self._components, self._site) if request.together else None,
            "excluded": excluded,
            "care_actions": [c.payload(self.snapshot) for c in self._care(of.evidence, of.engine.walker.edges)],
            "unresolved": [u.payload() for u in (record.unresolved if record else ())],
            "notice": _notice(record, of.screened),
        }


def _on_file(record: PatientRecord | None) -> list[Any]:
    """What an answer rests on beside the request: another diagnosis makes another answer."""
    if record is None:
        return []
    facts = [[fact.kind, fact.node, fact.active, fact.record, dict(fact.properties)] for fact in record.facts]
    return [_patient(record), list(record.avoid_routes), facts, [item.payload() for item in record.unresolved]]


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
