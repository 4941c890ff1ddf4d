"""Answers requests: evidence, walk, safety, rank, explanation, over one store and one snapshot.

There are two lists, never mixed: established medicines, to which a known treatment edge leads, and on request exploratory ones,
which the walk alone finds. Both are screened for a patient or a case; a request for bare nodes has no patient and is marked
unscreened. Safety comes before ranking, and what needs a clinician's sign-off stands below the line. The same request on the
same snapshot and bundle gives the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path as FilePath

import numpy as np

from graph.array_file import Array
from graph.elements import NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from graph.snapshot import Snapshot
from recommender.answer import Recommendation
from recommender.answering import AnswerWriter
from recommender.artifacts import Bundle
from recommender.case import read_case
from recommender.config import ScoringConfig
from recommender.consultation import Consultation, walked_to
from recommender.engine import Engines
from recommender.evidence import weigh_nodes, weigh_record, with_foreseen
from recommender.exploration import Instruments
from recommender.likeness import Likeness
from recommender.metapaths import Metapath
from recommender.outlook import NOTHING, Foresight, Outlook
from recommender.record import PatientRecord, RecordStore, read_record
from recommender.request import Request, answer_id
from recommender.safety.components import Components
from recommender.safety.screen import Screened, screen
from recommender.safety.site import NO_POLICY, Site
from recommender.scoring import Scores

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
        foresight: asked what predictors say of each patient; None where none serves.
        likeness: the groups of patients that it may name.
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
        foresight: Callable[[Snapshot], Foresight] | None = None,
        likeness: Likeness | None = None,
        compiled: bool = True,
    ) -> None:
        self._site = site
        self._engines = Engines(snapshot, home, metapaths, config, bundle, likeness=likeness, compiled=compiled)
        self.snapshot = self._engines.snapshot
        self.bundle = bundle
        self._store = store
        self._config = self._engines.config
        self._components = Components(snapshot)
        self._foresight = foresight(self.snapshot) if foresight else None
        self._likeness = likeness
        self._writer = AnswerWriter(self.snapshot, self._config, bundle, self._components, site, self.model)

    @property
    def model(self) -> str:
        """Names everything beside snapshot and rules that answers depend on."""
        return answer_id(self._engines.model, self._site.digest)

    @property
    def metapaths(self) -> Sequence[Metapath]:
        """What is walked, with the weights that serve."""
        return self._engines.metapaths

    @property
    def components(self) -> Components:
        """Single medicines within combinations."""
        return self._components

    @property
    def site(self) -> Site:
        """What the site decided about its medicines and about the rules."""
        return self._site

    @property
    def config(self) -> ScoringConfig:
        """The numbers of the score, with those of the bundle."""
        return self._config

    @property
    def likeness(self) -> Likeness | None:
        """The groups of patients that answers may lead through."""
        return self._likeness

    def outlook(self, record: PatientRecord, as_of: date) -> Outlook:
        """What predictors say of a patient, weighed; nothing where none serves."""
        found = self._foresight.of(record, as_of, self._config) if self._foresight else NOTHING
        return found.weighed(self._config)

    def foreseen(self, record: PatientRecord, as_of: date) -> Outlook:
        """What predictors say of a patient, not weighed."""
        return self._foresight.of(record, as_of) if self._foresight else NOTHING

    def consult(
        self,
        request: Request,
        record: PatientRecord | None = None,
        also: Sequence[int] = (),
        outlook: Outlook | None = None,
    ) -> Consultation:
        """Work out everything that answers to a request, and questions about them, are made of.

        Args:
            request: what is asked.
            record: in place of what is on file about the request's patient.
            also: numbers of medicines that are asked about: they are screened, too, whatever speaks for them.
            outlook: weighed, in place of what predictors say now.

        Raises:
            UnknownPatientError: when the store has no such patient.
            CaseError: when the case cannot be understood.
            UnknownNodeError: when a named node is unknown, or is no condition or symptom.
            AmbiguousNameError: when a name fits several of those.
        """
        edges = self._engines.edges(request)
        expected = NOTHING
        if request.nodes:
            record, evidence = None, weigh_nodes([self._named(name) for name in request.nodes], self.snapshot)
        else:
            record = record or self.record(request)
            evidence = weigh_record(record, self.snapshot, self._config, request.as_of, edges)
            expected = self.outlook(record, request.as_of) if outlook is None else outlook
            if expected:
                said = (*expected.conditions, *expected.groups)
                evidence = with_foreseen(evidence, record, said, self.snapshot, self._config, edges)
        engine = self._engines.of(edges)
        engine = replace(engine, scorer=engine.scorer.moved(expected.shifts))
        scores = engine.scorer.score({e.node: e.weight for e in evidence})
        screened = self._screened(record, request, scores, also) if record else None
        return Consultation(request, self.snapshot, engine, record, evidence, scores, screened, expected)

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

    def recommend(
        self, request: Request, record: PatientRecord | None = None, outlook: Outlook | None = None
    ) -> Recommendation:
        """The answer to a request; arguments and errors are those of :meth:`consult`."""
        return self.answer(self.consult(request, record, outlook=outlook))

    def answer(self, consultation: Consultation) -> Recommendation:
        """The answer that was worked out."""
        return self._writer.answer(consultation)

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
