"""The metapaths that the walk follows, each with a short code, a sentence and a weight, read from ``metapaths.toml``.

A metapath is written as it is walked, from the evidence to the medicine: ``Condition <-TREATS- Medicine -IN_CLASS-> DrugClass
<-IN_CLASS- Medicine``. Its code spells the same with one capital a node kind and one small letter an edge kind. Metapaths over
edge kinds that a graph does not have are simply not walked there.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from graph.elements import EdgeKind, NodeKind
from graph.schema import EDGE_RULES
from recommender.errors import MetapathError

TABLE = Path(__file__).with_name("metapaths.toml")
MAX_STEPS = 3

_STEP = re.compile(r"\s+(<)?-([A-Z_]+)-(>)?\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a metapath: an edge kind, whether it is walked from start to end, and the kinds that it leads between."""

    kind: EdgeKind
    forward: bool
    source: NodeKind
    target: NodeKind

    @property
    def reverse(self) -> "Step":
        """The same step walked backwards."""
        forward = self.forward if EDGE_RULES[self.kind].symmetric else not self.forward
        return Step(self.kind, forward, self.target, self.source)


@dataclass(frozen=True, slots=True)
class Metapath:
    """A chain of edge kinds from a kind of evidence to medicines.

    Attributes:
        code: short name such as ``CtMkKkM``.
        steps: 1 to 3 steps; one alone is direct support, which is weighed apart.
        weight: β, the weight of the feature in the score; 0 or more.
        sentence: a plain sentence with the nodes of a path as ``{0}``, ``{1}``, …
    """

    code: str
    steps: tuple[Step, ...]
    weight: float
    sentence: str

    @property
    def start(self) -> NodeKind:
        """The kind of evidence that it starts from."""
        return self.steps[0].source


def parse_steps(text: str) -> tuple[Step, ...]:
    """The steps of a metapath as it is written.

    Raises:
        MetapathError: when it cannot be read, a kind is unknown, or the schema has no such edge.

    >>> [str(step.kind) for step in parse_steps("Condition <-TREATS- Medicine")]
    ['TREATS']
    """
    head = re.match(r"\w+", text)
    found = _STEP.findall(text)
    if not head or head.group() + "".join(f" {a}-{k}-{b} {n}" for a, k, b, n in found) != " ".join(text.split()):
        raise MetapathError(f"{text!r} is not of the form Kind <-EDGE- Kind -EDGE-> Kind")
    steps, source = [], head.group()
    try:
        for back, kind, forth, target in found:
            step = Step(EdgeKind(kind), not back, NodeKind(source), NodeKind(target))
            rule = EDGE_RULES[step.kind]
            ends = (step.source, step.target) if step.forward else (step.target, step.source)
            drawn = bool(back) + bool(forth) == (0 if rule.symmetric else 1)
            # A symmetric edge between two kinds may stand either way round, and a step reads one relation.
            if ends not in rule.joins or not drawn or (rule.symmetric and source != target):
                raise MetapathError(f"{text!r}: the schema has no edge {source} {back}-{kind}-{forth} {target}")
            steps.append(step)
            source = target
    except ValueError as error:
        raise MetapathError(f"{text!r}: {error}") from error
    return tuple(steps)


def read_metapaths(path: Path = TABLE) -> tuple[Metapath, ...]:
    """The metapaths of a table, in its order.

    Raises:
        MetapathError: when the table is unusable; the message names the code.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["metapath"]
    except (OSError, KeyError, ValueError) as error:
        raise MetapathError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MetapathError(f"{path.name}: tables of the form [[metapath]] are expected")
    found = tuple(_metapath(row) for row in rows)
    if len({m.code for m in found}) != len(found):
        raise MetapathError(f"{path.name}: a code stands twice")
    return found


def _metapath(row: dict[str, object]) -> Metapath:
    if set(row) != {"code", "path", "weight", "sentence"}:
        raise MetapathError(f"metapath {row.get('code')}: exactly code, path, weight and sentence are expected")
    steps = parse_steps(str(row["path"]))
    weight = row["weight"]
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < 100:
        raise MetapathError(f"metapath {row['code']}: weight from 0 to 100 is expected")
    if not 2 <= len(steps) <= MAX_STEPS or steps[-1].target is not NodeKind.MEDICINE:
        raise MetapathError(f"metapath {row['code']}: 2 to {MAX_STEPS} steps that end in Medicine are expected")
    try:
        str(row["sentence"]).format(*[""] * (len(steps) + 1))
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        raise MetapathError(
            f"metapath {row['code']}: a sentence with the nodes {{0}} to {{{len(steps)}}} is expected"
        ) from error
    return Metapath(str(row["code"]), steps, float(weight), str(row["sentence"]))
