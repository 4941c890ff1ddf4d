"""Ranks the pairs of a medicine and a condition that nobody is known to have joined: for research, never for a patient.

Each pair stands with its score, its calibrated probability and interval, what degrees alone would give, the paths that carry
it, and what evidence would settle it. The same question on the same snapshot and bundle gives the same result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.array_file import Array
from graph.elements import NodeKind
from graph.errors import AmbiguousNameError, UnknownNodeError
from graph.snapshot import Snapshot
from recommender.answer import Probability, degree_prior
from recommender.errors import CaseError
from recommender.evidence import weigh_nodes
from recommender.explain import Explainer
from recommender.payload import edge_payload, node_payload
from recommender.request import MAX_TOP
from recommender.scoring import Scorer, Scores
from recommender.settling import contraindications, independent, known_conditions, known_medicines, questions

NOTICE = (
    "Research, not a treatment: no source in the graph says that these medicines treat or palliate these conditions, directly "
    "or through the condition tree; the walk alone joins them."
)


class Calibrated(Protocol):
    """Turns walk scores into probabilities; fitted on pairs without direct support."""

    def probability(self, scores: Array) -> tuple[Array, Array, Array, Array]:
        """Probability, low and high end of its interval, and whether pairs alike were seen; each of the scores' shape."""
        ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """What an exploration is made with.

    Attributes:
        snapshot: the knowledge, with what training derived from it.
        scorer: scores all medicines for a condition.
        explainer: finds the paths behind those scores.
        intercept: what a score is without any path.
        walk_scores: answers Σ β f of every pair, shape (conditions, medicines).
        calibration: of such sums; None where nothing is calibrated.
    """

    snapshot: Snapshot
    scorer: Scorer
    explainer: Explainer
    intercept: float
    walk_scores: Callable[[], Array]
    calibration: Calibrated | None = None


class Explorable(Protocol):
    """What has the instruments: a recommender."""

    def instruments(self) -> Instruments:
        """What an exploration is made with."""
        ...


def run_explore(recommender: Explorable, *, condition: str | None, medicine: str | None, top: int = 10) -> dict[str, Any]:
    """Which unknown pairs of a condition, or of a medicine, the walk finds most likely, and what would settle them.

    Args:
        recommender: what has the instruments.
        condition: id, alias or name of the condition whose medicines are ranked.
        medicine: id, alias or name of the medicine whose conditions are ranked; one of both is given.
        top: how many pairs at most, 1 to 100.

    Returns:
        ``{snapshot, condition, medicine, known, unreached, pairs, notice}``; ``known`` and ``unreached`` count the pairs that
        are left out because a source joins them, and because no path does.

    Raises:
        CaseError: when not exactly one of both is given, or ``top`` is out of range.
        UnknownNodeError: when the name fits no such node.
        AmbiguousNameError: when it fits several.
    """
    if (condition is None) == (medicine is None):
        raise CaseError("", "exactly one of a condition and a medicine is expected")
    if not 1 <= top <= MAX_TOP:
        raise CaseError("/top", f"a number from 1 to {MAX_TOP} is expected")
    tools = recommender.instruments()
    kind = NodeKind.MEDICINE if condition is None else NodeKind.CONDITION
    node = _named(tools.snapshot, condition or medicine or "", kind)
    pairs, known, unreached = _medicines(tools, node, top) if condition is not None else _conditions(tools, node, top)
    return {
        "snapshot": tools.snapshot.checksum,
        "condition": node_payload(tools.snapshot, node) if condition is not None else None,
        "medicine": node_payload(tools.snapshot, node) if condition is None else None,
        "known": known,
        "unreached": unreached,
        "pairs": [{"rank": i + 1, **_payload(tools, *pair)} for i, pair in enumerate(pairs)],
        "notice": NOTICE,
    }


def _named(snapshot: Snapshot, name: str, kind: NodeKind) -> int:
    found = snapshot.candidates(name, (kind,))
    if not found:
        raise UnknownNodeError(name, snapshot.nearest(name, (kind,)))
    if len(found) > 1:
        raise AmbiguousNameError(name, [snapshot.id(n) for n in found])
    return int(found[0])


_Pair = tuple[int, int, Scores]
"""Numbers of a condition and of a medicine, and the scores of all medicines for the condition."""


def _medicines(tools: Instruments, condition: int, top: int) -> tuple[list[_Pair], int, int]:
    """The best unknown medicines for a condition, how many are known, and how many of the others no path leads to."""
    scores = tools.scorer.score({condition: 1.0})
    known = known_medicines(tools.snapshot, condition) | set(scores.support)
    found, unreached = _best(scores.total - tools.intercept, known, tools.snapshot.numbers(NodeKind.MEDICINE).start, top)
    return [(condition, medicine, scores) for medicine in found], len(known), unreached


def _conditions(tools: Instruments, medicine: int, top: int) -> tuple[list[_Pair], int, int]:
    """The best unknown conditions for a medicine, how many are known, and how many of the others no path leads from."""
    first = tools.snapshot.numbers(NodeKind.MEDICINE).start
    known = known_conditions(tools.snapshot, medicine)
    walked = tools.walk_scores()[:, medicine - first]
    found, unreached = _best(walked, known, tools.snapshot.numbers(NodeKind.CONDITION).start, top)
    pairs = [(condition, medicine, tools.scorer.score({condition: 1.0})) for condition in found]
    # The sums over all pairs may be rounded: the order is that of the scores which are shown.
    return sorted(pairs, key=lambda pair: (-float(pair[2].total[medicine - first]), pair[0])), len(known), unreached


def _best(walked: Array, known: set[int], first: int, top: int) -> tuple[list[int], int]:
    """Numbers of the highest scores above zero that are not known, best first, and how many unknown ones are not above zero."""
    unknown = np.ones(len(walked), bool)
    unknown[[number - first for number in known]] = False
    reached = np.flatnonzero(unknown & (walked > 0))
    order = reached[np.argsort(-walked[reached], kind="stable")]
    return [int(i) + first for i in order[:top]], int(unknown.sum()) - len(reached)


def _payload(tools: Instruments, condition: int, medicine: int, scores: Scores) -> dict[str, Any]:
    snapshot = tools.snapshot
    at = medicine - snapshot.numbers(NodeKind.MEDICINE).start
    walked = float(scores.total[at]) - tools.intercept
    paths = tools.explainer.explain([medicine], weigh_nodes([condition], snapshot), scores)[medicine]
    by_metapath = {m: m.weight * float(f[at]) for m, f in scores.features.items() if f[at] > 0 and m.weight > 0}
    ways = independent(by_metapath)
    against = contraindications(snapshot, medicine, condition)
    return {
        "condition": node_payload(snapshot, condition),
        "medicine": node_payload(snapshot, medicine),
        "score": walked + tools.intercept,
        **_chances(tools.calibration, walked, degree_prior(float(scores.degree[at]))),
        "metapaths": {m.code: share for m, share in sorted(by_metapath.items(), key=lambda i: (-i[1], i[0].code))},
        "independent_ways": ways,
        "paths": [path.payload(snapshot) for path in paths],
        "remainder": walked - sum(path.contribution for path in paths),
        "against": [edge_payload(edge) for edge in against],
        "questions": [
            question.payload() for question in questions(snapshot, (medicine, condition), paths, walked, against, ways)
        ],
    }


def _chances(calibration: Calibrated | None, walked: float, prior: float) -> dict[str, Any]:
    if calibration is None:
        return {"probability": None, "prior": prior, "lift": None}
    value, low, high, supported = (column[0] for column in calibration.probability(np.array([walked])))
    found = Probability(float(value), float(low), float(high), bool(supported))
    return {"probability": found.payload(), "prior": prior, "lift": found.value / prior if prior else None}


def rendered(result: Mapping[str, Any], console: Console) -> None:
    """Print a result of :func:`run_explore`: one table of the pairs, then the paths and open questions of each."""
    asked = result["condition"] or result["medicine"]
    other = "medicine" if result["condition"] else "condition"
    console.print(
        Text(f"For research: {other}s that nobody is known to have joined with {asked['name']}", style="bold magenta")
    )
    console.print(Text(f"{result['known']} known pairs left out, {result['unreached']} without any path", style="dim"))
    if not result["pairs"]:
        console.print(Text(f"No path leads to any other {other}.", style="bold"))
    else:
        console.print(_table(result["pairs"], other))
    for pair in result["pairs"]:
        _pair(pair, pair[other]["name"], console)
    console.print(Text(f"\n{result['notice']}", style="dim"))


def _table(pairs: Sequence[Mapping[str, Any]], other: str) -> Table:
    table = Table()
    table.add_column("")
    table.add_column(other, overflow="fold")
    for name in ("score", "probability", "prior", "lift", "ways", "against"):
        table.add_column(name, justify="right")
    for pair in pairs:
        found = pair["probability"]
        chance = f"{found['value']:.3f} ({found['low']:.3f}–{found['high']:.3f})" if found else "–"
        chance += " low support" if found and found["support"] == "low" else ""
        lift = f"{pair['lift']:.1f}" if pair["lift"] is not None else "–"
        row = (pair["rank"], pair[other]["name"], f"{pair['score']:.2f}", chance, f"{pair['prior']:.3g}", lift)
        table.add_row(*(Text(str(cell)) for cell in (*row, pair["independent_ways"], len(pair["against"]) or "")))
    return table


def _pair(pair: Mapping[str, Any], name: str, console: Console) -> None:
    console.print(Text(f"\n{pair['rank']:>2}. {name}", style="bold"))
    for path in pair["paths"]:
        line = Text(f"    {path['contribution']:+.2f}  {path['drawn']}")
        line.append(f"  [{path['weakest']['source']}, {path['weakest']['knowledge_level']}]", style="dim")
        console.print(line, soft_wrap=True)
    console.print(Text(f"    {pair['remainder']:+.2f}  paths not shown", style="dim"))
    for question in pair["questions"]:
        style = "bold red" if question["what"] == "contraindication" else "yellow"
        console.print(Text(f"    ? {question['sentence']}", style=style), soft_wrap=True)
