"""Calls of genotypes: the phenotypes of a graph, and files of calls."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.errors import CaseError
from recommender.genotypes import Phenotypes, genotypes_of, phenotype_of, read_calls
from tests.recommender.conftest import Graph

NODES: dict[str, dict[str, Any]] = {
    "P:poor": {"name": "CYP2C19 poor metabolizer", "gene": "CYP2C19"},
    "P:intermediate": {"name": "CYP2C19 intermediate metabolizer", "gene": "CYP2C19"},
    "P:unclear": {"name": "CYP2C19 indeterminate", "gene": "CYP2C19", "indeterminate": True},
    "P:normal": {"name": "TPMT normal metabolizer", "gene": "TPMT"},
    "V:one": {"name": "CYP2C19*1", "gene": "CYP2C19", "allele": "*1", "function": "Normal function"},
    "V:two": {"name": "CYP2C19*2", "gene": "CYP2C19", "allele": "*2", "function": "No function"},
    "V:tpmt": {"name": "TPMT*2", "gene": "TPMT", "allele": "*2", "function": "No function"},
}


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of([], NODES)


@pytest.mark.parametrize(
    ("diplotype", "node", "indeterminate"),
    [("*2/*2", "P:poor", False), ("*2/*1", "P:intermediate", False), ("*1/*999", "P:unclear", True), ("?", "P:unclear", True)],
)
def test_a_call_means_a_phenotype_of_the_graph(graph: Graph, diplotype: str, node: str, indeterminate: bool) -> None:
    found = phenotype_of("cyp2c19", diplotype, graph.snapshot)

    assert found == Phenotypes((graph.number(node),), indeterminate)
    assert phenotype_of("CYP2C19", diplotype, graph.snapshot, genotypes_of(graph.snapshot)) == found


def test_a_gene_that_the_graph_does_not_know_means_nothing(graph: Graph) -> None:
    assert phenotype_of("CYP1A2", "*1/*1", graph.snapshot) is None


def test_a_call_that_the_graph_has_no_phenotype_for_is_not_normal(graph: Graph) -> None:
    assert phenotype_of("TPMT", "*2/*2", graph.snapshot) == Phenotypes((), True)


@pytest.mark.parametrize(
    "header", ["", "gene\tdiplotype\n", "Gene\tDiplotype\r\n", "\ufeffgene\tdiplotype\n", "# a caller\n\n"]
)
def test_calls_are_read_with_or_without_a_header(header: str) -> None:
    text = f"{header}CYP2C19\t*1/*2\n\n# low coverage\nDPYD\tc.2846A>T / Reference\t\nHLA-B\t*57:01 positive"

    assert read_calls(text) == [("CYP2C19", "*1/*2"), ("DPYD", "c.2846A>T / Reference"), ("HLA-B", "*57:01 positive")]


def test_a_file_without_calls_has_none() -> None:
    assert read_calls("") == read_calls("gene\tdiplotype\n") == read_calls(" \t\n") == []


@pytest.mark.parametrize("line", ["CYP2C19 *1/*2", "CYP2C19\t", "\t*1/*2", "CYP2C19", "CYP2C19\t*1/*2\tIM", "CYP2C19,*1/*2"])
def test_a_line_that_is_no_call_is_refused_by_its_number(line: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_calls(f"gene\tdiplotype\nTPMT\t*1/*1\n{line}\n")

    assert caught.value.pointer == "/genotypes"
    assert caught.value.reason == "line 3: a gene and a diplotype, parted by one tab, are expected"
    # What is on file is never repeated.
    assert "*1/*2" not in str(caught.value)


def test_a_header_counts_as_such_at_the_top_alone() -> None:
    assert read_calls("TPMT\t*1/*1\ngene\tdiplotype\n")[1] == ("gene", "diplotype")
