"""Which links of the graph carry a suggestion: the smallest set without which it falls behind its rival or leaves its list.

All edges that say one link count as one. Evidence, degrees and means stay those of the whole graph, so that without a set the
score falls by Σ β [asinh(x / mean) − asinh((x − removed) / mean)] and by the direct support that is gone. The rival's paths go
over some of the same links: what it loses is worked out alike. Whatever is told was walked anew without those links.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from graph.array_file import Array
from graph.elements import Edge
from graph.relation import RelationKey
from graph.snapshot import Snapshot
from recommender.contest import Contest, Counterfactual, decided, undecided
from recommender.cut_walk import cut_scorer
from recommender.falls import SURE
from recommender.link_search import LinkSearch, State
from recommender.listed_paths import ListedPaths, PathLister
from recommender.payload import drawn, edge_payload
from recommender.scoring import Scorer, Scores

GREEDY = 3
"""How many sets of a kind that may be too large are walked before the kind is given up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a search goes before it ends with bounds.

    Attributes:
        paths: how many paths to one medicine are listed.
        heaviest: how many of a metapath for which there is no room.
        states: how many states of the search are worked out.
        links: how many links a set has at most.
        walks: how many sets are walked anew.
    """

    paths: int = 200_000
    heaviest: int = 200
    states: int = 60
    links: int = 20
    walks: int = 12


@dataclass(frozen=True, slots=True)
class CutLink:
    """A link that is taken out.

    Attributes:
        key: names its relation.
        link: its number there.
        edges: every edge that says it and counts, the best known first.
    """

    key: RelationKey
    link: int
    edges: tuple[Edge, ...]

    def payload(self, snapshot: Snapshot) -> dict[str, Any]:
        """As it stands in an answer: the best known edge that says it, the others, and the link as a line."""
        best, *others = self.edges
        nodes = [snapshot.number(end) for end in (best.start, best.end)]
        return edge_payload(best) | {"also": [edge_payload(e) for e in others], "drawn": drawn(snapshot, nodes, [best])}


def edge_counterfactual(
    scorer: Scorer,
    scores: Scores,
    evidence: Mapping[int, float],
    ranked: Sequence[int],
    medicine: int,
    rival: int | None = None,
    *,
    direct: bool = True,
    limits: Limits | None = None,
) -> Counterfactual:
    """The smallest set of links without which a suggestion falls behind its rival or leaves its list.

    Args:
        scorer: scores.
        scores: of the evidence.
        evidence: as weights by node number.
        ranked: the list that the suggestion stands in.
        medicine: the suggestion.
        rival: a medicine that stands below it; by default the next.
        direct: whether the known treatments that join the evidence with the medicine may go; without them the question is
            which other links carry its rank.
        limits: how far to look.

    Raises:
        ValueError: when the medicine is not on the list, or the rival not below it.
    """
    contest = Contest(scorer, scores, ranked, medicine, rival)
    if rival is None and contest.below:
        contest = Contest(scorer, scores, ranked, medicine, contest.below[0])
    return _Search(contest, evidence, direct, limits or Limits()).answer()


class _Search:
    """The search for one suggestion: see :func:`edge_counterfactual`."""

    def __init__(self, contest: Contest, evidence: Mapping[int, float], direct: bool, limits: Limits) -> None:
        self._contest = contest
        self._evidence = evidence
        self._limits = limits
        self._walks = limits.walks
        self._lister = PathLister(contest.scorer, contest.scores, evidence, limits.paths, limits.heaviest)
        treatments = tuple(sorted(self._lister.treatments(contest.medicine))) if contest.established else ()
        self._holders = treatments if direct else ()
        self._spared = () if direct else treatments

    def answer(self) -> Counterfactual:
        """What was found."""
        # Leaving the established list takes all treatments and nothing else: where that is one link, or all that is asked
        # for, there is nothing to search.
        held = self._contest.established and self._contest.rival is None
        if len(self._holders) == 1 or held:
            return self._told(self._holders, self._lost(self._holders), exact=True, at_least=len(self._holders) or 1)
        return self._searched()

    def _searched(self) -> Counterfactual:
        own = self._lister.listed(self._contest.medicine)
        codes = own.links[~np.isin(own.links, self._spared)]
        search = self._begun(own, codes)
        # What a single link does is as a rule seen without listing what the rival loses, which takes longer than a walk.
        if alone := self._of_size(search, codes, 1, 1):
            return alone
        if self._contest.rival is not None:
            rival = self._lister.listed(self._contest.rival)
            search = search.beside(rival.side(self._lister.curve, self._lister.steps, codes))
        return self._of_size(search, codes, 1) or self._bounded(search, codes)

    def _bounded(self, search: LinkSearch, codes: Array) -> Counterfactual:
        """The smallest set of several links, or bounds; no single one does, or not all were looked at."""
        if not search.may_reach(len(codes)):
            least = len(self._holders) or len(codes) + 1
            return self._told(self._holders, self._lost(self._holders), exact=True, at_least=least)
        sizes = range(2 if self._goes_on(search) else 1, self._limits.links + 1)
        lower = sizes.start + bisect_left(sizes, True, key=search.may_reach)
        upper, scores = self._upper(search, codes, lower)
        most = len(upper) - 1 if scores else self._limits.links
        for size in range(lower, most + 1):
            if smaller := self._of_size(search, codes, size):
                return smaller
            if not self._goes_on(search):
                return self._told(upper, scores, exact=False, at_least=size)
        whole = scores is not None or len(codes) <= self._limits.links
        return self._told(upper, scores, exact=whole, at_least=max(lower, most + 1))

    def _begun(self, own: ListedPaths, codes: Array) -> LinkSearch:
        """The search among some links, beside a rival that loses nothing."""
        contest, lister = self._contest, self._lister
        rival = None if contest.rival is None else lister.amounts(contest.rival).side(lister.curve, lister.steps, codes)
        state = State(own.side(lister.curve, lister.steps, codes), rival)
        sure = SURE * (1 + abs(contest.place(contest.medicine, contest.scores, contest.order).score))
        return LinkSearch(state, np.arange(len(codes)), sure, own.bounds(codes), self._limits.states)

    def _goes_on(self, search: LinkSearch) -> bool:
        """Whether nothing has run out yet."""
        return search.left > 0 and self._walks > 0

    def _of_size(self, search: LinkSearch, codes: Array, size: int, most: int | None = None) -> Counterfactual | None:
        """The counterfactual of a set of this size that does; when there is none and nothing ran out, no set does.

        Args:
            search: among the links.
            codes: of the links.
            size: of the set.
            most: how many sets are walked at most.
        """
        for found in islice(search.sets(size), most):
            links = codes[list(found)].tolist()
            if scores := self._lost(links):
                return self._told(links, scores, exact=True, at_least=size)
            if self._walks <= 0:
                break
        return None

    def _upper(self, search: LinkSearch, codes: Array, size: int) -> tuple[Sequence[int], Scores | None]:
        """A set that does, if not the smallest, with its scores: the treatments, or a smaller one of those of most effect."""
        best, scores = self._holders, self._lost(self._holders)
        for n in (1, size) if size <= self._limits.links else ():
            for found in islice(search.greedy(n, len(best) - 1 if scores else self._limits.links), GREEDY):
                links = codes[list(found)].tolist()
                if again := self._lost(links):
                    best, scores = tuple(links), again
                    break
        return best, scores

    def _lost(self, codes: Sequence[int]) -> Scores | None:
        """The scores by a walk without links, where the medicine lost its place; nothing without any."""
        if not codes:
            return None
        self._walks -= 1
        links = [self._lister.every.link(code) for code in codes]
        scores = cut_scorer(self._contest.scorer, links).score(self._evidence)
        return scores if self._contest.is_lost(self._contest.listed(scores)) else None

    def _told(self, codes: Sequence[int], scores: Scores | None, *, exact: bool, at_least: int) -> Counterfactual:
        if scores is None:
            return undecided(self._contest, exact=exact, at_least=at_least)
        walker, removed = self._contest.scorer.walker, []
        for key, link in map(self._lister.every.link, codes):
            said = walker.snapshot.link_edges(walker.snapshot.relations[key], link)
            removed.append(CutLink(key, link, tuple(walker.edges.allowed(said))))
        return decided(self._contest, removed, scores, exact=exact, at_least=at_least)
