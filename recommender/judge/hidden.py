"""Whether recommendations get better by predictions: what was hidden of patients, looked for with and without them.

Each patient is answered twice from the same record, once with what predictors say and once without. The medicines that were
hidden are looked for among the first ten by score; what is on file of the patient's therapy is not ranked. Differences are
paired by patient, and intervals are percentiles of a bootstrap over patients.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import numpy as np

from graph.array_file import Array
from graph.elements import EdgeKind, NodeKind
from graph.snapshot import Snapshot
from recommender.config import ScoringConfig
from recommender.consultation import Consultation
from recommender.outlook import NOTHING, Outlook
from recommender.record import PatientRecord
from recommender.request import Request

FIRST = 10
DRAWS = 2000
TAILS = (0.025, 0.975)


class Answering(Protocol):
    """What is asked: a part of :class:`recommender.service.Recommender`."""

    @property
    def config(self) -> ScoringConfig:
        """The numbers of the score."""
        ...

    snapshot: Snapshot

    def foreseen(self, record: PatientRecord, as_of: date) -> Outlook:
        """What predictors say of a patient, not weighed."""
        ...

    def consult(
        self, request: Request, record: PatientRecord | None = None, also: Sequence[int] = (), outlook: Outlook | None = None
    ) -> Consultation:
        """See :meth:`recommender.service.Recommender.consult`."""
        ...


@dataclass(frozen=True, slots=True)
class Hidden:
    """One patient of whom something was hidden.

    Attributes:
        record: what is left on file.
        medicines: numbers of those to be found; one or more.
        person: whose record it is, where several records are of one patient; None where this is the only one.
    """

    record: PatientRecord
    medicines: frozenset[int]
    person: int | None = None


def hide_medicines(record: PatientRecord, share: float, seed: int) -> Hidden | None:
    """Hide a share of the medicines that someone takes, one or more; nothing where fewer than two are taken."""
    taken = sorted({fact.node for fact in record.of(EdgeKind.TAKES)})
    if len(taken) < 2:
        return None
    count = max(round(share * len(taken)), 1)
    gone = frozenset(int(m) for m in np.random.default_rng(seed).choice(taken, count, replace=False))
    facts = tuple(f for f in record.facts if not (f.kind is EdgeKind.TAKES and f.node in gone))
    return Hidden(replace(record, facts=facts), gone)


def first_found(ranked: Sequence[int], hidden: frozenset[int]) -> tuple[float, float]:
    """Recall and normalised discounted gain of the first ten.

    Args:
        ranked: numbers of medicines, the best first.
        hidden: those that are right.

    Returns:
        Recall@10, of as many as ten places can hold, and NDCG@10 (Järvelin and Kekäläinen 2002, doi:10.1145/582415.582418).
    """
    hits = [medicine in hidden for medicine in ranked[:FIRST]]
    gain = sum(hit / np.log2(place + 2) for place, hit in enumerate(hits))
    most = min(len(hidden), FIRST)
    return sum(hits) / most, float(gain / sum(1 / np.log2(place + 2) for place in range(most)))


def hidden_figures(
    recommender: Answering, patients: Iterable[Hidden], request: Request, settings: Mapping[str, float], seed: int = 0
) -> dict[str, Any]:
    """Figures with and without predictions.

    Args:
        recommender: answers, with the predictors that it has.
        patients: of whom something was hidden.
        request: for the day and the edges; for whom does not matter.
        settings: keys of the score's configuration that weigh predictions, in place of its own.
        seed: of the bootstrap.

    Returns:
        ``patients`` and ``records``; ``recall@10`` and ``ndcg@10``, each with the mean ``without`` and ``with`` predictions,
        and their ``difference`` with its 95 % ``interval``; ``predicted`` is how many records anything was predicted of.
    """
    return figures_of_settings(recommender, patients, request, [settings], seed)[0]


def figures_of_settings(
    recommender: Answering,
    patients: Iterable[Hidden],
    request: Request,
    settings: Sequence[Mapping[str, float]],
    seed: int = 0,
    done: Callable[[int], None] = lambda patients: None,
) -> list[dict[str, Any]]:
    """What :func:`hidden_figures` answers for each of several settings; predictors are asked once for all of them.

    Args:
        recommender: answers, with the predictors that it has.
        patients: of whom something was hidden.
        request: for the day and the edges.
        settings: of predictions, one after another.
        seed: of the bootstrap.
        done: is told how many records were answered.
    """
    configs = [replace(recommender.config, **given) for given in settings]  # type: ignore[arg-type]  # numbers alone
    rows, people, told = [], [], np.zeros(len(configs), np.int64)
    for number, patient in enumerate(patients, start=1):
        foreseen = recommender.foreseen(patient.record, request.as_of)
        outlooks = [foreseen.weighed(config) for config in configs]
        told += [bool(said.conditions or said.groups or said.shifts) for said in outlooks]
        ranked = (_ranked(recommender, request, patient.record, said) for said in (NOTHING, *outlooks))
        rows.append([first_found(medicines, patient.medicines) for medicines in ranked])
        people.append(("row", number) if patient.person is None else ("person", patient.person))
        done(number)
    values = np.array(rows).reshape(len(rows), 1 + len(configs), 2)
    places = {person: place for place, person in enumerate(dict.fromkeys(people))}
    whose = np.array([places[person] for person in people], np.int64)
    counts = {"patients": len(places), "records": len(rows)}
    return [
        counts
        | {"predicted": int(told[i])}
        | {name: _paired(values[:, [0, i + 1], j], whose, seed) for j, name in enumerate(("recall@10", "ndcg@10"))}
        for i in range(len(configs))
    ]


def _ranked(recommender: Answering, request: Request, record: PatientRecord, outlook: Outlook) -> list[int]:
    of = recommender.consult(request, record, outlook=outlook)
    first = recommender.snapshot.numbers(NodeKind.MEDICINE).start
    taken = {fact.node for fact in record.of(EdgeKind.TAKES)}
    order = np.argsort(-of.scores.total, kind="stable") + first
    spoken = [int(m) for m in order if int(m) not in taken and of.score(int(m)) > of.engine.scorer.intercept]
    return spoken[:FIRST]


def _paired(values: Array, whose: Array, seed: int) -> dict[str, Any]:
    """Means of both columns and their difference, with its interval.

    Args:
        values: of shape (records, 2).
        whose: number of the patient of each record, from 0 without gaps: all records of one are drawn together.
        seed: of the bootstrap.
    """
    if not len(values):
        return {"without": None, "with": None, "difference": None, "interval": None}
    gaps = values[:, 1] - values[:, 0]
    sums, counts = np.bincount(whose, gaps), np.bincount(whose)
    drawn = np.random.default_rng(seed).integers(0, len(counts), (DRAWS, len(counts)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), TAILS)
    without, with_ = values.mean(axis=0)
    return {
        "without": float(without),
        "with": float(with_),
        "difference": float(gaps.mean()),
        "interval": [float(low), float(high)],
    }
