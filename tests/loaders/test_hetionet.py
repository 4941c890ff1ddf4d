"""Hetionet: ids, metaedges, licences, and the real graph whole."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.config import PROJECT
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind
from graph.schema import EDGE_RULES
from loaders.sources.hetionet import KINDS, METAEDGES, curie
from tests.loaders.conftest import Loaders
from tests.loaders.small import FORMULARY
from tests.shared_data import shared_data

Files = Callable[..., Path]
NODES = """id\tname\tkind
Compound::DB00178\tRamipril (INN)\tCompound
Compound::DB00945\tAcetylsalicylic acid\tCompound
Disease::DOID:10763\thypertension\tDisease
Gene::9021\tSOCS3\tGene
Anatomy::UBERON:0000178\tblood\tAnatomy
Symptom::D006261\tHeadache\tSymptom
Side Effect::C0010200\tCough\tSide Effect
Pharmacologic Class::N0000175503\tSulfonamide Antimicrobial\tPharmacologic Class
Pathway::PC7_7999\tSignalling\tPathway
Pathway::WP15_r73877\tSelenium Pathway\tPathway
Biological Process::GO:0006915\tapoptotic process\tBiological Process
"""
EDGES = """source\tmetaedge\ttarget
Compound::DB00178\tCtD\tDisease::DOID:10763
Compound::DB00178\tCcSE\tSide Effect::C0010200
Compound::DB00945\tCrC\tCompound::DB00178
Disease::DOID:10763\tDpS\tSymptom::D006261
Pharmacologic Class::N0000175503\tPCiC\tCompound::DB00945
Gene::9021\tGpPW\tPathway::PC7_7999
Anatomy::UBERON:0000178\tAuG\tGene::9021
Gene::9021\tGpBP\tBiological Process::GO:0006915
"""
TEXTS = {"hetionet-v1.0-nodes.tsv": NODES, "hetionet-v1.0-edges-core.sif": EDGES, "metaedges.tsv": "a\tb\n1\t2\n"}


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("Compound::DB00945", "DrugBank:DB00945"),
        ("Disease::DOID:10763", "DOID:10763"),
        ("Gene::9021", "NCBIGene:9021"),
        ("Anatomy::UBERON:0000178", "UBERON:0000178"),
        ("Symptom::D005334", "MESH:D005334"),
        ("Side Effect::C0018681", "UMLS:C0018681"),
        ("Pharmacologic Class::N0000175503", "NDFRT:N0000175503"),
        ("Pathway::PC7_7999", "PC7:7999"),
        ("Pathway::WP15_r73877", "WikiPathways:WP15_r73877"),
        ("Cellular Component::GO:0005634", "GO:0005634"),
    ],
)
def test_an_id_becomes_the_curie_of_its_vocabulary(original: str, expected: str) -> None:
    assert curie(original, original.partition("::")[0]) == expected


@pytest.mark.parametrize("original", ["DB00945", "Gene::9021", "Compound::", "Compound::a b", "::DB1"])
def test_what_is_no_id_of_the_kind_has_no_curie(original: str) -> None:
    assert curie(original, "Compound") is None


def test_every_metaedge_joins_what_the_schema_lets_it_join() -> None:
    assert len(METAEDGES) == 24
    for meta in METAEDGES.values():
        ends = KINDS[meta.source].kind, KINDS[meta.target].kind
        assert (ends[::-1] if meta.turned else ends) in EDGE_RULES[meta.kind].joins
        assert meta.licence


def test_nodes_and_edges_of_a_small_graph(loaders: Loaders, files: Files) -> None:
    code, outcome = loaders("build", "--format", "hetionet", files(TEXTS))

    node = loaders.node("DrugBank:DB00945")
    assert (code, outcome["total"]["created"]) == (0, 19)
    assert (node.kind, node.aliases) == (NodeKind.MEDICINE, ("Compound::DB00945",))
    assert loaders.node("NDFRT:N0000175503").properties == {"scheme": "pharmacologic"}
    assert loaders.edge("DrugBank:DB00945", EdgeKind.IN_CLASS).end == "NDFRT:N0000175503"
    assert loaders.edge("DrugBank:DB00178", EdgeKind.TREATS).level is KnowledgeLevel.ASSERTION
    assert loaders.edge("DOID:10763", EdgeKind.PRESENTS).level is KnowledgeLevel.STATISTICAL
    assert loaders.edge("DrugBank:DB00178", EdgeKind.CAUSES).provenance.licence == "CC-BY-NC-SA-4.0 (SIDER 4)"
    assert {e.end for e in loaders.edges("NCBIGene:9021", EdgeKind.PARTICIPATES)} == {"PC7:7999", "GO:0006915"}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Compound::DB99999\tCtD\tDisease::DOID:10763", "source", "unknown-id"),
        ("Compound::DB00178\tCtD\tDisease::DOID:1", "target", "unknown-id"),
        ("Disease::DOID:10763\tCtD\tCompound::DB00178", "source", "unknown-id"),
        ("Compound::DB00178\tCxD\tDisease::DOID:10763", "metaedge", "bad-value"),
        ("Compound::DB00178\tCtD\tDisease::DOID:10763", "source", "duplicate-key"),
        ("Compound::DB00178\tCtD", "", "too-few-fields"),
    ],
)
def test_an_edge_that_fits_nothing_is_reported(loaders: Loaders, files: Files, row: str, column: str, code: str) -> None:
    name = "hetionet-v1.0-edges-core.sif"

    problems = loaders.problems("build", "--format", "hetionet", files({**TEXTS, name: f"{EDGES}{row}\n"}))

    assert problems == [(name, 10, column, code)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Compound::DB1\tX\tDrug", "kind", "bad-value"),
        ("Gene::DB1\tX\tCompound", "id", "bad-id"),
        ("Disease::GO:0006915\tX\tDisease", "id", "inconsistent"),
    ],
)
def test_a_node_that_fits_nothing_is_reported(loaders: Loaders, files: Files, row: str, column: str, code: str) -> None:
    name = "hetionet-v1.0-nodes.tsv"

    problems = loaders.problems("build", "--format", "hetionet", files({**TEXTS, name: f"{NODES}{row}\n"}))

    assert problems == [(name, 13, column, code)]


def test_beside_a_formulary_nodes_are_merged_and_conditions_mapped(loaders: Loaders, files: Files) -> None:
    formulary, hetionet = files(FORMULARY, "formulary"), files(TEXTS, "hetionet")
    one = loaders("build", formulary, hetionet)[1]["snapshot"]

    loaders("build", hetionet)
    other = loaders("add", formulary)[1]["snapshot"]
    again = loaders("add", hetionet)[1]

    ramipril = loaders.node("DrugBank:DB00178")
    assert one == other == again["snapshot"]
    assert [again["total"][name] for name in ("created", "changed", "removed")] == [0, 0, 0]
    assert (ramipril.name, ramipril.provenance.source) == ("Ramipril", "book")
    assert {"Compound::DB00178", "Ramipril (INN)", "Altace"} <= set(ramipril.aliases)
    mapping = loaders.edge("ICD10CM:I10", EdgeKind.MAPS_TO)
    assert (mapping.end, dict(mapping.properties)) == ("DOID:10763", {"relation": "exact"})


def shared_hetionet() -> Path:
    """The real files; a run without them skips, a run in CI fails."""
    return shared_data("hetionet")


@pytest.mark.slow
def test_the_real_graph_loads_whole(loaders: Loaders) -> None:
    """The counts are Hetionet's own: 20 of its 24 metaedges, core and gene (describe/edges/metaedges.tsv)."""
    command = [sys.executable, "-m", "loaders", "build", "--format", "hetionet", str(shared_hetionet()), "--json"]

    run = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)

    outcome = json.loads(run.stdout)
    counts = loaders.store.counts()
    read = {f["file"]: f["read"] for f in outcome["files"]}
    assert (run.returncode, outcome["total"]["quarantined"], outcome["total"]["created"]) == (0, 0, 47_031 + 993_498)
    assert list(read.values()) == [47_031, 234_512, 758_986]
    assert (counts["TREATS"], counts["CAUSES"], counts["REGULATES"], counts["IN_CLASS"]) == (755, 138_944, 265_672, 1_029)
    assert counts["UPREGULATES"] == 18_756 + 7_731 + 97_848
    assert counts["RESEMBLES"] == 6_486 + 543


def test_a_packed_edge_file_reads_like_a_plain_one(loaders: Loaders, files: Files) -> None:
    folder = files(TEXTS)
    plain = loaders("build", folder)[1]["snapshot"]
    for name in ("hetionet-v1.0-nodes.tsv", "hetionet-v1.0-edges-core.sif"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()

    assert loaders("build", folder)[1]["snapshot"] == plain
