"""How often the true condition is among the first, for patients who were hidden, learned beside the knowledge start.

Questions are put to a hidden patient who told one symptom: the proposed one is answered from what the record holds of that day,
where a symptom that is not on record counts as absent. Ties share their places. Intervals are of a bootstrap over patients.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.snapshot import Snapshot
from recommender.predictors.conditions.config import ConditionsConfig, read_config
from recommender.predictors.conditions.episodes import Episode, read_episodes
from recommender.predictors.conditions.fitting import FittedConditions, first_complaint, fit_episodes, place, start_for
from recommender.predictors.conditions.learned import Case
from recommender.predictors.conditions.questions import answered, best_finding
from recommender.predictors.conditions.scores import Findings, Scorer
from recommender.predictors.population.features import Chosen, PopulationStore, everyone

TOPS = (1, 3, 5)
HIDDEN = 0.3
"""Share of the patients that are hidden."""
ASKED = 3
MOST_ASKED = 1_000
"""Hidden cases that questions are put to at most: each is scored anew for every question."""
BOOTSTRAPS = 500
BINS = 10


def conditions_figures(
    store: PopulationStore, snapshot: Snapshot, config: ConditionsConfig | None = None, chosen: Chosen = everyone
) -> dict[str, Any]:
    """The figures of the prediction of conditions on a store's patients, as JSON can hold them.

    Args:
        store: where patients are.
        snapshot: how conditions show.
        config: settings.
        chosen: who may be learned of.

    Returns:
        ``patients``, ``episodes``; for ``knowledge`` and ``learned``: ``whole`` and ``first_complaint`` with top 1, 3 and 5 as
        [value, low, high], ``calibration_error``, ``brier``, ``reliability`` rows of mean probability, share and pairs; and
        ``asked``: top 1 after 0 to ``ASKED`` proposed questions, beside questions drawn at random, with ``gain_per_question``.
        ``{"reason": …}`` where there are too few episodes.
    """
    config = config or read_config()
    return figures_of(read_episodes(store, snapshot, config, chosen), snapshot, config)


def figures_of(episodes: Sequence[Episode], snapshot: Snapshot, config: ConditionsConfig) -> dict[str, Any]:
    """See :func:`conditions_figures`."""
    people = sorted({episode.person for episode in episodes})
    order = np.random.default_rng(config.seed).permutation(len(people))
    hidden = {people[i] for i in order[: int(HIDDEN * len(people))]}
    shown = [episode for episode in episodes if episode.person not in hidden]
    fitted = fit_episodes(shown, snapshot, config)
    if fitted.calibration is None:
        return {"reason": f"{len(episodes)} episodes are too few: {config.least} are wanted beside those that are hidden"}
    cases = place([episode for episode in episodes if episode.person in hidden], fitted.knowledge, snapshot, config)
    start = FittedConditions(start_for(shown, snapshot, config), None, {})
    found: dict[str, Any] = {"patients": len(people), "episodes": len(episodes), "hidden_episodes": len(cases)}
    for name, model in (("knowledge", start), ("learned", fitted)):
        found[name] = _figures(model, cases, config)
    return found


def _figures(model: FittedConditions, cases: Sequence[Case], config: ConditionsConfig) -> dict[str, Any]:
    scorer = Scorer(model.knowledge)
    firsts = [first_complaint(case.findings, model.knowledge.symptoms, i) for i, case in enumerate(cases)]
    people = np.array([case.person for case in cases])
    whole, first = (
        np.array([hits_of(scorer, case, view) for case, view in zip(cases, views, strict=True)])
        for views in ([case.findings for case in cases], firsts)
    )
    return {
        "whole": {f"top_{n}": interval_of(whole[:, i], people, config.seed) for i, n in enumerate(TOPS)},
        "first_complaint": {f"top_{n}": interval_of(first[:, i], people, config.seed) for i, n in enumerate(TOPS)},
        **_reliability(model, scorer, cases),
        "asked": _asked(scorer, cases[:MOST_ASKED], firsts[:MOST_ASKED], config),
    }


def hits_of(scorer: Scorer, case: Case, findings: Findings) -> list[float]:
    """Whether a true condition is among the first of ``TOPS``; equal shares share their places."""
    share = scorer.score(findings).share
    best = max(share[list(case.targets)])
    above, equal = int((share > best).sum()), int((share == best).sum())
    return [min(max((top - above) / equal, 0.0), 1.0) for top in TOPS]


def interval_of(hits: Array, people: Array, seed: int) -> list[float]:
    """The mean with its 95 % interval, patients drawn with replacement."""
    _, index = np.unique(people, return_inverse=True)
    sums, counts = np.bincount(index, hits), np.bincount(index)
    random = np.random.default_rng(seed)
    means = []
    for _ in range(BOOTSTRAPS):
        drawn = random.integers(len(sums), size=len(sums))
        means.append(sums[drawn].sum() / counts[drawn].sum())
    low, high = np.quantile(means, (0.025, 0.975))
    return [float(hits.mean()), float(low), float(high)]


def _reliability(model: FittedConditions, scorer: Scorer, cases: Sequence[Case]) -> dict[str, Any]:
    """Expected calibration error, Brier score and curve over all pairs of hidden cases and conditions, by bins of
    probability."""
    said, true = [], []
    for case in cases:
        scores = scorer.score(case.findings)
        kept = np.isfinite(scores.score)
        value = scores.share[kept] if model.calibration is None else model.calibration.probability(scores.score[kept])[0]
        truth = np.zeros(len(kept))
        truth[list(case.targets)] = 1
        said.append(value)
        true.append(truth[kept])
    value, truth = np.concatenate(said), np.concatenate(true)
    place_ = np.minimum((value * BINS).astype(np.int64), BINS - 1)
    sums = [np.bincount(place_, weights, BINS) for weights in (value, truth, None)]
    rows = [[float(s / n), float(t / n), int(n)] for s, t, n in zip(*sums, strict=True) if n]
    error = sum(abs(mean - share) * n for mean, share, n in rows) / len(value)
    sure = [row for row in rows if row[0] >= 1 / BINS]
    among = sum(abs(m - t) * n for m, t, n in sure) / max(sum(n for *_, n in sure), 1)
    return {
        "calibration_error": error,
        "calibration_error_above_a_tenth": among,
        "brier": float(((value - truth) ** 2).mean()),
        "reliability": rows,
    }


def _asked(scorer: Scorer, cases: Sequence[Case], firsts: Sequence[Findings], config: ConditionsConfig) -> dict[str, Any]:
    random = np.random.default_rng(config.seed)
    people = np.array([case.person for case in cases])
    found: dict[str, Any] = {}
    for way in ("proposed", "random"):
        hits = np.zeros((ASKED + 1, len(cases)))
        for i, (case, findings) in enumerate(zip(cases, firsts, strict=True)):
            told = findings
            for step in range(ASKED + 1):
                hits[step, i] = hits_of(scorer, case, told)[0]
                told = _ask(scorer, case, told, way == "proposed", random)
        found[way] = [interval_of(row, people, config.seed) for row in hits]
        found[f"gain_per_question_{way}"] = [float(step) for step in np.diff(hits.mean(axis=1))]
    return found


def _ask(scorer: Scorer, case: Case, findings: Findings, proposed: bool, random: np.random.Generator) -> Findings:
    """The findings after one question, answered as the record has it."""
    if proposed:
        finding = best_finding(scorer, findings, symptoms_only=True)
    else:
        known = {*findings.present, *findings.absent}
        finding = int(random.choice([i for i in range(scorer.knowledge.symptoms) if i not in known]))
    return findings if finding is None else answered(findings, finding, finding in case.findings.present)


def brief(figures: Mapping[str, Any]) -> tuple[str, ...]:
    """The figures as a few lines for a terminal."""
    if "reason" in figures:
        return (str(figures["reason"]),)
    lines = []
    for name in ("knowledge", "learned"):
        part = figures[name]
        tops = " / ".join(f"{part['whole'][f'top_{n}'][0]:.3f}" for n in TOPS)
        asked = " → ".join(f"{value[0]:.3f}" for value in part["asked"]["proposed"])
        lines.append(
            f"{name}: top 1/3/5 {tops}; calibration error {part['calibration_error_above_a_tenth']:.3f}; asked {asked}"
        )
    return tuple(lines)
