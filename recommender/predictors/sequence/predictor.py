"""The next visit in the shape of all predictors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from graph.array_file import Array
from recommender.calibration import Calibration
from recommender.errors import BundleError, PredictorError
from recommender.predictors.explaining.games import Background, asked_shares
from recommender.predictors.sequence.counts import EARLIER, LAST, Counts, last_and_ever, states
from recommender.predictors.sequence.fitting import SequenceModel
from recommender.predictors.sequence.recurrent import Recurrent
from recommender.predictors.sequence.visits import CodeKind, History, Matrix, Vocabulary, checked, gaps
from recommender.predictors.shape import Chance, Contribution, Explanation, ModelCard, Prediction

_STATES = {LAST: "in the last visit", EARLIER: "before the last visit"}


@dataclass(frozen=True)
class SequencePredictor:
    """What the next visit may bring.

    Attributes:
        model: what serves.
        tag: of the bundle; ``unstored`` before there is one.
    """

    model: SequenceModel
    tag: str = "unstored"

    name = "sequence"

    def predict(self, given: History) -> Prediction:
        """The likeliest conditions and medicines of the next visit, the most probable first.

        Args:
            given: the visits so far, in order.

        Raises:
            PredictorError: when visits are not in order.
        """
        if not checked(given):
            return Prediction(self.name, self.tag, (), "no visit is known: nothing on file has a first day")
        margins = self._margins(given)
        value, low, high, _ = self.model.calibration.probability(margins)
        chances = []
        for kind in CodeKind:
            mine = np.flatnonzero(self.model.vocabulary.of_kind(kind))
            for place in mine[np.argsort(-margins[mine], kind="stable")][: self.model.shown].tolist():
                code = self.model.vocabulary.codes[place]
                chances.append(
                    Chance(code.name, code.label or code.name, float(value[place]), float(low[place]), float(high[place]), kind)
                )
        chances.sort(key=lambda chance: -chance.probability)
        return Prediction(self.name, self.tag, tuple(chances), "", self._notes(given))

    def explain(self, given: History, target: str = "") -> Explanation:
        """What each code of the history adds to the log-odds of a code of the next visit.

        Of counts it is exact: one's own history of the code, and what goes with each other code. Of a net they are Shapley
        values beside the same days without codes, sampled where there are more than a dozen codes.

        Args:
            given: the visits so far, in order.
            target: a code; that of the most probable chance when not named.

        Raises:
            PredictorError: when there is no visit, or the code is not known.
        """
        chances = self.predict(given).chances
        if not chances:
            raise PredictorError("there is nothing to explain: no visit is known")
        wanted = target or chances[0].target
        place = self.model.vocabulary.place(wanted)
        if place is None:
            raise PredictorError("the predictor does not know such a condition or medicine")
        told = _of_counts if self.model.net is None else _of_net
        return told(self.model, given, place)

    def _margins(self, given: History) -> Matrix:
        visits = self.model.vocabulary.matrix(given)
        counted = self.model.net is None
        found = self.model.counts.margins(*last_and_ever(visits)) if counted else _net_margins(self.model, given, visits[None])
        answer: Matrix = found[0]
        return answer

    def _notes(self, given: History) -> tuple[str, ...]:
        names = set().union(*(visit.codes for visit in given))
        unknown = sum(self.model.vocabulary.place(name) is None for name in names)
        notes = [] if self.model.net else ["by counts; the net is off, since it is not surely better"]
        if unknown:
            notes.append(f"{unknown} of {len(names)} codes of the visits are too rare to be known")
        return (*notes, "learned from synthetic patients") if self.model.payload["data"]["synthetic"] else tuple(notes)

    @property
    def card(self) -> ModelCard:
        """What a reader has to know."""
        told = self.model.payload
        promoted = next(row for row in told["models"] if row["model"] == told["promoted"])
        compared = {name: difference["mean_ndcg_at_10"] for name, difference in told["differences"].items()}
        return ModelCard(
            name=self.name,
            purpose="Which conditions and medicines the next visit brings, for people with visits like those it learned from.",
            data=told["data"],
            promoted=f"{told['promoted']}: {told['why']}",
            figures=promoted["figures"] | {"differences": compared, "calibration": told["calibration"]},
            limits=(
                "It tells what comes with what, and neither causes nor what ought to be given.",
                "Visits tell what was coded and ordered: what nobody looked for is in none.",
                *told["notes"],
            ),
            made=told["settings"],
        )

    def arrays(self) -> dict[str, Array]:
        """Its arrays by name, for a bundle."""
        found = {f"counts.{name}": array for name, array in self.model.counts.arrays().items()}
        found |= {f"calibration.{name}": array for name, array in self.model.calibration.arrays().items()}
        if self.model.net is not None:
            found |= {f"net.{name}": array for name, array in self.model.net.arrays().items()}
        return found

    def notes(self) -> dict[str, Any]:
        """What else a bundle needs."""
        model = self.model
        told = {"vocabulary": model.vocabulary.payload(), "judged": model.payload}
        return told | {"longest": model.longest, "shown": model.shown, "promoted": model.payload["promoted"]}

    @classmethod
    def of(cls, arrays: Mapping[str, Array], notes: Mapping[str, Any], tag: str) -> Self:
        """The predictor that :meth:`arrays` and :meth:`notes` told of.

        Raises:
            PredictorError: when a part is missing or damaged.
        """
        try:
            parts: dict[str, dict[str, Array]] = {"counts": {}, "calibration": {}, "net": {}}
            for name, array in arrays.items():
                part, _, rest = name.partition(".")
                if part in parts:
                    parts[part][rest] = array
            vocabulary = Vocabulary.read(notes["vocabulary"])
            counts = Counts.of(parts["counts"])
            net = Recurrent.of(parts["net"]) if notes["promoted"] == "net" else None
            rest_of = dict(notes["judged"]), int(notes["longest"]), int(notes["shown"])
            model = SequenceModel(vocabulary, counts, net, Calibration.of(parts["calibration"]), *rest_of)
        except (BundleError, LookupError, TypeError, ValueError) as error:
            raise PredictorError("a part of the sequence predictor is missing; train again") from error
        if len(counts.popularity) != len(vocabulary) or (net and len(net.output_bias) != len(vocabulary)):
            raise PredictorError("the parts of the sequence predictor do not fit together; train again")
        return cls(model, tag)


def _net_margins(model: SequenceModel, given: History, visits: Matrix) -> Matrix:
    """Margins after the last visit, for several versions of the codes of one history. shape: (versions, codes)."""
    if model.net is None:
        raise PredictorError("no net serves")
    recent = given[-model.longest :]
    days = np.broadcast_to(gaps(given)[-len(recent) :], (len(visits), len(recent)))
    found: Matrix = model.net.margins(np.concatenate([visits[:, -len(recent) :], days[..., None]], axis=2))[:, -1]
    return found


def _of_counts(model: SequenceModel, given: History, place: int) -> Explanation:
    counts, vocabulary = model.counts, model.vocabulary
    last, ever = last_and_ever(vocabulary.matrix(given))
    _, popular, own, after_last, after_any = counts.weights.tolist()
    base = float(counts.weights[0] + popular * counts.popularity[place])
    state = int(states(last, ever)[0, place])
    code = vocabulary.codes[place]
    told = [
        Contribution(code.name, code.label or code.name, _STATES.get(state, "never so far"), own * counts.own[state, place])
    ]
    by_last, by_any = last[0] / max(last.sum(), 1.0), ever[0] / max(ever.sum(), 1.0)
    amounts = after_last * by_last * counts.after_last[:, place] + after_any * by_any * counts.after_any[:, place]
    for other in np.flatnonzero(ever[0]).tolist():
        if other != place:
            told.append(_contribution(vocabulary, other, bool(last[0, other]), float(amounts[other])))
    ordered = tuple(sorted(told, key=lambda one: (-abs(one.amount), one.feature)))
    return Explanation(code.name, base, ordered, float(counts.margins(last, ever)[0, place]))


def _of_net(model: SequenceModel, given: History, place: int) -> Explanation:
    visits = model.vocabulary.matrix(given)
    had = np.flatnonzero(visits.max(axis=0))

    def margins(chosen: Matrix) -> Matrix:
        kept = np.zeros((len(chosen), visits.shape[1]))
        kept[:, had] = chosen
        return _net_margins(model, given, visits * kept[:, None, :])[:, place]

    size = len(had)
    background = Background(np.zeros((1, size)), np.ones(1))
    shares = asked_shares(margins, np.ones(size), background, np.arange(size, dtype=np.int64))
    told = [
        _contribution(model.vocabulary, other, bool(visits[-1, other]), float(amount))
        for other, amount in zip(had.tolist(), shares.amounts, strict=True)
    ]
    ordered = tuple(sorted(told, key=lambda one: (-abs(one.amount), one.feature)))
    error = float(shares.errors[np.argmax(np.abs(shares.amounts))]) if size else 0.0
    total = float(shares.base + shares.amounts.sum())
    method = "exact" if shares.exact else "sampled"
    return Explanation(model.vocabulary.codes[place].name, shares.base, ordered, total, method=method, error=error)


def _contribution(vocabulary: Vocabulary, place: int, recent: bool, amount: float) -> Contribution:
    code = vocabulary.codes[place]
    return Contribution(code.name, code.label or code.name, _STATES[LAST if recent else EARLIER], amount)
