"""What a genotype means: the phenotypes that a gene and a diplotype such as ``CYP2C19 *1/*2`` stand for.

Which alleles there are, with their function and activity, and which phenotypes, the nodes say; how functions make a phenotype,
``genotypes.toml``. What neither knows — a new allele, one of unknown function, a call that cannot be read — is indeterminate,
never normal. Records that are loaded and cases that are described are both read by it, so that the same call means the same.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from graph.elements import Node, NodeId, NodeKind
from graph.terms import normalise

INDETERMINATE = "indeterminate"
KINDS = (NodeKind.PHENOTYPE, NodeKind.VARIANT)
"""The kinds of nodes that say what is known of a gene."""
MAX_COPIES = 13
"""Most copies of a gene on one chromosome that a call is believed about: as many CYP2D6 genes were found (Johansson 1993)."""
_COPIES = re.compile(r"(?P<allele>.+?)(?:[x×](?:(?P<exactly>\d+)|(?:≥|>=)(?P<least>\d+)|(?P<several>n)))?")
_TYPED = re.compile(r"(\*\d{2,3}:\d{2,3})(?::\d{2,3}){0,2}")
"""An HLA allele at two fields or more; a letter behind it, for one that is not expressed, is not understood."""
_TESTED = re.compile(r"(?P<allele>\S*\*\S+)\s*(?P<result>positive|negative)", re.I)
_HALVES = re.compile(r"[/|]")


@dataclass(frozen=True, slots=True)
class _Scale:
    """How a sum of activities makes phenotypes.

    Attributes:
        steps: (greatest sum, phenotypes), ascending.
        copies: whether a chromosome may carry the gene several times.
    """

    steps: tuple[tuple[float, tuple[str, ...]], ...]
    copies: bool

    def phenotypes(self, least: float, most: float) -> tuple[str, ...]:
        """The phenotypes of a sum that lies between two bounds; indeterminate when they differ over it."""
        found = {next((words for bound, words in self.steps if score <= bound), ()) for score in (least, most)}
        return found.pop() if len(found) == 1 else ()


@dataclass(frozen=True, slots=True)
class _Tables:
    """What ``genotypes.toml`` says, by gene."""

    functions: Mapping[str, Mapping[tuple[str, ...], str]]
    scales: Mapping[str, _Scale]
    carriers: frozenset[str]


@cache
def _tables() -> _Tables:
    content = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    functions = {
        gene: {tuple(sorted(pair.split(" + "))): phenotype for phenotype, pairs in said.items() for pair in pairs}
        for gene, said in content["functions"].items()
    }
    scales = {
        gene: _Scale(
            tuple((step["up_to"], tuple(step["phenotypes"])) for step in said["steps"]), bool(said.get("copies", False))
        )
        for gene, said in content["scores"].items()
    }
    return _Tables(functions, scales, frozenset(content["carriers"]["genes"]))


@dataclass(slots=True)
class _Gene:
    """What the nodes say of one gene.

    Attributes:
        name: its symbol.
        alleles: nodes of its alleles, by every spelling of theirs.
        phenotypes: ids of its phenotypes, by every name of theirs.
    """

    name: str
    alleles: dict[str, Node] = field(default_factory=dict)
    phenotypes: dict[str, NodeId] = field(default_factory=dict)

    def bare(self, text: str) -> str:
        """A call or an allele without the gene's name before it, and without blanks, in lower case."""
        plain = "".join(text.split()).casefold()
        name = self.name.casefold()
        # HLA alleles are also written B*57:01.
        for prefix in (name, name.removeprefix("hla-")):
            if plain.startswith(f"{prefix}*"):
                return plain.removeprefix(prefix)
        return plain.removeprefix(name)


class Genotypes:
    """The genes, alleles and phenotypes of a graph.

    Args:
        nodes: those of :data:`KINDS`; others are passed over.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._genes: dict[str, _Gene] = {}
        for node in nodes:
            symbol = str(node.properties.get("gene", ""))
            if symbol and node.kind in KINDS:
                self._add(self._genes.setdefault(symbol.casefold(), _Gene(symbol)), node)

    @staticmethod
    def _add(gene: _Gene, node: Node) -> None:
        if node.kind is NodeKind.PHENOTYPE:
            for name in (*node.aliases, node.name):
                gene.phenotypes[normalise(name)] = node.id
        else:
            for name in (*node.aliases, node.name, str(node.properties.get("allele", ""))):
                gene.alleles[gene.bare(name)] = node

    @property
    def genes(self) -> Sequence[str]:
        """Symbols of the genes that have phenotypes."""
        return sorted(gene.name for gene in self._genes.values() if gene.phenotypes)

    def knows(self, gene: str) -> bool:
        """Whether a gene of this symbol has phenotypes; ``HLA-B*57:01`` is one of HLA-B."""
        known = self._genes.get(_symbol(gene).casefold())
        return known is not None and bool(known.phenotypes)

    def words(self, gene: str, diplotype: str) -> tuple[str, ...]:
        """What a call means, in CPIC's words: ``poor metabolizer``, or several phenotypes where one call says several.

        Args:
            gene: a symbol that is known.
            diplotype: ``*1/*2``, in either order, also with the gene's name; ``*1x2/*4`` for copies; ``*57:01 positive``.
        """
        known, tables = self._genes[_symbol(gene).casefold()], _tables()
        tested = gene.strip()[len(_symbol(gene)) :]
        text = f"{tested} {diplotype}".strip()
        if known.name in tables.carriers:
            return tuple(_carried(known, text))
        halves = [known.bare(half) for half in _HALVES.split(text)]
        if known.name in tables.scales:
            found = _by_score(known, tables.scales[known.name], halves)
        else:
            found = _by_function(known, tables.functions.get(known.name, {}), halves)
        return found or (INDETERMINATE,)

    def phenotypes(self, gene: str, diplotype: str) -> tuple[NodeId, ...]:
        """Ids of the phenotypes that a call means; the indeterminate one where the graph has none for it, none without that.

        Args:
            gene: a symbol that is known.
            diplotype: see :meth:`words`.
        """
        known = self._genes[_symbol(gene).casefold()]
        *found, unclear = (
            known.phenotypes.get(normalise(f"{known.name} {word}")) for word in (*self.words(gene, diplotype), INDETERMINATE)
        )
        # Of one score several names are the same thing; of alleles that are looked for, each says another.
        missing = None in found if known.name in _tables().carriers else not any(found)
        return tuple(dict.fromkeys(node for node in (*found, unclear if missing else None) if node is not None))


def _symbol(gene: str) -> str:
    return gene.strip().partition("*")[0].strip()


def _by_function(gene: _Gene, said: Mapping[tuple[str, ...], str], halves: Sequence[str]) -> tuple[str, ...]:
    functions = []
    for half in halves:
        if half not in gene.alleles:
            return ()
        function = str(gene.alleles[half].properties.get("function", "unknown")).casefold().removesuffix(" function")
        functions.append("uncertain" if function == "unknown" else function)
    word = said.get(tuple(sorted(functions)))
    return (word,) if word else ()


def _by_score(gene: _Gene, scale: _Scale, halves: Sequence[str]) -> tuple[str, ...]:
    if len(halves) != 2:
        return ()
    least = most = 0.0
    for half in halves:
        for allele, fewest, greatest in _copies(half, gene, scale):
            activity = gene.alleles[allele].properties.get("activity") if allele in gene.alleles else None
            if not isinstance(activity, (int, float)) or not fewest:
                return ()
            least += activity * fewest
            most += activity * greatest if activity else 0
    return scale.phenotypes(least, most)


def _copies(half: str, gene: _Gene, scale: _Scale) -> Iterator[tuple[str, float, float]]:
    """The alleles of one chromosome, each with the fewest and the greatest number of its copies."""
    if half in gene.alleles or not scale.copies:
        yield half, 1, 1
        return
    for part in half.split("+"):
        found = _COPIES.fullmatch(part)
        exactly, least, several = (found["exactly"], found["least"], found["several"]) if found else ("0", None, None)
        if exactly or not (least or several):
            number = int(exactly or 1)
            yield found["allele"] if found else "", number if number <= MAX_COPIES else 0, number
        else:
            yield found["allele"] if found else "", int(least or 2), math.inf


def _carried(gene: _Gene, text: str) -> Iterator[str]:
    """Of each allele that is looked for, whether it is carried: told by a test for it, or by the typing of both chromosomes."""
    looked_for = {match[1] for allele in gene.alleles if (match := _TYPED.fullmatch(allele))}
    if found := _TESTED.fullmatch(text):
        typed = _TYPED.fullmatch(gene.bare(found["allele"]))
        yield f"{typed[1]} {found['result'].lower()}" if typed and typed[1] in looked_for else INDETERMINATE
        return
    halves = [_TYPED.fullmatch(gene.bare(half)) for half in _HALVES.split(text)]
    carried = {half[1] for half in halves if half}
    whole = len(halves) == 2 and all(halves)
    yield from (f"{allele} positive" for allele in sorted(looked_for & carried))
    if whole:
        yield from (f"{allele} negative" for allele in sorted(looked_for - carried))
    else:
        yield INDETERMINATE
