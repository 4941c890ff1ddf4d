"""Genotypes as a laboratory or a caller of star alleles gives them, and the phenotypes of the graph that they mean.

What a call means is told by :mod:`graph.genotypes`, for records and cases alike. Of a gene that is known, a call that cannot be
understood means the indeterminate phenotype, so that it is never taken for a normal one.
"""

from dataclasses import dataclass

from graph.genotypes import KINDS, Genotypes
from graph.snapshot import Snapshot
from recommender.errors import CaseError

HEADER = ("gene", "diplotype")


@dataclass(frozen=True, slots=True)
class Phenotypes:
    """What one call means.

    Attributes:
        nodes: numbers of the phenotypes; none when the graph has nothing for the call, not even an indeterminate one.
        indeterminate: whether it could not be told.
    """

    nodes: tuple[int, ...]
    indeterminate: bool


def genotypes_of(snapshot: Snapshot) -> Genotypes:
    """The genes, alleles and phenotypes of a snapshot."""
    return Genotypes(snapshot.node(number) for kind in KINDS for number in snapshot.numbers(kind))


def phenotype_of(gene: str, diplotype: str, snapshot: Snapshot, genotypes: Genotypes | None = None) -> Phenotypes | None:
    """The phenotypes of a call; None when the graph does not know the gene.

    Args:
        gene: its symbol, as ``CYP2C19``, or ``HLA-B*57:01``.
        diplotype: ``*1/*2`` in either order, with or without the gene's name; ``*1x2/*4`` for copies of CYP2D6; ``positive`` or
            ``negative`` for an HLA allele.
        snapshot: the graph.
        genotypes: those of the snapshot, where several calls are asked for.
    """
    known = genotypes or genotypes_of(snapshot)
    if not known.knows(gene):
        return None
    nodes = tuple(snapshot.number(node_id) for node_id in known.phenotypes(gene, diplotype))
    return Phenotypes(nodes, any(snapshot.properties(node).get("indeterminate") for node in nodes) or not nodes)


def read_calls(text: str) -> list[tuple[str, str]]:
    """The genes and diplotypes of a file of calls: one a line, parted by a tab; a header is passed over, and so is ``# ...``.

    Raises:
        CaseError: for a line that is not a gene and a diplotype; it says which.
    """
    calls: list[tuple[str, str]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        cells = tuple(cell.strip() for cell in line.rstrip().split("\t"))
        if not line.strip() or line.startswith("#") or (not calls and tuple(map(str.casefold, cells)) == HEADER):
            continue
        if len(cells) != len(HEADER) or not all(cells):
            raise CaseError("/genotypes", f"line {number}: a gene and a diplotype, parted by one tab, are expected")
        calls.append((cells[0], cells[1]))
    return calls
