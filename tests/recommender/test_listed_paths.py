"""Listed paths hold all that leads to a medicine, and what is not listed is bounded link by link."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.listed_paths import PathLister
from tests.recommender.conftest import Build
from tests.recommender.cut_oracle import Oracle, graphs, scorer_of


@settings(max_examples=80)
@given(graphs(), st.sampled_from([(1_000, 1), (6, 2), (0, 1)]), st.integers(0, 3))
def test_what_is_listed_and_what_is_not_are_all(build: Build, edges, limits: tuple[int, int], place: int) -> None:  # type: ignore[no-untyped-def]
    with build(edges, {f"{p}:{i}": {} for p in "MCY" for i in range(4)}) as graph:
        named = {"C:0": 1.0, "Y:1": 0.5, "C:1": 0.25}
        oracle, scorer = Oracle(graph, named), scorer_of(graph)
        evidence = {graph.number(i): w for i, w in named.items()}
        scores, medicine = scorer.score(evidence), scorer.walker.medicines[place]
        lister = PathLister(scorer, scores, evidence, *limits)

        found = lister.listed(medicine)

        links = found.links
        assume(len(links))
        side = found.side(lister.curve, lister.steps, links)
        score = float(scores.total[place])
        assert scorer.intercept + side.worth == pytest.approx(score, rel=1e-9)
        still = lister.amounts(medicine).side(lister.curve, lister.steps, links)
        assert still.held == pytest.approx(side.held, rel=1e-9, abs=1e-12)
        assert not len(still.removals.amounts)
        bounds = found.bounds(links)
        assert (bounds is None) is (not found.unlisted)
        name = graph.ids([medicine])[0]
        known = set(oracle.links(name))
        for i, code in enumerate(links.tolist()):
            [link] = oracle.named([lister.every.link(code)])
            if not found.unlisted:
                assert link in known
                assert scorer.intercept + side.without((i,)).worth == pytest.approx(
                    oracle.score(name, [link]), rel=1e-9, abs=1e-12
                )
            for item in found.unlisted:
                metapath = next(m for m in oracle.metapaths if m.code == lister.curve.codes[item.channel])
                over = sum(w for at, w, over in oracle.paths[name] if oracle.metapaths[at] == metapath and link in over)
                told = item.amounts[np.flatnonzero(item.codes == code)].sum()
                assert told >= over * (1 - 1e-9)
        assert known <= {link for code in links.tolist() for link in oracle.named([lister.every.link(code)])}
