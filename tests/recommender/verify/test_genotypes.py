"""The verifier reads diplotypes as the engine does, without its code."""

from itertools import product
from pathlib import Path
from random import Random

from graph.compiler import current_snapshot
from graph.elements import NodeKind
from graph.embedded_store import EmbeddedStore
from recommender.genotypes import genotypes_of, phenotype_of
from recommender.verify.genotypes import phenotypes
from recommender.verify.knowledge import Knowledge

CALLS = [
    *("", "*1", "*1/*1/*1", "nonsense", "*1/*999", "*1x2/*4", "*1xN/*4", "*2x≥3/*1", "*4>=2/*1", "*1x99/*1", "*36+*10/*1"),
    *("*57:01 positive", "*57:01/*07:02", "*57:01:01/*07:02", "negative", "*15:02 NEGATIVE", "*1|*2", "CYP2C19*2/CYP2C19*2"),
]


def test_every_gene_of_the_formulary(formulary: Path) -> None:
    store = EmbeddedStore(formulary / "graph.sqlite")
    snapshot = current_snapshot(store, formulary / "snapshots")
    known, knowledge, random = genotypes_of(snapshot), Knowledge(store), Random(1)
    calls = [(gene, call) for gene in (*known.genes, "HLA-B*57:01") for call in CALLS]
    for gene in known.genes:
        alleles = [
            str(node.properties.get("allele", node.name))
            for node in store.nodes(NodeKind.VARIANT)
            if node.properties.get("gene") == gene
        ]
        pairs = list(product(alleles, alleles))
        calls += [(gene.lower(), f"{one} / {gene}{other}") for one, other in random.sample(pairs, min(60, len(pairs)))]

    told = 0
    for gene, call in calls:
        meant = phenotype_of(gene, call, snapshot, known)
        expected = [snapshot.id(node) for node in meant.nodes] if meant else []
        assert phenotypes(knowledge, gene, call) == expected, (gene, call)
        told += bool(meant and not meant.indeterminate)
    store.close()
    assert told > 200


def test_a_gene_that_nobody_knows(formulary: Path) -> None:
    store = EmbeddedStore(formulary / "graph.sqlite")
    assert phenotypes(Knowledge(store), "XYZ1", "*1/*1") == []
    store.close()
