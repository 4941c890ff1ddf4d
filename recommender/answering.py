"""Makes the answer of what was worked out: suggestions with their paths and cautions, care, what is ruled out, and the notice.

Nothing is decided here. What a consultation found is explained, put into words and into the payload, whose bytes depend on
nothing but the consultation and the model, so that the id of an answer is a hash of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph.elements import EdgeKind, NodeKind
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
from recommender.care import category_order, suits
from recommender.chances import Chances
from recommender.config import ScoringConfig
from recommender.consultation import Consultation
from recommender.evidence import of_foreseen
from recommender.explain import Path
from recommender.faithfulness import faithfulness, seeded
from recommender.record import PatientRecord
from recommender.request import answer_id
from recommender.safety.budget import Alert, share
from recommender.safety.components import Components
from recommender.safety.finding import VERSION
from recommender.safety.screen import Screened
from recommender.safety.site import Site
from recommender.sentences import retell
from recommender.sets.pairs import NO_MARKS, marks
from recommender.sets.together import together


class AnswerWriter:
    """Writes answers.

    Args:
        snapshot: the knowledge, with everything that consultations walk.
        config: the numbers of the score.
        bundle: what training made of the snapshot.
        components: what medicines contain.
        site: what the site decided.
        model: names everything beside snapshot and rules that answers depend on.
    """

    def __init__(
        self, snapshot: Snapshot, config: ScoringConfig, bundle: Bundle | None, components: Components, site: Site, model: str
    ) -> None:
        self.snapshot = snapshot
        self.bundle = bundle
        self.model = model
        self._config = config
        self._components = components
        self._site = site

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
        expected = consultation.outlook
        return Recommendation(body, request, consultation.record, expected.kept(self.snapshot) if expected else None)

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
        expected = [of.outlook.kept(self.snapshot)] if of.outlook else []
        return answer_id(of.request.payload(), _on_file(of.record), self.snapshot.checksum, self.model, VERSION, *expected)

    def _care(self, of: Consultation) -> list[CareSuggestion]:
        found: dict[int, CareSuggestion] = {}
        counted, record = of.engine.walker.edges, of.record
        sex, age = (record.sex, record.age) if record else (None, None)
        care = [item for c in of.outlook.care for item in of_foreseen(c, self.snapshot, self._config, counted)]
        for item in (*of.evidence, *care):
            if item.node in self.snapshot.numbers(NodeKind.CONDITION):
                for action, said in self.snapshot.sources(EdgeKind.HELPS, NodeKind.CARE_ACTION, item.node):
                    edges = counted.allowed(said)
                    if not edges or not suits(self.snapshot.properties(action), sex, age):
                        continue
                    names = (self.snapshot.name(action), self.snapshot.name(item.node))
                    steps = (*((edge,) for edge in item.chain), tuple(edges))
                    why = f" ({item.foreseen.why})" if item.foreseen else ""
                    sentence, nodes = f"{names[0]} helps in {names[1]}{why}.", (*item.via, action)
                    path = Path("ChA", nodes, steps, item.weight, sentence, len(item.chain), foreseen=item.foreseen)
                    found.setdefault(action, CareSuggestion(action, path))

        def place(care: CareSuggestion) -> tuple[float, int, int, int]:
            order = category_order(self.snapshot.properties(care.action))
            return (-care.path.contribution, -care.path.weakest.level.strength, order, care.action)

        ranked = sorted(found.values(), key=place)
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
            "care_actions": [c.payload(self.snapshot) for c in self._care(of)],
            "unresolved": [u.payload() for u in (record.unresolved if record else ())],
            "notice": _notice(record, of.screened),
        } | of.outlook.payload()


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
