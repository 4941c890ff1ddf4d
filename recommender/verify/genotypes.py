"""What a diplotype of a case means: the phenotypes of its gene, by the alleles in the store and the table of what they make."""

import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from graph.config import PROJECT
from graph.elements import Node, NodeKind
from recommender.verify.knowledge import Knowledge, folded

TABLE = PROJECT / "graph" / "genotypes.toml"
"""Of each gene what functions, or sums of activities, make which phenotype."""
UNCLEAR = "indeterminate"
MOST_COPIES = 13
_HLA = r"\*\d{2,3}:\d{2,3}"


def phenotypes(knowledge: Knowledge, gene: str, diplotype: str) -> list[str]:
    """Ids of the phenotypes that a call means; none when the store has none for it, not even an indeterminate one."""
    symbol, star, rest = gene.partition("*")
    symbol, text = symbol.strip(), f"{star}{rest} {diplotype}".strip()
    own = knowledge.of_gene(NodeKind.PHENOTYPE, symbol)
    if not own:
        return []
    symbol = str(own[0].properties["gene"])
    named = {folded(name): str(node.id) for node in own for name in (*node.aliases, node.name)}
    words, table = _words(knowledge, symbol, text), _table()
    found = [named.get(folded(f"{symbol} {word}")) for word in words]
    whole = None not in found if symbol in table["carriers"]["genes"] else any(found)
    if not whole:
        found.append(named.get(folded(f"{symbol} {UNCLEAR}")))
    return [node for node in dict.fromkeys(found) if node]


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def _words(knowledge: Knowledge, gene: str, text: str) -> list[str]:
    """What a call means in words; indeterminate where it cannot be told."""
    alleles: dict[str, Node] = {}
    for node in knowledge.of_gene(NodeKind.VARIANT, gene):
        for name in (*node.aliases, node.name, str(node.properties.get("allele", ""))):
            alleles[_bare(gene, name)] = node
    halves = [_bare(gene, half) for half in re.split(r"[/|]", text)]
    if gene in _table()["carriers"]["genes"]:
        return _carried(gene, text, halves, set(alleles))
    scale = _table()["scores"].get(gene)
    found = _by_activity(scale, halves, alleles) if scale else _by_function(gene, halves, alleles)
    return found or [UNCLEAR]


def _bare(gene: str, text: str) -> str:
    """An allele without its gene's name, blanks and case."""
    plain, name = "".join(text.split()).casefold(), gene.casefold()
    short = name.removeprefix("hla-")
    return plain.removeprefix(short if plain.startswith(f"{short}*") else name)


def _by_function(gene: str, halves: list[str], alleles: Mapping[str, Node]) -> list[str]:
    if not all(half in alleles for half in halves):
        return []
    said = [str(alleles[half].properties.get("function", "unknown")).casefold() for half in halves]
    functions = sorted("uncertain" if word.startswith("unknown") else word.removesuffix(" function") for word in said)
    for phenotype, pairs in _table()["functions"].get(gene, {}).items():
        if any(sorted(pair.split(" + ")) == functions for pair in pairs):
            return [phenotype]
    return []


def _by_activity(scale: Mapping[str, Any], halves: list[str], alleles: Mapping[str, Node]) -> list[str]:
    least = most = 0.0
    for half in halves:
        for allele, few, many in _copies(half) if scale.get("copies") and half not in alleles else [(half, 1.0, 1.0)]:
            activity = alleles[allele].properties.get("activity") if allele in alleles else None
            if not isinstance(activity, (int, float)) or not few or len(halves) != 2:
                return []
            least, most = least + activity * few, most + (activity * many if activity else 0)
    bounds: list[list[str]] = [
        next((step["phenotypes"] for step in scale["steps"] if total <= step["up_to"]), []) for total in (least, most)
    ]
    return bounds[0] if bounds[0] == bounds[1] else []


def _copies(half: str) -> list[tuple[str, float, float]]:
    """The alleles of one chromosome, each with the least and the greatest number of its copies; 0 is beyond belief."""
    found: list[tuple[str, float, float]] = []
    for part in half.split("+"):
        match = re.fullmatch(r"(.+?)[x×](?:(≥|>=)?(\d+)|n)", part)
        if match is None:
            found.append((part, 1.0, 1.0))
        elif match[3] and not match[2]:
            number = int(match[3])
            found.append((match[1], float(number if number <= MOST_COPIES else 0), float(number)))
        else:
            found.append((match[1], float(match[3] or 2), math.inf))
    return found


def _carried(gene: str, text: str, halves: list[str], alleles: set[str]) -> list[str]:
    """Of each allele that is looked for, whether it is carried."""
    wanted = sorted({typed for allele in alleles if (typed := _typed(allele))})
    if test := re.fullmatch(r"(\S*\*\S+)\s*(positive|negative)", text, re.IGNORECASE):
        typed = _typed(_bare(gene, test[1]))
        return [f"{typed} {test[2].lower()}" if typed in wanted else UNCLEAR]
    found = [_typed(half) for half in halves]
    words = [f"{allele} positive" for allele in wanted if allele in found]
    if len(found) == 2 and all(found):
        return words + [f"{allele} negative" for allele in wanted if allele not in found]
    return [*words, UNCLEAR]


def _typed(allele: str) -> str:
    """An HLA allele at its first two fields; nothing when it is none."""
    match = re.fullmatch(rf"({_HLA})(?::\d{{2,3}}){{0,2}}", allele)
    return match[1] if match else ""
