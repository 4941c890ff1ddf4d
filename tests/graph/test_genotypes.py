"""Genotypes: what a call means by the functions and activities of its alleles, and what is never guessed."""

from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.elements import Node, NodeId, NodeKind, Provenance
from graph.genotypes import MAX_COPIES, Genotypes

SOURCE = Provenance("test", "1", "CC0-1.0")
ALLELES = {
    "CYP2C19": {"*1": "Normal function", "*2": "No function", "*9": "Decreased function", "*17": "Increased function"}
    | {"*12": "Uncertain function", "*3A": "No function"},
    "CYP3A5": {"*1": "Normal function", "*3": "No function", "*8": "Unknown function"},
    "CYP2D6": {"*1": 1.0, "*2": 1.0, "*4": 0.0, "*5": 0.0, "*10": 0.25, "*17": 0.5, "*36": 0.0, "*22": None},
    "CYP2C9": {"*1": 1.0, "*2": 0.5, "*3": 0.0, "*7": None},
    "DPYD": {"Reference": 1.0, "c.2846A>T": 0.5, "c.1905+1G>A (*2A)": 0.0},
    "UGT1A1": {"*1": "Normal function", "*80": "Unknown function", "*80+*28": "Decreased function"},
    "VKORC1": {
        "rs9923231 reference (C)": "Normal coumarin sensitivity",
        "rs9923231 variant (T)": "Higher coumarin sensitivity",
    },
    "MT-RNR1": {"m.1555A>G": "Increased risk of aminoglycoside-induced hearing loss"},
    "HLA-B": {"*15:02": "Risk allele", "*57:01": "Risk allele"},
    "G6PD": {"A": "Normal function"},
}
"""Function, or activity, of the alleles that the graph of these tests has."""
PHENOTYPES = {
    "CYP2C19": "normal metabolizer,intermediate metabolizer,likely intermediate metabolizer,likely poor metabolizer,"
    "poor metabolizer,rapid metabolizer,ultrarapid metabolizer,indeterminate",
    "CYP3A5": "normal metabolizer,intermediate metabolizer",
    "CYP2D6": "poor metabolizer,intermediate metabolizer,normal metabolizer,ultrarapid metabolizer,indeterminate",
    "CYP2C9": "poor metabolizer,intermediate metabolizer,intermediate metabolizer (activity score 1.5),normal metabolizer",
    "DPYD": "poor metabolizer,poor metabolizer (activity score 0.5),normal metabolizer,indeterminate",
    "UGT1A1": "intermediate metabolizer,indeterminate",
    "VKORC1": "-1639 AA,-1639 AG,-1639 GG",
    "MT-RNR1": "increased risk of aminoglycoside-induced hearing loss",
    "HLA-B": "*57:01 positive,*57:01 negative,*15:02 positive,indeterminate",
    "G6PD": "indeterminate",
}
SYNONYMS = {"c.1905+1G>A (*2A)": ("DPYD*2A", "DPYD c.1905+1G>A"), "rs9923231 variant (T)": ("VKORC1 T", "VKORC1 A")}


def nodes() -> Iterable[Node]:
    for gene, words in PHENOTYPES.items():
        for word in words.split(","):
            yield Node(NodeId(f"P:{gene} {word}"), NodeKind.PHENOTYPE, f"{gene} {word}", SOURCE, (), {"gene": gene})
    for gene, alleles in ALLELES.items():
        for allele, said in alleles.items():
            values: dict[str, str | float] = {"gene": gene, "allele": allele}
            values |= {"function": said} if isinstance(said, str) else {} if said is None else {"activity": said}
            name, aliases = f"{gene} {allele}", SYNONYMS.get(allele, ())
            yield Node(NodeId(f"V:{gene}{allele}"), NodeKind.VARIANT, name, SOURCE, aliases, values)
    yield Node(NodeId("G:CYP2C19"), NodeKind.GENE, "CYP2C19", SOURCE)
    # Alleles alone make no gene that anything could be said of.
    yield Node(NodeId("V:x"), NodeKind.VARIANT, "CYP1A2*1", SOURCE, (), {"gene": "CYP1A2", "function": "Normal function"})


GENOTYPES = Genotypes(nodes())


@pytest.mark.parametrize(
    ("gene", "diplotype", "meant"),
    [
        ("CYP2C19", "*1/*1", "normal metabolizer"),
        ("CYP2C19", "*1/*2", "intermediate metabolizer"),
        ("CYP2C19", "*2/*2", "poor metabolizer"),
        ("CYP2C19", "*2/*3A", "poor metabolizer"),
        ("CYP2C19", "*1/*9", "likely intermediate metabolizer"),
        ("CYP2C19", "*2/*9", "likely poor metabolizer"),
        ("CYP2C19", "*1/*17", "rapid metabolizer"),
        ("CYP2C19", "*2/*17", "intermediate metabolizer"),
        ("CYP2C19", "*17/*17", "ultrarapid metabolizer"),
        ("CYP3A5", "*1/*8", "possible intermediate metabolizer"),
        ("UGT1A1", "*1/*80+*28", "intermediate metabolizer"),
        ("VKORC1", "rs9923231 variant (T)/rs9923231 reference (C)", "-1639 AG"),
        ("MT-RNR1", "m.1555A>G", "increased risk of aminoglycoside-induced hearing loss"),
        # Sums of activities.
        ("CYP2D6", "*4/*5", "poor metabolizer"),
        ("CYP2D6", "*4/*10", "intermediate metabolizer"),
        ("CYP2D6", "*1/*4", "intermediate metabolizer"),
        ("CYP2D6", "*1/*10", "normal metabolizer"),
        ("CYP2D6", "*1/*2", "normal metabolizer"),
        ("DPYD", "Reference/Reference", "normal metabolizer"),
        ("DPYD", "Reference/c.2846A>T", "intermediate metabolizer (activity score 1.5)"),
        ("DPYD", "c.2846A>T/c.1905+1G>A (*2A)", "poor metabolizer (activity score 0.5)"),
        # Copies: 1 + 1 + 0.25 is still normal, 1 + 1 + 0.5 is not.
        ("CYP2D6", "*1x2/*4", "normal metabolizer"),
        ("CYP2D6", "*1x2/*10", "normal metabolizer"),
        ("CYP2D6", "*1x2/*17", "ultrarapid metabolizer"),
        ("CYP2D6", "*1×3/*4", "ultrarapid metabolizer"),
        ("CYP2D6", "*1/*1xN", "ultrarapid metabolizer"),
        ("CYP2D6", "*2x≥3/*4", "ultrarapid metabolizer"),
        ("CYP2D6", "*2x>=3/*4", "ultrarapid metabolizer"),
        ("CYP2D6", "*4xN/*5", "poor metabolizer"),
        ("CYP2D6", "*36+*10/*10", "intermediate metabolizer"),
        ("CYP2D6", "*36x2 + *10x2/*10", "intermediate metabolizer"),
        # Carriers.
        ("HLA-B", "*57:01 positive", "*57:01 positive"),
        ("HLA-B*57:01", "Negative", "*57:01 negative"),
    ],
)
def test_what_a_call_means(gene: str, diplotype: str, meant: str) -> None:
    assert GENOTYPES.words(gene, diplotype) == (meant,)


def test_where_guidelines_speak_of_a_score_for_some_medicines_both_names_are_meant() -> None:
    plain = "intermediate metabolizer"

    assert GENOTYPES.words("CYP2C9", "*1/*2") == (plain, f"{plain} (activity score 1.5)")
    assert GENOTYPES.words("CYP2C9", "*1/*3") == GENOTYPES.words("CYP2C9", "*2/*2") == (plain, f"{plain} (activity score 1)")


@pytest.mark.parametrize(
    ("diplotype", "meant"),
    [
        ("*57:01/*07:02", ["*57:01 positive", "*15:02 negative"]),
        ("HLA-B*07:02/HLA-B*08:01", ["*15:02 negative", "*57:01 negative"]),
        ("B*57:01:01/B*15:02:01:01", ["*15:02 positive", "*57:01 positive"]),
        # One chromosome that cannot be read may carry anything.
        ("*57:01/*7", ["*57:01 positive", "indeterminate"]),
        ("*07:02/new", ["indeterminate"]),
        ("*07:02", ["indeterminate"]),
        ("*57:01N/*07:02", ["indeterminate"]),
        ("positive", ["indeterminate"]),
        ("*44:03 positive", ["indeterminate"]),
        ("*57 positive", ["indeterminate"]),
    ],
)
def test_of_a_typing_each_allele_that_is_looked_for_is_told(diplotype: str, meant: list[str]) -> None:
    assert list(GENOTYPES.words("HLA-B", diplotype)) == meant


@pytest.mark.parametrize(
    "diplotype",
    ["*2/*1", " *1 / *2 ", "CYP2C19*1/CYP2C19*2", "CYP2C19 *1/*2", "cyp2c19*1/*2", "*1|*2", "*2\t/ *1"],
)
def test_spelling_and_order_do_not_matter(diplotype: str) -> None:
    for gene in ("CYP2C19", " cyp2c19 "):
        assert GENOTYPES.words(gene, diplotype) == ("intermediate metabolizer",)


@pytest.mark.parametrize("allele", ["c.1905+1G>A (*2A)", "c.1905+1G>A", "*2A", "*2a", "DPYD*2A"])
def test_an_allele_goes_by_each_of_its_names(allele: str) -> None:
    assert GENOTYPES.words("DPYD", f"{allele}/{allele}") == ("poor metabolizer",)


@pytest.mark.parametrize(
    ("gene", "diplotype"),
    [
        ("CYP2C19", "*1/*999"),
        ("CYP2C19", "*12/*2"),
        ("CYP2C19", "*1/*12"),
        ("CYP2C19", "*1"),
        ("CYP2C19", "*1/*1/*1"),
        ("CYP2C19", "*1*2"),
        ("CYP2C19", "*1/"),
        ("CYP2C19", "/"),
        ("CYP2C19", "normal"),
        ("CYP2C19", "*1x2/*1"),
        ("CYP2C19", "*1/CYP2C9*1"),
        ("CYP3A5", "*8/*8"),
        ("CYP2D6", "*1/*22"),
        ("CYP2D6", "*1/*999"),
        ("CYP2D6", "*1"),
        ("CYP2D6", "*1/*1/*1"),
        ("CYP2D6", "*1x0/*1"),
        ("CYP2D6", f"*1x{MAX_COPIES + 1}/*1"),
        ("CYP2D6", "*1x/*1"),
        ("CYP2D6", "*1+/*1"),
        ("CYP2D6", "x2/*1"),
        # Two copies would be normal, three would not.
        ("CYP2D6", "*4/*1xN"),
        ("CYP2C9", "*1x2/*3"),
        ("DPYD", "Reference"),
        ("MT-RNR1", "m.1555A>G/m.1555A>G"),
        ("MT-RNR1", "m.1555A>G/m.9A>G"),
        ("MT-RNR1", "Reference"),
        ("G6PD", "A/A"),
    ],
)
def test_what_is_not_known_is_indeterminate(gene: str, diplotype: str) -> None:
    assert GENOTYPES.words(gene, diplotype) == ("indeterminate",)


@given(st.sampled_from(sorted(PHENOTYPES)), st.text("*/|x+N0123456789 ≥>=:-.cCYPDn", max_size=12) | st.text(max_size=8))
def test_no_call_is_normal_but_one_of_two_known_alleles(gene: str, diplotype: str) -> None:
    plain = "".join(diplotype.split()).casefold()

    words = GENOTYPES.words(gene, diplotype)

    assert words
    if "normal metabolizer" in words:
        halves = plain.replace("|", "/").split("/")
        alleles = [allele.casefold() for allele in ALLELES[gene]]
        assert len(halves) == 2
        assert all(any(allele in half for allele in alleles) for half in halves)


def test_every_pair_of_known_functions_is_told_either_way_round() -> None:
    for gene in ("CYP2C19", "CYP2D6", "CYP2C9", "DPYD"):
        for one, other in product(ALLELES[gene], repeat=2):
            words = GENOTYPES.words(gene, f"{one}/{other}")
            unclear = {one, other} & {"*12", "*22", "*7"}
            assert (words == ("indeterminate",)) is bool(unclear), (gene, one, other)
            assert words == GENOTYPES.words(gene, f"{other}/{one}")


def test_which_genes_are_known() -> None:
    assert GENOTYPES.genes == sorted(PHENOTYPES)
    assert GENOTYPES.knows("cyp2c19")
    assert GENOTYPES.knows("HLA-B*57:01")
    assert not any(GENOTYPES.knows(gene) for gene in ("CYP1A2", "CYP2C", "", "*1"))


def test_the_phenotypes_of_the_graph_that_are_meant() -> None:
    assert GENOTYPES.phenotypes("CYP2C19", "*2/*2") == ("P:CYP2C19 poor metabolizer",)
    assert GENOTYPES.phenotypes("CYP2C9", "*1/*2") == (
        "P:CYP2C9 intermediate metabolizer",
        "P:CYP2C9 intermediate metabolizer (activity score 1.5)",
    )
    assert GENOTYPES.phenotypes("CYP2C19", "*1/*12") == ("P:CYP2C19 indeterminate",)


def test_of_several_names_for_one_thing_those_count_that_the_graph_has() -> None:
    assert GENOTYPES.phenotypes("CYP2C9", "*1/*3") == ("P:CYP2C9 intermediate metabolizer",)


def test_what_the_graph_has_no_phenotype_for_is_its_indeterminate_one() -> None:
    assert GENOTYPES.words("DPYD", "Reference/*2A") == ("intermediate metabolizer",)
    assert GENOTYPES.phenotypes("DPYD", "Reference/*2A") == ("P:DPYD indeterminate",)
    assert GENOTYPES.phenotypes("HLA-B", "*57:01/*07:02") == ("P:HLA-B *57:01 positive", "P:HLA-B indeterminate")


def test_without_an_indeterminate_phenotype_there_is_none() -> None:
    assert GENOTYPES.phenotypes("CYP3A5", "*3/*3") == ()
    assert GENOTYPES.phenotypes("VKORC1", "T/A") == ("P:VKORC1 -1639 AA",)
