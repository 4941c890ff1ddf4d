"""The metapaths that the walk follows, each with a short code, a sentence and a weight, read from ``metapaths.toml``.

A metapath is written as it is walked, from the evidence to the medicine: ``Condition <-TREATS- Medicine -IN_CLASS-> DrugClass
<-IN_CLASS- Medicine``. Its code spells the same with one capital a node kind and one small letter an edge kind. Metapaths over
edge kinds that a graph does not have are simply not walked there.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from graph.elements import EdgeKind, NodeKind
from graph.schema import EDGE_RULES
from recommender.errors import MetapathError

TABLE = Path(__file__).with_name("metapaths.toml")
MAX_STEPS = 4

_STEP = re.compile(r"\s+(<)?-([A-Z_]+)(?::([a-z0-9-]+))?-(>)?\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a metapath: an edge kind, whether it is walked from start to end, and the kinds that it leads between.

    An edge kind that training derives also has the method that made the edge.
    """

    kind: EdgeKind
    forward: bool
    source: NodeKind
    target: NodeKind
    method: str = ""

    @property
    def reverse(self) -> "Step":
        """The same step walked backwards."""
        forward = self.forward if EDGE_RULES[self.kind].symmetric else not self.forward
        return Step(self.kind, forward, self.target, self.source, self.method)


@dataclass(frozen=True, slots=True)
class Metapath:
    """A chain of edge kinds from a kind of evidence to medicines.

    Attributes:
        code: short name such as ``CtMkKkM``.
        steps: 1 to 4 steps; one alone is direct support, which is weighed apart.
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
    written = "".join(f" {a}-{k}{':' * bool(m)}{m}-{b} {n}" for a, k, m, b, n in found)
    if not head or head.group() + written != " ".join(text.split()):
        raise MetapathError(f"{text!r} is not of the form Kind <-EDGE- Kind -EDGE-> Kind")
    steps, source = [], head.group()
    try:
        for back, kind, method, forth, target in found:
            step = Step(EdgeKind(kind), not back, NodeKind(source), NodeKind(target), method)
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


def written(steps: tuple[Step, ...]) -> str:
    """Steps as :func:`parse_steps` reads them."""
    text = str(steps[0].source)
    for step in steps:
        symmetric = EDGE_RULES[step.kind].symmetric
        method = f":{step.method}" if step.method else ""
        back, forth = ("", "") if symmetric else ("", ">") if step.forward else ("<", "")
        text += f" {back}-{step.kind}{method}-{forth} {step.target}"
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """How an edge kind is spelled in a code and spoken in a sentence."""

    letter: str
    forward: str
    back: str


@dataclass(frozen=True, slots=True)
class MetapathTable:
    """The table: metapaths named by hand, and the words that name all others.

    Attributes:
        metapaths: those written out, in the table's order, with their weights by hand.
        letters: the letter of each node kind.
        words: by edge kind.
    """

    metapaths: tuple[Metapath, ...]
    letters: Mapping[NodeKind, str]
    words: Mapping[EdgeKind, Words]

    def metapath(self, steps: tuple[Step, ...], weight: float = 0.0) -> Metapath:
        """The metapath of these steps: as the table names it, otherwise named after its kinds; with this weight.

        Raises:
            MetapathError: when the table has no words for a kind.
        """
        for known in self.metapaths:
            if known.steps == steps:
                return replace(known, weight=weight)
        try:
            return Metapath(self._code(steps), steps, weight, self._sentence(steps))
        except KeyError as error:
            raise MetapathError(
                f"{TABLE.name} has no words for {error.args[0]}; add them under [letters] or [words]"
            ) from error

    def _code(self, steps: tuple[Step, ...]) -> str:
        parts = [self.letters[steps[0].source]]
        for step in steps:
            arrow = "<" if step.source is step.target and not step.forward and not EDGE_RULES[step.kind].symmetric else ""
            method = f"({step.method})" if step.method else ""
            parts += [arrow, self.words[step.kind].letter, method, self.letters[step.target]]
        return "".join(parts)

    def _sentence(self, steps: tuple[Step, ...]) -> str:
        """From the medicine back to the evidence: "{2} binds {1}, which is associated with {0}"."""
        clauses = []
        for i, step in reversed(list(enumerate(steps))):
            words = self.words[step.kind]
            said = (words.back if step.forward else words.forward) + (f" ({step.method})" if step.method else "")
            clauses.append(f"{said} {{{i}}}")
        return f"{{{len(steps)}}} " + ", which ".join(clauses)


def read_table(path: Path = TABLE) -> MetapathTable:
    """The whole table.

    Raises:
        MetapathError: when the table is unusable; the message names the row.
    """
    metapaths = read_metapaths(path)
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        letters = {NodeKind(kind): str(letter) for kind, letter in values.get("letters", {}).items()}
        words = {EdgeKind(kind): Words(*map(str, row)) for kind, row in values.get("words", {}).items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise MetapathError(f"{path.name}: letters and words: {error}") from error
    for names in (letters.values(), [w.letter for w in words.values()]):
        if len(set(names)) != len(list(names)):
            raise MetapathError(f"{path.name}: a letter stands for two kinds")
    return MetapathTable(metapaths, letters, words)


def read_metapaths(path: Path = TABLE) -> tuple[Metapath, ...]:
    """The metapaths of a table, in its order.

    Raises:
        MetapathError: when the table is unusable; the message names the code.
    """
    return _metapaths(path, "metapath")


def read_group_metapaths(path: Path = TABLE) -> tuple[Metapath, ...]:
    """The metapaths that begin at a group of patients: walked where a bundle has groups, and never learned.

    Raises:
        MetapathError: as :func:`read_metapaths` does.
    """
    return _metapaths(path, "of_group", least=1)


def _metapaths(path: Path, table: str, least: int = 2) -> tuple[Metapath, ...]:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))[table]
    except (OSError, KeyError, ValueError) as error:
        raise MetapathError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MetapathError(f"{path.name}: tables of the form [[{table}]] are expected")
    found = tuple(_metapath(row, least) for row in rows)
    if len({m.code for m in found}) != len(found):
        raise MetapathError(f"{path.name}: a code stands twice")
    return found


def _metapath(row: dict[str, object], least: int) -> Metapath:
    if set(row) != {"code", "path", "weight", "sentence"}:
        raise MetapathError(f"metapath {row.get('code')}: exactly code, path, weight and sentence are expected")
    steps = parse_steps(str(row["path"]))
    weight = row["weight"]
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < 100:
        raise MetapathError(f"metapath {row['code']}: weight from 0 to 100 is expected")
    if not least <= len(steps) <= MAX_STEPS or steps[-1].target is not NodeKind.MEDICINE:
        raise MetapathError(f"metapath {row['code']}: {least} to {MAX_STEPS} steps that end in Medicine are expected")
    try:
        str(row["sentence"]).format(*[""] * (len(steps) + 1))
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        raise MetapathError(
            f"metapath {row['code']}: a sentence with the nodes {{0}} to {{{len(steps)}}} is expected"
        ) from error
    return Metapath(str(row["code"]), steps, float(weight), str(row["sentence"]))
