"""Counterfactuals and faithfulness of first suggestions on a trained Hetionet, beside one scoring of the same evidence.

``RXPATH_TRAINED`` names a home in which Hetionet is built and trained; without it both are done first, which takes minutes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graph.elements import NodeKind
from graph.snapshot import Snapshot
from recommender.artifacts import FOLDER, find_bundle
from recommender.contest import Counterfactual
from recommender.counterfactual import evidence_counterfactual
from recommender.edge_counterfactual import edge_counterfactual
from recommender.engine import Engine, Engines
from recommender.evidence import weigh_nodes
from recommender.evidence_table import nodes_on_file
from recommender.faithfulness import Faithfulness, cohort_faithfulness, faithfulness, seeded
from recommender.scoring import Scores
from tests.benchmarks.graphs import hetionet_home, run

DISEASES = 40
"""At least so many have two known treatments or more in Hetionet."""
TOGETHER = 3
"""Diseases that are on file at once in the last row."""
GOAL = "goal <= 20 x at the median"


@dataclass(frozen=True)
class Asked:
    """Diseases on file, and the suggestion that stands first."""

    engine: Engine
    nodes: tuple[int, ...]
    scores: Scores
    ranked: tuple[int, ...]

    def walk(self) -> Scores:
        """One scoring of the evidence."""
        return self.engine.scorer.score(self.evidence)

    @property
    def evidence(self) -> dict[int, float]:
        """As weights by node number."""
        return dict.fromkeys(self.nodes, 1.0)

    def facts(self) -> Counterfactual:
        """Which diseases carry the first suggestion."""
        held = nodes_on_file(self.nodes)
        return evidence_counterfactual(self.engine.scorer, self.scores, held, self.ranked, self.ranked[0])

    def links(self, *, direct: bool = True) -> Counterfactual:
        """Which links carry it."""
        of = (self.engine.scorer, self.scores, self.evidence, self.ranked, self.ranked[0])
        return edge_counterfactual(*of, direct=direct)

    def faithful(self) -> Faithfulness | None:
        """How far the paths that are shown with it do."""
        medicine, snapshot = self.ranked[0], self.engine.walker.snapshot
        evidence = weigh_nodes(self.nodes, snapshot)
        shown = self.engine.explainer.explain([medicine], evidence, self.scores)[medicine]
        rng = seeded("0", snapshot.id(medicine))
        return faithfulness(self.engine.scorer, self.scores, self.evidence, medicine, shown, rng)


def timed(work: Callable[[], object]) -> float:
    """Wall time of one run, in seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def engine_of(home: Path) -> Engine:
    """The engine of a home's only snapshot and its bundle."""
    snapshot = Snapshot(next((home / "snapshots").glob("*.snapshot")))
    bundle = find_bundle(home / FOLDER, snapshot)
    return Engines(snapshot, home, None, None, bundle, compiled=True).of()


def trained_home() -> Path:
    """A home with Hetionet, built and trained."""
    if given := os.environ.get("RXPATH_TRAINED"):
        return Path(given)
    home, _ = hetionet_home()
    run(home, "recommender", "train", "--brief")
    return home


def asked(engine: Engine, together: int) -> list[Asked]:
    """Questions about the first suggestion for diseases that have several known treatments."""
    conditions = engine.walker.snapshot.numbers(NodeKind.CONDITION)
    drawn = np.random.default_rng(7).permutation(len(conditions)).tolist()
    found: list[Asked] = []
    for begin in range(0, len(drawn) - together + 1, together):
        nodes = tuple(sorted(conditions[i] for i in drawn[begin : begin + together]))
        weights = dict.fromkeys(nodes, 1.0)
        scores = engine.scorer.score(weights)
        first = engine.walker.medicines.start
        ranked = sorted(scores.support, key=lambda m: (-float(scores.total[m - first]), m))
        if len(ranked) > 1 and len(found) < DISEASES:
            found.append(Asked(engine, nodes, scores, tuple(ranked)))
    return found


def row(name: str, questions: Sequence[Asked], work: Callable[[Asked], object], goal: str = GOAL) -> str:
    """A line: the ratio to the walk at the median and the largest, and the median times of both, side by side."""
    pairs = [
        (timed(lambda q=question: work(q)), statistics.median(timed(question.walk) for _ in range(5))) for question in questions
    ]
    ratios = [taken / walk for taken, walk in pairs]
    took, walked = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    return (
        f"{name}, {len(questions)} questions: {statistics.median(ratios):.1f} x the walk (median), {max(ratios):.1f} x at most "
        f"({took:,.0f} ms beside {walked:.1f} ms; {goal})"
    )


def told(name: str, found: Sequence[Counterfactual]) -> str:
    """A line: what was found, and how surely."""
    sizes = sorted(len(f.removed) for f in found if f.removed is not None)
    exact = sum(f.exact for f in found)
    none = len(found) - len(sizes)
    by_size = ", ".join(f"{size}: {sizes.count(size)}" for size in sorted(set(sizes)))
    return f"{name}: {exact} of {len(found)} exact; smallest sets by size {by_size}; none found {none}"


def rows() -> Iterator[str]:
    """Measure; each row comes as soon as it is there."""
    engine = engine_of(trained_home())
    single, several = asked(engine, 1), asked(engine, TOGETHER)
    for question in single[:2]:
        # Weights of the steps are worked out once for a process.
        question.facts(), question.links(direct=False), question.faithful()
    yield row(
        "full counterfactual (facts and links) of the first suggestion for a disease", single, lambda q: (q.facts(), q.links())
    )
    yield row("the same, links other than its known treatment", single, lambda q: (q.facts(), q.links(direct=False)))
    yield row(f"the same for {TOGETHER} diseases", several, lambda q: (q.facts(), q.links(direct=False)))
    yield told("facts, several diseases", [q.facts() for q in several])
    yield told("links", [q.links() for q in single])
    yield told("links other than the known treatment", [q.links(direct=False) for q in single])
    yield told("the same, several diseases", [q.links(direct=False) for q in several])
    yield row("faithfulness of the first suggestion", single, Asked.faithful, "no goal")
    figures = cohort_faithfulness(q.faithful() for q in single)
    yield (
        "faithfulness, medians: " + ", ".join(f"{name} {value:.3g}" for name, value in figures.items()) + " (goal: ratio >= 3)"
    )
