"""Do the shown paths carry a suggestion's score? Their links are taken out and walked without, and kept alone.

Taking links out leaves evidence and degrees as they were: the fall of the score is then Σ β [asinh(x / mean) − asinh((x −
removed) / mean)] and the direct support that is gone. Both sides are computed apart: the walk by the kernels, ``removed`` from
the list of all paths (:mod:`recommender.every_path`). A fall says little without a control that bites: as many links of the
next best paths of the same suggestion, or else of the medicine's neighbourhood. Edges of the condition tree that lead from what
is on file to the evidence are no part of the walk, and stay.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from graph.array_file import Array
from recommender.cut_walk import Link, cut_scorer, direct_links, links_of, treatment_link
from recommender.every_path import EveryPath, Walks
from recommender.explain import DIRECT_CODES, Path
from recommender.falls import Curve
from recommender.metapaths import Metapath
from recommender.scoring import Scorer, Scores
from recommender.walk import FoundPath, Walker

OTHERS = 40
"""Further paths that the control may take links from."""
HOLDS = 1e-9
"""Largest relative difference between the fall that was walked and that of the formula with which the formula holds."""


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How far the shown paths carry a suggestion; all but the last two as shares of what its score has above the intercept.

    Attributes:
        comprehensiveness: what the score loses without the links of the shown paths.
        sufficiency: what the shown paths give alone.
        control: what the score loses without as many other links.
        formula_error: difference between the fall that was walked and that of the formula.
        links: how many links the shown paths go over.
        control_links: how many the control took out; fewer where there are no more.
    """

    comprehensiveness: float
    sufficiency: float
    control: float
    formula_error: float
    links: int
    control_links: int

    def payload(self) -> dict[str, Any]:
        """As it stands in an answer."""
        return asdict(self)


def faithfulness(
    scorer: Scorer,
    scores: Scores,
    evidence: Mapping[int, float],
    medicine: int,
    shown: Sequence[Path],
    rng: np.random.Generator,
) -> Faithfulness | None:
    """Whether the paths that are shown with a suggestion carry its score.

    Args:
        scorer: scores.
        scores: of the evidence.
        evidence: as weights by node number.
        medicine: number of the suggestion.
        shown: its paths.
        rng: of the control; see :func:`seeded`.

    Returns:
        Nothing where no path is shown or nothing speaks for the medicine.
    """
    return _Examined(scorer, scores, evidence, medicine).figures(shown, rng)


def seeded(answer: str, medicine: str) -> np.random.Generator:
    """The chance of the control for one suggestion: the same whenever and in whatever order an answer is examined.

    Args:
        answer: id of the answer, hexadecimal.
        medicine: id of the medicine.
    """
    return np.random.default_rng([int(answer, 16), *medicine.encode()])


class _Examined:
    """One suggestion under examination."""

    def __init__(self, scorer: Scorer, scores: Scores, evidence: Mapping[int, float], medicine: int) -> None:
        self._scorer = scorer
        self._walker = scorer.walker
        self._evidence = evidence
        self._medicine = medicine
        self._whole = self._score(scores)
        self._curve = Curve.of(scorer)
        self._channels = {code: i for i, code in enumerate(self._curve.codes)}
        metapaths = {m.code: m for m in scorer.walker.metapaths}
        self._metapaths = [metapaths[code] for code in self._curve.codes]
        at = medicine - scorer.walker.medicines.start
        self._direct = direct_links(scorer.walker.snapshot, scores.support.get(medicine, ()))
        counts = [float(scores.counts[m][at]) for m in self._metapaths]
        self._held = np.array([*counts, sum(self._direct.values())])

    def _score(self, scores: Scores) -> float:
        return float(scores.total[self._medicine - self._walker.medicines.start]) - self._scorer.intercept

    def figures(self, shown: Sequence[Path], rng: np.random.Generator) -> Faithfulness | None:
        """See :func:`faithfulness`."""
        if not shown or self._whole <= 0:
            return None
        walked = [self._walked(path) for path in shown if path.metapath in self._channels]
        links = {link for path in walked for link in links_of(self._walker, path)}
        links |= {self._treatment(path) for path in shown if path.metapath not in self._channels}
        removed, others = self._looked_through(links, walked)
        fall, formula = self._fall(links), self._curve.fall(self._held, removed, np.arange(len(removed))).sum()
        chosen = control_links(self._walker, self._medicine, links, others, rng)
        return Faithfulness(
            fall / self._whole,
            self._kept(links, walked) / self._whole,
            self._fall(chosen) / self._whole,
            abs(fall - float(formula)) / self._whole,
            len(links),
            len(chosen),
        )

    def _walked(self, path: Path) -> FoundPath:
        """A shown path as it was walked, with its weight."""
        metapath = self._metapaths[self._channels[path.metapath]]
        nodes = path.nodes[path.start :]
        return FoundPath(metapath, nodes, self._evidence[nodes[0]] * path_weight(self._walker, metapath, nodes))

    def _treatment(self, path: Path) -> Link:
        """The link of a shown treatment."""
        kind = next(kind for kind, code in DIRECT_CODES.items() if code == path.metapath)
        start, medicine = path.nodes[path.start :]
        return treatment_link(self._walker.snapshot, kind, medicine, start)

    def _fall(self, links: Collection[Link]) -> float:
        """What the score loses by a walk without links."""
        return self._whole - self._score(cut_scorer(self._scorer, links).score(self._evidence))

    def _kept(self, links: Collection[Link], walked: Sequence[FoundPath]) -> float:
        """What paths that were walked, and direct support over some links, give alone."""
        kept = np.zeros(len(self._held))
        kept[self._curve.direct] = sum(amount for link, amount in self._direct.items() if link in links)
        for path in walked:
            kept[self._channels[path.metapath.code]] += path.weight
        return float(self._curve.worth(kept).sum())

    def _looked_through(self, links: Collection[Link], shown: Sequence[FoundPath]) -> tuple[Array, list[Link]]:
        """What goes of each channel without links, shape (channels,), and the links of the best paths that are not shown."""
        every, removed, found = EveryPath(self._walker, self._evidence), np.zeros(len(self._held)), []
        codes = np.array([every.code(link) for link in links], np.int64)
        worth, known = self._curve.worth(self._held), {path.nodes for path in shown}
        for channel, metapath in enumerate(self._metapaths):
            if self._held[channel] > 0:
                paths = every.halves(metapath, self._medicine).paths()
                gone = np.logical_or.reduce([np.isin(taken, codes) for taken in paths.links])
                removed[channel] = paths.weights[gone].sum()
                shares = paths.weights * (worth[channel] / self._held[channel])
                best = np.argsort(-shares, kind="stable")[: OTHERS + len(shown)].tolist()
                found += [
                    (float(shares[i]), [int(taken[i]) for taken in paths.links]) for i in best if _nodes(paths, i) not in known
                ]
        removed[self._curve.direct] = sum(amount for link, amount in self._direct.items() if link in links)
        others = sorted(found, key=lambda item: -item[0])[:OTHERS]
        return removed, [every.link(code) for _, taken in others for code in taken]


def _nodes(walks: Walks, place: int) -> tuple[int, ...]:
    return tuple(int(column[place]) for column in walks.nodes)


def path_weight(walker: Walker, metapath: Metapath, nodes: Sequence[int]) -> float:
    """The weight of a path, without that of the evidence that it begins with.

    Raises:
        KeyError: when a step is no link of the graph.
    """
    weight = 1.0
    for step, start, end in zip(metapath.steps, nodes, nodes[1:], strict=False):
        taken = walker.step(step)
        weight *= float(taken.weights[taken.ahead.entry(start, end)])
    return weight


def control_links(
    walker: Walker, medicine: int, shown: Collection[Link], others: Iterable[Link], rng: np.random.Generator
) -> list[Link]:
    """As many links as are shown, of other paths; where those are too few, of the medicine's neighbourhood, too.

    Args:
        walker: whose links they are.
        medicine: number of the medicine that the paths lead to.
        shown: the links of the paths that are shown.
        others: the links of the others.
        rng: draws them.
    """
    chosen = sorted(set(others) - set(shown), key=str)
    if len(chosen) < len(shown):
        near = sorted(_near(walker, medicine) - set(shown) - set(chosen), key=str)
        more = min(len(near), len(shown) - len(chosen))
        return [*chosen, *(near[i] for i in rng.choice(len(near), more, replace=False))]
    return [chosen[i] for i in rng.choice(len(chosen), len(shown), replace=False)]


def _near(walker: Walker, medicine: int) -> set[Link]:
    """Every link by which a path may reach a medicine."""
    found = set()
    for step in {metapath.steps[-1] for metapath in walker.metapaths}:
        taken = walker.step(step)
        row = medicine - taken.back.first
        entries = taken.back.links[int(taken.back.pointers[row]) : int(taken.back.pointers[row + 1])]
        found |= {(taken.relation.key, int(link)) for link in entries}
    return found


def cohort_faithfulness(figures: Iterable[Faithfulness | None]) -> dict[str, Any]:
    """How far the explanations of many suggestions carry their scores.

    Args:
        figures: of each suggestion; those without any are passed over.

    Returns:
        ``suggestions`` (how many have figures), the medians of ``comprehensiveness``, ``sufficiency`` and ``control``,
        ``ratio`` (of the first to the last of these; None where the control loses nothing), ``formula_holds`` (share for
        which the formula gives the fall to ``HOLDS``) and the largest ``formula_error``. All but the first are None without
        suggestions.
    """
    known = [f for f in figures if f is not None]
    names = ("comprehensiveness", "sufficiency", "control")
    medians = {name: float(np.median([getattr(f, name) for f in known])) if known else None for name in names}
    whole, control = medians["comprehensiveness"], medians["control"]
    return {
        "suggestions": len(known),
        **medians,
        "ratio": whole / control if whole is not None and control else None,
        "formula_holds": sum(f.formula_error <= HOLDS for f in known) / len(known) if known else None,
        "formula_error": max((f.formula_error for f in known), default=None),
    }
